// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/parallel.h"

namespace octet::engine {

void runShares(int threads, std::int64_t count, Share share, void* context)
{
#pragma omp parallel for num_threads(threads) schedule(static, 1)
    for (int t = 0; t < threads; ++t)
        share(context, shareBegin(count, threads, t), shareBegin(count, threads, t + 1), t);
}

} // namespace octet::engine
