// SPDX-License-Identifier: GPL-3.0-or-later
// u8 x s8 products for AVX-512 VNNI.
//
// Panels outside, rows inside: a panel of 48 columns over the whole K (36 KiB at K = 768) stays in L1 or L2 while all
// rows pass it. The tile is 8 rows x 3 vectors: 24 accumulators, 3 weights and one activation make 28 of 32 registers,
// and 24 products need 11 loads, so that the multipliers and not the loads are the limit. The last two tiles share what
// is left of the rows (25 are 8 + 8 + 5 + 4): a tile of one row would wait for its own latency. While a tile computes,
// it prefetches its share of the next panel, across the border to the next product too: a forward pass reads every
// weight from beyond L2. One stream: with several side by side AMD's family 26 is 3 % slower.
//
// A tile's sums (1.5 KiB, L1) are finished while the next tile computes, a vector behind every few steps of K: the
// multipliers are busy half of what the processor can begin, and the epilogue fits into the other half. Only whole tiles
// do so; what is left of rows and columns is finished at once.
//
// Below 16 rows compute no longer than the weights take to arrive, and two tiles must not both wait for them: there K is
// cut into chunks of 18 KiB of weights. A chunk stays in L1 while both tiles pass it and the chunk after it arrives.
#define OCTET_ISA vnni
#include "core/engine/kernels/ahead.h"
#include "core/engine/kernels/panels.h"
#include "core/engine/kernels/product.h"
#include "core/engine/kernels/product_epilogue_impl.h"
#include "core/engine/kernels/simd.h"

#include <optional>

namespace octet::engine {

namespace {

using namespace octet::engine::vnni;

/// Four K each.
struct Steps
{
    std::int64_t begin = 0, end = 0;
};

/// Four of K.
template <int Rows, int Vectors>
[[gnu::always_inline]] inline void multiplyStep(
    RowsOfA<Rows>& a, const std::int8_t* w, __m512i (&acc)[Rows][Vectors])
{
    __m512i weights[Vectors];
#pragma GCC unroll 3
    for (int v = 0; v < Vectors; ++v)
        weights[v] = _mm512_load_si512(w + 64 * v);
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r) {
        const __m512i x = a[r].v;
#pragma GCC unroll 3
        for (int v = 0; v < Vectors; ++v)
            acc[r][v] = _mm512_dpbusd_epi32(acc[r][v], x, weights[v]);
    }
    a.advance(4);
}

/// 0, or the sums that are there.
template <int Rows, int Vectors>
[[gnu::always_inline]] inline void beginSums(__m512i (&acc)[Rows][Vectors], const std::int32_t* from)
{
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 3
        for (int v = 0; v < Vectors; ++v)
            acc[r][v] = from ? _mm512_load_si512(from + r * panelColumns + v * lanes) : _mm512_setzero_si512();
}

template <int Rows, int Vectors>
[[gnu::always_inline]] inline void storeSums(const __m512i (&acc)[Rows][Vectors], std::int32_t* to)
{
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 3
        for (int v = 0; v < Vectors; ++v)
            _mm512_store_si512(to + r * panelColumns + v * lanes, acc[r][v]);
}

/// Steps of a panel for the rows of a tile; after the first steps of a panel it goes on from `sums`.
template <int Rows, int Vectors>
inline void accumulate(const ProductTask& t, const std::int8_t* panel, Steps range, std::int64_t row, Ahead ahead,
                       std::int32_t* sums)
{
    __m512i acc[Rows][Vectors];
    if (range.begin == 0)
        beginSums(acc, nullptr);
    else
        beginSums(acc, sums);
    RowsOfA<Rows> a(t.a + row * t.k + 4 * range.begin, t.k);
    const std::int64_t steps = range.end - range.begin;
    const std::int8_t* w = panel + range.begin * 4 * panelColumns;
    for (std::int64_t step = 0; step < steps; ++step, w += 4 * panelColumns) {
        multiplyStep<Rows, Vectors>(a, w, acc);
        ahead.fetch(steps);
    }
    storeSums(acc, sums);
}

template <int Vectors>
void accumulateRows(std::int64_t rows, const ProductTask& t, const std::int8_t* panel, Steps steps, std::int64_t row,
                    Ahead ahead, std::int32_t* sums)
{
    switch (rows) {
    case 8: return accumulate<8, Vectors>(t, panel, steps, row, ahead, sums);
    case 7: return accumulate<7, Vectors>(t, panel, steps, row, ahead, sums);
    case 6: return accumulate<6, Vectors>(t, panel, steps, row, ahead, sums);
    case 5: return accumulate<5, Vectors>(t, panel, steps, row, ahead, sums);
    case 4: return accumulate<4, Vectors>(t, panel, steps, row, ahead, sums);
    case 3: return accumulate<3, Vectors>(t, panel, steps, row, ahead, sums);
    case 2: return accumulate<2, Vectors>(t, panel, steps, row, ahead, sums);
    default: return accumulate<1, Vectors>(t, panel, steps, row, ahead, sums);
    }
}

void accumulateTile(std::int64_t rows, std::int64_t vectors, const ProductTask& t, const std::int8_t* panel, Steps steps,
                    std::int64_t row, Ahead ahead, std::int32_t* sums)
{
    switch (vectors) {
    case 3: return accumulateRows<3>(rows, t, panel, steps, row, ahead, sums);
    case 2: return accumulateRows<2>(rows, t, panel, steps, row, ahead, sums);
    default: return accumulateRows<1>(rows, t, panel, steps, row, ahead, sums);
    }
}

constexpr std::int64_t tileRows = 8, fewRows = 15, chunkSteps = 96;

/// What is read after a panel of those before `end`.
Ahead afterPanel(const ProductTask& t, std::int64_t panel, std::int64_t end, Ahead::To to)
{
    return panel + 1 == end ? Ahead(t.nextWeights, t.nextBytes, to)
                            : Ahead(t.panels + (panel + 1) * t.panelBytes, t.panelBytes, to);
}

Ahead afterPanel(const ProductTask& t, std::int64_t panel, std::int64_t end)
{
    return afterPanel(t, panel, end, t.prefetchToL1 ? Ahead::To::L1 : Ahead::To::L2);
}

std::int64_t vectorsOf(const ProductTask& t, std::int64_t column)
{
    return ((t.n - column < panelColumns ? t.n - column : panelColumns) + lanes - 1) / lanes;
}

/// Tiles [tile, tiles) of panel `p`, among which the rows from `row` on are divided; each is finished at once.
void multiplyEvenly(const ProductTask& t, std::int64_t p, std::int64_t row, std::int64_t tile, std::int64_t tiles,
    const Ahead& next)
{
    const std::int64_t column = p * panelColumns, vectors = vectorsOf(t, column);
    for (; tile < tiles; ++tile) {
        const std::int64_t rows = (t.firstRow + t.rows - row) / (tiles - tile);
        alignas(64) std::int32_t sums[tileRows * panelColumns];
        accumulateTile(
            rows, vectors, t, t.panels + p * t.panelBytes, {0, t.k / 4}, row, next.share(tile, tiles), sums);
        finish<panelColumns>(t, row, rows, column, vectors, sums);
        row += rows;
    }
}

/// Whole tiles of panels whose columns are all there and have the same outputs.
template <class Finisher>
class WholeTiles
{
public:
    WholeTiles(const ProductTask& task, const ByteOutput& bytes)
        : m_task(task)
        , m_bytes(bytes)
        , m_tiles((task.rows + tileRows - 1) / tileRows)
        , m_whole(task.rows % tileRows ? m_tiles - 2 : m_tiles) // the last two share what is left
    {
    }

