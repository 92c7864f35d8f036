// SPDX-License-Identifier: GPL-3.0-or-later
// Compiled for AMX: nothing here may run elsewhere (see product_choice.h).
#define OCTET_ISA amx
#include "core/engine/kernels/attention_tiles_impl.h"
#include "core/engine/kernels/tiles_hardware.h"

namespace octet::engine {

void attentionBytesAmx(const ByteAttentionTask& task)
{
    amx::ByteHead<amx::TileBytes<amx::HardwareTiles>>(task).run();
}

void attentionHalvesAmx(const AttentionTask& task)
{
    amx::HalfHead<amx::TileHalves<amx::HardwareTiles>>(task).run();
}

} // namespace octet::engine
