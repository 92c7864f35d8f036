// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/kernel_isa.h"

#include <string_view>

namespace octet::engine {

std::string isaOfKernel(const std::string& kernel, Isa cap)
{
    // A product names its row passes behind it; the product is what the group is about.
    const std::string_view name = std::string_view(kernel).substr(0, kernel.find(" (rows:"));
    const auto says = [&](std::string_view word) { return name.find(word) != std::string_view::npos; };
    if (says("amx"))
        return toString(Isa::Amx);
    if (says("vnni") || says("avx512_core_bf16") || says("avx512_bf16"))
        return toString(Isa::Vnni);
    if (says("avx512"))
        return toString(Isa::Avx512);
    if (says("avx2"))
        return toString(Isa::Avx2);
    return says(":") ? toString(cap) : "x86-64";
}

} // namespace octet::engine
