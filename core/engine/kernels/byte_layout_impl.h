// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/kernels/byte_layout.h"

namespace octet::engine::OCTET_ISA {

/// byteAt() for kernels.
inline std::int64_t placeOf(const ByteLayout& layout, std::int64_t row, std::int64_t column)
{
    return (row >> 4) * layout.rows16 + (row & 15) * layout.row + (column >> 6) * layout.columns64 + (column & 63);
}

} // namespace octet::engine::OCTET_ISA
