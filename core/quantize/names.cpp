// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/pattern.h"
#include "core/quantize/resolve.h"
#include "core/values/edit_distance.h"

#include <algorithm>
#include <string_view>

namespace octet::quantize {

namespace {

/// Long names are compared by their ends, where they differ.
std::size_t distance(std::string_view a, std::string_view b)
{
    constexpr std::size_t compared = 200;
    return editDistance(a.substr(a.size() > compared ? a.size() - compared : 0),
        b.substr(b.size() > compared ? b.size() - compared : 0));
}

} // namespace

std::vector<std::string> nearestNames(const std::vector<std::string>& names, const std::string& wanted, int count)
{
    std::vector<std::pair<std::size_t, std::size_t>> byDistance; // distance, index
    for (std::size_t i = 0; i < names.size(); ++i)
        byDistance.emplace_back(distance(names[i], wanted), i);
    std::sort(byDistance.begin(), byDistance.end());
    std::vector<std::string> nearest;
    for (const auto& [d, index] : byDistance) {
        if (static_cast<int>(nearest.size()) >= count)
            break;
        if (std::find(nearest.begin(), nearest.end(), names[index]) == nearest.end())
            nearest.push_back(names[index]);
    }
    return nearest;
}

std::vector<std::string> matchingNodes(const graph::Model& model, const std::string& pattern)
{
    const Pattern compiled(pattern);
    std::vector<std::string> matching;
    for (const graph::Node& node : model.nodes())
        if (compiled.matches(node.name))
            matching.push_back(node.name);
    return matching;
}

} // namespace octet::quantize
