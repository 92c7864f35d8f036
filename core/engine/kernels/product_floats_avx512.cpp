// SPDX-License-Identifier: GPL-3.0-or-later
#define OCTET_ISA avx512
#include "core/engine/kernels/product_floats_impl.h"

namespace octet::engine {

void multiplyFloatsAvx512(const FloatProductTask& task, std::int64_t begin, std::int64_t end)
{
    avx512::floats::multiplyPanels(task, begin, end);
}

} // namespace octet::engine
