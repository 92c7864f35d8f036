// SPDX-License-Identifier: GPL-3.0-or-later
// What 8 bits between two ends lose of a distribution, from its histogram alone.
#pragma once

#include "core/values/evidence.h"

#include <span>

namespace octet {

/// Expected sum over all numbers when [low, high] is cut into the 255 steps of u8 and what lies outside goes to the ends;
/// infinity when high is not above low.
double squaredError(std::span<const HistogramBin> bins, double low, double high);

struct RangeError
{
    double clipped = 0; // share of the numbers that lie outside, 0..1
    double decibels = 0; // SQNR: mean square over mean squared error; -200 when the range is empty
};

/// Zeroes for an empty histogram. Scheme::Sym widens the range to both sides first.
RangeError rangeError(std::span<const HistogramBin> bins, Interval range, Scheme scheme = Scheme::Asym);

} // namespace octet
