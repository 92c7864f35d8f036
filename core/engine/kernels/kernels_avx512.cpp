// SPDX-License-Identifier: GPL-3.0-or-later
#define OCTET_ISA avx512
#include "core/engine/kernels/attention_impl.h"

namespace octet::engine {

const Kernels& kernelsAvx512()
{
    static const Kernels all = avx512::table("avx512");
    return all;
}

} // namespace octet::engine
