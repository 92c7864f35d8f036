// SPDX-License-Identifier: GPL-3.0-or-later
// Attention of one head in fp32, compiled once per ISA. Keys are packed so that scores are computed a vector of keys at
// a time; the scores of a few queries stay in L1; the sum of the exponentials is divided out at the very end.
//
// Every score is a sum over the depth in order, every output a sum over the keys in order, the row sum goes lane by
// lane: appending masked keys adds exact zeros, so a row does not depend on padding.
#pragma once

#include "core/engine/kernels/kernels.h"
#include "core/engine/kernels/rows_impl.h"
#include "core/engine/kernels/simd.h"

namespace octet::engine::OCTET_ISA {

constexpr std::int64_t queryBlock = 4;

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
    Vec acc[Rows][Vectors];
    for (int r = 0; r < Rows; ++r)
        for (int v = 0; v < Vectors; ++v)
            acc[r][v] = Vec::zero();
    for (std::int64_t i = 0; i < k; ++i) {
        Vec column[Vectors];
        for (int v = 0; v < Vectors; ++v)
            column[v] = Vec::load(b + i * bRow + v * lanes);
        for (int r = 0; r < Rows; ++r) {
            const Vec x = Vec::all(a[r * aRow + i]);
            for (int v = 0; v < Vectors; ++v)
                acc[r][v] = fma(x, column[v], acc[r][v]);
        }
    }
    for (int r = 0; r < Rows; ++r)
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
        const Vec e = select(firstLanes(keys - j), exp(Vec::load(scores + j) - highestScore), Vec::zero());
        e.store(scores + j);
        total = total + e;
    }
    return sum(total);
}

inline void attentionHead(const AttentionTask& t)
{
    const std::int64_t paddedKeys = roundUp(t.keys, lanes), paddedWidth = roundUp(t.width, lanes);
    float* packedKt = t.scratch; // [depth, paddedKeys]
    float* packedV = packedKt + t.depth * paddedKeys; // [keys, paddedWidth]
    float* query = packedV + t.keys * paddedWidth; // [queryBlock, depth]
    float* scores = query + roundUp(queryBlock * t.depth, lanes); // [queryBlock, paddedKeys]
    float* result = scores + queryBlock * paddedKeys; // [queryBlock, paddedWidth]
    pack(t.kt, t.ktRow, t.ktColumn, t.depth, t.keys, packedKt, paddedKeys);
    pack(t.v, t.vRow, t.vColumn, t.keys, t.width, packedV, paddedWidth);
    for (std::int64_t at = 0; at < t.queries; at += queryBlock) {
        const std::int64_t rows = t.queries - at < queryBlock ? t.queries - at : queryBlock;
        pack(t.q + at * t.qRow, t.qRow, t.qColumn, rows, t.depth, query, t.depth);
        productOfRows(rows, query, t.depth, packedKt, paddedKeys, t.depth, scores, paddedKeys, paddedKeys);
        float sums[queryBlock];
        for (std::int64_t r = 0; r < rows; ++r) {
            const float* mask = t.mask ? t.mask + (at + r) * t.maskRow : nullptr;
            sums[r] = softmaxRow(scores + r * paddedKeys, mask, t.maskColumn, t.scale, t.keys, paddedKeys);
        }
        productOfRows(rows, scores, paddedKeys, packedV, paddedWidth, t.keys, result, paddedWidth, paddedWidth);
        for (std::int64_t r = 0; r < rows; ++r) {
            const float inverse = 1.0f / sums[r];
            float* to = t.out + (at + r) * t.outRow;
            for (std::int64_t c = 0; c < t.width; ++c)
                to[c * t.outColumn] = result[r * paddedWidth + c] * inverse;
        }
    }
}

inline Kernels table(const char* name)
{
    return {name, dequantizeRow, addRow, geluErfRow, geluTanhRow, reluRow, tanhRow, layerNormRow, quantizeRow, rangeRow,
            attentionHead};
}

} // namespace octet::engine::OCTET_ISA
