// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/nearest.h"

#include "core/values/edit_distance.h"

#include <fmt/format.h>

#include <algorithm>

namespace octet::data {

namespace {

constexpr std::size_t maxCompared = 64; // longer names are cut, so that a hostile header costs nothing

} // namespace

std::string nearestName(const std::vector<std::string>& names, const std::string& wanted)
{
    const std::string target = wanted.substr(0, maxCompared);
    std::size_t best = std::max<std::size_t>(1, target.size() / 2) + 1;
    std::string nearest;
    for (const std::string& name : names) {
        const std::size_t distance = editDistance(target, name.substr(0, maxCompared));
        if (distance < best) {
            best = distance;
            nearest = name;
        }
    }
    return nearest;
}

std::string nearestHint(const std::vector<std::string>& names, const std::string& wanted)
{
    const std::string nearest = nearestName(names, wanted);
    return nearest.empty() ? "" : fmt::format(", did you mean {}?", nearest);
}

std::string listed(const std::vector<std::string>& names)
{
    constexpr std::size_t most = 20;
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), most); ++i)
        text += (i == 0 ? "" : ", ") + names[i].substr(0, maxCompared);
    return names.size() > most ? text + " ..." : text;
}

} // namespace octet::data
