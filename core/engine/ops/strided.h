// SPDX-License-Identifier: GPL-3.0-or-later
// Walking over several arrays of one shape but different strides.
#pragma once

#include "core/values/tensor.h"

#include <array>
#include <cstddef>

namespace octet::engine {

/// Iterates a shape whose innermost dimension is handed to the caller as (count, stride per operand). Dimensions that
/// are contiguous in every operand are merged at construction.
template <std::size_t Operands>
class StridedLoop
{
public:
    StridedLoop(const Shape& shape, const std::array<Shape, Operands>& strides)
    {
        for (std::size_t d = 0; d < shape.size(); ++d) {
            if (shape[d] == 1)
                continue;
            std::array<std::int64_t, Operands> step {};
            for (std::size_t o = 0; o < Operands; ++o)
                step[o] = strides[o][d];
            bool merged = m_rank > 0;
            for (std::size_t o = 0; merged && o < Operands; ++o)
                merged = m_steps[m_rank - 1][o] == step[o] * shape[d];
            if (merged) {
                m_counts[m_rank - 1] *= shape[d];
                m_steps[m_rank - 1] = step;
            } else if (m_rank < maxRank) {
                m_counts[m_rank] = shape[d];
                m_steps[m_rank++] = step;
            }
        }
        if (m_rank == 0) {
            m_counts[0] = 1;
            m_rank = 1;
        }
        m_empty = elementCount(shape) == 0;
    }

    /// f(offsets, count, steps): offsets and steps in elements of each operand.
    template <typename F>
    void run(F&& f) const
    {
        if (m_empty)
            return;
        std::array<std::int64_t, maxRank> index {};
        std::array<std::int64_t, Operands> offset {};
        const std::size_t inner = m_rank - 1;
        while (true) {
            f(offset, m_counts[inner], m_steps[inner]);
            std::size_t d = inner;
            while (d-- > 0) {
                for (std::size_t o = 0; o < Operands; ++o)
                    offset[o] += m_steps[d][o];
                if (++index[d] < m_counts[d])
                    break;
                for (std::size_t o = 0; o < Operands; ++o)
                    offset[o] -= m_steps[d][o] * m_counts[d];
                index[d] = 0;
            }
            if (d == static_cast<std::size_t>(-1))
                return;
        }
    }

    static constexpr std::size_t maxRank = 12; // the compiler refuses values of a higher rank

private:
    std::size_t m_rank = 0;
    bool m_empty = false;
    std::array<std::int64_t, maxRank> m_counts {};
    std::array<std::array<std::int64_t, Operands>, maxRank> m_steps {};
};

} // namespace octet::engine