    /// Panels [begin, end) of a product that ends with panel `last`.
    void run(std::int64_t begin, std::int64_t end, std::int64_t last)
    {
        const ProductTask& t = m_task;
        for (std::int64_t p = begin; p < end; ++p) {
            const Ahead next = afterPanel(t, p, last);
            prefetchColumns(t, p * panelColumns, columnVectors);
            std::int64_t row = t.firstRow;
            for (std::int64_t tile = 0; tile < m_whole; ++tile, row += tileRows) {
                const Ahead ahead = next.share(tile, m_tiles);
                if (m_columns)
                    accumulate(t.panels + p * t.panelBytes, row, ahead);
                else
                    accumulateTile(
                        tileRows, columnVectors, t, t.panels + p * t.panelBytes, {0, t.k / 4}, row, ahead, m_sums[m_now]);
                if (tile == 0)
                    m_columns.emplace(t, m_bytes, p * panelColumns);
                m_now ^= 1;
            }
            multiplyEvenly(t, p, row, m_whole, m_tiles, next);
        }
        for (int v = 0; m_columns && v < columnVectors; ++v)
            for (int r = 0; r < tileRows; ++r)
                finishVector(v, r, m_sums[m_now ^ 1]);
    }

private:
    static constexpr int columnVectors = panelColumns / lanes, pieces = tileRows * columnVectors;

    /// The columns of the tile before. Its rows go on from tile to tile.
    struct Columns
    {
        Columns(const ProductTask& t, const ByteOutput& bytes, std::int64_t column)
            : finishers{{t, bytes, t.firstRow, column, {}},
                  {t, bytes, t.firstRow, column + lanes, {}},
                  {t, bytes, t.firstRow, column + 2 * lanes, {}}}
            , cursors{finishers[0].cursor(), finishers[1].cursor(), finishers[2].cursor()}
        {
        }
        const Finisher finishers[columnVectors];
        typename Finisher::Cursor cursors[columnVectors];
    };

    [[gnu::always_inline]] inline void finishVector(int v, int r, const std::int32_t* before)
    {
        // The accumulators fill the registers: what a finisher needs is read where it is used, out of the compiler's sight.
        const Finisher* finisher = &m_columns->finishers[v];
        asm volatile("" : "+r"(finisher));
        (*finisher)(before + r * panelColumns + v * lanes, m_columns->cursors[v]);
    }

