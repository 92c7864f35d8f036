// SPDX-License-Identifier: GPL-3.0-or-later
// Which kernel multiplies int8 products.
#pragma once

#include "core/engine/cpu.h"

namespace octet::engine {

enum class ProductKernel { OneDnn, Vnni, Amx };

/// `cap`: what the user allows; `cpu`: what there is. Below VNNI none of ours runs.
ProductKernel chooseProduct(Isa cap, Isa cpu);
/// This process's, decided at the first call. An operating system that refuses the tile registers leaves VNNI.
ProductKernel ownProduct();
/// Asks the operating system for AMX's tile registers, once a process; false: refused. Only where cpuIsa() is Amx.
bool allowTiles();

} // namespace octet::engine
