// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/kernels/weight_memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <new>

namespace octet::engine {

namespace {

constexpr std::size_t hugePage = std::size_t(2) << 20;
constexpr std::size_t chunkBytes = 4 * hugePage;

/// Whole huge pages, untouched: what is not used costs no memory beyond its last page.
std::shared_ptr<std::byte> map(std::size_t bytes)
{
    const std::size_t length = bytes + hugePage; // room for alignment
    void* memory = mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        throw std::bad_alloc();
    const std::shared_ptr<void> owner(memory, [length](void* p) { munmap(p, length); });
    const auto address = reinterpret_cast<std::uintptr_t>(memory);
    auto* aligned = static_cast<std::byte*>(memory) + (hugePage - address % hugePage) % hugePage;
    madvise(aligned, bytes, MADV_HUGEPAGE); // where it is refused, small pages do
    return {owner, aligned};
}

} // namespace

std::shared_ptr<std::byte> WeightMemory::take(std::size_t bytes)
{
    bytes = (bytes + 63) / 64 * 64;
    if (!m_chunk || m_used + bytes > m_size) {
        m_size = std::max(chunkBytes, (bytes + hugePage - 1) / hugePage * hugePage);
        m_chunk = map(m_size);
        m_used = 0;
    }
    std::shared_ptr<std::byte> taken(m_chunk, m_chunk.get() + m_used);
    m_used += bytes;
    return taken;
}

} // namespace octet::engine