    /// A tile over the whole K, and between its steps the end of the tile before.
    void accumulate(const std::int8_t* weights, std::int64_t row, Ahead ahead)
    {
        __m512i acc[tileRows][columnVectors];
        beginSums(acc, nullptr);
        const std::int64_t steps = m_task.k / 4;
        RowsOfA<tileRows> a(m_task.a + row * m_task.k, m_task.k);
        std::int64_t longer = steps % pieces;
        const std::int32_t* const before = m_sums[m_now ^ 1];
        for (int v = 0; v < columnVectors; ++v)
            for (int r = 0; r < tileRows; ++r, --longer) {
                const char* const end = ahead.end(v * tileRows + r, pieces);
                for (std::int64_t n = steps / pieces + (longer > 0); n > 0; --n, weights += 4 * panelColumns) {
                    multiplyStep<tileRows, columnVectors>(a, weights, acc);
                    ahead.fetchBefore(end);
                }
                while (ahead.fetchBefore(end)) { }
                finishVector(v, r, before);
            }
        storeSums(acc, m_sums[m_now]);
    }

    const ProductTask& m_task;
    const ByteOutput& m_bytes;
    const std::int64_t m_tiles, m_whole;
    std::optional<Columns> m_columns;
    int m_now = 0; // of m_sums: the tile that computes
    alignas(64) std::int32_t m_sums[2][tileRows * panelColumns];
};

/// How many panels from `p` on are whole and have the same outputs.
std::int64_t alikePanels(const ProductTask& t, std::int64_t p, std::int64_t end)
{
    const auto outputs = [&](std::int64_t panel) {
        int bits = 0;
        for (int i = 0; i < 3; ++i)
            bits |= reaches(t.bytes[i], panel * panelColumns, panelColumns) << i;
        return bits;
    };
    std::int64_t n = 0;
    while (p + n < end && (p + n + 1) * panelColumns <= t.n && outputs(p + n) == outputs(p))
        ++n;
    return n;
}

void multiplyWhole(const ProductTask& t, std::int64_t begin, std::int64_t end, std::int64_t last)
{
    withActivation(t, [&](auto activation) {
        withOutputs(t, begin * panelColumns, (end - begin) * panelColumns, [&](auto outputs, const ByteOutput& bytes) {
            using Outputs = typename decltype(outputs)::type;
            WholeTiles<RowFinisher<1, activation(), true, Outputs, WholeVector>>(t, bytes).run(begin, end, last);
        });
    });
}

/// A panel for few rows, chunk after chunk; of what comes next only as much as a chunk is fetched.
void multiplyPanelInChunks(const ProductTask& t, std::int64_t p, std::int64_t end)
{
    constexpr std::int64_t stepBytes = 4 * panelColumns;
    const std::int64_t column = p * panelColumns, vectors = vectorsOf(t, column), steps = t.k / 4;
    const std::int8_t* panel = t.panels + p * t.panelBytes;
    const std::int64_t first = t.rows > tileRows ? t.rows / 2 : t.rows, second = t.rows - first;
    const std::int64_t tiles = second > 0 ? 2 : 1;
    const Ahead::To to = t.prefetchToL1 ? Ahead::To::L1PastL2 : Ahead::To::L1;
    alignas(64) std::int32_t sums[2 * tileRows * panelColumns];
    prefetchColumns(t, column, vectors);
    std::int64_t step = 0;
    do {
        const Steps chunk{step, step + chunkSteps < steps ? step + chunkSteps : steps};
        const std::int64_t left = steps - chunk.end;
        const Ahead next
            = (left > 0 ? Ahead(panel + chunk.end * stepBytes, left * stepBytes, to) : afterPanel(t, p, end, to))
                  .first(chunkSteps * stepBytes);
        accumulateTile(first, vectors, t, panel, chunk, t.firstRow, next.share(0, tiles), sums);
        if (second > 0)
            accumulateTile(second, vectors, t, panel, chunk, t.firstRow + first,
                           next.share(1, tiles), sums + first * panelColumns);
        step = chunk.end;
    } while (step < steps);
    finish<panelColumns>(t, t.firstRow, t.rows, column, vectors, sums);
}

} // namespace

void multiplyVnni(const ProductTask& t, std::int64_t begin, std::int64_t end)
{
    for (std::int64_t p = begin; p < end;) {
        if (t.rows <= fewRows) {
            multiplyPanelInChunks(t, p, end);
            ++p;
        } else if (const std::int64_t alike = alikePanels(t, p, end)) {
            multiplyWhole(t, p, p + alike, end);
            p += alike;
        } else {
            prefetchColumns(t, p * panelColumns, vectorsOf(t, p * panelColumns));
            multiplyEvenly(t, p, t.firstRow, 0, (t.rows + tileRows - 1) / tileRows, afterPanel(t, p, end));
            ++p;
        }
    }
}

} // namespace octet::engine
