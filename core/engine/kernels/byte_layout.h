// SPDX-License-Identifier: GPL-3.0-or-later
// How quantized activations lie in memory.
#pragma once

#include <cstdint>

namespace octet::engine {

/// Where the bytes of [rows, columns] lie: row by row, or in tiles of 16 rows x 64 columns, 1 KiB in one piece each, in
/// the order in which the tile product reads them. Numbers of bytes; byteAt() says the place of one.
struct ByteLayout
{
    std::int64_t row = 0; // to the next row of 16
    std::int64_t rows16 = 0; // to the next 16 rows
    std::int64_t columns64 = 64; // to the next 64 columns
    static ByteLayout rowByRow(std::int64_t stride);
    static ByteLayout tiles(std::int64_t columns);
    /// What rows of so many columns take: whole tiles, of which the part beyond rows and columns may hold anything.
    std::int64_t bytes(std::int64_t rows) const;
    bool operator==(const ByteLayout&) const = default;
};
std::int64_t byteAt(const ByteLayout& layout, std::int64_t row, std::int64_t column);

} // namespace octet::engine
