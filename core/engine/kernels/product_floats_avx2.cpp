// SPDX-License-Identifier: GPL-3.0-or-later
#define OCTET_ISA avx2
#include "core/engine/kernels/product_floats_impl.h"

namespace octet::engine {

void multiplyFloatsAvx2(const FloatProductTask& task, std::int64_t begin, std::int64_t end)
{
    avx2::floats::multiplyPanels(task, begin, end);
}

} // namespace octet::engine
