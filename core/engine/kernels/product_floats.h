// SPDX-License-Identifier: GPL-3.0-or-later
// The fp32 product of our own: weights lie in panels in the order in which they are read (panels.h), and the next panel is
// prefetched while the current one computes. Scalar form: core/engine/reference.
#pragma once

#include <cstdint>

namespace octet::engine {

/// c [rows, n] = a [rows, k] x weights [k, n]. A sum runs over k in order, whatever the rows and threads are.
struct FloatProductTask
{
    const float* a = nullptr;
    std::int64_t aRow = 0; // floats from row to row
    std::int64_t rows = 0, k = 0, n = 0;
    const float* panels = nullptr;
    const void* nextWeights = nullptr; // what this thread reads after its last panel, for prefetching; may be null
    std::int64_t nextBytes = 0;
    bool prefetchToL1 = false; // see ProductTask
    float* c = nullptr;
    std::int64_t cRow = 0;
};

/// Panels [begin, end).
void multiplyFloatsAvx2(const FloatProductTask& task, std::int64_t begin, std::int64_t end);
void multiplyFloatsAvx512(const FloatProductTask& task, std::int64_t begin, std::int64_t end);

} // namespace octet::engine
