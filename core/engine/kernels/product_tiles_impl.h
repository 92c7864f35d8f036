// SPDX-License-Identifier: GPL-3.0-or-later
// u8 x s8 products over tiles of 16 rows x 64 bytes; `Tiles` is the processor's (product_amx.cpp) or EmulatedTiles.
//
// Panels of 32 columns outside, blocks of 32 rows inside. Four tiles hold the sums of 32 x 32, so that each tile of A and
// B that is loaded serves two products. A and the panels lie in the order in which they are read, and while a block
// computes it prefetches its share of the next panel, across the border to the next product too. The panel stays in L1
// while A passes by; of a panel that is too long for that, a part of K at a time is multiplied with up to four blocks,
// whose sums wait in memory meanwhile.
//
// The products of a block never wait for its end: its sums leave the tiles between the first products of the next block
// and go into the epilogue that all our products share, a few rows behind each further step. The two use different
// units. Tiles beyond the last row or column are left out, what is beyond them within a tile is computed and dropped.
#pragma once

#include "core/engine/kernels/panels.h"
#include "core/engine/kernels/product_epilogue_impl.h"
#include "core/engine/kernels/tiles.h"

namespace octet::engine::OCTET_ISA {

constexpr std::int64_t tileBlockRows = 32;

/// `Once`: there is one block of rows, which reads each panel once.
template <class Tiles, bool Once>
class TileProduct
{
public:
    explicit TileProduct(const ProductTask& task)
        : m_task(task)
        , m_steps((task.k + 63) / 64)
    {
    }

    /// Panels [begin, end).
    void run(std::int64_t begin, std::int64_t end)
    {
        const ProductTask& t = m_task;
        const TileConfig config = tileConfig(blockRows);
        writtenForTiles(&config);
        m_tiles.configure(config);
        for (std::int64_t p = begin; p < end; ++p) {
            const bool last = p + 1 == end;
            const std::int8_t* next = last ? t.nextWeights : t.panels + (p + 1) * t.panelBytes;
            panel(p, next, next ? (last ? t.nextBytes : t.panelBytes) / 64 : 0);
        }
        storeSums(m_before);
        if (m_before.complete)
            finish<tilePanelColumns>(
                t, m_before.row, m_before.rows, m_before.column, m_before.vectors(t), m_before.sums);
        m_tiles.release();
    }

private:
    static constexpr std::int64_t blockRows = tileBlockRows, tileBytes = 1024, blockSums = blockRows * tilePanelColumns;
    static constexpr std::int64_t groupBlocks = 4, partSteps = 12, fewSteps = 24;
    static constexpr std::int64_t lookAhead = 8192; // bytes

    /// Rows x columns up to 32 x 32, and a part of K.
    struct Block
    {
        std::int64_t row = 0, rows = 0, column = 0, columns = 0; // no rows: no block
        std::int64_t step = 0, steps = 0;
        std::int32_t* sums = nullptr; // where they go
        bool complete = false; // the last part of K
        std::int64_t vectors(const ProductTask& t) const
        {
            return ((t.n - column < tilePanelColumns ? t.n - column : tilePanelColumns) + lanes - 1) / lanes;
        }
        bool tall() const { return rows > 16; }
        bool wide() const { return columns > 16; }
    };

    void panel(std::int64_t p, const std::int8_t* next, std::int64_t nextLines)
    {
        const ProductTask& t = m_task;
        Block block;
        block.column = p * tilePanelColumns;
        block.columns = t.n - block.column < tilePanelColumns ? t.n - block.column : tilePanelColumns;
        const std::int64_t blocks = (t.rows + blockRows - 1) / blockRows;
        const std::int64_t parts = m_steps > fewSteps && blocks > 1 ? (m_steps + partSteps - 1) / partSteps : 1;
        const std::int64_t group = parts > 1 && blocks > groupBlocks ? groupBlocks : blocks;
        prefetchColumns(t, block.column, block.vectors(t));
        std::int64_t turn = 0;
        for (std::int64_t first = 0; first < blocks; first += group)
            for (std::int64_t part = 0; part < parts; ++part)
                for (std::int64_t b = first; b < blocks && b < first + group; ++b, ++turn) {
                    const std::int64_t left = t.rows - b * blockRows;
                    block.row = t.firstRow + b * blockRows;
                    block.rows = left < blockRows ? left : blockRows;
                    block.step = m_steps * part / parts;
                    block.steps = m_steps * (part + 1) / parts - block.step;
                    block.sums = m_sums + (parts > 1 ? b - first : 0) * blockSums;
                    block.complete = part + 1 == parts;
                    const std::int64_t from = nextLines * turn / (blocks * parts);
                    m_next = next + from * 64;
                    m_nextLines = nextLines * (turn + 1) / (blocks * parts) - from;
                    if constexpr (Once)
                        prefetchOnce(t.panels + p * t.panelBytes, next);
                    multiply(block, t.panels + p * t.panelBytes + block.step * 2 * tileBytes);
                }
    }

