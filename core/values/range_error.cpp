// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/range_error.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace octet {

double squaredError(std::span<const HistogramBin> bins, double low, double high)
{
    constexpr int levels = 255;
    const double step = (high - low) / levels;
    if (!(step > 0))
        return std::numeric_limits<double>::infinity();
    double error = 0;
    for (const HistogramBin& bin : bins) {
        if (bin.count == 0)
            continue;
        const double x = (bin.low + bin.high) / 2, width = bin.high - bin.low;
        double e = 0;
        if (x < low || x > high) {
            const double cut = x < low ? low - x : x - high;
            e = cut * cut;
        } else if (width < step / 2) { // all of the bin goes to one level
            const double rest = x - std::round(x / step) * step;
            e = rest * rest + width * width / 12;
        } else {
            e = step * step / 12;
        }
        error += e * static_cast<double>(bin.count);
    }
    return error;
}

RangeError rangeError(std::span<const HistogramBin> bins, Interval range, Scheme scheme)
{
    if (scheme == Scheme::Sym) {
        range.max = std::max(std::abs(range.min), std::abs(range.max));
        range.min = -range.max;
    }
    double all = 0, outside = 0, signal = 0;
    for (const HistogramBin& bin : bins) {
        const auto count = static_cast<double>(bin.count);
        const double x = (bin.low + bin.high) / 2, width = bin.high - bin.low;
        all += count;
        signal += count * (x * x + width * width / 12);
        if (width > 0) {
            const double below = std::clamp((range.min - bin.low) / width, 0.0, 1.0);
            const double above = std::clamp((bin.high - range.max) / width, 0.0, 1.0);
            outside += count * std::min(1.0, below + above);
        } else if (x < range.min || x > range.max) {
            outside += count;
        }
    }
    RangeError error;
    if (!(all > 0))
        return error;
    error.clipped = outside / all;
    const double lost = squaredError(bins, range.min, range.max);
    if (signal > 0)
        error.decibels = std::clamp(10 * std::log10(signal / lost), -200.0, 200.0);
    return error;
}

} // namespace octet
