// SPDX-License-Identifier: GPL-3.0-or-later
// Loops shared out among threads (OpenMP's). Allocates nothing.
#pragma once

#include <cstdint>
#include <type_traits>

namespace octet::engine {

/// Where thread `thread` of `threads` begins in [0, count); the next one's begin is its end.
constexpr std::int64_t shareBegin(std::int64_t count, int threads, int thread)
{
    return count * thread / threads;
}

using Share = void (*)(void* context, std::int64_t begin, std::int64_t end, int thread);
void runShares(int threads, std::int64_t count, Share share, void* context);

/// f(begin, end, thread) over shares of [0, count).
template <typename F>
void inParallel(int threads, std::int64_t count, F&& f)
{
    if (threads <= 1 || count <= 1) {
        f(std::int64_t(0), count, 0);
        return;
    }
    using Function = std::remove_reference_t<F>;
    const auto share = [](void* context, std::int64_t begin, std::int64_t end, int thread) {
        (*static_cast<Function*>(context))(begin, end, thread);
    };
    runShares(threads, count, share, const_cast<void*>(static_cast<const void*>(&f)));
}

} // namespace octet::engine
