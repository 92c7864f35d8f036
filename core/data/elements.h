// SPDX-License-Identifier: GPL-3.0-or-later
// Elements of arrays in the type that a model wants.
#pragma once

#include "core/values/tensor.h"

#include <cstdint>
#include <string>
#include <vector>

namespace octet::data {

bool isInteger(DType type); // bool counts
/// Element of an integer array; uint64 beyond int64 becomes negative.
std::int64_t integerAt(const Tensor& tensor, std::size_t index);
float halfToFloat(std::uint16_t bits); // IEEE 754 binary16

/// How one array becomes one model input.
struct Conversion
{
    DType from = DType::F32, to = DType::F32;
    /// uint8 -> float32: a value for each of 256, for every channel; empty otherwise.
    std::vector<float> pixels;
    std::size_t channels = 1;
    std::size_t channelStep = 1; // elements between two channels
};

/// Whether an array of `from` can feed an input of `to` (without loss, or as pixels).
bool convertible(DType from, DType to);
/// Table of (x/255 - mean)/std in float32; empty mean and std: x/255. One entry stands for all channels.
std::vector<float> pixelTable(const std::vector<double>& mean, const std::vector<double>& std, std::size_t channels);

/// Converts `count` elements of `source` from `first` on into `target` (elements of `to`).
void convert(
    const Conversion& conversion, const Tensor& source, std::size_t first, std::size_t count, std::byte* target);
/// First element that the wanted type cannot hold, or that is not finite; npos = none.
std::size_t firstBadElement(const Tensor& tensor, DType wanted);

} // namespace octet::data
