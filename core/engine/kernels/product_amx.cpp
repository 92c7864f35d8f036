// SPDX-License-Identifier: GPL-3.0-or-later
// The tile product on AMX-INT8. Compiled for it: nothing here may run elsewhere (see product_choice.h).
#define OCTET_ISA amx
#include "core/engine/kernels/product_tiles_impl.h"
#include "core/engine/kernels/tiles_hardware.h"

namespace octet::engine {

void multiplyAmx(const ProductTask& task, std::int64_t begin, std::int64_t end)
{
    amx::multiplyTiles<amx::HardwareTiles>(task, begin, end);
}

} // namespace octet::engine
