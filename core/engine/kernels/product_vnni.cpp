// SPDX-License-Identifier: GPL-3.0-or-later
// u8 x s8 products for AVX-512 VNNI.
//
// Panels outside, rows inside: a panel of 48 columns over the whole K (36 KiB at K = 768) stays in L1 or L2 while all
// rows pass it. The tile is 8 rows x 3 vectors: 24 accumulators, 3 weights and one activation make 28 of 32 registers,
// and 24 products need 11 loads, so that the multipliers and not the loads are the limit. Rows are divided evenly among
// the tiles (25 rows are 7 + 6 + 6 + 6): a tile of one row would wait for its own latency. While a tile computes, it
// prefetches its share of the next panel, across the border to the next product too: a forward pass reads every weight
// from beyond L2. The tile's sums (1.5 KiB, L1) go straight into the epilogue.
#define OCTET_ISA vnni
#include "core/engine/kernels/panels.h"
#include "core/engine/kernels/product.h"
#include "core/engine/kernels/product_epilogue_impl.h"
#include "core/engine/kernels/simd.h"

namespace octet::engine {

namespace {

using namespace octet::engine::vnni;

struct Prefetch
{
    const std::int8_t* at = nullptr;
    std::int64_t lines = 0; // of 64 bytes
    bool pastL2 = false;

    void line()
    {
        if (pastL2)
            _mm_prefetch(reinterpret_cast<const char*>(at), _MM_HINT_NTA);
        else
            _mm_prefetch(reinterpret_cast<const char*>(at), _MM_HINT_T1);
        at += 64;
    }
};

template <int Rows, int Vectors>
inline void accumulate(const ProductTask& t, const std::int8_t* panel, std::int64_t row, Prefetch prefetch,
                       std::int32_t* sums)
{
    __m512i acc[Rows][Vectors];
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 3
        for (int v = 0; v < Vectors; ++v)
            acc[r][v] = _mm512_setzero_si512();
    const std::uint8_t* a = t.a + row * t.k;
    const std::int64_t steps = t.k / 4;
    const std::int64_t perLine = prefetch.lines > 0 ? (steps > prefetch.lines ? steps / prefetch.lines : 1) : 0;
    std::int64_t untilLine = perLine;
    const std::int8_t* w = panel;
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
        if (--untilLine == 0 && prefetch.lines-- > 0) {
            prefetch.line();
            untilLine = perLine;
        }
    }
    while (prefetch.lines-- > 0)
        prefetch.line();
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 3
        for (int v = 0; v < Vectors; ++v)
            _mm512_store_si512(sums + r * panelColumns + v * lanes, acc[r][v]);
}

template <int Vectors>
void accumulateRows(std::int64_t rows, const ProductTask& t, const std::int8_t* panel, std::int64_t row,
                    Prefetch prefetch, std::int32_t* sums)
{
    switch (rows) {
    case 8: return accumulate<8, Vectors>(t, panel, row, prefetch, sums);
    case 7: return accumulate<7, Vectors>(t, panel, row, prefetch, sums);
    case 6: return accumulate<6, Vectors>(t, panel, row, prefetch, sums);
    case 5: return accumulate<5, Vectors>(t, panel, row, prefetch, sums);
    case 4: return accumulate<4, Vectors>(t, panel, row, prefetch, sums);
    case 3: return accumulate<3, Vectors>(t, panel, row, prefetch, sums);
    case 2: return accumulate<2, Vectors>(t, panel, row, prefetch, sums);
    default: return accumulate<1, Vectors>(t, panel, row, prefetch, sums);
    }
}

} // namespace

namespace {

/// Panel `p` over rows [first, first + count), while `next` is on its way.
void multiplyPanel(const ProductTask& t, std::int64_t p, std::int64_t first, std::int64_t count, const std::int8_t* next,
                   std::int64_t nextLines)
{
    const std::int64_t column = p * panelColumns;
    const std::int64_t vectors = ((t.n - column < panelColumns ? t.n - column : panelColumns) + lanes - 1) / lanes;
    const std::int8_t* panel = t.panels + p * t.panelBytes;
    const std::int64_t tiles = (count + 7) / 8;
    std::int64_t row = first;
    for (std::int64_t i = 0; i < tiles; ++i) {
        const std::int64_t rows = (first + count - row) / (tiles - i);
        const std::int64_t from = nextLines * i / tiles, to = nextLines * (i + 1) / tiles;
        const Prefetch prefetch {next + from * 64, to - from, t.prefetchPastL2};
        alignas(64) std::int32_t sums[8 * panelColumns];
        switch (vectors) {
        case 3: accumulateRows<3>(rows, t, panel, row, prefetch, sums); break;
        case 2: accumulateRows<2>(rows, t, panel, row, prefetch, sums); break;
        default: accumulateRows<1>(rows, t, panel, row, prefetch, sums);
        }
        finish<panelColumns>(t, row, rows, column, vectors, sums);
        row += rows;
    }
}

} // namespace

void multiplyVnni(const ProductTask& t, std::int64_t begin, std::int64_t end)
{
    for (std::int64_t p = begin; p < end; ++p) {
        const bool again = p + 1 == end && t.againAfter, over = p + 1 == t.panelCount && !again;
        const std::int8_t* next = again ? t.panels + begin * t.panelBytes
            : over                      ? t.nextWeights
                                        : t.panels + (p + 1) * t.panelBytes;
        multiplyPanel(t, p, t.firstRow, t.rows, next, next ? (over ? t.nextBytes : t.panelBytes) / 64 : 0);
    }
}

} // namespace octet::engine
