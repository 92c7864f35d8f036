// SPDX-License-Identifier: GPL-3.0-or-later
// What BERT does to a text before WordPiece: BertNormalizer and BertPreTokenizer of Hugging Face's tokenizers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace octet::data {

struct BertNormalizer
{
    bool cleanText = true; // drop control characters, any white space becomes a blank
    bool chineseChars = true; // a blank around every CJK ideograph
    bool stripAccents = true; // NFD, then without non-spacing marks
    bool lowercase = true;
    std::string operator()(std::string_view text) const; // UTF-8 in and out
};

/// Splits at white space (dropped) and around punctuation (kept); views into `text`.
std::vector<std::string_view> bertWords(std::string_view text);

/// Number of code points of valid UTF-8.
std::size_t codePoints(std::string_view text);
/// Offset of the first byte that is not valid UTF-8, or npos.
std::size_t invalidUtf8(std::string_view text);
bool isSpace(char32_t c); // Unicode White_Space
bool isWordCharacter(char32_t c); // \w of a Unicode regular expression
/// Code point that starts at `at` (which moves past it) or ends before it; `text` is valid UTF-8.
char32_t nextCodePoint(std::string_view text, std::size_t& at);
char32_t previousCodePoint(std::string_view text, std::size_t& at);

} // namespace octet::data
