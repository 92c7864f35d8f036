// SPDX-License-Identifier: GPL-3.0-or-later
// Sizes of a product as MatMul means it: vectors, batches that are broadcast.
#pragma once

#include "core/engine/ops/op.h"

namespace octet::engine {

struct MatMulShape
{
    std::int64_t m = 1, k = 1, n = 1;
    Shape batch; // broadcast
    Shape aStrides, bStrides; // of the batch dimensions, in matrices
    Shape output;

    /// f(matrix of a, matrix of b, matrix of the result), numbers within their arrays.
    template <typename F>
    void forEach(F&& f) const
    {
        const std::int64_t count = elementCount(batch);
        for (std::int64_t i = 0; i < count; ++i) {
            std::int64_t rest = i, a = 0, b = 0;
            for (std::size_t d = batch.size(); d-- > 0; rest /= batch[d]) {
                a += rest % batch[d] * aStrides[d];
                b += rest % batch[d] * bStrides[d];
            }
            f(a, b, i);
        }
    }
};

/// Of two inputs of a node; throws Error(Format) where they do not fit together.
MatMulShape matMulShape(const OpContext& context, std::size_t a = 0, std::size_t b = 1);

} // namespace octet::engine
