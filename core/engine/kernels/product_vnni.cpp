// SPDX-License-Identifier: GPL-3.0-or-later
// u8 x s8 products for AVX-512 VNNI.
//
// Panels outside, rows inside: a panel of 48 columns over the whole K (36 KiB at K = 768) stays in L1 or L2 while all
// rows pass it. The tile is 8 rows x 3 vectors: 24 accumulators, 3 weights and one activation make 28 of 32 registers,
// and 24 products need 11 loads, so that the multipliers and not the loads are the limit. Rows are divided evenly among
// the tiles (25 rows are 7 + 6 + 6 + 6): a tile of one row would wait for its own latency. While a tile computes, it
// prefetches its share of the next panel, across the border to the next product too: a forward pass reads every weight
// from beyond L2. The tile's sums (1.5 KiB, L1) go straight into the epilogue.
//
// Up to 16 rows compute no longer than the weights take to arrive, and two tiles must not both wait for them: there K is
// cut into chunks of 18 KiB of weights. A chunk stays in L1 while both tiles pass it and the chunk after it arrives.
#define OCTET_ISA vnni
#include "core/engine/kernels/panels.h"
#include "core/engine/kernels/product.h"
#include "core/engine/kernels/product_epilogue_impl.h"
#include "core/engine/kernels/simd.h"

namespace octet::engine {

namespace {

using namespace octet::engine::vnni;

enum class PrefetchTo { L1, L2, PastL2 };

struct Prefetch
{
    const std::int8_t* at = nullptr;
    std::int64_t lines = 0; // of 64 bytes
    PrefetchTo to = PrefetchTo::L2;

