// SPDX-License-Identifier: GPL-3.0-or-later
// The WordPiece tokenizer itself, whatever file described it.
#pragma once

#include "core/data/bert_text.h"
#include "core/data/tokenizer.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace octet::data {

struct StringHash
{
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};
using Vocabulary = std::unordered_map<std::string, std::int64_t, StringHash, std::equal_to<>>;

/// A token found as it stands in the text, before WordPiece.
struct AddedToken
{
    std::string content{};
    std::int64_t id = 0;
    bool singleWord = false; // only between characters that are no word characters
    bool lstrip = false, rstrip = false; // takes the white space on that side with it
    bool normalized = false; // looked for in the normalized text
};

/// A piece of a template: a special token, or the first or second text.
struct TemplatePiece
{
    enum Kind { Special, First, Second } kind = Special;
    std::vector<std::int64_t> ids{}; // of Special
    std::vector<std::string> tokens{};
    std::int64_t typeId = 0;
};

/// Everything that describes one tokenizer.
struct WordPieceParts
{
    Vocabulary vocabulary;
    std::string unknown = "[UNK]"; // is in the vocabulary
    std::string prefix = "##";
    std::size_t maxWordLength = 100; // in code points
    BertNormalizer normalizer;
    std::vector<AddedToken> added;
    std::vector<TemplatePiece> single, pair;
    std::int64_t padId = 0;
    std::string description;
    std::vector<std::string> files;
};

/// The texts' lengths after truncation to `room` tokens, longest first: what is over is taken from the longer one.
std::pair<std::size_t, std::size_t> longestFirst(std::size_t first, std::size_t second, std::size_t room);

class WordPieceTokenizer : public Tokenizer
{
public:
    explicit WordPieceTokenizer(WordPieceParts parts);
    Encoding encode(const std::string& text, const std::string& pair, int maxLength) const override;
    std::int64_t padId() const override { return m_parts.padId; }
    std::string description() const override { return m_parts.description; }
    std::vector<std::string> files() const override { return m_parts.files; }

private:
    struct Piece
    {
        std::int64_t id;
        std::string token;
    };
    struct Part
    {
        std::string_view text;
        const AddedToken* token = nullptr;
    };
    std::vector<Piece> pieces(std::string_view text) const;
    std::vector<Part> split(std::string_view text, bool normalized) const;
    const AddedToken* find(std::string_view text, std::size_t from, bool normalized, std::size_t& at) const;
    void addWord(std::string_view word, std::vector<Piece>& out) const;

    WordPieceParts m_parts;
    std::int64_t m_unknownId = 0;
};

} // namespace octet::data
