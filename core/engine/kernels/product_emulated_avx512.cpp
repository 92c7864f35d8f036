// SPDX-License-Identifier: GPL-3.0-or-later
// The code of the AMX product over emulated tiles: the tests run it on every CPU.
#define OCTET_ISA avx512
#include "core/engine/kernels/product_tiles_impl.h"

namespace octet::engine {

void multiplyEmulatedAvx512(const ProductTask& task, std::int64_t begin, std::int64_t end)
{
    avx512::multiplyTiles<avx512::EmulatedTiles>(task, begin, end);
}

} // namespace octet::engine
