// SPDX-License-Identifier: GPL-3.0-or-later
// Row kernels, compiled once per ISA.
#pragma once

#include "core/engine/kernels/gelu.h"
#include "core/engine/kernels/simd.h"
#include "core/engine/kernels/simd_math.h"

#include <cmath>

namespace octet::engine::OCTET_ISA {

/// f(i, mask) for whole vectors with a null mask, then once for the tail.
template <typename Whole, typename Tail>
inline void eachVector(std::int64_t n, Whole whole, Tail tail)
{
    std::int64_t i = 0;
    for (; i + lanes <= n; i += lanes)
        whole(i);
    if (i < n)
        tail(i, firstLanes(n - i));
}

/// The sum of term(i) for whole vectors and term(i, mask) for the tail. Four sums: in a single one each addition waits
/// for the one before.
template <typename Term>
inline float sumOf(std::int64_t n, Term term)
{
    Vec part[4] = {Vec::zero(), Vec::zero(), Vec::zero(), Vec::zero()};
    std::int64_t i = 0;
    for (; i + 4 * lanes <= n; i += 4 * lanes)
        for (int p = 0; p < 4; ++p)
            part[p] = part[p] + term(i + p * lanes);
    for (; i + lanes <= n; i += lanes)
        part[0] = part[0] + term(i);
    if (i < n)
        part[1] = part[1] + term(i, firstLanes(n - i));
    return sum((part[0] + part[1]) + (part[2] + part[3]));
}

inline void bf16Row(const float* row, std::uint16_t* to, std::int64_t n)
{
    for (std::int64_t i = 0; i < n; ++i) {
        std::uint32_t u;
        __builtin_memcpy(&u, row + i, 4);
        const bool number = (u & 0x7fffffffu) <= 0x7f800000u;
        to[i] = static_cast<std::uint16_t>(number ? (u + 0x7fffu + ((u >> 16) & 1u)) >> 16 : (u >> 16) | 0x40u);
    }
}

/// row[i] = f(row[i])
template <typename F>
inline void mapRow(float* row, std::int64_t n, F f)
{
    eachVector(
        n, [&](std::int64_t i) { f(Vec::load(row + i), i).store(row + i); },
        [&](std::int64_t i, Mask m) { f(Vec::load(row + i, m), i).store(row + i, m); });
}

inline void dequantizeRow(const std::int32_t* acc, const std::int32_t* columnSums, const float* scales,
                          const float* bias, std::int32_t zeroPoint, float rowScale, float* row, std::int64_t n)
{
    const VecI zero = VecI::all(zeroPoint);
    const Vec byRow = Vec::all(rowScale);
    const auto value = [&](VecI a, VecI s, Vec scale, Vec b) { return fma(toFloat(a - zero * s), scale * byRow, b); };
    eachVector(
        n,
        [&](std::int64_t i) {
            const Vec b = bias ? Vec::load(bias + i) : Vec::zero();
            value(VecI::load(acc + i), VecI::load(columnSums + i), Vec::load(scales + i), b).store(row + i);
        },
        [&](std::int64_t i, Mask m) {
            const Vec b = bias ? Vec::load(bias + i, m) : Vec::zero();
            value(VecI::load(acc + i, m), VecI::load(columnSums + i, m), Vec::load(scales + i, m), b).store(row + i, m);
        });
}

inline void addRow(float* row, const float* other, std::int64_t n)
{
    eachVector(
        n, [&](std::int64_t i) { (Vec::load(row + i) + Vec::load(other + i)).store(row + i); },
        [&](std::int64_t i, Mask m) { (Vec::load(row + i, m) + Vec::load(other + i, m)).store(row + i, m); });
}

inline void geluErfRow(float* row, std::int64_t n)
{
    mapRow(row, n, [gelu = GeluErf()](Vec x, std::int64_t) { return gelu(x); });
}

inline void geluTanhRow(float* row, std::int64_t n)
{
    mapRow(row, n, [gelu = GeluTanh()](Vec x, std::int64_t) { return gelu(x); });
}

inline void reluRow(float* row, std::int64_t n)
{
    mapRow(row, n, [](Vec x, std::int64_t) { return max(x, Vec::zero()); });
}

inline void tanhRow(float* row, std::int64_t n)
{
    mapRow(row, n, [](Vec x, std::int64_t) { return tanh(x); });
}

inline void layerNormRow(const float* from, const float* gamma, const float* beta, float epsilon, float* to,
                         std::int64_t n)
{
    const float mean = sumOf(n, [&](std::int64_t i, auto... tail) { return Vec::load(from + i, tail...); }) / static_cast<float>(n);
    const Vec means = Vec::all(mean);
    const float squares = sumOf(n, [&](std::int64_t i, auto... tail) {
        Vec d = Vec::load(from + i, tail...) - means;
        if constexpr (sizeof...(tail))
            d = select(tail..., d, Vec::zero());
        return d * d;
    });
    const Vec inverse = Vec::all(1.0f / std::sqrt(squares / static_cast<float>(n) + epsilon));
    const auto value = [&](Vec x, Vec g, Vec b) { return fma((x - means) * inverse, g, b); };
    eachVector(
        n,
        [&](std::int64_t i) {
            value(Vec::load(from + i), Vec::load(gamma + i), beta ? Vec::load(beta + i) : Vec::zero()).store(to + i);
        },
        [&](std::int64_t i, Mask m) {
            value(Vec::load(from + i, m), Vec::load(gamma + i, m), beta ? Vec::load(beta + i, m) : Vec::zero())
                .store(to + i, m);
        });
}

inline Vec times(const float* factors, Vec x, std::int64_t i)
{
    return factors ? x * Vec::load(factors + i) : x;
}

inline Vec times(const float* factors, Vec x, std::int64_t i, Mask m)
{
    return factors ? x * Vec::load(factors + i, m) : x;
}

inline void quantizeRow(const float* row, const float* factors, float inverseScale, std::int32_t zeroPoint,
                        std::uint8_t* to, std::int64_t step, std::int64_t n)
{
    const Vec inverse = Vec::all(inverseScale);
    const VecI zero = VecI::all(zeroPoint);
    const auto whole = [&](std::int64_t i) { return toSteps(times(factors, Vec::load(row + i), i), inverse); };
    std::int64_t i = 0;
    for (; i + 64 <= n; i += 64, to += step)
        for (int c = 0; c < 64; c += 2 * lanes)
            storeBytes(whole(i + c), whole(i + c + lanes), zero, to + c);
    for (; i < n; i += lanes, to += lanes) {
        const Mask m = firstLanes(n - i);
        storeBytes(toByteRange(times(factors, Vec::load(row + i, m), i, m), inverse, zero), to, m);
    }
}

inline void rangeRow(const float* row, const float* factors, float& low, float& high, std::int64_t n)
{
    Vec lows[2] = {Vec::zero(), Vec::zero()}, highs[2] = {Vec::zero(), Vec::zero()}; // two, as sumOf has four
    const auto widen = [&](int part, Vec x) {
        lows[part] = min(lows[part], x);
        highs[part] = max(highs[part], x);
    };
    std::int64_t i = 0;
    for (; i + 2 * lanes <= n; i += 2 * lanes) {
        widen(0, times(factors, Vec::load(row + i), i));
        widen(1, times(factors, Vec::load(row + i + lanes), i + lanes));
    }
    for (; i < n; i += lanes) {
        const Mask m = firstLanes(n - i);
        widen(0, times(factors, Vec::load(row + i, m), i, m));
    }
    low = lowest(min(lows[0], lows[1]));
    high = highest(max(highs[0], highs[1]));
}

} // namespace octet::engine::OCTET_ISA
