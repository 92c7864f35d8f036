// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/kernels/attention_bytes.h"

namespace octet::engine {

std::int64_t byteAttentionScratch(std::int64_t keys, std::int64_t depth, std::int64_t width)
{
    // Sized for the widest vectors and for tiles; see ByteHead for the parts.
    const auto up = [](std::int64_t n) { return (n + 63) / 64 * 64; };
    constexpr std::int64_t queries = 32;
    return up(depth) * up(keys) + up(keys) * up(width) + queries * up(depth) + queries * up(keys) * 5
        + queries * up(width) * 4 + 4 * 4 * up(keys) + 11 * 64;
}

std::int64_t visibleKeys(
    const float* mask, std::int64_t maskRow, std::int64_t maskColumn, std::int64_t queries, std::int64_t keys)
{
    if (!mask || (maskRow != 0 && queries > 1))
        return keys;
    std::int64_t seen = keys;
    while (seen > 0 && mask[(seen - 1) * maskColumn] <= -9999.0f)
        --seen;
    return seen == 0 ? keys : seen;
}

} // namespace octet::engine
