// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exchange/inc_names.h"

#include "core/quantize/resolve.h"
#include "core/values/error.h"

namespace octet::exchange {

namespace {

constexpr const char* special = "\\^$.|?*+()[]{}";

bool isSpecial(char c)
{
    return c != '\0' && std::string_view(special).find(c) != std::string_view::npos;
}

} // namespace

std::string escapedName(const std::string& name)
{
    std::string result;
    for (const char c : name) {
        if (isSpecial(c))
            result += '\\';
        result += c;
    }
    return result;
}

std::optional<std::string> literalName(const std::string& key)
{
    std::string result;
    for (std::size_t i = 0; i < key.size(); ++i) {
        if (key[i] == '\\') {
            const bool letterOrDigit = i + 1 < key.size()
                && ((key[i + 1] >= '0' && key[i + 1] <= '9') || (key[i + 1] >= 'a' && key[i + 1] <= 'z')
                    || (key[i + 1] >= 'A' && key[i + 1] <= 'Z'));
            if (i + 1 >= key.size() || letterOrDigit) // \d and its like are classes
                return std::nullopt;
            result += key[++i];
        } else if (isSpecial(key[i])) {
            return std::nullopt;
        } else {
            result += key[i];
        }
    }
    return result;
}

ResolvedKey resolveKey(const graph::Model& model, const std::string& key)
{
    ResolvedKey resolved;
    resolved.match.key = key;
    resolved.match.rule = "nothing";
    resolved.pattern = key;
    if (model.node(key)) {
        resolved.match.nodes = {key};
        resolved.match.rule = "exact";
        resolved.pattern = escapedName(key);
        return resolved;
    }
    try {
        resolved.match.nodes = quantize::matchingNodes(model, key);
        if (!resolved.match.nodes.empty()) {
            resolved.match.rule = "full match";
            return resolved;
        }
        // INC up to 1.14.0 used Python's re.match, which is satisfied with a beginning.
        const std::string prefix = "(?:" + key + ").*";
        resolved.match.nodes = quantize::matchingNodes(model, prefix);
        if (!resolved.match.nodes.empty()) {
            resolved.match.rule = "prefix match";
            resolved.pattern = prefix;
        }
    } catch (const Error& error) {
        resolved.problem = error.message();
        resolved.pattern = escapedName(key);
        resolved.match.nodes.clear();
    }
    return resolved;
}

} // namespace octet::exchange
