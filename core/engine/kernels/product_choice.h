// SPDX-License-Identifier: GPL-3.0-or-later
// Which kernel multiplies int8 products. Our AMX kernel has only ever run on emulated tiles: it is off, and stays off
// by default until there are figures from a machine with AMX. OCTET_AMX_PRODUCT=1 in the environment asks for it.
#pragma once

#include "core/engine/cpu.h"

namespace octet::engine {

enum class ProductKernel { OneDnn, Vnni, Amx };

/// `cap`: what the user allows; `cpu`: what there is; `amxAsked`: the switch. With AMX and without the switch oneDNN's
/// tiles are the faster ones; below VNNI none of ours runs.
ProductKernel chooseProduct(Isa cap, Isa cpu, bool amxAsked);
/// The switch in the environment's text, null when it is not set: "1" alone asks.
bool asksForAmx(const char* text);
/// This process's, decided at the first call. A kernel that refuses the tile registers leaves oneDNN.
ProductKernel ownProduct();

} // namespace octet::engine
