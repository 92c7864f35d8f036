// SPDX-License-Identifier: GPL-3.0-or-later
// Intervals of whatever is computed from samples.
#pragma once

#include "core/values/trial.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

namespace octet::measure {

/// Percentiles of `statistic(indices)` over 1,000 seeded resamples of 0 .. n - 1.
template <typename F>
std::pair<double, double> bootstrap(std::size_t n, double low, double high, F statistic)
{
    constexpr int resamples = 1000;
    std::mt19937 random(20240229); // its sequence is fixed by the standard, that of the distributions is not
    std::vector<double> values;
    std::vector<std::size_t> drawn(n);
    for (int r = 0; r < resamples; ++r) {
        for (std::size_t& i : drawn)
            i = static_cast<std::size_t>((static_cast<std::uint64_t>(random()) * n) >> 32);
        values.push_back(statistic(drawn));
    }
    std::sort(values.begin(), values.end());
    const auto at = [&](double share) {
        return values[static_cast<std::size_t>(std::lround(share * (resamples - 1)))];
    };
    return {at(low), at(high)};
}

/// The rule of three: n samples of which none changed may hide 3 in n.
inline void widenWhenUnchanged(Accuracy& a)
{
    if (a.flips > 0)
        return;
    const double least = std::min(1.0, 3 / static_cast<double>(a.samples));
    a.lossLow = std::min(a.lossLow, -least);
    a.lossHigh = std::max(a.lossHigh, least);
}

} // namespace octet::measure
