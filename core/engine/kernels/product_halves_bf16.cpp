// SPDX-License-Identifier: GPL-3.0-or-later
// bf16 products with AVX512-BF16, over the panels of tiles: 64 bytes of a tile are two of K in 16 columns. 12 rows x 2
// vectors are 24 sums, with 2 weights and an activation 27 of 32 registers.
#define OCTET_ISA bf16
#include "core/engine/kernels/ahead.h"
#include "core/engine/kernels/halves.h"
#include "core/engine/kernels/panels.h"
#include "core/engine/kernels/product_halves.h"

namespace octet::engine {

namespace bf16 {

namespace {

constexpr std::int64_t rowsAtOnce = 12;

template <int Rows>
void block(const HalfProductTask& t, std::int64_t row, std::int64_t column, const std::uint16_t* panel, Ahead ahead)
{
    const std::int64_t steps = (t.k + halfStep - 1) / halfStep, pairs = steps * halfStep / 2, left = t.n - column;
    RowsOfA<Rows> a(t.a + row * t.aRow, t.aRow * 2);
    Vec sums[Rows][2];
#pragma GCC unroll 12
    for (int r = 0; r < Rows; ++r)
        sums[r][0] = sums[r][1] = Vec::zero();
    for (std::int64_t step = 0; step < steps; ++step, panel += stepHalves)
        for (std::int64_t pair = 0; pair < halfStep / 2; ++pair) {
            const VecI w0{_mm512_load_si512(panel + pair * 32)}, w1{_mm512_load_si512(panel + tileHalves + pair * 32)};
#pragma GCC unroll 12
            for (int r = 0; r < Rows; ++r) {
                const VecI x = a[r];
                sums[r][0] = dotHalves(sums[r][0], x, w0);
                sums[r][1] = dotHalves(sums[r][1], x, w1);
            }
            a.advance(4);
            ahead.fetch(pairs);
        }
#pragma GCC unroll 12
    for (int r = 0; r < Rows; ++r)
        for (int v = 0; v < 2; ++v)
            sums[r][v].store(
                t.c + (row + r) * t.cRow + column + v * lanes, firstLanes(left > v * lanes ? left - v * lanes : 0));
}

template <int Rows>
void blockOf(std::int64_t rows, const HalfProductTask& t, std::int64_t row, std::int64_t column,
    const std::uint16_t* panel, const Ahead& ahead)
{
    if (rows == Rows)
        block<Rows>(t, row, column, panel, ahead);
    else if constexpr (Rows > 1)
        blockOf<Rows - 1>(rows, t, row, column, panel, ahead);
}

} // namespace

} // namespace bf16

void multiplyHalvesBf16(const HalfProductTask& t, std::int64_t begin, std::int64_t end)
{
    using namespace bf16;
    const std::int64_t panelHalves = (t.k + halfStep - 1) / halfStep * stepHalves;
    const std::int64_t blocks = (t.rows + rowsAtOnce - 1) / rowsAtOnce;
    for (std::int64_t p = begin; p < end; ++p) {
        const std::uint16_t* panel = t.panels + p * panelHalves;
        const Ahead next = p + 1 < end ? Ahead(panel + panelHalves, panelHalves * 2, Ahead::To::L1)
                                       : Ahead(t.nextWeights, t.nextBytes, Ahead::To::L1);
        std::int64_t row = 0;
        for (std::int64_t b = 0; b < blocks; ++b) { // divided evenly: a block of one row waits for its own latency
            const std::int64_t rows = (t.rows - row) / (blocks - b);
            blockOf<rowsAtOnce>(rows, t, row, p * tilePanelColumns, panel, next.share(b, blocks));
            row += rows;
        }
    }
}

} // namespace octet::engine
