// SPDX-License-Identifier: GPL-3.0-or-later
// Ranges that a search over a histogram finds: what is cut off against what finer steps gain. u8, asymmetric, 0 inside.
#pragma once

#include "core/quantize/statistics.h"

#include <span>
#include <utility>

namespace octet::quantize {

/// [low, high] within [min, max] that makes the expected squared error smallest, over the histogram's counts. Both ends
/// move, on a grid of an eighth of an octave.
std::pair<double, double> rangeOfLeastSquares(std::span<const HistogramBin> bins, double min, double max);

/// [max(min, -t), min(max, t)] for the t whose quantized distribution has the smallest Kullback-Leibler divergence from the
/// clipped one: S. Migacz, "8-bit inference with TensorRT", GTC 2017.
std::pair<double, double> rangeOfLeastDivergence(std::span<const HistogramBin> bins, double min, double max);

} // namespace octet::quantize
