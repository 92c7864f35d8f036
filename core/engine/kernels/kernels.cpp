// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/kernels/kernels.h"

namespace octet::engine {

std::int64_t attentionScratch(std::int64_t keys, std::int64_t depth, std::int64_t width)
{
    // Sized for the widest vectors; see attentionHead for the parts.
    const auto up = [](std::int64_t n) { return (n + 15) / 16 * 16; };
    constexpr std::int64_t queries = 8;
    return depth * up(keys) + keys * up(width) + up(queries * depth) + queries * up(keys) + queries * up(width);
}

const Kernels& kernels(Isa isa)
{
    return isa == Isa::Avx2 ? kernelsAvx2() : isa == Isa::Avx512 ? kernelsAvx512() : kernelsVnni();
}

} // namespace octet::engine
