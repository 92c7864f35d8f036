// SPDX-License-Identifier: GPL-3.0-or-later
// The code of the AMX attention over emulated tiles: the tests run it on every CPU.
#define OCTET_ISA avx2
#include "core/engine/kernels/attention_tiles_impl.h"

namespace octet::engine {

void attentionBytesEmulated(const ByteAttentionTask& task)
{
    avx2::ByteHead<avx2::TileBytes<avx2::EmulatedTiles>>(task).run();
}

void attentionHalvesEmulated(const AttentionTask& task)
{
    avx2::HalfHead<avx2::TileHalves<avx2::EmulatedTiles>>(task).run();
}

} // namespace octet::engine
