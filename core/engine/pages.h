// SPDX-License-Identifier: GPL-3.0-or-later
// Large memory from the system and back to it. In the heap, what one program needed after another would leave holes between
// the small things that outlive them, and the memory of a run would grow with its samples.
#pragma once

#include <cstddef>
#include <memory>

namespace octet::engine {

/// At least `bytes` of zeros, page aligned; null when they are not to be had.
std::shared_ptr<std::byte> takePages(std::size_t bytes);

} // namespace octet::engine
