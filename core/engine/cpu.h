// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/trial.h"

#include "core/values/tensor.h"

#include <string>

namespace octet::engine {

using octet::toString;

enum class Isa { Avx2, Avx512, Vnni, Amx };
std::string toString(Isa isa);
Isa isaFromString(const std::string& text); // throws Error(Setting)

/// What this CPU has. A CPU without AVX2 throws Error(Unsupported).
Isa cpuIsa();
/// AVX512-BF16 within the cap of this process (vnni or amx).
bool hasBf16();
/// Of this CPU, whatever the cap.
bool hasAmxBf16();
int physicalCores();
Machine machine(Isa cap);

/// Caps this process for life: oneDNN's cap is final at its first use. The same cap again is fine, another throws
/// Error(Setting). Without a call the first use caps at cpuIsa(). Returns min(cap, cpuIsa()).
Isa capIsa(const std::string& cap);
Isa effectiveIsa();

} // namespace octet::engine
