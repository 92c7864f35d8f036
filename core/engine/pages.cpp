// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/pages.h"

#include <sys/mman.h>

#include <algorithm>

namespace octet::engine {

std::shared_ptr<std::byte> takePages(std::size_t bytes)
{
    const std::size_t length = std::max<std::size_t>(bytes, 1);
    void* mapped = mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED)
        return nullptr;
    return {static_cast<std::byte*>(mapped), [length](std::byte* p) { munmap(p, length); }};
}

} // namespace octet::engine
