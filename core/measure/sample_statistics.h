// SPDX-License-Identifier: GPL-3.0-or-later
// Figures of repeated timings: percentiles, an interval of the median, a paired ratio.
#pragma once

#include "core/values/trial.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace octet::measure {

double median(std::vector<double> values); // mean of the middle two; 0 when empty
/// p50, p90, p99 (nearest rank; p50 as median()), min, mean and the 95 % interval of the median by order statistics
/// (normal approximation of the binomial ranks). Ratios are left alone.
Latency summarise(const std::vector<double>& ms);
/// Median of a[i] / b[i] and its 95 % percentile bootstrap interval (1,000 resamples, fixed seed).
struct Ratio
{
    double value = 0, low = 0, high = 0;
};
Ratio pairedRatio(const std::vector<double>& a, const std::vector<double>& b);

/// How times in the order in which they were taken changed: median of the last third against that of the first. `spread`
/// is the interquartile range within the two thirds, as a share of their medians.
struct Drift
{
    static constexpr double negligible = 0.03;
    double change = 0, spread = 0;
    bool beyondSpread() const { return std::abs(change) > std::max(spread, negligible); }
};
Drift driftOf(const std::vector<double>& ms); // none below nine times

} // namespace octet::measure
