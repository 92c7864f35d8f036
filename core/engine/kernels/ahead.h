// SPDX-License-Identifier: GPL-3.0-or-later
// What products in vectors share: the memory that is read next, and the addresses of the rows of A.
#pragma once

#include "core/engine/kernels/simd.h"

namespace octet::engine::OCTET_ISA {

/// Memory that a product fetches, line by line, while it computes. Evenly: from bursts of lines AMD's family 26 brings less
/// in, and computes on nothing for up to half of the time where there are few rows.
class Ahead
{
public:
    enum class To { L1, L2, L1PastL2 };

    Ahead(const void* from, std::int64_t bytes, To to)
        : m_from(static_cast<const char*>(from))
        , m_at(m_from)
        , m_lines(from ? bytes / 64 : 0)
        , m_to(to)
    {
    }

    Ahead share(std::int64_t i, std::int64_t shares) const
    {
        const std::int64_t from = m_lines * i / shares;
        Ahead part = *this;
        part.m_from = part.m_at = m_from + from * 64;
        part.m_lines = m_lines * (i + 1) / shares - from;
        return part;
    }

    /// At most so much.
    Ahead first(std::int64_t bytes) const
    {
        Ahead part = *this;
        part.m_lines = m_lines < bytes / 64 ? m_lines : bytes / 64;
        return part;
    }

    /// One of `steps` of all that it takes.
    [[gnu::always_inline]] inline void fetch(std::int64_t steps)
    {
        for (m_due += m_lines; m_due >= steps; m_due -= steps)
            line();
    }

    /// The same in two, for loops that have no register to spare: where part `i` of `parts` ends, and a line before that.
    const char* end(std::int64_t i, std::int64_t parts) const { return m_from + m_lines * (i + 1) / parts * 64; }
    [[gnu::always_inline]] inline bool fetchBefore(const char* end)
    {
        if (m_at >= end)
            return false;
        line();
        return true;
    }

private:
    [[gnu::always_inline]] inline void line()
    {
        if (m_to == To::L1)
            _mm_prefetch(m_at, _MM_HINT_T0);
        else if (m_to == To::L2)
            _mm_prefetch(m_at, _MM_HINT_T1);
        else
            _mm_prefetch(m_at, _MM_HINT_NTA);
        m_at += 64;
    }

    const char *m_from, *m_at;
    std::int64_t m_lines, m_due = 0;
    To m_to;
};

/// Rows of A, so many bytes apart, from a step of K to the next. The addresses of a dozen rows from five registers: the
/// distances are out of the compiler's sight, which would keep each multiple of them in a register of its own.
template <int Rows>
class RowsOfA
{
public:
    RowsOfA(const void* at, std::int64_t row)
        : m_row(row)
        , m_row3(3 * row)
    {
        for (int i = 0; i < fours; ++i)
            m_four[i] = static_cast<const char*>(at) + 4 * i * row;
    }
    /// `bytes` further along the rows.
    [[gnu::always_inline]] inline void advance(std::int64_t bytes)
    {
        for (int i = 0; i < fours; ++i)
            m_four[i] += bytes;
        asm("" : "+r"(m_row), "+r"(m_row3));
    }
    /// Four bytes of a row in all lanes.
    [[gnu::always_inline]] inline VecI operator[](int row) const
    {
        std::int32_t four;
        __builtin_memcpy(&four, m_four[row / 4] + (row % 4 == 3 ? m_row3 : row % 4 * m_row), 4);
        return VecI::all(four);
    }

private:
    static constexpr int fours = (Rows + 3) / 4;
    const char* m_four[fours];
    std::int64_t m_row, m_row3;
};

} // namespace octet::engine::OCTET_ISA
