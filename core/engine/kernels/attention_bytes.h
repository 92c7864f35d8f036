// SPDX-License-Identifier: GPL-3.0-or-later
// Attention of one head in int8: softmax(Q K^T * scale + mask) V with both products on bytes. Scalar form:
// core/engine/reference.
#pragma once

#include "core/engine/kernels/product.h"

#include <cstddef>
#include <cstdint>

namespace octet::engine {

/// Bytes with an affine meaning: real = (byte - zeroPoint) * scale; columns lie next to each other.
struct ByteOperand
{
    const std::uint8_t* values = nullptr; // [rows, row]
    std::int64_t row = 0; // bytes from row to row
    float scale = 1;
    std::int32_t zeroPoint = 0;
    const float* scales = nullptr; // one a row (token), then zeroPoint is 128; or null
};

struct ByteAttentionTask
{
    ByteOperand q, k, v; // [queries, depth], [keys, depth], [keys, width]
    const float* mask = nullptr; // [queries, keys] or null; rows at any stride, columns at 0 or 1
    std::int64_t maskRow = 0, maskColumn = 0;
    const float* outFactors = nullptr; // [width], smoothing of the columns of v that is made up for; null = all 1
    float* out = nullptr; // [queries, width] or null
    std::int64_t outRow = 0, outColumn = 1;
    ByteOutput bytes; // the same quantized, or nothing; only where `width` and bytesColumn are multiples of 16
    std::int64_t bytesRow = 0, bytesColumn = 0; // of `bytes`, where the first query's first column lies
    std::int64_t queries = 0, keys = 0, depth = 0, width = 0;
    float scale = 1;
    std::byte* scratch = nullptr; // byteAttentionScratch() bytes, 64-byte aligned
};

void attentionBytesAmx(const ByteAttentionTask& task); // only where tiles are allowed: product_choice.h
void attentionBytesEmulated(const ByteAttentionTask& task); // the same over emulated tiles, for tests

std::int64_t byteAttentionScratch(std::int64_t keys, std::int64_t depth, std::int64_t width);

/// Keys up to the last that some query may see: an additive mask of -9999 or less hides a key. All of them when the
/// mask differs from query to query, or hides everything. No work is done behind.
std::int64_t visibleKeys(
    const float* mask, std::int64_t maskRow, std::int64_t maskColumn, std::int64_t queries, std::int64_t keys);

} // namespace octet::engine
