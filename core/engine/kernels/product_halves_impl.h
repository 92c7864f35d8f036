// SPDX-License-Identifier: GPL-3.0-or-later
// bf16 products over tiles of 16 rows x 32 halves; `Tiles` is the processor's or EmulatedTiles.
//
// As in product_tiles_impl.h four tiles hold the sums of 32 x 32, panels are outside and blocks of rows inside. Halves are
// twice as long as bytes: of every panel a part of K that stays in L1 is multiplied with up to four blocks, whose sums
// wait in memory meanwhile. Sums leave as fp32; what comes behind them is done row by row.
#pragma once

#include "core/engine/kernels/panels.h"
#include "core/engine/kernels/product_halves.h"
#include "core/engine/kernels/tiles.h"

#include <immintrin.h>

namespace octet::engine::OCTET_ISA {

template <class Tiles>
class HalfTileProduct
{
public:
    explicit HalfTileProduct(const HalfProductTask& task)
        : m_task(task)
        , m_steps((task.k + halfStep - 1) / halfStep)
        , m_parts((m_steps + partSteps - 1) / partSteps)
        , m_blocks((task.rows + blockRows - 1) / blockRows)
        , m_streams(m_blocks > 1 ? streamsOfBlocks : streamsOfOneBlock)
    {
    }

    /// Panels [begin, end).
    void run(std::int64_t begin, std::int64_t end)
    {
        const TileConfig config = tileConfig(blockRows);
        writtenForTiles(&config);
        m_tiles.configure(config);
        const std::int64_t panelLines = m_steps * stepHalves * 2 / 64;
        for (std::int64_t p = begin; p < end; ++p) {
            const std::uint16_t* panel = m_task.panels + p * m_steps * stepHalves;
            if (p + 1 < end)
                multiplyPanel(p, panel, panel + m_steps * stepHalves, panelLines);
            else
                multiplyPanel(p, panel, m_task.nextWeights, m_task.nextWeights ? m_task.nextBytes / 64 : 0);
        }
        m_tiles.release();
    }

private:
    static constexpr std::int64_t blockRows = 32, groupBlocks = 4, partSteps = 12;
    static constexpr std::int64_t blockSums = blockRows * tilePanelColumns;

    void multiplyPanel(std::int64_t p, const std::uint16_t* panel, const void* next, std::int64_t nextLines)
    {
        const std::int64_t turns = m_blocks * m_parts, streamLines = nextLines / m_streams;
        m_stream = streamLines * 64;
        std::int64_t turn = 0;
        for (std::int64_t first = 0; first < m_blocks; first += groupBlocks)
            for (std::int64_t part = 0; part < m_parts; ++part)
                for (std::int64_t b = first; b < m_blocks && b < first + groupBlocks; ++b, ++turn) {
                    const std::int64_t line = streamLines * turn / turns;
                    m_line = static_cast<const char*>(next) + line * 64;
                    m_lines = streamLines * (turn + 1) / turns - line;
                    multiplyBlock(p, panel, b, part, m_sums + (b - first) * blockSums);
                }
    }

    void multiplyBlock(std::int64_t p, const std::uint16_t* panel, std::int64_t b, std::int64_t part, float* sums)
    {
        const std::int64_t row = b * blockRows, column = p * tilePanelColumns;
        const std::int64_t rows = m_task.rows - row < blockRows ? m_task.rows - row : blockRows;
        const std::int64_t columns = m_task.n - column < tilePanelColumns ? m_task.n - column : tilePanelColumns;
        const std::int64_t from = m_steps * part / m_parts, to = m_steps * (part + 1) / m_parts;
        const std::uint16_t* a = m_task.a + row * m_task.aRow;
        float* c = m_task.c + row * m_task.cRow + column;
        const bool last = part + 1 == m_parts, whole = rows == blockRows && columns == tilePanelColumns;
        float* const out = last && whole ? c : sums;
        const std::int64_t outRow = last && whole ? m_task.cRow : tilePanelColumns;
        if (rows > 16)
            multiplyTiles<2>(a, panel, from, to, sums, out, outRow);
        else
            multiplyTiles<1>(a, panel, from, to, sums, out, outRow);
        if (!last || whole)
            return;
        for (std::int64_t r = 0; r < rows; ++r)
            for (std::int64_t i = 0; i < columns; ++i)
                c[r * m_task.cRow + i] = sums[r * tilePanelColumns + i];
    }

    /// Steps [from, to) of K, going on from `sums`, to `out`.
    template <int RowTiles>
    void multiplyTiles(const std::uint16_t* a, const std::uint16_t* panel, std::int64_t from, std::int64_t to,
        const float* sums, float* out, std::int64_t outRow)
    {
        const std::int64_t aBytes = m_task.aRow * 2, steps = to - from, linesAStep = (m_lines + steps - 1) / steps;
        begin<0, 0>(from, sums), begin<0, 1>(from, sums);
        if constexpr (RowTiles == 2)
            begin<1, 0>(from, sums), begin<1, 1>(from, sums);
        for (std::int64_t step = from; step < to; ++step) {
            const std::uint16_t *here = a + step * halfStep, *weights = panel + step * stepHalves;
            m_tiles.template load<aTile(0)>(here, aBytes);
            m_tiles.template load<bTile(0)>(weights, 64);
            multiply<0, 0>();
            m_tiles.template load<bTile(1)>(weights + tileHalves, 64);
            multiply<0, 1>();
            if constexpr (RowTiles == 2) {
                m_tiles.template load<aTile(1)>(here + 16 * m_task.aRow, aBytes);
                multiply<1, 0>();
                multiply<1, 1>();
            }
            for (std::int64_t i = 0; i < linesAStep && m_lines > 0; ++i, --m_lines, m_line += 64)
                for (std::int64_t s = 0; s < m_streams; ++s)
                    _mm_prefetch(m_line + s * m_stream, _MM_HINT_T1);
        }
        store<0, 0>(out, outRow), store<0, 1>(out, outRow);
        if constexpr (RowTiles == 2)
            store<1, 0>(out, outRow), store<1, 1>(out, outRow);
        writtenForTiles(out);
    }

    template <int Row, int Column>
    void begin(std::int64_t from, const float* sums)
    {
        if (from == 0)
            m_tiles.template zero<sumsTile(Row, Column)>();
        else
            m_tiles.template load<sumsTile(Row, Column)>(
                sums + (Row * tilePanelColumns + Column) * 16, tilePanelColumns * 4);
    }
    template <int Row, int Column>
    void multiply()
    {
        m_tiles.template multiply<TileDot::Halves, sumsTile(Row, Column), aTile(Row), bTile(Column)>();
    }
    template <int Row, int Column>
    void store(float* out, std::int64_t outRow)
    {
        m_tiles.template store<sumsTile(Row, Column)>(out + Row * 16 * outRow + Column * 16, outRow * 4);
    }

    const HalfProductTask& m_task;
    const std::int64_t m_steps, m_parts, m_blocks; // 32 of K; up to 12 of those; 32 rows
    const std::int64_t m_streams; // see panels.h
    Tiles m_tiles;
    const char* m_line = nullptr; // what the block at hand prefetches of the first stream
    std::int64_t m_lines = 0, m_stream = 0; // of each; bytes to the next one
    alignas(64) float m_sums[groupBlocks * blockSums];
};

} // namespace octet::engine::OCTET_ISA
