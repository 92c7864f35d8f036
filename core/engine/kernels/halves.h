// SPDX-License-Identifier: GPL-3.0-or-later
// bf16 in vectors: two halves to a lane of 32 bits, the lower one first. Hardware's where the file is compiled for
// AVX512-BF16, else AVX2 code with the same results, for tests.
#pragma once

#include "core/engine/kernels/simd.h"

namespace octet::engine::OCTET_ISA {

#ifdef __AVX512BF16__

/// Rounded to nearest even: lanes of `low`, then of `high`.
inline VecI halvesOf(Vec low, Vec high)
{
    return {reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(high.v, low.v))};
}
/// The same in turns.
inline VecI pairsOf(Vec even, Vec odd)
{
    const __m512i turns = _mm512_add_epi32(_mm512_set1_epi32(0x00100000),
        _mm512_mullo_epi32(_mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), _mm512_set1_epi32(0x10001)));
    return {_mm512_permutexvar_epi16(turns, halvesOf(even, odd).v)};
}
inline Vec lowerHalves(VecI pairs)
{
    return {_mm512_castsi512_ps(_mm512_slli_epi32(pairs.v, 16))};
}
inline Vec upperHalves(VecI pairs)
{
    return {_mm512_castsi512_ps(_mm512_and_si512(pairs.v, _mm512_set1_epi32(static_cast<int>(0xffff0000u))))};
}
/// sums + the products of both halves, in every lane.
inline Vec dotHalves(Vec sums, VecI a, VecI b)
{
    return {_mm512_dpbf16_ps(sums.v, reinterpret_cast<__m512bh>(a.v), reinterpret_cast<__m512bh>(b.v))};
}

#else

/// In the lower half of every lane. For numbers.
inline __m256i roundedHalves(Vec x)
{
    const __m256i bits = _mm256_castps_si256(x.v);
    const __m256i odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
    return _mm256_srli_epi32(_mm256_add_epi32(bits, _mm256_add_epi32(odd, _mm256_set1_epi32(0x7fff))), 16);
}
inline VecI halvesOf(Vec low, Vec high)
{
    return {_mm256_permute4x64_epi64(_mm256_packus_epi32(roundedHalves(low), roundedHalves(high)), 0xd8)};
}
inline VecI pairsOf(Vec even, Vec odd)
{
    return {_mm256_or_si256(roundedHalves(even), _mm256_slli_epi32(roundedHalves(odd), 16))};
}
inline Vec lowerHalves(VecI pairs)
{
    return {_mm256_castsi256_ps(_mm256_slli_epi32(pairs.v, 16))};
}
inline Vec upperHalves(VecI pairs)
{
    return {_mm256_castsi256_ps(_mm256_and_si256(pairs.v, _mm256_set1_epi32(static_cast<int>(0xffff0000u))))};
}

#endif

} // namespace octet::engine::OCTET_ISA
