// SPDX-License-Identifier: GPL-3.0-or-later
// The code of the AMX product over emulated tiles: the tests run it on every CPU.
#define OCTET_ISA avx2
#include "core/engine/kernels/product_halves_impl.h"
#include "core/engine/kernels/product_tiles_impl.h"

namespace octet::engine {

void multiplyEmulatedAvx2(const ProductTask& task, std::int64_t begin, std::int64_t end)
{
    avx2::multiplyTiles<avx2::EmulatedTiles>(task, begin, end);
}

void multiplyHalvesEmulated(const HalfProductTask& task, std::int64_t begin, std::int64_t end)
{
    avx2::HalfTileProduct<avx2::EmulatedTiles>(task).run(begin, end);
}

} // namespace octet::engine
