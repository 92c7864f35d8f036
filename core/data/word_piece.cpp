// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/word_piece.h"

#include "core/values/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace octet::data {

namespace {

bool standsAlone(std::string_view text, std::size_t begin, std::size_t end)
{
    std::size_t before = begin, after = end;
    return (begin == 0 || !isWordCharacter(previousCodePoint(text, before)))
        && (end == text.size() || !isWordCharacter(nextCodePoint(text, after)));
}

} // namespace

std::pair<std::size_t, std::size_t> longestFirst(std::size_t first, std::size_t second, std::size_t room)
{
    const bool swapped = first > second;
    std::size_t shorter = std::min(first, second), longer = std::max(first, second);
    if (shorter + longer > room) {
        longer = shorter > room ? shorter : std::max(shorter, room - shorter);
        if (shorter + longer > room) {
            shorter = room / 2;
            longer = shorter + room % 2;
        }
    }
    return swapped ? std::pair(longer, shorter) : std::pair(shorter, longer);
}

WordPieceTokenizer::WordPieceTokenizer(WordPieceParts parts)
    : m_parts(std::move(parts))
    , m_unknownId(m_parts.vocabulary.at(m_parts.unknown))
{
    for (AddedToken& token : m_parts.added)
        if (token.normalized)
            token.content = m_parts.normalizer(token.content);
    std::erase_if(m_parts.added, [](const AddedToken& token) { return token.content.empty(); });
    // The longest of those that start at the same place is the one that matches.
    std::ranges::stable_sort(m_parts.added, std::greater{}, [](const AddedToken& t) { return t.content.size(); });
}

Encoding WordPieceTokenizer::encode(const std::string& text, const std::string& pair, int maxLength) const
{
    const std::vector<TemplatePiece>& pattern = pair.empty() ? m_parts.single : m_parts.pair;
    std::size_t special = 0;
    for (const TemplatePiece& piece : pattern)
        special += piece.ids.size();
    if (maxLength <= static_cast<int>(special))
        throw Error(ErrorKind::Setting,
            fmt::format("A length of {} leaves no room for text beside {} special tokens; give a longer one.",
                maxLength, special));
    std::vector<Piece> first = pieces(text), second = pieces(pair);
    const auto [firstSize, secondSize] =
        longestFirst(first.size(), second.size(), static_cast<std::size_t>(maxLength) - special);
    first.erase(first.begin() + static_cast<std::ptrdiff_t>(std::min(firstSize, first.size())), first.end());
    second.erase(second.begin() + static_cast<std::ptrdiff_t>(std::min(secondSize, second.size())), second.end());

    Encoding encoding;
    const auto add = [&](std::int64_t id, std::string token, std::int64_t typeId) {
        encoding.ids.push_back(id);
        encoding.typeIds.push_back(typeId);
        encoding.tokens.push_back(std::move(token));
    };
    for (const TemplatePiece& piece : pattern) {
        for (std::size_t i = 0; i < piece.ids.size(); ++i)
            add(piece.ids[i], piece.tokens[i], piece.typeId);
        if (piece.kind != TemplatePiece::Special)
            for (Piece& token : piece.kind == TemplatePiece::First ? first : second)
                add(token.id, std::move(token.token), piece.typeId);
    }
    return encoding;
}

std::vector<WordPieceTokenizer::Piece> WordPieceTokenizer::pieces(std::string_view text) const
{
    std::vector<Piece> out;
    for (const Part& raw : split(text, false)) {
        if (raw.token) {
            out.push_back({raw.token->id, raw.token->content});
            continue;
        }
        const std::string normalized = m_parts.normalizer(raw.text);
        for (const Part& part : split(normalized, true)) {
            if (part.token) {
                out.push_back({part.token->id, part.token->content});
                continue;
            }
            for (const std::string_view word : bertWords(part.text))
                addWord(word, out);
        }
    }
    return out;
}

/// The text cut at the added tokens in it.
std::vector<WordPieceTokenizer::Part> WordPieceTokenizer::split(std::string_view text, bool normalized) const
{
    std::vector<Part> parts;
    std::size_t done = 0, at = 0;
    while (const AddedToken* token = find(text, done, normalized, at)) {
        std::size_t begin = at, end = at + token->content.size();
        for (std::size_t before = begin; token->lstrip && begin > done && isSpace(previousCodePoint(text, before));)
            begin = before;
        for (std::size_t after = end; token->rstrip && end < text.size() && isSpace(nextCodePoint(text, after));)
            end = after;
        if (begin > done)
            parts.push_back({text.substr(done, begin - done)});
        parts.push_back({{}, token});
        done = end;
    }
    if (done < text.size())
        parts.push_back({text.substr(done)});
    return parts;
}

/// The first added token at or behind `from`; `at` is where it starts.
const AddedToken* WordPieceTokenizer::find(
    std::string_view text, std::size_t from, bool normalized, std::size_t& at) const
{
    const AddedToken* found = nullptr;
    at = std::string_view::npos;
    for (const AddedToken& token : m_parts.added) {
        if (token.normalized != normalized)
            continue;
        std::size_t hit = text.find(token.content, from);
        while (hit != std::string_view::npos && token.singleWord && !standsAlone(text, hit, hit + token.content.size()))
            hit = text.find(token.content, hit + 1);
        if (hit < at) {
            at = hit;
            found = &token;
        }
    }
    return found;
}

/// Greedy longest match, from the left; a word with an unmatched rest is one unknown token.
void WordPieceTokenizer::addWord(std::string_view word, std::vector<Piece>& out) const
{
    const std::size_t before = out.size();
    const auto giveUp = [&] {
        out.resize(before);
        out.push_back({m_unknownId, m_parts.unknown});
    };
    if (word.size() > m_parts.maxWordLength && codePoints(word) > m_parts.maxWordLength)
        return giveUp();
    std::string candidate;
    for (std::size_t start = 0; start < word.size();) {
        candidate = start == 0 ? "" : m_parts.prefix;
        const std::size_t prefix = candidate.size();
        candidate += word.substr(start);
        auto hit = m_parts.vocabulary.find(candidate);
        while (hit == m_parts.vocabulary.end() && candidate.size() > prefix) {
            std::size_t end = candidate.size();
            previousCodePoint(candidate, end);
            candidate.resize(end);
            if (end > prefix)
                hit = m_parts.vocabulary.find(candidate);
        }
        if (hit == m_parts.vocabulary.end())
            return giveUp();
        start += candidate.size() - prefix;
        out.push_back({hit->second, candidate});
    }
}

} // namespace octet::data
