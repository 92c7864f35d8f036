// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/range_error.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace octet {

namespace {

constexpr int levels = 255;
constexpr double leastDecibels = -200;

/// Of a number that lies anywhere within `width` around x.
double expectedError(double x, double width, double low, double high)
{
    const double step = (high - low) / levels;
    if (x < low || x > high) {
        const double cut = x < low ? low - x : x - high;
        return cut * cut;
    }
    if (width >= step / 2)
        return step * step / 12;
    const double rest = x - std::round(x / step) * step; // all of them go to one level
    return rest * rest + width * width / 12;
}

} // namespace

double squaredError(std::span<const HistogramBin> bins, double low, double high)
{
    if (!(high > low))
        return std::numeric_limits<double>::infinity();
    double error = 0;
    for (const HistogramBin& bin : bins)
        if (bin.count > 0)
            error += expectedError((bin.low + bin.high) / 2, bin.high - bin.low, low, high)
                * static_cast<double>(bin.count);
    return error;
}

RangeError rangeError(std::span<const HistogramBin> bins, Interval range, Scheme scheme)
{
    if (scheme == Scheme::Sym) {
        range.max = std::max(std::abs(range.min), std::abs(range.max));
        range.min = -range.max;
    }
    const bool empty = !(range.max > range.min);
    double all = 0, outside = 0, signal = 0, lost = 0;
    const auto add = [&](double low, double high, double count) {
        const double x = (low + high) / 2, spread = (high - low) * (high - low) / 12;
        const bool isOutside = x < range.min || x > range.max;
        all += count;
        signal += count * (x * x + spread);
        outside += isOutside ? count : 0;
        if (!empty)
            lost += count * (expectedError(x, high - low, range.min, range.max) + (isOutside ? spread : 0));
    };
    // A bin in which the range ends is taken apart there, so that an end that moves changes the error smoothly.
    for (const HistogramBin& bin : bins) {
        const double width = bin.high - bin.low, count = static_cast<double>(bin.count);
        const double from = std::clamp(range.min, bin.low, bin.high), to = std::clamp(range.max, from, bin.high);
        if (!(width > 0)) {
            add(bin.low, bin.high, count);
            continue;
        }
        for (const auto& [low, high] : {std::pair(bin.low, from), std::pair(from, to), std::pair(to, bin.high)})
            if (high > low)
                add(low, high, count * (high - low) / width);
    }
    RangeError error;
    if (!(all > 0))
        return error;
    error.clipped = outside / all;
    if (empty)
        error.decibels = leastDecibels;
    else if (signal > 0)
        error.decibels = std::clamp(10 * std::log10(signal / lost), leastDecibels, -leastDecibels);
    return error;
}

} // namespace octet
