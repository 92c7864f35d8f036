// SPDX-License-Identifier: GPL-3.0-or-later
// u8 x s8 products over tiles of 16 rows x 64 bytes; `Tiles` is the processor's (product_amx.cpp) or EmulatedTiles.
//
// Panels of 32 columns outside, blocks of 32 rows inside. Four tiles hold the sums of 32 x 32 over the whole K, so that
// each tile of A and B that is loaded serves two products. A panel lies in the order in which it is read, and while a
// block computes it prefetches its share of the next panel, across the border to the next product too. The sums (4 KiB,
// L1) go into the epilogue that all our products share, a few rows at a time between the tile products of the next
// block: the two use different units. K beyond the last full 64 is copied and filled up with zeros: a tile of A never
// reads beyond its rows. Up to 16 rows or columns need half the tiles.
#pragma once

#include "core/engine/kernels/panels.h"
#include "core/engine/kernels/product_epilogue_impl.h"
#include "core/engine/kernels/tiles.h"

#include <cstring>

namespace octet::engine::OCTET_ISA {

template <class Tiles>
class TileProduct
{
public:
    explicit TileProduct(const ProductTask& task)
        : m_task(task)
    {
    }

    /// Panels [begin, end).
    void run(std::int64_t begin, std::int64_t end)
    {
        const ProductTask& t = m_task;
        for (std::int64_t p = begin; p < end; ++p) {
            const bool last = p + 1 == end;
            const std::int8_t* next = last ? t.nextWeights : t.panels + (p + 1) * t.panelBytes;
            panel(p, next, next ? (last ? t.nextBytes : t.panelBytes) / 64 : 0);
        }
        finish<tilePanelColumns>(
            t, m_pending.row, m_pending.rows, m_pending.column, m_pending.vectors, m_pending.sums);
        if (m_configuredRows)
            m_tiles.release();
    }

private:
    static constexpr std::int64_t blockRows = 32, tileBytes = 1024;

    /// A block whose sums are there and whose epilogue is still to come.
    struct Pending
    {
        std::int64_t row = 0, rows = 0, column = 0, vectors = 0;
        const std::int32_t* sums = nullptr;
    };

    void panel(std::int64_t p, const std::int8_t* next, std::int64_t nextLines)
    {
        const ProductTask& t = m_task;
        const std::int64_t column = p * tilePanelColumns;
        const std::int64_t columns = t.n - column < tilePanelColumns ? t.n - column : tilePanelColumns;
        const std::int8_t* weights = t.panels + p * t.panelBytes;
        const std::int64_t blocks = (t.rows + blockRows - 1) / blockRows;
        prefetchColumns(t, column, (columns + lanes - 1) / lanes);
        for (std::int64_t b = 0; b < blocks; ++b) {
            const std::int64_t row = t.firstRow + b * blockRows, left = t.firstRow + t.rows - row;
            const std::int64_t rows = left < blockRows ? left : blockRows;
            const std::int64_t from = nextLines * b / blocks, to = nextLines * (b + 1) / blocks;
            configure(rows);
            m_next = next + from * 64;
            m_nextLines = to - from;
            if (rows > 16 && columns > 16)
                multiplyAndFinish<2, 2>(weights, row, rows);
            else if (rows > 16)
                multiplyAndFinish<2, 1>(weights, row, rows);
            else if (columns > 16)
                multiplyAndFinish<1, 2>(weights, row, rows);
            else
                multiplyAndFinish<1, 1>(weights, row, rows);
            m_pending = {row, rows, column, (columns + lanes - 1) / lanes, m_sums[m_turn]};
            m_turn ^= 1;
        }
    }

    /// Costs as much as a few products: only where the number of rows changes.
    void configure(std::int64_t rows)
    {
        if (rows == m_configuredRows)
            return;
        m_config = tileConfig(rows);
        writtenForTiles(&m_config);
        m_tiles.configure(m_config);
        m_configuredRows = rows;
    }

    /// The sums of a block, and the epilogue of the one before it, a few rows at every step.
    template <int RowTiles, int ColumnTiles>
    void multiplyAndFinish(const std::int8_t* weights, std::int64_t row, std::int64_t rows)
    {
        const Pending& p = m_pending;
        if (ColumnTiles == 2 && p.rows && m_task.n - p.column >= tilePanelColumns)
            return withRowFinisher<tilePanelColumns / lanes>(m_task, p.row, p.column, [&](const auto& finisher) {
                accumulate<RowTiles, ColumnTiles>(weights, row, rows, finisher);
            });
        accumulate<RowTiles, ColumnTiles>(weights, row, rows, [&](const std::int32_t* sums, std::int64_t r) {
            finish<tilePanelColumns>(m_task, p.row + r, 1, p.column, p.vectors, sums);
        });
    }

