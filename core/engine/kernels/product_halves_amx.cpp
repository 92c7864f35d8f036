// SPDX-License-Identifier: GPL-3.0-or-later
// Compiled for AMX-BF16: nothing here may run elsewhere (see product_choice.h).
#define OCTET_ISA amx
#include "core/engine/kernels/product_halves_impl.h"
#include "core/engine/kernels/tiles_hardware.h"

namespace octet::engine {

void multiplyHalvesAmx(const HalfProductTask& task, std::int64_t begin, std::int64_t end)
{
    amx::HalfTileProduct<amx::HardwareTiles>(task).run(begin, end);
}

} // namespace octet::engine