    void line()
    {
        const auto* address = reinterpret_cast<const char*>(at);
        if (to == PrefetchTo::PastL2)
            _mm_prefetch(address, _MM_HINT_NTA);
        else if (to == PrefetchTo::L1)
            _mm_prefetch(address, _MM_HINT_T0);
        else
            _mm_prefetch(address, _MM_HINT_T1);
        at += 64;
    }
};

/// Four K each.
struct Steps
{
    std::int64_t begin = 0, end = 0;
};

/// Steps of a panel for the rows of a tile; after the first steps of a panel it goes on from `sums`.
template <int Rows, int Vectors>
inline void accumulate(const ProductTask& t, const std::int8_t* panel, Steps range, std::int64_t row, Prefetch prefetch,
                       std::int32_t* sums)
{
    __m512i acc[Rows][Vectors];
    if (range.begin == 0) {
#pragma GCC unroll 8
        for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 3
            for (int v = 0; v < Vectors; ++v)
                acc[r][v] = _mm512_setzero_si512();
    } else {
#pragma GCC unroll 8
        for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 3
            for (int v = 0; v < Vectors; ++v)
                acc[r][v] = _mm512_load_si512(sums + r * panelColumns + v * lanes);
    }
    const std::uint8_t* a = t.a + row * t.k + 4 * range.begin;
    const std::int64_t steps = range.end - range.begin;
    const std::int64_t linesAStep = steps > 0 ? (prefetch.lines + steps - 1) / steps : 0;
    const std::int64_t perLine = prefetch.lines > 0 ? (steps > prefetch.lines ? steps / prefetch.lines : 1) : 0;
    std::int64_t untilLine = perLine;
    const std::int8_t* w = panel + range.begin * 4 * panelColumns;
    for (std::int64_t step = 0; step < steps; ++step, w += 4 * panelColumns) {
        __m512i weights[Vectors];
#pragma GCC unroll 3
        for (int v = 0; v < Vectors; ++v)
            weights[v] = _mm512_load_si512(w + 64 * v);
#pragma GCC unroll 8
        for (int r = 0; r < Rows; ++r) {
            std::int32_t four;
            __builtin_memcpy(&four, a + r * t.k + 4 * step, 4);
            const __m512i x = _mm512_set1_epi32(four);
#pragma GCC unroll 3
            for (int v = 0; v < Vectors; ++v)
                acc[r][v] = _mm512_dpbusd_epi32(acc[r][v], x, weights[v]);
        }
        if (--untilLine == 0) {
            for (std::int64_t i = 0; i < linesAStep && prefetch.lines > 0; ++i, --prefetch.lines)
                prefetch.line();
            untilLine = perLine;
        }
    }
    for (; prefetch.lines > 0; --prefetch.lines)
        prefetch.line();
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 3
        for (int v = 0; v < Vectors; ++v)
            _mm512_store_si512(sums + r * panelColumns + v * lanes, acc[r][v]);
}

template <int Vectors>
void accumulateRows(std::int64_t rows, const ProductTask& t, const std::int8_t* panel, Steps steps, std::int64_t row,
                    Prefetch prefetch, std::int32_t* sums)
{
    switch (rows) {
    case 8: return accumulate<8, Vectors>(t, panel, steps, row, prefetch, sums);
    case 7: return accumulate<7, Vectors>(t, panel, steps, row, prefetch, sums);
    case 6: return accumulate<6, Vectors>(t, panel, steps, row, prefetch, sums);
    case 5: return accumulate<5, Vectors>(t, panel, steps, row, prefetch, sums);
    case 4: return accumulate<4, Vectors>(t, panel, steps, row, prefetch, sums);
    case 3: return accumulate<3, Vectors>(t, panel, steps, row, prefetch, sums);
    case 2: return accumulate<2, Vectors>(t, panel, steps, row, prefetch, sums);
    default: return accumulate<1, Vectors>(t, panel, steps, row, prefetch, sums);
    }
}

void accumulateTile(std::int64_t rows, std::int64_t vectors, const ProductTask& t, const std::int8_t* panel, Steps steps,
                    std::int64_t row, Prefetch prefetch, std::int32_t* sums)
{
    switch (vectors) {
    case 3: return accumulateRows<3>(rows, t, panel, steps, row, prefetch, sums);
    case 2: return accumulateRows<2>(rows, t, panel, steps, row, prefetch, sums);
    default: return accumulateRows<1>(rows, t, panel, steps, row, prefetch, sums);
    }
}

constexpr std::int64_t tileRows = 8, fewRows = 16, chunkSteps = 96;

/// What is read next, in bytes.
struct Next
{
    const std::int8_t* at = nullptr;
    std::int64_t bytes = 0;
    std::int64_t lines() const { return at ? bytes / 64 : 0; }
    Prefetch share(std::int64_t i, std::int64_t shares, PrefetchTo to) const
    {
        const std::int64_t from = lines() * i / shares;
        return {at + from * 64, lines() * (i + 1) / shares - from, to};
    }
};

std::int64_t vectorsOf(const ProductTask& t, std::int64_t column)
{
    return ((t.n - column < panelColumns ? t.n - column : panelColumns) + lanes - 1) / lanes;
}

/// Panel `p` while `next` is on its way.
void multiplyPanel(const ProductTask& t, std::int64_t p, Next next)
{
    const std::int64_t column = p * panelColumns, vectors = vectorsOf(t, column);
    const std::int8_t* panel = t.panels + p * t.panelBytes;
    const std::int64_t tiles = (t.rows + tileRows - 1) / tileRows;
    const PrefetchTo to = t.prefetchPastL2 ? PrefetchTo::PastL2 : PrefetchTo::L2;
    prefetchColumns(t, column, vectors);
    std::int64_t row = t.firstRow;
    for (std::int64_t i = 0; i < tiles; ++i) {
        const std::int64_t rows = (t.firstRow + t.rows - row) / (tiles - i);
        alignas(64) std::int32_t sums[tileRows * panelColumns];
        accumulateTile(rows, vectors, t, panel, {0, t.k / 4}, row, next.share(i, tiles, to), sums);
        finish<panelColumns>(t, row, rows, column, vectors, sums);
        row += rows;
    }
}

/// The same for few rows, chunk after chunk; only the first chunk of `next` is fetched.
void multiplyPanelInChunks(const ProductTask& t, std::int64_t p, Next next)
{
    constexpr std::int64_t stepBytes = 4 * panelColumns;
    const std::int64_t column = p * panelColumns, vectors = vectorsOf(t, column), steps = t.k / 4;
    const std::int8_t* panel = t.panels + p * t.panelBytes;
    const std::int64_t first = t.rows > tileRows ? t.rows / 2 : t.rows, second = t.rows - first;
    const std::int64_t tiles = second > 0 ? 2 : 1;
    alignas(64) std::int32_t sums[fewRows * panelColumns];
    prefetchColumns(t, column, vectors);
    std::int64_t step = 0;
    do {
        const Steps chunk{step, step + chunkSteps < steps ? step + chunkSteps : steps};
        const std::int64_t left = steps - chunk.end;
        Next after = left > 0 ? Next{panel + chunk.end * stepBytes, left * stepBytes} : next;
        after.bytes = after.bytes < chunkSteps * stepBytes ? after.bytes : chunkSteps * stepBytes;
        accumulateTile(first, vectors, t, panel, chunk, t.firstRow, after.share(0, tiles, PrefetchTo::L1), sums);
        if (second > 0)
            accumulateTile(second, vectors, t, panel, chunk, t.firstRow + first,
                           after.share(1, tiles, PrefetchTo::L1), sums + first * panelColumns);
        step = chunk.end;
    } while (step < steps);
    finish<panelColumns>(t, t.firstRow, t.rows, column, vectors, sums);
}

} // namespace

void multiplyVnni(const ProductTask& t, std::int64_t begin, std::int64_t end)
{
    for (std::int64_t p = begin; p < end; ++p) {
        const Next next = p + 1 == end ? Next{t.nextWeights, t.nextBytes}
                                       : Next{t.panels + (p + 1) * t.panelBytes, t.panelBytes};
        if (t.rows <= fewRows)
            multiplyPanelInChunks(t, p, next);
        else
            multiplyPanel(t, p, next);
    }
}

} // namespace octet::engine
