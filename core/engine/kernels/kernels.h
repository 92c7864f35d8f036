// SPDX-License-Identifier: GPL-3.0-or-later
// The memory-bound kernels: one row (or one block of attention) at a time, in L1. Rows never depend on each other, and
// no result depends on how many rows, padded keys or threads there are. Scalar forms: core/engine/reference.
#pragma once

#include "core/engine/cpu.h"
#include "core/engine/kernels/attention_bytes.h"

#include <cstdint>

namespace octet::engine {

/// softmax(Q K^T * scale + mask) V for one head. Strides in floats.
struct AttentionTask
{
    const float* q = nullptr; // [queries, depth]
    std::int64_t qRow = 0, qColumn = 1;
    const float* kt = nullptr; // [depth, keys]
    std::int64_t ktRow = 0, ktColumn = 1;
    const float* v = nullptr; // [keys, width]
    std::int64_t vRow = 0, vColumn = 1;
    const float* mask = nullptr; // [queries, keys] or null; rows at any stride, columns at 0 or 1
    std::int64_t maskRow = 0, maskColumn = 0;
    float* out = nullptr; // [queries, width]
    std::int64_t outRow = 0, outColumn = 1;
    std::int64_t queries = 0, keys = 0, depth = 0, width = 0;
    float scale = 1;
    float* scratch = nullptr; // attentionScratch() floats, 64-byte aligned
};
/// Floats of scratch that a task of these sizes needs, in fp32 and in bf16.
std::int64_t attentionScratch(std::int64_t keys, std::int64_t depth, std::int64_t width);
std::int64_t halfAttentionScratch(std::int64_t keys, std::int64_t depth, std::int64_t width);

// The task in bf16: operands and exponentials rounded, sums in fp32. Only where cpu.h says that the CPU has it.
void attentionHalvesBf16(const AttentionTask& task); // AVX512-BF16
void attentionHalvesAmx(const AttentionTask& task); // AMX-BF16, where tiles are allowed: product_choice.h
void attentionHalvesEmulated(const AttentionTask& task); // the same over emulated tiles, for tests

struct Kernels
{
    const char* name; // "avx2", "avx512"
    /// row[n] = float(acc[n] - zeroPoint * columnSums[n]) * scales[n] * rowScale + bias[n]; bias may be null.
    void (*dequantize)(const std::int32_t* acc, const std::int32_t* columnSums, const float* scales, const float* bias,
                       std::int32_t zeroPoint, float rowScale, float* row, std::int64_t n);
    void (*add)(float* row, const float* other, std::int64_t n);
    void (*geluErf)(float* row, std::int64_t n);
    void (*geluTanh)(float* row, std::int64_t n);
    void (*relu)(float* row, std::int64_t n);
    void (*tanh)(float* row, std::int64_t n);
    /// (x - mean) / sqrt(variance + epsilon) * gamma + beta; two passes; beta may be null; to may be from.
    void (*layerNorm)(const float* from, const float* gamma, const float* beta, float epsilon, float* to, std::int64_t n);
    /// u8 = clamp(round(x * factor / scale) + zeroPoint), half to even, with / scale as * (1 / scale); factors [n] may be
    /// null, then they are 1. 64 bytes at `to`, the next 64 `step` bytes further on.
    void (*quantize)(const float* row, const float* factors, float inverseScale, std::int32_t zeroPoint,
                     std::uint8_t* to, std::int64_t step, std::int64_t n);
    void (*toBf16)(const float* row, std::uint16_t* to, std::int64_t n); // to nearest even
    /// Extremes of x * factor, 0 included; factors may be null.
    void (*range)(const float* row, const float* factors, float& low, float& high, std::int64_t n);
    void (*attention)(const AttentionTask& task);
    void (*attentionBytes)(const ByteAttentionTask& task);
    const char* bytesName; // which dot product attentionBytes runs on
    void (*attentionHalves)(const AttentionTask& task); // null: this CPU or ISA has no bf16
    const char* halvesName; // which dot product it runs on
};

/// The table for an ISA; an operating system that refuses the tile registers leaves VNNI's for AMX.
const Kernels& kernels(Isa isa);
const Kernels& kernelsAvx2();
const Kernels& kernelsAvx512();
const Kernels& kernelsVnni(); // as avx512, but for products of bytes and halves
const Kernels& kernelsAmx(); // the same

} // namespace octet::engine
