// SPDX-License-Identifier: GPL-3.0-or-later
// The fp32 product in terms of Vec. A panel is one strip of 48 columns under AVX-512 and two of 24 under AVX2.
#pragma once

#include "core/engine/kernels/ahead.h"
#include "core/engine/kernels/panels.h"
#include "core/engine/kernels/product_floats.h"
#include "core/engine/kernels/simd.h"

namespace octet::engine::OCTET_ISA::floats {

// 24 sums, 3 weights, a number of A: 28 of 32 registers; under AVX2 12 sums and all of 16.
constexpr int vectors = 3, rowsAtOnce = lanes == 16 ? 8 : 4;
constexpr std::int64_t stripColumns = vectors * lanes;
static_assert(panelColumns % stripColumns == 0);

/// A part of the depth of one panel.
struct Part
{
    const float* weights; // [depth][48], from the first column of a strip on
    std::int64_t first, depth, column;
};

template <int Rows>
inline void block(const FloatProductTask& t, std::int64_t row, const Part& part, Ahead ahead)
{
    const float* a = t.a + row * t.aRow + part.first;
    float* c = t.c + row * t.cRow + part.column;
    const std::int64_t left = t.n - part.column;
    const auto some = [&](int v) { return firstLanes(left > v * lanes ? left - v * lanes : 0); };
    Vec sums[Rows][vectors];
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 3
        for (int v = 0; v < vectors; ++v)
            sums[r][v] = part.first == 0 ? Vec::zero() : Vec::load(c + r * t.cRow + v * lanes, some(v));
    for (std::int64_t i = 0; i < part.depth; ++i) {
        Vec w[vectors];
#pragma GCC unroll 3
        for (int v = 0; v < vectors; ++v)
            w[v] = Vec::load(part.weights + i * panelColumns + v * lanes);
#pragma GCC unroll 8
        for (int r = 0; r < Rows; ++r) {
            const Vec x = Vec::all(a[r * t.aRow + i]);
#pragma GCC unroll 3
            for (int v = 0; v < vectors; ++v)
                sums[r][v] = fma(x, w[v], sums[r][v]);
        }
        ahead.fetch(part.depth);
    }
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 3
        for (int v = 0; v < vectors; ++v)
            sums[r][v].store(c + r * t.cRow + v * lanes, some(v));
}

template <int Rows>
inline void blockOf(
    std::int64_t rows, const FloatProductTask& t, std::int64_t row, const Part& part, const Ahead& ahead)
{
    if (rows == Rows)
        block<Rows>(t, row, part, ahead);
    else if constexpr (Rows > 1)
        blockOf<Rows - 1>(rows, t, row, part, ahead);
}

inline void multiplyPanels(const FloatProductTask& t, std::int64_t begin, std::int64_t end)
{
    if (t.rows == 0)
        return;
    // So much of a panel and of eight rows lies in L1 and L2 while all rows pass; sums wait in memory in between.
    constexpr std::int64_t depthAtOnce = 768, strips = panelColumns / stripColumns;
    const std::int64_t blocks = (t.rows + rowsAtOnce - 1) / rowsAtOnce, shares = blocks * strips;
    const Ahead::To to = t.prefetchToL1 ? Ahead::To::L1 : Ahead::To::L2;
    for (std::int64_t p = begin; p < end; ++p)
        for (std::int64_t first = 0; first < t.k; first += depthAtOnce) {
            const Part part{t.panels + (p * t.k + first) * panelColumns, first,
                t.k - first < depthAtOnce ? t.k - first : depthAtOnce, p * panelColumns};
            const bool last = p + 1 == end && first + part.depth == t.k;
            const Ahead next = last ? Ahead(t.nextWeights, t.nextBytes, to).first(depthAtOnce * panelColumns * 4)
                                    : Ahead(part.weights + part.depth * panelColumns, depthAtOnce * panelColumns * 4, to);
            for (std::int64_t b = 0; b < blocks; ++b) {
                const std::int64_t row = b * rowsAtOnce, rows = t.rows - row < rowsAtOnce ? t.rows - row : rowsAtOnce;
                for (std::int64_t s = 0; s < strips && part.column + s * stripColumns < t.n; ++s) {
                    Part strip = part;
                    strip.weights += s * stripColumns, strip.column += s * stripColumns;
                    blockOf<rowsAtOnce>(rows, t, row, strip, next.share(b * strips + s, shares));
                }
            }
        }
}

} // namespace octet::engine::OCTET_ISA::floats
