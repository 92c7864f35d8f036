// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/capability.h"

#include "core/engine/kernels/product.h"
#include "core/engine/kernels/product_choice.h"
#include "core/engine/onednn.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sched.h>
#include <set>
#include <sstream>

namespace octet::engine {

namespace {

constexpr const char* weightProducts = "Product with weights";
constexpr const char* attention = "Attention";
constexpr const char* rowWork = "Norm, GELU, residual, quantizing";

/// Instructions that this kernel has reason to speak of: those of the vector width where nothing wider helps.
std::string vectors(Isa isa)
{
    return toString(std::min(isa, Isa::Avx512));
}

KernelFact int8Product(Isa isa, const CpuFacts& cpu)
{
    KernelFact fact{weightProducts, Precision::Int8, Precision::Int8, {}, toString(isa), {}, false};
    ProductKernel kernel = chooseProduct(isa, cpu.isa);
    if (kernel == ProductKernel::Amx && !cpu.tiles)
        kernel = ProductKernel::Vnni;
    switch (kernel) {
    case ProductKernel::Vnni:
        fact.kernel = "Octet's own, u8 x s8 with its epilogue in registers";
        fact.isa = toString(Isa::Vnni);
        fact.reason = isa == Isa::Amx ? "The operating system refuses the tile registers of AMX."
                                      : "A depth that is no multiple of 4 takes oneDNN.";
        break;
    case ProductKernel::Amx:
        fact.kernel = "Octet's own, u8 x s8 in tiles";
        fact.reason = "A depth that is no multiple of 4 takes oneDNN.";
        break;
    case ProductKernel::OneDnn:
        fact.kernel = "oneDNN, u8 x s8";
        break;
    }
    if (isa < Isa::Vnni) {
        fact.sevenBitWeights = true;
        fact.reason = "8-bit weights are rounded to 7 bits: without VNNI sums of u8 x s8 saturate.";
    }
    return fact;
}

constexpr const char* floatProduct = "Octet's own, fp32";

/// `kernel` for bf16, else `other` for fp32 with the reason.
KernelFact bf16Fact(
    const char* work, const char* kernel, const char* other, Isa cap, const CpuFacts& cpu)
{
    const Isa isa = std::min(cap, cpu.isa);
    KernelFact fact{work, Precision::Bf16, Precision::Bf16, kernel, {}, {}, false};
    if (isa >= Isa::Vnni && cpu.bf16) {
        fact.isa = toString(isa == Isa::Amx && cpu.amxBf16 && cpu.tiles ? Isa::Amx : Isa::Vnni);
        return fact;
    }
    fact.executed = Precision::Fp32;
    fact.kernel = other;
    fact.isa = vectors(isa);
    fact.reason = cpu.bf16 ? fmt::format("Refused: bf16 needs AVX512-BF16, which the cap {} leaves out.", toString(cap))
                           : "Refused: bf16 needs AVX512-BF16, which this CPU does not have.";
    return fact;
}

std::set<std::string> cpuFlags()
{
    std::set<std::string> flags;
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with("flags"))
            continue;
        std::istringstream words(line.substr(line.find(':') + 1));
        for (std::string word; words >> word;)
            flags.insert(word);
        break;
    }
    return flags;
}

