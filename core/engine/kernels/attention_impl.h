// SPDX-License-Identifier: GPL-3.0-or-later
// Attention of one head in fp32, compiled once per ISA. Keys are packed so that scores are computed a vector of keys at
// a time; the scores of a few queries stay in L1; the sum of the exponentials is divided out at the very end.
//
// Every score is a sum over the depth in order, every output a sum over the keys in order, the row sum goes lane by
// lane: appending masked keys adds exact zeros, so a row does not depend on padding.
#pragma once

#include "core/engine/kernels/attention_bytes_impl.h"
#include "core/engine/kernels/kernels.h"
#include "core/engine/kernels/rows_impl.h"
#include "core/engine/kernels/simd.h"
#include "core/engine/kernels/simd_math.h"

namespace octet::engine::OCTET_ISA {

constexpr std::int64_t queryBlock = lanes == 16 ? 8 : 4; // rows of a tile: as many as the registers hold

inline std::int64_t roundUp(std::int64_t n, std::int64_t to)
{
    return (n + to - 1) / to * to;
}

/// [rows, columns] with any strides -> rows of `stride` floats, zero behind the columns.
inline void pack(const float* from, std::int64_t rowStep, std::int64_t columnStep, std::int64_t rows,
                 std::int64_t columns, float* to, std::int64_t stride)
{
    if (columnStep != 1 && rowStep == 1) {
        // Transposed source: read along its rows.
        for (std::int64_t c = 0; c < columns; ++c)
            for (std::int64_t r = 0; r < rows; ++r)
                to[r * stride + c] = from[c * columnStep + r];
    } else {
        for (std::int64_t r = 0; r < rows; ++r)
            for (std::int64_t c = 0; c < columns; ++c)
                to[r * stride + c] = from[r * rowStep + c * columnStep];
    }
    for (std::int64_t r = 0; r < rows; ++r)
        for (std::int64_t c = columns; c < stride; ++c)
            to[r * stride + c] = 0;
}

/// C[Rows][Vectors] = sum over k of a[row][k] * b[k][..], in order of k.
template <int Rows, int Vectors>
inline void tile(const float* a, std::int64_t aRow, const float* b, std::int64_t bRow, std::int64_t k, float* c,
                 std::int64_t cRow)
{
    // Unrolled by hand of the compiler, so that the accumulators are registers and not an array.
    Vec acc[Rows][Vectors];
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 2
        for (int v = 0; v < Vectors; ++v)
            acc[r][v] = Vec::zero();
    for (std::int64_t i = 0; i < k; ++i) {
        Vec column[Vectors];
#pragma GCC unroll 2
        for (int v = 0; v < Vectors; ++v)
            column[v] = Vec::load(b + i * bRow + v * lanes);
#pragma GCC unroll 8
        for (int r = 0; r < Rows; ++r) {
            const Vec x = Vec::all(a[r * aRow + i]);
#pragma GCC unroll 2
            for (int v = 0; v < Vectors; ++v)
                acc[r][v] = fma(x, column[v], acc[r][v]);
        }
    }
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 2
        for (int v = 0; v < Vectors; ++v)
            acc[r][v].store(c + r * cRow + v * lanes);
}

/// A product with `n` columns, a multiple of the lanes.
template <int Rows>
inline void rowsTimes(const float* a, std::int64_t aRow, const float* b, std::int64_t bRow, std::int64_t k, float* c,
                      std::int64_t cRow, std::int64_t n)
{
    std::int64_t j = 0;
    for (; j + 2 * lanes <= n; j += 2 * lanes)
        tile<Rows, 2>(a, aRow, b + j, bRow, k, c + j, cRow);
    for (; j < n; j += lanes)
        tile<Rows, 1>(a, aRow, b + j, bRow, k, c + j, cRow);
}

inline void productOfRows(std::int64_t rows, const float* a, std::int64_t aRow, const float* b, std::int64_t bRow,
                          std::int64_t k, float* c, std::int64_t cRow, std::int64_t n)
{
    switch (rows) {
    case 8: rowsTimes<8>(a, aRow, b, bRow, k, c, cRow, n); break;
    case 7: rowsTimes<7>(a, aRow, b, bRow, k, c, cRow, n); break;
    case 6: rowsTimes<6>(a, aRow, b, bRow, k, c, cRow, n); break;
    case 5: rowsTimes<5>(a, aRow, b, bRow, k, c, cRow, n); break;
    case 4: rowsTimes<4>(a, aRow, b, bRow, k, c, cRow, n); break;
    case 3: rowsTimes<3>(a, aRow, b, bRow, k, c, cRow, n); break;
    case 2: rowsTimes<2>(a, aRow, b, bRow, k, c, cRow, n); break;
    default: rowsTimes<1>(a, aRow, b, bRow, k, c, cRow, n);
    }
}

/// scores -> exponentials of what lies below the maximum; gives their sum. Keys behind `keys` become 0.
inline float softmaxRow(float* scores, const float* mask, std::int64_t maskColumn, float scale, std::int64_t keys,
                        std::int64_t paddedKeys)
{
    const Vec factor = Vec::all(scale);
    Vec top = Vec::all(-3.402823466e38f);
    for (std::int64_t j = 0; j < paddedKeys; j += lanes) {
        const Mask m = firstLanes(keys - j);
        Vec s = Vec::load(scores + j) * factor;
        if (mask)
            s = s + (maskColumn == 1 ? Vec::load(mask + j, m) : Vec::all(*mask));
        s = select(m, s, Vec::all(-3.402823466e38f));
        s.store(scores + j);
        top = max(top, s);
    }
    const Vec highestScore = Vec::all(highest(top));
    Vec total = Vec::zero();
    for (std::int64_t j = 0; j < paddedKeys; j += lanes) {
        const Vec e = select(firstLanes(keys - j), expOfNegative(Vec::load(scores + j) - highestScore), Vec::zero());
        e.store(scores + j);
        total = total + e;
    }
    return sum(total);
}

inline void attentionHead(const AttentionTask& whole)
{
    AttentionTask t = whole;
    t.keys = visibleKeys(t.mask, t.maskRow, t.maskColumn, t.queries, t.keys);
    const std::int64_t paddedKeys = roundUp(t.keys, lanes), paddedWidth = roundUp(t.width, lanes);
    float* packedKt = t.scratch; // [depth, paddedKeys]
    float* packedV = packedKt + t.depth * paddedKeys; // [keys, paddedWidth]
    float* packedQ = packedV + t.keys * paddedWidth; // [queryBlock, depth]
    float* scores = packedQ + roundUp(queryBlock * t.depth, lanes); // [queryBlock, paddedKeys]
    float* result = scores + queryBlock * paddedKeys; // [queryBlock, paddedWidth]
    pack(t.kt, t.ktRow, t.ktColumn, t.depth, t.keys, packedKt, paddedKeys);
    // Rows that already lie as the tiles read them are read in place.
    const bool wholeRows = t.width == paddedWidth;
    const float* v = t.v;
    std::int64_t vRow = t.vRow;
    if (t.vColumn != 1 || !wholeRows) {
        pack(t.v, t.vRow, t.vColumn, t.keys, t.width, packedV, paddedWidth);
        v = packedV, vRow = paddedWidth;
    }
    for (std::int64_t at = 0; at < t.queries; at += queryBlock) {
        const std::int64_t rows = t.queries - at < queryBlock ? t.queries - at : queryBlock;
        const float* q = t.q + at * t.qRow;
        std::int64_t qRow = t.qRow;
        if (t.qColumn != 1) {
            pack(q, t.qRow, t.qColumn, rows, t.depth, packedQ, t.depth);
            q = packedQ, qRow = t.depth;
        }
        productOfRows(rows, q, qRow, packedKt, paddedKeys, t.depth, scores, paddedKeys, paddedKeys);
        float sums[queryBlock];
        for (std::int64_t r = 0; r < rows; ++r) {
            const float* mask = t.mask ? t.mask + (at + r) * t.maskRow : nullptr;
            sums[r] = softmaxRow(scores + r * paddedKeys, mask, t.maskColumn, t.scale, t.keys, paddedKeys);
        }
        productOfRows(rows, scores, paddedKeys, v, vRow, t.keys, result, paddedWidth, paddedWidth);
        for (std::int64_t r = 0; r < rows; ++r) {
            const float inverse = 1.0f / sums[r];
            const float* from = result + r * paddedWidth;
            float* to = t.out + (at + r) * t.outRow;
            if (t.outColumn == 1 && wholeRows) {
                for (std::int64_t c = 0; c < t.width; c += lanes)
                    (Vec::load(from + c) * Vec::all(inverse)).store(to + c);
            } else {
                for (std::int64_t c = 0; c < t.width; ++c)
                    to[c * t.outColumn] = from[c] * inverse;
            }
        }
    }
}

inline Kernels table(const char* name)
{
    return {name, dequantizeRow, addRow, geluErfRow, geluTanhRow, reluRow, tanhRow, layerNormRow, quantizeRow, bf16Row, rangeRow,
            attentionHead, byteAttentionHead, name, nullptr, ""};
}

} // namespace octet::engine::OCTET_ISA
