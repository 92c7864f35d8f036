// SPDX-License-Identifier: GPL-3.0-or-later
// Memory for packed weights, in huge pages where the system has them: a forward pass streams all weights, and with
// pages of 4 KiB it waits for address translation again and again.
#pragma once

#include <cstddef>
#include <memory>

namespace octet::engine {

/// Weights that are packed one after another lie one after another. A chunk lives as long as any weight in it. Not
/// thread safe.
class WeightMemory
{
public:
    /// Zeroed, 64-byte aligned. Throws std::bad_alloc.
    std::shared_ptr<std::byte> take(std::size_t bytes);

private:
    std::shared_ptr<std::byte> m_chunk;
    std::size_t m_used = 0, m_size = 0;
};

} // namespace octet::engine
