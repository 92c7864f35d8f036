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
// and go into the epilogue that all our products share, a row behind each further product. The two use different units;
// what limits both is how many instructions begin, so there is none to spare here.
//
// The next panel is prefetched as streams side by side. Lines that are awaited take up places that tiles of A from L2
// need too; several streams the processor follows further ahead of itself, without such a place, than one.
//
// Tiles beyond the last row or column are left out, what is beyond them within a tile is computed and dropped.
#pragma once

#include "core/engine/kernels/panels.h"
#include "core/engine/kernels/product_epilogue_impl.h"
#include "core/engine/kernels/tiles.h"

namespace octet::engine::OCTET_ISA {

constexpr std::int64_t tileBlockRows = 32;

/// `Streams`: see panels.h.
template <class Tiles, int Streams>
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
                    const std::int64_t streamLines = nextLines / Streams, from = streamLines * turn / (blocks * parts);
                    m_next = next + from * 64;
                    m_nextLines = streamLines * (turn + 1) / (blocks * parts) - from;
                    m_stream = streamLines * 64;
                    multiply(block, t.panels + p * t.panelBytes + block.step * 2 * tileBytes);
                }
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
        if (b.complete && ColumnTiles == 2 && b.columns == tilePanelColumns)
            return withRowFinisher<tilePanelColumns / lanes>(m_task, b.row, b.column, [&](const auto& finishRow) {
                accumulate<RowTiles, ColumnTiles>(block, weights, b.rows, finishRow);
            });
        accumulate<RowTiles, ColumnTiles>(block, weights, 0, NoRows());
        if (b.complete)
            finish<tilePanelColumns>(m_task, b.row, b.rows, b.column, b.vectors(m_task), b.sums);
    }

    struct NoRows
    {
        int cursor() const { return 0; }
        void operator()(const std::int32_t*, int) const { }
    };

    /// The products of a block, and between them the `rows` rows that the block before is to finish.
    template <int RowTiles, int ColumnTiles, class Finisher>
    void accumulate(const Block& block, const std::int8_t* weights, std::int64_t rows, const Finisher& finishRow)
    {
        constexpr int products = RowTiles * ColumnTiles, gaps = products > 1 ? products - 1 : 1; // gaps with rows
        const std::int64_t aRow = m_steps * tileBytes, steps = block.steps;
        const std::uint8_t* a = m_task.a + block.row / 16 * aRow + block.step * tileBytes;
        const auto share = [](std::int64_t n, std::int64_t parts) { return parts > 0 ? (n + parts - 1) / parts : 0; };
        const std::int64_t rowsAGap = share(rows, (steps - 1) * gaps), linesAGap = share(m_nextLines, steps * products);
        const std::int64_t stream = m_stream;
        const std::int8_t* line = m_next;
        const std::int8_t* const lastLine = m_next + m_nextLines * 64;
        const std::int32_t* sums = m_before.sums;
        const std::int32_t* const lastSums = sums + rows * tilePanelColumns;
        auto cursor = finishRow.cursor();
        const auto prefetchNext = [&](int) __attribute__((always_inline)) {
            for (std::int64_t n = linesAGap; n > 0 && line < lastLine; --n, line += 64)
#pragma GCC unroll 4
                for (int i = 0; i < Streams; ++i)
                    _mm_prefetch(reinterpret_cast<const char*>(line + i * stream), _MM_HINT_T1);
        };
        const auto finishAndPrefetch = [&](int gap) __attribute__((always_inline)) {
            for (std::int64_t n = gap < gaps ? rowsAGap : 0; n > 0 && sums < lastSums; --n, sums += tilePanelColumns)
                finishRow(sums, cursor);
            prefetchNext(gap);
        };
        for (std::int64_t step = 0; step < steps; ++step, a += tileBytes, weights += 2 * tileBytes) {
            if (step == 0)
                multiplyStep<RowTiles, ColumnTiles, true>(a, aRow, weights, prefetchNext, &block);
            else
                multiplyStep<RowTiles, ColumnTiles, false>(a, aRow, weights, finishAndPrefetch);
        }
        for (; sums < lastSums; sums += tilePanelColumns)
            finishRow(sums, cursor);
    }

    /// The first step of a block takes each tile of sums over from the block before. `behind(i)` comes after product i.
    template <int RowTiles, int ColumnTiles, bool First, class Behind>
    [[gnu::always_inline]] inline void multiplyStep(const std::uint8_t* a, std::int64_t aRow, const std::int8_t* b,
        const Behind& behind, const Block* block = nullptr)
    {
        m_tiles.template loadOnce<aTile(0)>(a, 64);
        m_tiles.template load<bTile(0)>(b, 64);
        multiplyTiles<0, 0, First>(block);
        behind(0);
        if constexpr (ColumnTiles == 2) {
            m_tiles.template load<bTile(1)>(b + tileBytes, 64);
            multiplyTiles<0, 1, First>(block);
            behind(1);
        }
        if constexpr (RowTiles == 2) {
            m_tiles.template loadOnce<aTile(1)>(a + aRow, 64);
            multiplyTiles<1, 0, First>(block);
            behind(ColumnTiles);
            if constexpr (ColumnTiles == 2) {
                multiplyTiles<1, 1, First>(block);
                behind(3);
            }
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

    const ProductTask& m_task;
    const std::int64_t m_steps; // 64 of K each
    Tiles m_tiles;
    Block m_before;
    bool m_inTiles = false; // the sums of m_before
    const std::int8_t* m_next = nullptr; // what the block at hand prefetches of the first stream
    std::int64_t m_nextLines = 0, m_stream = 0; // of each; bytes to the next one
    alignas(64) std::int32_t m_sums[groupBlocks * blockSums];
};

/// Panels [begin, end).
template <class Tiles>
inline void multiplyTiles(const ProductTask& task, std::int64_t begin, std::int64_t end)
{
    if (task.rows <= tileBlockRows)
        TileProduct<Tiles, streamsOfOneBlock>(task).run(begin, end);
    else
        TileProduct<Tiles, streamsOfBlocks>(task).run(begin, end);
}

} // namespace octet::engine::OCTET_ISA
