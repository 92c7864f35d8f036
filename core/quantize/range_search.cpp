// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/range_search.h"

#include "core/values/range_error.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace octet::quantize {

namespace {

constexpr int stepsPerOctave = 8, octaves = 12;
constexpr int levels = 255; // steps of u8

/// Ends that are tried: the extreme, cut down step by step.
std::vector<double> candidates(double extreme)
{
    std::vector<double> ends;
    for (int i = 0; i <= stepsPerOctave * octaves && extreme != 0; ++i)
        ends.push_back(extreme * std::exp2(-double(i) / stepsPerOctave));
    if (extreme == 0)
        ends.push_back(0);
    return ends;
}

/// Counts as they fall into `parts` equal parts of [low, high]; what lies outside goes to the ends.
std::vector<double> spread(std::span<const HistogramBin> bins, double low, double high, std::size_t parts)
{
    std::vector<double> counts(parts, 0);
    const double width = (high - low) / static_cast<double>(parts);
    const auto clampedPart = [&](double x) {
        const double at = std::floor((x - low) / width);
        return static_cast<std::size_t>(std::clamp(at, 0.0, static_cast<double>(parts - 1)));
    };
    for (const HistogramBin& bin : bins) {
        if (bin.count == 0)
            continue;
        const std::size_t first = clampedPart(bin.low), last = clampedPart(bin.high);
        const double share = static_cast<double>(bin.count) / static_cast<double>(last - first + 1);
        for (std::size_t i = first; i <= last; ++i)
            counts[i] += share;
    }
    return counts;
}

double divergence(std::span<const HistogramBin> bins, double low, double high)
{
    constexpr std::size_t parts = 8, all = parts * levels;
    const std::vector<double> clipped = spread(bins, low, high, all);
    // The candidate knows nothing of what was cut off: TensorRT's trick that makes cutting cost something.
    std::vector<HistogramBin> inside;
    for (const HistogramBin& bin : bins)
        if (bin.low >= low && bin.high <= high)
            inside.push_back(bin);
    const std::vector<double> kept = spread(inside, low, high, all);
    double total = 0, keptTotal = 0;
    for (std::size_t i = 0; i < all; ++i) {
        total += clipped[i];
        keptTotal += kept[i];
    }
    if (!(total > 0) || !(keptTotal > 0))
        return std::numeric_limits<double>::infinity();
    double sum = 0;
    for (std::size_t level = 0; level < levels; ++level) {
        double mass = 0;
        int used = 0;
        for (std::size_t i = level * parts; i < (level + 1) * parts; ++i) {
            mass += kept[i];
            used += clipped[i] > 0;
        }
        for (std::size_t i = level * parts; i < (level + 1) * parts; ++i) {
            if (clipped[i] <= 0)
                continue;
            const double p = clipped[i] / total, q = std::max(mass / used / keptTotal, 1e-12);
            sum += p * std::log(p / q);
        }
    }
    return sum;
}

} // namespace

std::pair<double, double> rangeOfLeastSquares(std::span<const HistogramBin> bins, double min, double max)
{
    const std::vector<double> lows = candidates(std::min(min, 0.0)), highs = candidates(std::max(max, 0.0));
    double low = lows.front(), high = highs.front(), best = squaredError(bins, low, high);
    const auto improve = [&](const std::vector<double>& ends, bool isLow) {
        bool better = false;
        for (const double end : ends) {
            const double error = isLow ? squaredError(bins, end, high) : squaredError(bins, low, end);
            if (error < best) {
                best = error;
                (isLow ? low : high) = end;
                better = true;
            }
        }
        return better;
    };
    // Both ends together first: one alone gains little while the other is far out.
    for (std::size_t i = 0; i < std::max(lows.size(), highs.size()); ++i) {
        const double l = lows[std::min(i, lows.size() - 1)], h = highs[std::min(i, highs.size() - 1)];
        if (const double error = squaredError(bins, l, h); error < best) {
            best = error;
            low = l, high = h;
        }
    }
    for (int round = 0; round < 8; ++round) {
        const bool lowMoved = improve(lows, true), highMoved = improve(highs, false);
        if (!lowMoved && !highMoved)
            break;
    }
    return {low, high};
}

std::pair<double, double> rangeOfLeastDivergence(std::span<const HistogramBin> bins, double min, double max)
{
    const double low = std::min(min, 0.0), high = std::max(max, 0.0);
    std::pair<double, double> result{low, high};
    double best = std::numeric_limits<double>::infinity();
    for (const double threshold : candidates(std::max(-low, high))) {
        const std::pair<double, double> cut{std::max(low, -threshold), std::min(high, threshold)};
        const double d = divergence(bins, cut.first, cut.second);
        if (d < best) {
            best = d;
            result = cut;
        }
    }
    return result;
}

} // namespace octet::quantize
