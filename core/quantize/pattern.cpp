// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/pattern.h"

#include "core/values/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <regex>
#include <string_view>

namespace octet::quantize {

namespace {

// libstdc++ expands x{n} into n copies and walks them recursively; its polynomial executor visits each at most once.
constexpr std::size_t maxExpanded = 4000;

constexpr std::regex::flag_type flags = std::regex::ECMAScript | std::regex::nosubs
#ifdef __GLIBCXX__
    | std::regex_constants::__polynomial
#endif
    ;

[[noreturn]] void refuse(const std::string& pattern, const std::string& reason)
{
    const std::string shown = pattern.size() > 80 ? pattern.substr(0, 77) + "..." : pattern;
    throw Error(ErrorKind::Setting, fmt::format("The pattern \"{}\" cannot be used: {}.", shown, reason));
}

/// Largest count of a `{n}`, `{n,}` or `{n,m}` that starts at `at`; 1 when it is none.
std::size_t repetition(std::string_view text, std::size_t at)
{
    std::size_t largest = 1, number = 0;
    for (std::size_t i = at + 1; i < text.size() && text[i] != '}'; ++i) {
        if (text[i] == ',')
            number = 0;
        else if (std::isdigit(static_cast<unsigned char>(text[i])))
            number = std::min<std::size_t>(number * 10 + static_cast<std::size_t>(text[i] - '0'), maxExpanded + 1);
        else
            return 1;
        largest = std::max(largest, number);
    }
    return largest;
}

void checkBounds(const std::string& text)
{
    if (text.size() > Pattern::maxLength)
        refuse(text, fmt::format("it has {} characters, more than {}", text.size(), Pattern::maxLength));
    std::size_t expanded = text.size();
    std::vector<bool> groups; // open ones; true = looks ahead
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\') {
            ++i;
        } else if (text[i] == '[') {
            while (i + 1 < text.size() && text[i + 1] != ']')
                i += text[i + 1] == '\\' ? 2 : 1;
        } else if (text[i] == '{') {
            expanded *= std::max<std::size_t>(repetition(text, i), 1);
            if (expanded > maxExpanded)
                refuse(text, "its repetitions are too large");
        } else if (text[i] == '(') {
            const std::string_view next = std::string_view(text).substr(i + 1, 2);
            const bool ahead = next == "?=" || next == "?!";
            if (ahead && std::find(groups.begin(), groups.end(), true) != groups.end())
                refuse(text, "it nests one look-ahead in another");
            groups.push_back(ahead);
        } else if (text[i] == ')' && !groups.empty()) {
            groups.pop_back();
        }
    }
}

std::string reasonOf(const std::regex_error& error)
{
    switch (error.code()) {
    case std::regex_constants::error_brack:
        return "a [ is not closed";
    case std::regex_constants::error_paren:
        return "its parentheses do not match";
    case std::regex_constants::error_brace:
    case std::regex_constants::error_badbrace:
        return "a {} repetition is wrong";
    case std::regex_constants::error_badrepeat:
        return "a *, + or ? has nothing to repeat";
    case std::regex_constants::error_escape:
        return "an escape with \\ is wrong";
    case std::regex_constants::error_range:
        return "a range in [] is wrong";
    case std::regex_constants::error_backref:
    case std::regex_constants::error_complexity:
        return "back-references are not supported";
    case std::regex_constants::error_space:
    case std::regex_constants::error_stack:
        return "it is too large";
    default:
        return "it is no valid ECMAScript regular expression";
    }
}

bool isLineEnd(char c)
{
    return c == '\n' || c == '\r';
}

} // namespace

struct Pattern::Compiled
{
    std::regex regex;
};

Pattern::Pattern(const std::string& text)
{
    checkBounds(text);
    m_isWildcard = parseWildcards(text);
    if (m_isWildcard)
        return;
    try {
        m_compiled = std::make_shared<const Compiled>(Compiled{std::regex(text, flags)});
    } catch (const std::regex_error& error) {
        refuse(text, reasonOf(error));
    }
}

bool Pattern::parseWildcards(const std::string& text)
{
    std::size_t i = !text.empty() && text[0] == '^' ? 1 : 0;
    for (; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '$' && i + 1 == text.size())
            break;
        if (c == '\\') {
            // An escaped letter or digit is a class, a control character or a back-reference.
            if (i + 1 == text.size() || std::isalnum(static_cast<unsigned char>(text[i + 1])))
                return false;
            m_tokens.push_back({Token::Kind::Literal, text[++i]});
        } else if (c == '.') {
            const char next = i + 1 < text.size() ? text[i + 1] : '\0';
            if (next == '?' || next == '{')
                return false;
            if (next != '*')
                m_tokens.push_back({Token::Kind::AnyOne});
            if (next == '*' || next == '+') {
                m_tokens.push_back({Token::Kind::AnyRun});
                ++i;
                if (i + 1 < text.size() && text[i + 1] == '?') // lazy or greedy: the same for a whole match
                    ++i;
            }
        } else if (std::string_view("^$|()[]{}*+?").find(c) != std::string_view::npos) {
            return false;
        } else {
            const char next = i + 1 < text.size() ? text[i + 1] : '\0';
            if (next == '*' || next == '+' || next == '?' || next == '{')
                return false;
            m_tokens.push_back({Token::Kind::Literal, c});
        }
    }
    return true;
}

bool Pattern::matchesWildcards(const std::string& name) const
{
    constexpr auto none = static_cast<std::size_t>(-1);
    std::size_t token = 0, at = 0, runToken = none, runAt = 0;
    while (at < name.size()) {
        const bool more = token < m_tokens.size();
        if (more && m_tokens[token].kind == Token::Kind::AnyRun) {
            runToken = token++;
            runAt = at;
        } else if (more
            && (m_tokens[token].kind == Token::Kind::AnyOne ? !isLineEnd(name[at])
                                                            : m_tokens[token].character == name[at])) {
            ++token;
            ++at;
        } else if (runToken != none && !isLineEnd(name[runAt])) {
            token = runToken + 1; // the last run takes one more; earlier ones never need to
            at = ++runAt;
        } else {
            return false;
        }
    }
    while (token < m_tokens.size() && m_tokens[token].kind == Token::Kind::AnyRun)
        ++token;
    return token == m_tokens.size();
}

bool Pattern::matches(const std::string& name) const
{
    if (m_isWildcard)
        return matchesWildcards(name);
    if (name.size() > maxLength)
        return false;
    try {
        return std::regex_match(name, m_compiled->regex);
    } catch (const std::regex_error&) {
        return false;
    }
}

} // namespace octet::quantize
