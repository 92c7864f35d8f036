// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/kernels/kernels.h"

#include "core/engine/kernels/product_choice.h"

namespace octet::engine {

std::int64_t attentionScratch(std::int64_t keys, std::int64_t depth, std::int64_t width)
{
    // Sized for the widest vectors; see attentionHead for the parts.
    const auto up = [](std::int64_t n) { return (n + 15) / 16 * 16; };
    constexpr std::int64_t queries = 8;
    return depth * up(keys) + keys * up(width) + up(queries * depth) + queries * up(keys) + queries * up(width);
}

std::int64_t halfAttentionScratch(std::int64_t keys, std::int64_t depth, std::int64_t width)
{
    // Sized for tiles; see HalfHead for the parts.
    const auto up = [](std::int64_t n) { return (n + 31) / 32 * 32; };
    constexpr std::int64_t queries = 16;
    return (up(depth) * up(keys) + up(keys) * up(width) + queries * (up(depth) + up(keys))) / 2
        + queries * (up(keys) + up(width));
}

const Kernels& kernelsAmx()
{
    static const Kernels all = [] {
        Kernels k = kernelsVnni();
        k.attentionBytes = attentionBytesAmx;
        k.bytesName = "amx";
        if (k.attentionHalves && hasAmxBf16()) {
            k.attentionHalves = attentionHalvesAmx;
            k.halvesName = "amx";
        }
        return k;
    }();
    return all;
}

const Kernels& kernels(Isa isa)
{
    switch (isa) {
    case Isa::Avx2:
        return kernelsAvx2();
    case Isa::Avx512:
        return kernelsAvx512();
    case Isa::Vnni:
        return kernelsVnni();
    case Isa::Amx:
        return allowTiles() ? kernelsAmx() : kernelsVnni();
    }
    return kernelsAvx2();
}

} // namespace octet::engine
