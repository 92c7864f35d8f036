// SPDX-License-Identifier: GPL-3.0-or-later
// A rule's regular expression, bounded: no pattern, however hostile, takes exponential time or overflows the stack.
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace octet::quantize {

/// ECMAScript regular expression that must match a whole name. Immutable, cheap to copy.
class Pattern
{
public:
    static constexpr std::size_t maxLength = 1000; // of patterns and, except for plain wildcards, of names

    /// Throws Error(Setting) for a bad pattern, one that is too large, and back-references.
    explicit Pattern(const std::string& text);
    bool matches(const std::string& name) const;

private:
    struct Token
    {
        enum class Kind { Literal, AnyOne, AnyRun } kind = Kind::Literal;
        char character = 0;
    };
    struct Compiled;

    bool parseWildcards(const std::string& text);
    bool matchesWildcards(const std::string& name) const;

    // What exporters and people write is mostly literals with "." and ".*": matched without std::regex, which is slow.
    bool m_isWildcard = false;
    std::vector<Token> m_tokens;
    std::shared_ptr<const Compiled> m_compiled;
};

} // namespace octet::quantize
