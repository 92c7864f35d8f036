// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/nearest.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace octet::data {

namespace {

constexpr std::size_t maxCompared = 64; // longer names are cut, so that a hostile header costs nothing

std::size_t editDistance(const std::string& a, const std::string& b)
{
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), 0);
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t change = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({change, row[j + 1] + 1, row[j] + 1});
        }
    }
    return row.back();
}

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
