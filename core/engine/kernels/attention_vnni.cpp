// SPDX-License-Identifier: GPL-3.0-or-later
#define OCTET_ISA vnni
#include "core/engine/kernels/attention_bytes_impl.h"
#include "core/engine/kernels/kernels.h"

namespace octet::engine {

const Kernels& kernelsVnni()
{
    static const Kernels all = [] {
        Kernels k = kernelsAvx512();
        k.attentionBytes = vnni::byteAttentionHead;
        k.bytesName = "vnni";
        if (__builtin_cpu_supports("avx512bf16")) {
            k.attentionHalves = attentionHalvesBf16;
            k.halvesName = "avx512_bf16";
        }
        return k;
    }();
    return all;
}

} // namespace octet::engine
