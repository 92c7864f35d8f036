// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/cpu.h"

#include "core/engine/onednn.h"
#include "core/values/error.h"

#include <cpuid.h>
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <mutex>
#include <optional>
#include <set>
#include <sched.h>

namespace octet::engine {

namespace {

std::mutex capMutex;
std::optional<Isa> chosenCap;

/// Of leaf 7's EDX: bit 22 is AMX-BF16, bit 24 AMX-TILE, bit 25 AMX-INT8.
bool hasAmx(unsigned bit)
{
    unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
    return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) && (edx & (1u << 24)) && (edx & (1u << bit));
}

std::string cpuField(const std::string& key)
{
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);)
        if (line.compare(0, key.size(), key) == 0)
            if (const auto colon = line.find(": "); colon != std::string::npos)
                return line.substr(colon + 2);
    return "unknown";
}

} // namespace

std::string toString(Isa isa)
{
    switch (isa) {
    case Isa::Avx2: return "avx2";
    case Isa::Avx512: return "avx512";
    case Isa::Vnni: return "vnni";
    case Isa::Amx: return "amx";
    }
    return "?";
}

Isa isaFromString(const std::string& text)
{
    for (const Isa isa : {Isa::Avx2, Isa::Avx512, Isa::Vnni, Isa::Amx})
        if (text == toString(isa))
            return isa;
    throw Error(ErrorKind::Setting, fmt::format("\"{}\" is no ISA cap; use one of avx2, avx512, vnni, amx.", text));
}

Isa cpuIsa()
{
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
        throw Error(ErrorKind::Unsupported, "This CPU has no AVX2; Octet needs it to compute.");
    const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
        && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    if (!avx512)
        return Isa::Avx2;
    if (!__builtin_cpu_supports("avx512vnni"))
        return Isa::Avx512;
    return hasAmx(25) ? Isa::Amx : Isa::Vnni;
}

bool hasBf16()
{
    return effectiveIsa() >= Isa::Vnni && __builtin_cpu_supports("avx512bf16");
}

bool hasAmxBf16()
{
    return hasAmx(22);
}

int physicalCores()
{
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    const int usable = sched_getaffinity(0, sizeof(allowed), &allowed) == 0 ? CPU_COUNT(&allowed) : 1;
    std::set<std::pair<std::string, std::string>> cores;
    std::ifstream file("/proc/cpuinfo");
    std::string package = "0";
    for (std::string line; std::getline(file, line);) {
        const auto colon = line.find(':');
        if (line.rfind("physical id", 0) == 0)
            package = line.substr(colon + 1);
        else if (line.rfind("core id", 0) == 0)
            cores.emplace(package, line.substr(colon + 1));
    }
    const int physical = cores.empty() ? usable : static_cast<int>(cores.size());
    return std::max(1, std::min(physical, usable));
}

Machine machine(Isa cap)
{
    return {cpuField("model name"), toString(std::min(cap, cpuIsa())), physicalCores()};
}

Isa capIsa(const std::string& cap)
{
    const Isa wanted = cap.empty() ? cpuIsa() : std::min(isaFromString(cap), cpuIsa());
    const std::lock_guard lock(capMutex);
    if (chosenCap && *chosenCap != wanted)
        throw Error(ErrorKind::Setting,
                    fmt::format("This process already computes with {}; another ISA cap needs another worker.",
                                toString(*chosenCap)));
    if (!chosenCap) {
        capOneDnn(wanted);
        chosenCap = wanted;
    }
    return wanted;
}

Isa effectiveIsa()
{
    {
        const std::lock_guard lock(capMutex);
        if (chosenCap)
            return *chosenCap;
    }
    return capIsa({});
}

} // namespace octet::engine