    template <int RowTiles, int ColumnTiles, class Finisher>
    void accumulate(const std::int8_t* weights, std::int64_t row, std::int64_t rows, const Finisher& finishRow)
    {
        const std::int64_t k = m_task.k, full = k / 64, steps = (k + 63) / 64;
        const std::uint8_t* a = m_task.a + row * k;
        const std::int64_t linesAStep = (m_nextLines + steps - 1) / steps;
        const std::int64_t rowsAStep = (m_pending.rows + steps - 1) / steps;
        const std::int8_t* line = m_next;
        const std::int8_t* const lastLine = m_next + m_nextLines * 64;
        const std::int32_t* sums = m_pending.sums;
        std::int64_t done = 0;
        zeroSums<RowTiles, ColumnTiles>();
        for (std::int64_t step = 0; step < steps; ++step, weights += 2 * tileBytes) {
            if (step < full) {
                multiplyStep<RowTiles, ColumnTiles>(a + step * 64, k, weights);
            } else {
                fillTail(a + full * 64, rows, k - full * 64);
                multiplyStep<RowTiles, ColumnTiles>(m_tail, 64, weights);
            }
            for (std::int64_t i = 0; i < linesAStep && line < lastLine; ++i, line += 64)
                prefetch(line);
            for (std::int64_t i = 0; i < rowsAStep && done < m_pending.rows; ++i, ++done, sums += tilePanelColumns)
                finishRow(sums, done);
        }
        storeSums<RowTiles, ColumnTiles>();
    }

    template <int RowTiles, int ColumnTiles>
    void multiplyStep(const std::uint8_t* a, std::int64_t stride, const std::int8_t* b)
    {
        m_tiles.template load<aTile(0)>(a, stride);
        m_tiles.template load<bTile(0)>(b, 64);
        m_tiles.template multiply<TileDot::UnsignedSigned, sumsTile(0, 0), aTile(0), bTile(0)>();
        if constexpr (ColumnTiles == 2) {
            m_tiles.template load<bTile(1)>(b + tileBytes, 64);
            m_tiles.template multiply<TileDot::UnsignedSigned, sumsTile(0, 1), aTile(0), bTile(1)>();
        }
        if constexpr (RowTiles == 2) {
            m_tiles.template load<aTile(1)>(a + 16 * stride, stride);
            m_tiles.template multiply<TileDot::UnsignedSigned, sumsTile(1, 0), aTile(1), bTile(0)>();
            if constexpr (ColumnTiles == 2)
                m_tiles.template multiply<TileDot::UnsignedSigned, sumsTile(1, 1), aTile(1), bTile(1)>();
        }
    }

    template <int RowTiles, int ColumnTiles>
    void zeroSums()
    {
        m_tiles.template zero<sumsTile(0, 0)>();
        if constexpr (ColumnTiles == 2)
            m_tiles.template zero<sumsTile(0, 1)>();
        if constexpr (RowTiles == 2)
            m_tiles.template zero<sumsTile(1, 0)>();
        if constexpr (RowTiles == 2 && ColumnTiles == 2)
            m_tiles.template zero<sumsTile(1, 1)>();
    }

    template <int RowTiles, int ColumnTiles>
    void storeSums()
    {
        constexpr std::int64_t stride = tilePanelColumns * 4;
        std::int32_t* sums = m_sums[m_turn];
        m_tiles.template store<sumsTile(0, 0)>(sums, stride);
        if constexpr (ColumnTiles == 2)
            m_tiles.template store<sumsTile(0, 1)>(sums + 16, stride);
        if constexpr (RowTiles == 2)
            m_tiles.template store<sumsTile(1, 0)>(sums + 16 * tilePanelColumns, stride);
        if constexpr (RowTiles == 2 && ColumnTiles == 2)
            m_tiles.template store<sumsTile(1, 1)>(sums + 16 * tilePanelColumns + 16, stride);
        writtenForTiles(sums);
    }

    void fillTail(const std::uint8_t* a, std::int64_t rows, std::int64_t bytes)
    {
        std::memset(m_tail, 0, sizeof(m_tail));
        for (std::int64_t r = 0; r < rows; ++r)
            std::memcpy(m_tail + r * 64, a + r * m_task.k, static_cast<std::size_t>(bytes));
        writtenForTiles(m_tail);
    }

    void prefetch(const std::int8_t* line) const
    {
        if (m_task.prefetchPastL2)
            _mm_prefetch(reinterpret_cast<const char*>(line), _MM_HINT_NTA);
        else
            _mm_prefetch(reinterpret_cast<const char*>(line), _MM_HINT_T1);
    }

    const ProductTask& m_task;
    Tiles m_tiles;
    Pending m_pending;
    const std::int8_t* m_next = nullptr; // what the block at hand prefetches
    std::int64_t m_nextLines = 0;
    std::int64_t m_configuredRows = 0;
    int m_turn = 0;
    TileConfig m_config;
    alignas(64) std::int32_t m_sums[2][blockRows * tilePanelColumns];
    alignas(64) std::uint8_t m_tail[blockRows * 64];
};

} // namespace octet::engine::OCTET_ISA
