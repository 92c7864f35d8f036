// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/plan.h"

#include <algorithm>
#include <numeric>

namespace octet::engine {

std::size_t planMemory(std::vector<Buffer>& buffers)
{
    constexpr std::size_t alignment = 64;
    const auto aligned = [](std::size_t bytes) { return (bytes + alignment - 1) / alignment * alignment; };
    std::vector<std::size_t> order(buffers.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return buffers[a].bytes > buffers[b].bytes; });
    std::vector<const Buffer*> placed; // by arena offset
    std::size_t total = 0;
    for (const std::size_t index : order) {
        Buffer& buffer = buffers[index];
        if (buffer.first < 0)
            continue; // nobody uses it
        std::size_t at = 0;
        for (const Buffer* other : placed) {
            if (other->last < buffer.first || other->first > buffer.last)
                continue;
            if (at + aligned(buffer.bytes) <= other->arenaOffset)
                break;
            at = std::max(at, other->arenaOffset + aligned(other->bytes));
        }
        buffer.arenaOffset = at;
        total = std::max(total, at + aligned(buffer.bytes));
        const auto position = std::upper_bound(placed.begin(), placed.end(), &buffer, [](const Buffer* a, const Buffer* b) {
            return a->arenaOffset < b->arenaOffset;
        });
        placed.insert(position, &buffer);
    }
    return total;
}

} // namespace octet::engine
