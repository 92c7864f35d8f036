// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/cpu.h"
#include "core/values/capability.h"

namespace octet::engine {

/// What decides on kernels, apart from the cap.
struct CpuFacts
{
    Isa isa = Isa::Avx2;
    bool bf16 = false; // AVX512-BF16
    bool amxBf16 = false;
    bool tiles = true; // the operating system grants the registers of AMX
};
CpuFacts cpuFacts();

/// Which kernel would run: pure, so that it answers for every cap and CPU. A cap above the CPU leaves the CPU.
std::vector<KernelFact> kernelFacts(Isa cap, const CpuFacts& cpu);

/// Of this machine, under every cap. Reads /proc and /sys; computes nothing and sets no cap.
Capability capability();

} // namespace octet::engine
