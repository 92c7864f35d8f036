// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/kernels/byte_layout.h"

namespace octet::engine {

ByteLayout ByteLayout::rowByRow(std::int64_t stride)
{
    return {stride, 16 * stride, 64};
}

ByteLayout ByteLayout::tiles(std::int64_t columns)
{
    return {64, (columns + 63) / 64 * 1024, 1024};
}

std::int64_t ByteLayout::bytes(std::int64_t rows) const
{
    return columns64 == 64 ? rows * row : (rows + 15) / 16 * rows16;
}

std::int64_t byteAt(const ByteLayout& layout, std::int64_t row, std::int64_t column)
{
    return row / 16 * layout.rows16 + row % 16 * layout.row + column / 64 * layout.columns64 + column % 64;
}

} // namespace octet::engine
