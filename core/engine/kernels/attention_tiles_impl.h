// SPDX-License-Identifier: GPL-3.0-or-later
// Int8 attention of one head with both products over tiles (see product_tiles_impl.h); packing and softmax are those of
// the other ISAs, and so is every bit of the result. Keys packed by four along the depth, and values packed by four
// along the keys, lie as tiles of B already.
#pragma once

#include "core/engine/kernels/attention_bytes_impl.h"
#include "core/engine/kernels/tiles.h"

namespace octet::engine::OCTET_ISA {

template <class Tiles>
class TileProducts
{
public:
    static constexpr std::int64_t queries = 16, unit = 64;

    ~TileProducts()
    {
        if (m_configuredRows)
            m_tiles.release();
    }
    void scores(std::int64_t rows, const std::uint8_t* q, std::int64_t qRow, const std::uint8_t* k, std::int64_t columns,
        std::int32_t* c)
    {
        run<true>(rows, q, qRow, qRow, k, columns, c);
    }
    void context(std::int64_t rows, const std::uint8_t* p, std::int64_t pRow, std::int64_t keys, const std::uint8_t* v,
        std::int64_t width, std::int32_t* c)
    {
        run<false>(rows, p, pRow, keys, v, width, c);
    }

private:
    /// c [rows, columns] = a [rows, length] b; `length` a multiple of 64, columns of 16.
    template <bool SignedA>
    void run(std::int64_t rows, const std::uint8_t* a, std::int64_t aRow, std::int64_t length, const std::uint8_t* b,
        std::int64_t columns, std::int32_t* c)
    {
        if (rows != m_configuredRows) {
            m_config = tileConfig(rows);
            writtenForTiles(&m_config);
            m_tiles.configure(m_config);
            m_configuredRows = rows;
        }
        writtenForTiles(a);
        writtenForTiles(b);
        std::int64_t j = 0;
        for (; j + 32 <= columns; j += 32)
            block<SignedA, 2>(a, aRow, length, b + 4 * j, columns, c + j);
        if (j < columns)
            block<SignedA, 1>(a, aRow, length, b + 4 * j, columns, c + j);
        writtenForTiles(c);
    }

    template <bool SignedA, int ColumnTiles>
    void block(const std::uint8_t* a, std::int64_t aRow, std::int64_t length, const std::uint8_t* b, std::int64_t columns,
        std::int32_t* c)
    {
        m_tiles.template zero<sumsTile(0, 0)>();
        if constexpr (ColumnTiles == 2)
            m_tiles.template zero<sumsTile(0, 1)>();
        for (std::int64_t k = 0; k < length; k += 64, b += 64 * columns) {
            m_tiles.template load<aTile(0)>(a + k, aRow);
            step<SignedA, 0>(b, columns);
            if constexpr (ColumnTiles == 2)
                step<SignedA, 1>(b + 64, columns);
        }
        m_tiles.template store<sumsTile(0, 0)>(c, columns * 4);
        if constexpr (ColumnTiles == 2)
            m_tiles.template store<sumsTile(0, 1)>(c + 16, columns * 4);
    }

    template <bool SignedA, int Column>
    void step(const std::uint8_t* b, std::int64_t columns)
    {
        m_tiles.template load<bTile(Column)>(b, columns * 4);
        if constexpr (SignedA)
            m_tiles.template multiplySigned<sumsTile(0, Column), aTile(0), bTile(Column)>();
        else
            m_tiles.template multiply<sumsTile(0, Column), aTile(0), bTile(Column)>();
    }

    Tiles m_tiles;
    TileConfig m_config;
    std::int64_t m_configuredRows = 0;
};

} // namespace octet::engine::OCTET_ISA