std::string firstLine(const std::string& path)
{
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

/// "0-3,8" -> 5
int countOfList(const std::string& list)
{
    int count = 0;
    std::istringstream parts(list);
    for (std::string part; std::getline(parts, part, ',');) {
        const auto dash = part.find('-');
        const int from = std::atoi(part.c_str());
        count += dash == std::string::npos ? 1 : std::max(1, std::atoi(part.c_str() + dash + 1) - from + 1);
    }
    return std::max(1, count);
}

std::vector<CpuCache> cpuCaches()
{
    std::vector<CpuCache> caches;
    for (int index = 0; index < 8; ++index) {
        const std::string folder = fmt::format("/sys/devices/system/cpu/cpu0/cache/index{}/", index);
        const std::string level = firstLine(folder + "level"), type = firstLine(folder + "type");
        const std::string size = firstLine(folder + "size");
        if (level.empty() || size.empty() || type == "Instruction")
            continue;
        const long long unit = size.back() == 'K' ? 1024 : size.back() == 'M' ? 1024 * 1024 : 1;
        caches.push_back({"L" + level + (type == "Data" ? " data" : ""), std::atoll(size.c_str()) * unit,
            countOfList(firstLine(folder + "shared_cpu_list"))});
    }
    return caches;
}

std::vector<CpuFeature> cpuFeatures(const std::set<std::string>& flags)
{
    struct Known
    {
        const char *flag, *name, *use;
    };
    constexpr Known known[] = {{"avx2", "AVX2", "the least that Octet needs"},
        {"avx512bw", "AVX-512", "twice as wide vectors"},
        {"avx512_vnni", "AVX512-VNNI", "int8 products without saturation"},
        {"avx512_bf16", "AVX512-BF16", "products and attention in bf16"}, {"amx_int8", "AMX-INT8", "int8 products in tiles"},
        {"amx_bf16", "AMX-BF16", "bf16 in tiles"}, {"avx_vnni", "AVX-VNNI", "not used"},
        {"avx512_fp16", "AVX512-FP16", "not used"}};
    std::vector<CpuFeature> features;
    for (const Known& one : known)
        features.push_back({one.name, one.use, flags.contains(one.flag)});
    return features;
}

} // namespace

CpuFacts cpuFacts()
{
    return {cpuIsa(), __builtin_cpu_supports("avx512bf16") != 0, hasAmxBf16(),
        cpuIsa() < Isa::Amx || allowTiles()};
}

std::vector<KernelFact> kernelFacts(Isa cap, const CpuFacts& cpu)
{
    const Isa isa = std::min(cap, cpu.isa);
    // Our row kernels know these levels; attention in bytes knows them all.
    const std::string rows = vectors(isa), bytes = toString(std::min(isa, cpu.tiles ? Isa::Amx : Isa::Vnni));
    constexpr const char* atOnce = "Octet's own, scores, softmax and context at once";
    KernelFact halves = bf16Fact(attention, atOnce, atOnce, cap, cpu);
    if (halves.executed == Precision::Bf16)
        halves.reason = "Needs both products of the attention in bf16.";
    return {int8Product(isa, cpu), bf16Fact(weightProducts, "Octet's own, bf16", floatProduct, cap, cpu),
        {weightProducts, Precision::Fp32, Precision::Fp32, floatProduct, vectors(isa), {}, false},
        {attention, Precision::Int8, Precision::Int8, atOnce, bytes, "Needs both products of the attention in int8.",
            false},
        halves, {attention, Precision::Fp32, Precision::Fp32, atOnce, rows, {}, false},
        {rowWork, Precision::Fp32, Precision::Fp32, "Octet's own, one row at a time", rows, {}, false}};
}

Capability capability()
{
    Capability result;
    const CpuFacts cpu = cpuFacts();
    const std::set<std::string> flags = cpuFlags();
    result.machine = machine(Isa::Amx);
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    result.logicalCpus = sched_getaffinity(0, sizeof(allowed), &allowed) == 0 ? CPU_COUNT(&allowed) : 1;
    result.virtualMachine = flags.contains("hypervisor");
    result.features = cpuFeatures(flags);
    result.caches = cpuCaches();
    for (const Isa cap : {Isa::Avx2, Isa::Avx512, Isa::Vnni, Isa::Amx})
        result.caps.push_back({toString(cap), toString(std::min(cap, cpu.isa)), kernelFacts(cap, cpu)});
    result.versions = {{"octet", OCTET_VERSION}, {"onednn", oneDnnVersion()}};
    return result;
}

} // namespace octet::engine
