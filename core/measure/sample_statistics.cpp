// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/sample_statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace octet::measure {

namespace {

double nearestRank(const std::vector<double>& sorted, double share)
{
    const double rank = std::ceil(share * static_cast<double>(sorted.size()));
    return sorted[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

} // namespace

double median(std::vector<double> values)
{
    if (values.empty())
        return 0;
    const std::size_t half = values.size() / 2;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(half);
    std::nth_element(values.begin(), middle, values.end());
    if (values.size() % 2 == 1)
        return *middle;
    return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

Latency summarise(const std::vector<double>& ms)
{
    Latency latency;
    if (ms.empty())
        return latency;
    std::vector<double> sorted = ms;
    std::sort(sorted.begin(), sorted.end());
    const auto n = static_cast<double>(sorted.size());
    latency.runs = static_cast<int>(sorted.size());
    latency.p50 = median(sorted);
    latency.p90 = nearestRank(sorted, 0.9);
    latency.p99 = nearestRank(sorted, 0.99);
    latency.min = sorted.front();
    latency.mean = std::accumulate(sorted.begin(), sorted.end(), 0.0) / n;
    const double half = 0.98 * std::sqrt(n); // 1.96 standard deviations of a binomial(n, 1/2)
    const double low = std::clamp(std::floor(n / 2 - half), 1.0, n),
                 high = std::clamp(std::ceil(n / 2 + half + 1), 1.0, n);
    latency.ciLow = sorted[static_cast<std::size_t>(low) - 1];
    latency.ciHigh = sorted[static_cast<std::size_t>(high) - 1];
    return latency;
}

Drift driftOf(const std::vector<double>& ms)
{
    const auto third = static_cast<std::ptrdiff_t>(ms.size() / 3);
    if (third < 3)
        return {};
    const std::vector<double> first(ms.begin(), ms.begin() + third), last(ms.end() - third, ms.end());
    const double before = median(first), after = median(last);
    if (before <= 0 || after <= 0)
        return {};
    std::vector<double> shares;
    for (const double x : first)
        shares.push_back(x / before);
    for (const double x : last)
        shares.push_back(x / after);
    std::sort(shares.begin(), shares.end());
    return {after / before - 1, nearestRank(shares, 0.75) - nearestRank(shares, 0.25)};
}

Ratio pairedRatio(const std::vector<double>& a, const std::vector<double>& b)
{
    std::vector<double> ratios;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
        if (b[i] > 0)
            ratios.push_back(a[i] / b[i]);
    if (ratios.empty())
        return {};
    std::mt19937 random(1978);
    std::vector<double> medians;
    std::vector<double> drawn(ratios.size());
    for (int resample = 0; resample < 1000; ++resample) {
        for (double& value : drawn)
            value = ratios[random() % ratios.size()];
        medians.push_back(median(drawn));
    }
    std::sort(medians.begin(), medians.end());
    return {median(ratios), nearestRank(medians, 0.025), nearestRank(medians, 0.975)};
}

} // namespace octet::measure
