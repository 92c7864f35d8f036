// SPDX-License-Identifier: GPL-3.0-or-later
// Scalar forms of every kernel: the oracle of the tests. Written for reading; double where that settles rounding.
#pragma once

#include "core/engine/activation.h"
#include "core/engine/kernels/kernels.h"

#include <cstdint>
#include <span>
#include <vector>

namespace octet::engine::reference {

float geluErf(float x);
float geluTanh(float x);
float relu(float x);
float tanh(float x);
float activated(float x, Activation activation);
std::uint16_t toBf16(float x); // to nearest even
float fromBf16(std::uint16_t x);
/// (x - mean) / sqrt(variance + epsilon) * gamma + beta; beta may be empty.
std::vector<float> layerNorm(std::span<const float> x, std::span<const float> gamma, std::span<const float> beta,
                             float epsilon);
/// clamp(round half to even(x * (1 / scale)) + zeroPoint, 0, 255)
std::uint8_t quantize(float x, float scale, std::int32_t zeroPoint);
float dequantize(std::int32_t accumulator, std::int32_t columnSum, float scale, float bias, std::int32_t zeroPoint,
                 float rowScale);
/// [M, K] x [K, N], summed in double
std::vector<double> product(std::span<const float> a, std::span<const float> w, std::int64_t m, std::int64_t k,
                            std::int64_t n);
/// [M, K] u8 x [K, N] s8 -> [M, N] s32
std::vector<std::int32_t> product(std::span<const std::uint8_t> a, std::span<const std::int8_t> w, std::int64_t m,
                                  std::int64_t k, std::int64_t n);
/// Writes task.out.
void attention(const AttentionTask& task);
/// The same of Q, K and V rounded to bf16, and with exponentials rounded so before they are summed.
void attentionHalves(const AttentionTask& task);
/// Exactly the whole numbers of the int8 kernel, the softmax in double. Writes task.out.
void attentionBytes(const ByteAttentionTask& task);

/// Largest allowed |kernel - reference| for inputs of magnitude up to 8: absolute up to a value of 1, relative to it
/// beyond. Exact kernels: 0.
struct Tolerance
{
    const char* kernel;
    double absolute;
};
constexpr Tolerance tolerances[] = {
    {"dequantize", 2e-6}, // one rounding differs (fused multiply-add)
    {"add", 0},
    {"geluErf", 1.5e-6},
    {"geluTanh", 1.5e-6},
    {"relu", 0},
    {"tanh", 3e-7},
    {"layerNorm", 4e-6},
    {"quantize", 0},
    {"toBf16", 0},
    {"range", 0},
    {"attention", 4e-6},
    {"attentionHalves", 4e-3}, // of the largest value: an exponential may round to its neighbour
    {"attentionBytes", 8e-3}, // of the largest value: a probability of 255 steps may round to its neighbour
    {"product", 4e-6}, // the int8 product of our own: sums exact, the rest as dequantize and its activation
    {"productFloats", 2e-6}, // of the sum of magnitudes
    {"productHalves", 2e-6}, // the same, of operands that are bf16
    {"oneDnnU8S8", 0},
};
/// Not a number, which nothing is within, for a kernel that has no row.
double tolerance(const char* kernel);

} // namespace octet::engine::reference
