// SPDX-License-Identifier: GPL-3.0-or-later
// Smoothing: a channel of an activation is divided by a factor before it is quantized, and what multiplies it makes up
// for that, so that outliers of few channels do not cost the others their resolution. SmoothQuant (G. Xiao et al., ICML
// 2023), here at the quantizer: no value of the model changes.
#pragma once

#include "core/quantize/products.h"
#include "core/quantize/statistics.h"

#include <map>
#include <string>
#include <vector>

namespace octet::quantize {

constexpr double searchedAlpha = -1; // OpSettings::smoothing: the best of a few per value

/// Whether the products of this kind can be smoothed: all but Conv.
bool canSmooth(ProductKind kind);

/// |x|^alpha / |w|^(1 - alpha) for every channel, to the nearest quarter of an octave; 1 where either is 0 or not finite.
std::vector<float> smoothingFactors(
    const std::vector<float>& activationMaxima, const std::vector<float>& weightMaxima, double alpha);

/// What the range of one value with smoothing follows from. `product` is any that reads the value (as activation, or
/// as second operand of an attention); all products with weights that read it share the factors.
struct SmoothingInput
{
    const graph::Model& model;
    const std::vector<Product>& products;
    bool perTensorWeights = false; // some reader has one scale for all its weights: counts in a searched alpha
    const std::map<std::string, ValueStatistics>& statistics; // with channels: of the value, for Scores of both operands
};
/// Importance of every channel of a value for the products that read it: the squared norm of its weight rows, summed
/// over the readers, in 65,535ths of the largest (for V of an attention: rows of its output projection); empty when no
/// product with weights reads it.
std::vector<std::uint32_t> channelWeights(
    const graph::Model& model, const std::vector<Product>& products, const std::string& value, std::size_t channels);
/// Values that must have statistics before smoothedRange(): the value itself, and the other operand of Scores.
std::vector<std::string> smoothingNeeds(const SmoothingInput& input, const std::string& value);
/// Min-max range of the smoothed value; it holds the factors. Throws Error(Data) when nothing finite was seen, and
/// Error(Unsupported) when the value has no channels.
Range smoothedRange(const SmoothingInput& input, const std::string& value, double alpha);

} // namespace octet::quantize
