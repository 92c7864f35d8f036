// SPDX-License-Identifier: GPL-3.0-or-later
// What a machine can run: its CPU, and which kernel each precision would get under each ISA cap.
#pragma once

#include "core/values/trial.h"

#include <map>
#include <string>
#include <vector>

namespace octet {

struct CpuFeature
{
    std::string name; // "AVX512-VNNI"
    std::string use; // what Octet does with it
    bool has = false;
    bool operator==(const CpuFeature&) const = default;
};

struct CpuCache
{
    std::string name; // "L1 data", "L3"
    long long bytes = 0;
    int sharedBy = 1; // logical CPUs
    bool operator==(const CpuCache&) const = default;
};

/// One kind of work in one precision.
struct KernelFact
{
    std::string work; // "Product with weights", "Attention", "Norm, GELU, residual, quantizing"
    Precision asked = Precision::Fp32;
    Precision executed = Precision::Fp32;
    std::string kernel; // "octet, u8 x s8"
    std::string isa; // that it runs on: avx2, avx512, vnni, amx
    std::string reason; // why executed differs from asked, or what else is not as asked; empty = all as asked
    bool sevenBitWeights = false; // 8-bit weights are rounded to 7 bits
    bool operator==(const KernelFact&) const = default;
};

struct CapFacts
{
    std::string cap; // avx2, avx512, vnni, amx
    std::string isa; // what is left of it on this CPU
    std::vector<KernelFact> kernels;
    bool operator==(const CapFacts&) const = default;
};

struct Capability
{
    Machine machine; // without a cap
    int logicalCpus = 0; // that this process may use
    bool virtualMachine = false;
    std::vector<CpuFeature> features;
    std::vector<CpuCache> caches; // empty = the system does not tell
    std::vector<CapFacts> caps; // narrowest first
    std::map<std::string, std::string> versions; // "octet", "onednn"
    bool operator==(const Capability&) const = default;
};

} // namespace octet
