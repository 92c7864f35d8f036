// SPDX-License-Identifier: GPL-3.0-or-later
// Compiled for AVX512-BF16: nothing here may run elsewhere.
#define OCTET_ISA bf16
#include "core/engine/kernels/attention_halves_impl.h"

namespace octet::engine {

namespace bf16 {

class VectorHalves
{
    struct Dot
    {
        using Sums = Vec;
        static Vec add(Vec sums, VecI columns, VecI row) { return dotHalves(sums, row, columns); }
    };

public:
    static constexpr std::int64_t queries = groupRows, unit = 2;
    void multiply(std::int64_t rows, const std::uint16_t* a, std::int64_t aRow, const std::uint16_t* b,
        std::int64_t length, std::int64_t columns, float* c, std::int64_t cRow)
    {
        groupProduct<Dot>(rows, a, aRow * 2, b, columns, length / 2, c, cRow);
    }
};

} // namespace bf16

void attentionHalvesBf16(const AttentionTask& task)
{
    bf16::HalfHead<bf16::VectorHalves>(task).run();
}

} // namespace octet::engine
