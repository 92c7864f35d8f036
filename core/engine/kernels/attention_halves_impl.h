// SPDX-License-Identifier: GPL-3.0-or-later
// Attention of one head in bf16: Q, K, V and the exponentials are rounded to bf16, sums are fp32. Compiled for
// AVX512-BF16, for AMX, and over emulated tiles.
//
// Operands are fp32 in memory and are rounded as they are packed: keys by two along the depth, values by two along the
// keys. The scores of a few queries stay in L1; the sum of the rounded exponentials is divided out at the very end.
//
// Sums run in an order that positions alone decide, and hidden keys weigh exactly nothing: a row does not depend on
// padding.
#pragma once

#include "core/engine/kernels/group_product_impl.h"
#include "core/engine/kernels/halves.h"
#include "core/engine/kernels/kernels.h"
#include "core/engine/kernels/simd_math.h"

namespace octet::engine::OCTET_ISA {

/// Up to `count` columns (all lanes at most, none from 0 down) that lie `step` floats apart, the others 0.
inline Vec loadColumns(const float* from, std::int64_t step, std::int64_t count)
{
    if (count <= 0)
        return Vec::zero();
    if (step == 1)
        return count >= lanes ? Vec::load(from) : Vec::load(from, firstLanes(count));
    alignas(64) float row[lanes] = {};
    for (std::int64_t i = 0; i < count && i < lanes; ++i)
        row[i] = from[i * step];
    return Vec::load(row);
}

/// A matrix of floats at any strides, to be packed by two along its rows.
struct Matrix
{
    const float* values;
    std::int64_t rowStep, columnStep, rows, columns;
};

/// -> [paddedRows / 2][paddedColumns][2] halves, 0 behind the matrix; paddedRows even, paddedColumns a multiple of 16.
inline void packPairs(const Matrix& m, std::uint16_t* to, std::int64_t paddedRows, std::int64_t paddedColumns)
{
    const auto put = [&](VecI pairs, std::int64_t group, std::int64_t column) {
        toInts(pairs, reinterpret_cast<std::int32_t*>(to) + group * paddedColumns + column);
    };
    if (m.rowStep == 1 && m.columnStep != 1) { // read as it lies, a block is turned in registers
        for (std::int64_t c = 0; c < paddedColumns; c += lanes)
            for (std::int64_t r = 0; r < paddedRows; r += 2 * lanes) {
                VecI block[lanes];
                for (int i = 0; i < lanes; ++i) {
                    const std::int64_t left = c + i < m.columns ? m.rows - r : 0;
                    const float* from = m.values + (c + i) * m.columnStep + r;
                    block[i] = halvesOf(loadColumns(from, 1, left), loadColumns(from + lanes, 1, left - lanes));
                }
                transpose(block);
                for (std::int64_t g = 0; g < lanes && r + 2 * g < paddedRows; ++g)
                    put(block[g], r / 2 + g, c);
            }
        return;
    }
    for (std::int64_t r = 0; r < paddedRows; r += 2)
        for (std::int64_t c = 0; c < paddedColumns; c += lanes) {
            const float* from = m.values + r * m.rowStep + c * m.columnStep;
            const Vec even = loadColumns(from, m.columnStep, r < m.rows ? m.columns - c : 0);
            const Vec odd = loadColumns(from + m.rowStep, m.columnStep, r + 1 < m.rows ? m.columns - c : 0);
            put(pairsOf(even, odd), r / 2, c);
        }
}

template <class Products>
class HalfHead
{
    static constexpr std::int64_t queriesAtOnce = Products::queries;

public:
    explicit HalfHead(const AttentionTask& t)
        : m_t(t)
        , m_keys(visibleKeys(t.mask, t.maskRow, t.maskColumn, t.queries, t.keys))
        , m_columns(upTo(m_keys, 16))
        , m_row(upTo(m_keys, 32))
        , m_width(upTo(t.width, 16))
        , m_depth(upTo(t.depth, Products::unit))
        , m_summedKeys(upTo(m_keys, Products::unit))
    {
        float* at = t.scratch;
        const auto take = [&](std::int64_t floats) {
            float* p = at;
            at += upTo(floats, 16);
            return p;
        };
        m_packedK = reinterpret_cast<std::uint16_t*>(take(m_depth / 2 * m_columns));
        m_packedV = reinterpret_cast<std::uint16_t*>(take(m_summedKeys / 2 * m_width));
        m_packedQ = reinterpret_cast<std::uint16_t*>(take(queriesAtOnce * m_depth / 2));
        m_weights = reinterpret_cast<std::uint16_t*>(take(queriesAtOnce * m_row / 2));
        m_scores = take(queriesAtOnce * m_row);
        m_result = take(queriesAtOnce * m_width);
    }

