// SPDX-License-Identifier: GPL-3.0-or-later
// Products whose sums run over groups of four bytes that lie together, as the dot products of the processor take them:
// four bytes, or two halves. Compiled once per ISA.
#pragma once

#include "core/engine/kernels/simd.h"

#include <cstring>

namespace octet::engine::OCTET_ISA {

constexpr int groupRows = lanes == 16 ? 8 : 4; // of a block: as many as the registers hold

constexpr std::int64_t upTo(std::int64_t n, std::int64_t unit)
{
    return (n + unit - 1) / unit * unit;
}

inline VecI loadGroups(const void* p)
{
    return VecI::load(static_cast<const std::int32_t*>(p));
}

inline VecI oneGroup(const void* p)
{
    std::int32_t four;
    std::memcpy(&four, p, 4);
    return VecI::all(four);
}

/// `from` or, without it, 0.
inline void begin(VecI& sums, const std::uint8_t* from)
{
    sums = from ? loadGroups(from) : VecI::all(0);
}
inline void begin(Vec& sums, const std::uint8_t* from)
{
    sums = from ? Vec::load(reinterpret_cast<const float*>(from)) : Vec::zero();
}
inline void store(VecI sums, void* to)
{
    toInts(sums, static_cast<std::int32_t*>(to));
}
inline void store(Vec sums, void* to)
{
    sums.store(static_cast<float*>(to));
}

/// c[Rows][Vectors] = sum over the groups, in order, of a ([row][group]) and b ([group][columns]). `columns` and `cRow`
/// in sums of four bytes.
template <class Dot, int Rows, int Vectors>
inline void groupBlock(const std::uint8_t* a, std::int64_t aRow, const std::uint8_t* b, std::int64_t columns,
    std::int64_t groups, std::uint8_t* c, std::int64_t cRow, const std::uint8_t* start)
{
    typename Dot::Sums sums[Rows][Vectors];
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 2
        for (int v = 0; v < Vectors; ++v)
            begin(sums[r][v], start ? start + v * lanes * 4 : nullptr);
    for (std::int64_t g = 0; g < groups; ++g) {
        VecI column[Vectors];
#pragma GCC unroll 2
        for (int v = 0; v < Vectors; ++v)
            column[v] = loadGroups(b + (g * columns + v * lanes) * 4);
#pragma GCC unroll 8
        for (int r = 0; r < Rows; ++r) {
            const VecI x = oneGroup(a + r * aRow + 4 * g);
#pragma GCC unroll 2
            for (int v = 0; v < Vectors; ++v)
                sums[r][v] = Dot::add(sums[r][v], column[v], x);
        }
    }
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 2
        for (int v = 0; v < Vectors; ++v)
            store(sums[r][v], c + (r * cRow + v * lanes) * 4);
}

template <class Dot, int Rows>
inline void groupRowsTimes(const std::uint8_t* a, std::int64_t aRow, const std::uint8_t* b, std::int64_t columns,
    std::int64_t groups, std::uint8_t* c, std::int64_t cRow, const std::uint8_t* start)
{
    std::int64_t j = 0;
    for (; j + 2 * lanes <= columns; j += 2 * lanes)
        groupBlock<Dot, Rows, 2>(a, aRow, b + 4 * j, columns, groups, c + 4 * j, cRow, start ? start + 4 * j : nullptr);
    for (; j < columns; j += lanes)
        groupBlock<Dot, Rows, 1>(a, aRow, b + 4 * j, columns, groups, c + 4 * j, cRow, start ? start + 4 * j : nullptr);
}

/// `rows` up to groupRows, aRow in bytes, `columns` a multiple of the lanes; `first`: sums that every row begins with.
template <class Dot>
inline void groupProduct(std::int64_t rows, const void* aBytes, std::int64_t aRow, const void* bBytes,
    std::int64_t columns, std::int64_t groups, void* sums, std::int64_t cRow, const void* first = nullptr)
{
    const auto* a = static_cast<const std::uint8_t*>(aBytes);
    const auto* b = static_cast<const std::uint8_t*>(bBytes);
    auto* c = static_cast<std::uint8_t*>(sums);
    const auto* start = static_cast<const std::uint8_t*>(first);
    switch (rows) {
    case 8: return groupRowsTimes<Dot, 8>(a, aRow, b, columns, groups, c, cRow, start);
    case 7: return groupRowsTimes<Dot, 7>(a, aRow, b, columns, groups, c, cRow, start);
    case 6: return groupRowsTimes<Dot, 6>(a, aRow, b, columns, groups, c, cRow, start);
    case 5: return groupRowsTimes<Dot, 5>(a, aRow, b, columns, groups, c, cRow, start);
    case 4: return groupRowsTimes<Dot, 4>(a, aRow, b, columns, groups, c, cRow, start);
    case 3: return groupRowsTimes<Dot, 3>(a, aRow, b, columns, groups, c, cRow, start);
    case 2: return groupRowsTimes<Dot, 2>(a, aRow, b, columns, groups, c, cRow, start);
    default: return groupRowsTimes<Dot, 1>(a, aRow, b, columns, groups, c, cRow, start);
    }
}

} // namespace octet::engine::OCTET_ISA
