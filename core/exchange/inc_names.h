// SPDX-License-Identifier: GPL-3.0-or-later
// op_wise keys of INC against the node names of a model: literal names, full matches (INC >= 1.14.1), prefix matches.
#pragma once

#include "core/exchange/inc_yaml.h"

#include <optional>
#include <string>

namespace octet::exchange {

/// A regular expression (Python's and ECMAScript's alike) that matches exactly `name`.
std::string escapedName(const std::string& name);
/// The name that a key stands for when the key is an escaped literal; nothing when it is a real expression.
std::optional<std::string> literalName(const std::string& key);

/// Tries the exact name, then a full match, then a prefix match. `pattern` becomes a Rule's pattern, whatever the rule.
struct ResolvedKey
{
    NameMatch match;
    std::string pattern;
    std::string problem; // the expression is not valid; empty if it is
};
ResolvedKey resolveKey(const graph::Model& model, const std::string& key);

} // namespace octet::exchange
