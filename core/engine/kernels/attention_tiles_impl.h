// SPDX-License-Identifier: GPL-3.0-or-later
// Attention of one head with both products over tiles (see product_tiles_impl.h), in int8 and in bf16; packing and
// softmax are those of the other ISAs. Keys packed by four bytes along the depth, and values packed by four bytes along
// the keys, lie as tiles of B already. Sums of bytes are the other ISAs' to the last bit; sums of halves have an order
// of their own.
#pragma once

#include "core/engine/kernels/attention_bytes_impl.h"
#include "core/engine/kernels/attention_halves_impl.h"
#include "core/engine/kernels/tiles.h"

namespace octet::engine::OCTET_ISA {

/// Rows of A, 16 at a time.
template <class Tiles>
class TileRows
{
public:
    ~TileRows()
    {
        if (m_configuredRows)
            m_tiles.release();
    }

    /// c [rows, columns] = first [columns] (or 0) + a [rows, length] b; aRow and length in bytes, cRow in sums, `length` a
    /// multiple of 64, columns of 16.
    template <TileDot Dot>
    void multiply(std::int64_t rows, const void* a, std::int64_t aRow, std::int64_t length, const void* b,
        std::int64_t columns, void* c, std::int64_t cRow, const void* first = nullptr)
    {
        for (std::int64_t r = 0; r < rows; r += 16)
            multiply16<Dot>(rows - r < 16 ? rows - r : 16, static_cast<const std::uint8_t*>(a) + r * aRow, aRow, length, b,
                columns, static_cast<std::uint8_t*>(c) + r * cRow * 4, cRow, first);
    }

private:
    template <TileDot Dot>
    void multiply16(std::int64_t rows, const void* a, std::int64_t aRow, std::int64_t length, const void* b,
        std::int64_t columns, void* c, std::int64_t cRow, const void* first)
    {
        if (rows != m_configuredRows) {
            m_config = tileConfig(rows);
            writtenForTiles(&m_config);
            m_tiles.configure(m_config);
            m_configuredRows = rows;
        }
        writtenForTiles(a);
        writtenForTiles(b);
        writtenForTiles(first);
        const auto* left = static_cast<const std::uint8_t*>(a);
        const auto* right = static_cast<const std::uint8_t*>(b);
        auto* sums = static_cast<std::uint8_t*>(c);
        const auto* start = static_cast<const std::uint8_t*>(first);
        std::int64_t j = 0;
        for (; j + 32 <= columns; j += 32)
            block<Dot, 2>(left, aRow, length, right + 4 * j, columns, sums + 4 * j, cRow, start ? start + 4 * j : nullptr);
        if (j < columns)
            block<Dot, 1>(left, aRow, length, right + 4 * j, columns, sums + 4 * j, cRow, start ? start + 4 * j : nullptr);
        writtenForTiles(c);
    }

    template <TileDot Dot, int ColumnTiles>
    void block(const std::uint8_t* a, std::int64_t aRow, std::int64_t length, const std::uint8_t* b, std::int64_t columns,
        std::uint8_t* c, std::int64_t cRow, const std::uint8_t* start)
    {
        begin<sumsTile(0, 0)>(start);
        if constexpr (ColumnTiles == 2)
            begin<sumsTile(0, 1)>(start ? start + 64 : nullptr);
        for (std::int64_t k = 0; k < length; k += 64, b += 64 * columns) {
            m_tiles.template load<aTile(0)>(a + k, aRow);
            step<Dot, 0>(b, columns);
            if constexpr (ColumnTiles == 2)
                step<Dot, 1>(b + 64, columns);
        }
        m_tiles.template store<sumsTile(0, 0)>(c, cRow * 4);
        if constexpr (ColumnTiles == 2)
            m_tiles.template store<sumsTile(0, 1)>(c + 64, cRow * 4);
    }

    template <int Tile>
    void begin(const std::uint8_t* start)
    {
        if (start)
            m_tiles.template load<Tile>(start, 0); // every row the same
        else
            m_tiles.template zero<Tile>();
    }

    template <TileDot Dot, int Column>
    void step(const std::uint8_t* b, std::int64_t columns)
    {
        m_tiles.template load<bTile(Column)>(b, columns * 4);
        m_tiles.template multiply<Dot, sumsTile(0, Column), aTile(0), bTile(Column)>();
    }

    Tiles m_tiles;
    TileConfig m_config;
    std::int64_t m_configuredRows = 0;
};

template <class Tiles>
class TileBytes
{
public:
    // Vectors wait for what tiles stored, and tiles for what vectors did: twice a block, so blocks are long.
    static constexpr std::int64_t queries = 32, unit = 64;
    void scores(std::int64_t rows, const std::uint8_t* q, std::int64_t qRow, const std::uint8_t* k, std::int64_t columns,
        const std::int32_t* start, std::int32_t* c)
    {
        m_rows.template multiply<TileDot::SignedUnsigned>(rows, q, qRow, qRow, k, columns, c, columns, start);
    }
    void context(std::int64_t rows, const std::uint8_t* p, std::int64_t pRow, std::int64_t keys, const std::uint8_t* v,
        std::int64_t width, std::int32_t* c)
    {
        m_rows.template multiply<TileDot::UnsignedSigned>(rows, p, pRow, keys, v, width, c, width);
    }

private:
    TileRows<Tiles> m_rows;
};

template <class Tiles>
class TileHalves
{
public:
    static constexpr std::int64_t queries = 16, unit = 32;
    void multiply(std::int64_t rows, const std::uint16_t* a, std::int64_t aRow, const std::uint16_t* b,
        std::int64_t length, std::int64_t columns, float* c, std::int64_t cRow)
    {
        m_rows.template multiply<TileDot::Halves>(rows, a, aRow * 2, length * 2, b, columns, c, cRow);
    }

private:
    TileRows<Tiles> m_rows;
};

} // namespace octet::engine::OCTET_ISA
