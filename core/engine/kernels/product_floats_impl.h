// SPDX-License-Identifier: GPL-3.0-or-later
// The fp32 product in terms of Vec. A panel is one strip of 48 columns under AVX-512 and two of 24 under AVX2.
#pragma once

#include "core/engine/kernels/panels.h"
#include "core/engine/kernels/product_floats.h"
#include "core/engine/kernels/simd.h"

namespace octet::engine::OCTET_ISA::floats {

// 24 sums, 3 weights, a number of A: 28 of 32 registers; under AVX2 12 sums and all of 16.
constexpr int vectors = 3, rowsAtOnce = lanes == 16 ? 8 : 4;
constexpr std::int64_t stripColumns = vectors * lanes;
static_assert(panelColumns % stripColumns == 0);

/// A stretch of memory that is fetched into L2 bit by bit.
class Ahead
{
public:
    /// Part `index` of `parts` of it.
    Ahead(const void* from, std::int64_t bytes, std::int64_t index, std::int64_t parts)
        : m_at(static_cast<const char*>(from) + bytes / 64 * index / parts * 64)
        , m_end(static_cast<const char*>(from) + bytes / 64 * (index + 1) / parts * 64)
    {
    }
    void fetch(std::int64_t lines)
    {
        for (; lines > 0 && m_at < m_end; --lines, m_at += 64)
            _mm_prefetch(m_at, _MM_HINT_T1);
    }

private:
    const char *m_at, *m_end;
};

/// A part of the depth of one panel.
struct Part
{
    const float* weights; // [depth][48], from the first column of a strip on
    std::int64_t first, depth, column;
};

template <int Rows>
inline void block(
    const FloatProductTask& t, std::int64_t row, const Part& part, Ahead ahead, std::int64_t pace)
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
    const auto step = [&](std::int64_t i) __attribute__((always_inline)) {
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
    };
    std::int64_t i = 0;
    for (; i + 4 <= part.depth; i += 4) {
        ahead.fetch(pace);
        step(i), step(i + 1), step(i + 2), step(i + 3);
    }
    for (; i < part.depth; ++i)
        step(i);
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 3
        for (int v = 0; v < vectors; ++v)
            sums[r][v].store(c + r * t.cRow + v * lanes, some(v));
}

template <int Rows>
inline void blockOf(std::int64_t rows, const FloatProductTask& t, std::int64_t row, const Part& part, Ahead ahead,
    std::int64_t pace)
{
    if (rows == Rows)
        block<Rows>(t, row, part, ahead, pace);
    else if constexpr (Rows > 1)
        blockOf<Rows - 1>(rows, t, row, part, ahead, pace);
}

inline void multiplyPanels(const FloatProductTask& t, std::int64_t begin, std::int64_t end)
{
    if (t.rows == 0)
        return;
    // So much of a panel and of eight rows lies in L1 and L2 while all rows pass; sums wait in memory in between.
    constexpr std::int64_t depthAtOnce = 768, strips = panelColumns / stripColumns;
    const std::int64_t blocks = (t.rows + rowsAtOnce - 1) / rowsAtOnce, shares = blocks * strips;
    const std::int64_t pace = (12 + shares - 1) / shares;
    for (std::int64_t p = begin; p < end; ++p)
        for (std::int64_t first = 0; first < t.k; first += depthAtOnce) {
            const Part part{t.panels + (p * t.k + first) * panelColumns, first,
                t.k - first < depthAtOnce ? t.k - first : depthAtOnce, p * panelColumns};
            const bool last = p + 1 == end && first + part.depth == t.k;
            const void* next = last ? t.next : part.weights + part.depth * panelColumns;
            const std::int64_t nextBytes = last ? t.nextBytes : depthAtOnce * panelColumns * 4;
            for (std::int64_t b = 0; b < blocks; ++b) {
                const std::int64_t row = b * rowsAtOnce, rows = t.rows - row < rowsAtOnce ? t.rows - row : rowsAtOnce;
                for (std::int64_t s = 0; s < strips && part.column + s * stripColumns < t.n; ++s) {
                    Part strip = part;
                    strip.weights += s * stripColumns, strip.column += s * stripColumns;
                    blockOf<rowsAtOnce>(
                        rows, t, row, strip, Ahead(next, next ? nextBytes : 0, b * strips + s, shares), pace);
                }
            }
        }
}

} // namespace octet::engine::OCTET_ISA::floats
