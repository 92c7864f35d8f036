// SPDX-License-Identifier: GPL-3.0-or-later
// Which kernel multiplies.
#pragma once

#include "core/engine/cpu.h"

namespace octet::engine {

enum class ProductKernel { OneDnn, Vnni, Amx };

/// int8. `cap`: what the user allows; `cpu`: what there is. Below VNNI none of ours runs.
ProductKernel chooseProduct(Isa cap, Isa cpu);
/// int8: this process's, decided at the first call. An operating system that refuses the tile registers leaves VNNI.
ProductKernel ownProduct();
/// bf16, where hasBf16(): whether it runs on tiles.
bool halvesOnTiles();
/// Products in vectors: where they prefetch to, see ProductTask.
bool prefetchesToL1();
/// Asks the operating system for AMX's tile registers, once a process; false: refused. Only where cpuIsa() is Amx.
bool allowTiles();

} // namespace octet::engine