    /// What is read once comes up to a quarter faster from a short distance, across the border to the next product too.
    void prefetchOnce(const std::int8_t* panel, const std::int8_t* next)
    {
        const ProductTask& t = m_task;
        const std::int64_t distance = t.panelBytes < lookAhead ? t.panelBytes : lookAhead;
        const bool follows = next == panel + t.panelBytes;
        m_next = panel + distance;
        m_nextLines = (t.panelBytes - (follows ? 0 : distance)) / 64;
        m_apart = follows ? nullptr : next;
    }

    void multiply(const Block& block, const std::int8_t* weights)
    {
        if (m_before.tall() != block.tall() || m_before.wide() != block.wide())
            storeSums(m_before);
        if (block.tall())
            block.wide() ? multiplyAndFinish<2, 2>(block, weights) : multiplyAndFinish<2, 1>(block, weights);
        else
            block.wide() ? multiplyAndFinish<1, 2>(block, weights) : multiplyAndFinish<1, 1>(block, weights);
        m_before = block;
        m_inTiles = true;
    }

    template <int RowTiles, int ColumnTiles>
    void multiplyAndFinish(const Block& block, const std::int8_t* weights)
    {
        const Block& b = m_before;
        if (!b.complete)
            return accumulate<RowTiles, ColumnTiles>(block, weights, 0, [](const std::int32_t*, std::int64_t) {});
        if (ColumnTiles == 2 && b.columns == tilePanelColumns)
            return withRowFinisher<tilePanelColumns / lanes>(m_task, b.row, b.column, [&](const auto& finisher) {
                accumulate<RowTiles, ColumnTiles>(block, weights, b.rows, finisher);
            });
        accumulate<RowTiles, ColumnTiles>(block, weights, b.rows, [&](const std::int32_t* sums, std::int64_t r) {
            finish<tilePanelColumns>(m_task, b.row + r, 1, b.column, b.vectors(m_task), sums);
        });
    }

    /// The products of a block, and behind each step a few of the `rows` rows that the block before is to finish.
    template <int RowTiles, int ColumnTiles, class Finisher>
    void accumulate(const Block& block, const std::int8_t* weights, std::int64_t rows, const Finisher& finishRow)
    {
        const std::int64_t aRow = m_steps * tileBytes, steps = block.steps;
        const std::uint8_t* a = m_task.a + block.row / 16 * aRow + block.step * tileBytes;
        const std::int64_t linesAStep = (m_nextLines + steps - 1) / steps;
        const std::int64_t rowsAStep = steps > 1 ? (rows + steps - 2) / (steps - 1) : rows;
        const std::int8_t* line = m_next;
        const std::int8_t* const lastLine = m_next + m_nextLines * 64;
        const std::int32_t* sums = m_before.sums;
        std::int64_t done = 0;
        for (std::int64_t step = 0; step < steps; ++step, a += tileBytes, weights += 2 * tileBytes) {
            if (step == 0)
                multiplyStep<RowTiles, ColumnTiles, true>(a, aRow, weights, &block);
            else
                multiplyStep<RowTiles, ColumnTiles, false>(a, aRow, weights);
            if constexpr (Once) {
                const std::int64_t left = (lastLine - line) / 64, lines = left < linesAStep ? left : linesAStep;
                prefetchLines(line, lines);
                line += lines * 64;
                if (m_apart)
                    prefetchLines(m_apart + step * lookAhead / steps, lookAhead / 64 / steps + 1);
            } else {
                for (std::int64_t i = 0; i < linesAStep && line < lastLine; ++i, line += 64)
                    prefetch(line);
            }
            if (step > 0 || steps == 1)
                for (std::int64_t i = 0; i < rowsAStep && done < rows; ++i, ++done, sums += tilePanelColumns)
                    finishRow(sums, done);
        }
    }

