// SPDX-License-Identifier: GPL-3.0-or-later
// WordPiece as in BERT, read from tokenizer.json (Hugging Face) or vocab.txt. Equal token for token to HF tokenizers.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace octet::data {

struct Encoding
{
    std::vector<std::int64_t> ids, typeIds; // with special tokens, truncated to maxLength, not padded
    std::vector<std::string> tokens;
};

class Tokenizer
{
public:
    virtual ~Tokenizer() = default;
    /// `text` and `pair` are valid UTF-8. A text beyond `maxLength` loses its end, of a pair the longer one first.
    /// Throws Error(Setting) when `maxLength` leaves no room for any text.
    virtual Encoding encode(
        const std::string& text, const std::string& pair, int maxLength) const = 0; // pair "" = none
    virtual std::int64_t padId() const = 0;
    virtual std::string description() const = 0; // "tokenizer.json, WordPiece, 11,285 tokens"
    virtual std::vector<std::string> files() const = 0; // what it was read from; any change of them may change ids
};

/// Reads FOLDER/tokenizer.json, else FOLDER/vocab.txt (lower-casing as tokenizer_config.json says). Throws
/// Error(File | Format | Unsupported); an unsupported component is named.
std::shared_ptr<const Tokenizer> loadTokenizer(const std::string& folder);

} // namespace octet::data
