// SPDX-License-Identifier: GPL-3.0-or-later
// Character classes follow the Rust code of Hugging Face's tokenizers (normalizers/bert.rs, pre_tokenizers/bert.rs),
// which is what published models were trained with, rather than BERT's original Python where the two differ.
#include "core/data/bert_text.h"

#include "core/values/error.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>

namespace octet::data {

namespace {

bool isAscii(std::string_view text)
{
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool isDropped(char32_t c)
{
    if (c == '\t' || c == '\n' || c == '\r')
        return false;
    if (c == 0 || c == 0xfffd)
        return true;
    const auto category = u_charType(static_cast<UChar32>(c));
    return category == U_CONTROL_CHAR || category == U_FORMAT_CHAR || category == U_PRIVATE_USE_CHAR;
}

bool isChinese(char32_t c)
{
    // 0x2b920 is the reference's own: BERT's Python has 0x2b820 there.
    return (c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3400 && c <= 0x4dbf) || (c >= 0x20000 && c <= 0x2a6df)
        || (c >= 0x2a700 && c <= 0x2b73f) || (c >= 0x2b740 && c <= 0x2b81f) || (c >= 0x2b920 && c <= 0x2ceaf)
        || (c >= 0xf900 && c <= 0xfaff) || (c >= 0x2f800 && c <= 0x2fa1f);
}

bool isPunctuation(char32_t c)
{
    if (c < 0x80)
        return (c >= 33 && c <= 47) || (c >= 58 && c <= 64) || (c >= 91 && c <= 96) || (c >= 123 && c <= 126);
    return (U_GET_GC_MASK(static_cast<UChar32>(c)) & U_GC_P_MASK) != 0;
}

void append(std::string& text, char32_t c)
{
    char buffer[U8_MAX_LENGTH];
    int32_t length = 0;
    U8_APPEND_UNSAFE(buffer, length, static_cast<UChar32>(c));
    text.append(buffer, static_cast<std::size_t>(length));
}

std::string withoutAccents(const std::string& text)
{
    UErrorCode code = U_ZERO_ERROR;
    const icu::Normalizer2* nfd = icu::Normalizer2::getNFDInstance(code);
    if (U_FAILURE(code))
        throw Error(ErrorKind::Internal, "ICU has no Unicode normalization data; install the libicu package again.");
    const icu::UnicodeString decomposed = nfd->normalize(icu::UnicodeString::fromUTF8(text), code);
    if (U_FAILURE(code))
        throw Error(ErrorKind::Resource, "A text is too long to be normalized.");
    icu::UnicodeString kept;
    for (int32_t at = 0; at < decomposed.length(); at = decomposed.moveIndex32(at, 1)) {
        const UChar32 c = decomposed.char32At(at);
        if (u_charType(c) != U_NON_SPACING_MARK)
            kept.append(c);
    }
    std::string result;
    kept.toUTF8String(result);
    return result;
}

void appendLower(std::string& text, char32_t c)
{
    // The one character whose lower case is two, whatever stands around it.
    if (c == 0x130) {
        text += "i\xcc\x87";
        return;
    }
    append(text, static_cast<char32_t>(u_tolower(static_cast<UChar32>(c))));
}

} // namespace

char32_t nextCodePoint(std::string_view text, std::size_t& at)
{
    UChar32 c = 0;
    U8_NEXT_UNSAFE(text.data(), at, c);
    return static_cast<char32_t>(c);
}

char32_t previousCodePoint(std::string_view text, std::size_t& at)
{
    UChar32 c = 0;
    U8_PREV_UNSAFE(text.data(), at, c);
    return static_cast<char32_t>(c);
}

std::size_t codePoints(std::string_view text)
{
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::size_t invalidUtf8(std::string_view text)
{
    if (isAscii(text))
        return std::string_view::npos;
    const auto length = static_cast<std::int64_t>(text.size());
    for (std::int64_t at = 0; at < length;) {
        const std::int64_t start = at;
        UChar32 c = 0;
        U8_NEXT(text.data(), at, length, c);
        if (c < 0)
            return static_cast<std::size_t>(start);
    }
    return std::string_view::npos;
}

bool isSpace(char32_t c)
{
    return u_isUWhiteSpace(static_cast<UChar32>(c));
}

bool isWordCharacter(char32_t c)
{
    const auto code = static_cast<UChar32>(c);
    return u_isUAlphabetic(code) || (U_GET_GC_MASK(code) & (U_GC_M_MASK | U_GC_ND_MASK | U_GC_PC_MASK)) != 0
        || u_hasBinaryProperty(code, UCHAR_JOIN_CONTROL);
}

std::string BertNormalizer::operator()(std::string_view text) const
{
    std::string cleaned;
    cleaned.reserve(text.size() + text.size() / 8);
    for (std::size_t at = 0; at < text.size();) {
        char32_t c = nextCodePoint(text, at);
        if (cleanText && isDropped(c))
            continue;
        if (cleanText && isSpace(c))
            c = ' ';
        if (chineseChars && isChinese(c)) {
            cleaned += ' ';
            append(cleaned, c);
            cleaned += ' ';
        } else {
            append(cleaned, c);
        }
    }
    if (stripAccents && !isAscii(cleaned))
        cleaned = withoutAccents(cleaned);
    if (!lowercase)
        return cleaned;
    std::string lowered;
    lowered.reserve(cleaned.size());
    for (std::size_t at = 0; at < cleaned.size();)
        appendLower(lowered, nextCodePoint(cleaned, at));
    return lowered;
}

std::vector<std::string_view> bertWords(std::string_view text)
{
    std::vector<std::string_view> words;
    std::size_t start = 0; // of the word being read
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t here = at;
        const char32_t c = nextCodePoint(text, at);
        const bool space = isSpace(c);
        if (!space && !isPunctuation(c))
            continue;
        if (here > start)
            words.push_back(text.substr(start, here - start));
        if (!space)
            words.push_back(text.substr(here, at - here));
        start = at;
    }
    if (text.size() > start)
        words.push_back(text.substr(start));
    return words;
}

} // namespace octet::data