    /// The first step of a block takes each tile of sums over from the block before.
    template <int RowTiles, int ColumnTiles, bool First>
    void multiplyStep(const std::uint8_t* a, std::int64_t aRow, const std::int8_t* b, const Block* block = nullptr)
    {
        m_tiles.template loadOnce<aTile(0)>(a, 64);
        m_tiles.template load<bTile(0)>(b, 64);
        multiplyTiles<0, 0, First>(block);
        if constexpr (ColumnTiles == 2) {
            m_tiles.template load<bTile(1)>(b + tileBytes, 64);
            multiplyTiles<0, 1, First>(block);
        }
        if constexpr (RowTiles == 2) {
            m_tiles.template loadOnce<aTile(1)>(a + aRow, 64);
            multiplyTiles<1, 0, First>(block);
            if constexpr (ColumnTiles == 2)
                multiplyTiles<1, 1, First>(block);
        }
        if constexpr (First)
            writtenForTiles(m_sums);
    }

    template <int Row, int Column, bool First>
    void multiplyTiles(const Block* block)
    {
        if constexpr (First) {
            if (m_inTiles)
                storeTile<Row, Column>(m_before);
            if (block->step == 0)
                m_tiles.template zero<sumsTile(Row, Column)>();
            else
                m_tiles.template load<sumsTile(Row, Column)>(
                    block->sums + (Row * tilePanelColumns + Column) * 16, tilePanelColumns * 4);
        }
        m_tiles.template multiply<TileDot::UnsignedSigned, sumsTile(Row, Column), aTile(Row), bTile(Column)>();
    }

    template <int Row, int Column>
    void storeTile(const Block& of)
    {
        m_tiles.template store<sumsTile(Row, Column)>(
            of.sums + (Row * tilePanelColumns + Column) * 16, tilePanelColumns * 4);
    }

    void storeSums(const Block& of)
    {
        if (!m_inTiles)
            return;
        storeTile<0, 0>(of);
        if (of.wide())
            storeTile<0, 1>(of);
        if (of.tall())
            storeTile<1, 0>(of);
        if (of.wide() && of.tall())
            storeTile<1, 1>(of);
        writtenForTiles(m_sums);
        m_inTiles = false;
    }

    /// The last lines of a page of 4 KiB the processor has then fetched of itself: it follows a stream up to there, and
    /// what it fetches does not take up the few places for lines that are awaited.
    void prefetch(const std::int8_t* line) const
    {
        constexpr std::uintptr_t lines = 54;
        if ((reinterpret_cast<std::uintptr_t>(line) / 64 & 63) >= lines)
            return;
        if (m_task.prefetchPastL2)
            _mm_prefetch(reinterpret_cast<const char*>(line), _MM_HINT_NTA);
        else
            _mm_prefetch(reinterpret_cast<const char*>(line), _MM_HINT_T1);
    }

    void prefetchLines(const std::int8_t* from, std::int64_t lines) const
    {
        const char* const line = reinterpret_cast<const char*>(from);
        if (m_task.prefetchPastL2)
            for (std::int64_t i = 0; i < lines; ++i)
                _mm_prefetch(line + i * 64, _MM_HINT_NTA);
        else
            for (std::int64_t i = 0; i < lines; ++i)
                _mm_prefetch(line + i * 64, _MM_HINT_T1);
    }

    const ProductTask& m_task;
    const std::int64_t m_steps; // 64 of K each
    Tiles m_tiles;
    Block m_before;
    bool m_inTiles = false; // the sums of m_before
    const std::int8_t* m_next = nullptr; // what the block at hand prefetches
    std::int64_t m_nextLines = 0;
    const std::int8_t* m_apart = nullptr; // Once, behind the last panel: where the next product begins
    alignas(64) std::int32_t m_sums[groupBlocks * blockSums];
};

/// Panels [begin, end).
template <class Tiles>
inline void multiplyTiles(const ProductTask& task, std::int64_t begin, std::int64_t end)
{
    if (task.rows <= tileBlockRows)
        TileProduct<Tiles, true>(task).run(begin, end);
    else
        TileProduct<Tiles, false>(task).run(begin, end);
}

} // namespace octet::engine::OCTET_ISA