    void run()
    {
        packPairs({m_t.kt, m_t.ktRow, m_t.ktColumn, m_t.depth, m_keys}, m_packedK, m_depth, m_columns);
        packPairs({m_t.v, m_t.vRow, m_t.vColumn, m_keys, m_t.width}, m_packedV, m_summedKeys, m_width);
        Products products;
        for (std::int64_t at = 0; at < m_t.queries; at += queriesAtOnce) {
            const std::int64_t rows = m_t.queries - at < queriesAtOnce ? m_t.queries - at : queriesAtOnce;
            packQueries(at, rows);
            products.multiply(rows, m_packedQ, m_depth, m_packedK, m_depth, m_columns, m_scores, m_row);
            float sums[queriesAtOnce];
            for (std::int64_t r = 0; r < rows; ++r)
                sums[r] = softmax(at + r, r);
            products.multiply(rows, m_weights, m_row, m_packedV, m_summedKeys, m_width, m_result, m_width);
            for (std::int64_t r = 0; r < rows; ++r)
                finish(at + r, r, sums[r]);
        }
    }

private:
    void packQueries(std::int64_t at, std::int64_t rows)
    {
        for (std::int64_t r = 0; r < rows; ++r) {
            const float* from = m_t.q + (at + r) * m_t.qRow;
            std::uint16_t* to = m_packedQ + r * m_depth;
            alignas(64) std::uint16_t halves[2 * lanes];
            for (std::int64_t d = 0; d < m_depth; d += 2 * lanes) {
                const VecI some = halvesOf(loadColumns(from + d * m_t.qColumn, m_t.qColumn, m_t.depth - d),
                    loadColumns(from + (d + lanes) * m_t.qColumn, m_t.qColumn, m_t.depth - d - lanes));
                if (m_depth - d >= 2 * lanes) {
                    toInts(some, reinterpret_cast<std::int32_t*>(to + d));
                } else {
                    toInts(some, reinterpret_cast<std::int32_t*>(halves));
                    std::memcpy(to + d, halves, static_cast<std::size_t>(m_depth - d) * 2);
                }
            }
        }
    }

    /// Scores of a row -> exponentials in bf16; gives their sum.
    float softmax(std::int64_t query, std::int64_t r)
    {
        constexpr float log2e = 1.44269504088896341f, hidden = -1e30f, behind = -3e38f;
        float* scores = m_scores + r * m_row;
        std::uint16_t* weights = m_weights + r * m_row;
        const float* mask = m_t.mask ? m_t.mask + query * m_t.maskRow : nullptr;
        const Vec factor = Vec::all(m_t.scale * log2e);
        Vec top = Vec::all(behind);
        std::int64_t j = 0;
        for (; j < m_columns; j += lanes) {
            const std::int64_t left = m_keys - j;
            Vec s = Vec::load(scores + j) * factor;
            if (mask) {
                const Vec own = m_t.maskColumn == 1 ? loadColumns(mask + j, 1, left) : Vec::all(*mask);
                s = s + max(own * Vec::all(log2e), Vec::all(hidden));
            }
            if (left < lanes)
                s = select(firstLanes(left > 0 ? left : 0), s, Vec::all(behind));
            s.store(scores + j);
            top = max(top, s);
        }
        for (; j < m_row; j += lanes)
            Vec::all(behind).store(scores + j);
        const Vec highestScore = Vec::all(highest(top));
        const auto weight = [&](const float* score) {
            const Vec x = Vec::load(score) - highestScore;
            return selectLess(x, Vec::all(-126.0f), Vec::zero(), powerOfTwo(x));
        };
        Vec lower = Vec::zero(), upper = Vec::zero();
        for (j = 0; j < m_row; j += 2 * lanes) {
            const VecI halves = halvesOf(weight(scores + j), weight(scores + j + lanes));
            toInts(halves, reinterpret_cast<std::int32_t*>(weights + j));
            lower = lower + lowerHalves(halves);
            upper = upper + upperHalves(halves);
        }
        return sum(lower + upper);
    }

    void finish(std::int64_t query, std::int64_t r, float sum)
    {
        const Vec inverse = Vec::all(1.0f / sum);
        float* to = m_t.out + query * m_t.outRow;
        for (std::int64_t c = 0; c < m_t.width; c += lanes)
            storeColumns(Vec::load(m_result + r * m_width + c) * inverse, to + c * m_t.outColumn, m_t.outColumn,
                m_t.width - c);
    }

    const AttentionTask& m_t;
    std::int64_t m_keys, m_columns, m_row, m_width, m_depth, m_summedKeys;
    std::uint16_t *m_packedK, *m_packedV, *m_packedQ, *m_weights;
    float *m_scores, *m_result;
};

} // namespace octet::engine::OCTET_ISA
