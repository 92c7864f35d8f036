// SPDX-License-Identifier: GPL-3.0-or-later
// The int8 product of our own, with its epilogue in registers. Weights lie in panels of 48 columns in the order in
// which they are read, so that the next panel can be prefetched while the current one computes; see product_vnni.cpp.
// Scalar form: core/engine/reference.
#pragma once

#include "core/engine/activation.h"
#include "core/engine/kernels/byte_layout.h"

#include <cstdint>
#include <limits>

namespace octet::engine {

/// A finished value quantized on the spot: u8 = clamp(round(x * factor * inverseScale) + zeroPoint).
struct ByteOutput
{
    std::uint8_t* to = nullptr; // null = none
    ByteLayout layout{};
    float inverseScale = 1;
    std::int32_t zeroPoint = 0;
    const float* factors = nullptr; // [N], 1 / smoothing of each column; null = all 1
    std::int64_t firstColumn = 0, endColumn = std::numeric_limits<std::int64_t>::max(); // at least these are written
};

/// out = activation((acc - zeroPoint * columnSum) * scale * rowScale + bias) + residual
struct ProductTask
{
    const std::uint8_t* a = nullptr; // [.., K], row by row; for tiles ByteLayout::tiles(K)
    std::int64_t k = 0, n = 0; // k a multiple of 4
    std::int64_t firstRow = 0, rows = 0; // the block of rows to compute; all arrays begin at row 0; tiles: from a 16th on
    const std::int8_t* panels = nullptr; // PanelWeights::data()
    std::int64_t panelBytes = 0;
    const std::int8_t* nextWeights = nullptr; // what this thread reads after its last panel, for prefetching; may be null
    std::int64_t nextBytes = 0;
    bool prefetchToL1 = false; // not tiles; past L2 where there are few rows: 1 to 5 % faster on AMD's family 26
    const float* scales = nullptr; // [N]
    const std::int32_t* columnSums = nullptr; // [N]
    const float* rowScales = nullptr; // [rows], or null: rowScale for all
    const std::int32_t* rowZeroPoints = nullptr; // [rows], or null: zeroPoint for all
    float rowScale = 1;
    std::int32_t zeroPoint = 0;
    const float* bias = nullptr; // [N] or null
    Activation activation = Activation::None;
    const float* residual = nullptr; // [rows, residualStride] or null
    std::int64_t residualStride = 0;
    float* out = nullptr; // [rows, outStride] or null
    std::int64_t outStride = 0;
    ByteOutput bytes[3]; // Q, K and V of one product have a form each
};

/// Panels [begin, end). Needs AVX-512 VNNI.
void multiplyVnni(const ProductTask& task, std::int64_t begin, std::int64_t end);
/// The same over panels of PanelLayout::Tiles. Needs AMX-INT8, AVX-512 VNNI and allowTiles().
void multiplyAmx(const ProductTask& task, std::int64_t begin, std::int64_t end);
/// multiplyAmx's code over emulated tiles, for tests: any CPU, or any with AVX-512.
void multiplyEmulatedAvx2(const ProductTask& task, std::int64_t begin, std::int64_t end);
void multiplyEmulatedAvx512(const ProductTask& task, std::int64_t begin, std::int64_t end);

} // namespace octet::engine
