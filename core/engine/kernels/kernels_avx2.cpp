// SPDX-License-Identifier: GPL-3.0-or-later
#define OCTET_ISA avx2
#include "core/engine/kernels/attention_impl.h"

namespace octet::engine {

const Kernels& kernelsAvx2()
{
    static const Kernels all = avx2::table("avx2");
    return all;
}

} // namespace octet::engine
