// SPDX-License-Identifier: GPL-3.0-or-later
// The integer arithmetic: scales and zero points of activations (u8) and weights (s8).
#pragma once

#include "core/graph/model.h"
#include "core/values/ranges.h"

#include <cstdint>
#include <vector>

namespace octet::quantize {

/// x is approximately scale * (q - zeroPoint).
struct Affine
{
    float scale = 1;
    std::int32_t zeroPoint = 0;
};

/// u8 activations. Asym: [min, max] onto 0..255 with 0.0 exactly representable (ONNX QuantizeLinear's rule, zero point
/// rounded half to even). Sym: zero point 128, scale = max|x| / 127. A degenerate range gives scale 1.
Affine activationAffine(const Range& range, Scheme scheme);

/// s8 weights of a [K, N] matrix (row major, or [N, K] when `transposed`), row k multiplied with
/// smoothing[k] where that is given, symmetric: scale = max|w| / qmax with qmax
/// 127 (8 bits) or 63 (7 bits); one scale a column (per channel) or one for all.
struct QuantizedWeight
{
    std::int64_t k = 0, n = 0;
    std::vector<std::int8_t> values; // [K, N] row major
    std::vector<float> scales; // N, or 1
    std::vector<std::int32_t> columnSums; // N: sum over k, for the zero point correction
};
QuantizedWeight quantizeWeight(
    const graph::Weight& weight, std::int64_t k, std::int64_t n, bool transposed, Granularity granularity, int bits,
    const std::vector<float>& smoothing = {});

} // namespace octet::quantize
