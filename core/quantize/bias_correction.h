// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/affine.h"

#include <vector>

namespace octet::quantize {

/// What the bias of a product must gain so that its output keeps its mean although the weights are rounded: for every
/// column the sum over k of means[k] * (weight - dequantized weight). M. Nagel et al., "Data-Free Quantization through
/// Weight Equalization and Bias Correction", ICCV 2019, section 4.2, with measured means.
std::vector<float> biasCorrection(const graph::Weight& weight, bool transposed, const QuantizedWeight& quantized,
    const std::vector<float>& smoothing, const std::vector<float>& means);

} // namespace octet::quantize
