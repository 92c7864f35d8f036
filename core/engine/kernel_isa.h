// SPDX-License-Identifier: GPL-3.0-or-later
// Which instructions a kernel really runs on, which may be fewer than the cap allows.
#pragma once

#include "core/engine/cpu.h"

#include <string>

namespace octet::engine {

/// From a group's kernel name: "avx2", "avx512", "vnni" (AVX512-BF16 counts as that level) or "amx"; "x86-64" for code
/// that is compiled for every CPU. A library's kernel that does not say gets the cap: it may use all of it.
std::string isaOfKernel(const std::string& kernel, Isa cap);

} // namespace octet::engine
