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

inline void transpose(VecI (&rows)[lanes])
{
    __m512i part[16];
#pragma GCC unroll 8
    for (int i = 0; i < 16; i += 2) {
        part[i] = _mm512_unpacklo_epi32(rows[i].v, rows[i + 1].v);
        part[i + 1] = _mm512_unpackhi_epi32(rows[i].v, rows[i + 1].v);
    }
    __m512i quarter[16]; // [4 q + c]: columns c, 4 + c, 8 + c, 12 + c of rows 4 q to 4 q + 3
#pragma GCC unroll 4
    for (int i = 0; i < 16; i += 4) {
        quarter[i] = _mm512_unpacklo_epi64(part[i], part[i + 2]);
        quarter[i + 1] = _mm512_unpackhi_epi64(part[i], part[i + 2]);
        quarter[i + 2] = _mm512_unpacklo_epi64(part[i + 1], part[i + 3]);
        quarter[i + 3] = _mm512_unpackhi_epi64(part[i + 1], part[i + 3]);
    }
#pragma GCC unroll 4
    for (int c = 0; c < 4; ++c) {
        const __m512i even01 = _mm512_shuffle_i32x4(quarter[c], quarter[4 + c], 0x88),
                      odd01 = _mm512_shuffle_i32x4(quarter[c], quarter[4 + c], 0xdd),
                      even23 = _mm512_shuffle_i32x4(quarter[8 + c], quarter[12 + c], 0x88),
                      odd23 = _mm512_shuffle_i32x4(quarter[8 + c], quarter[12 + c], 0xdd);
        rows[c].v = _mm512_shuffle_i32x4(even01, even23, 0x88);
        rows[4 + c].v = _mm512_shuffle_i32x4(odd01, odd23, 0x88);
        rows[8 + c].v = _mm512_shuffle_i32x4(even01, even23, 0xdd);
        rows[12 + c].v = _mm512_shuffle_i32x4(odd01, odd23, 0xdd);
    }
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

inline void transpose(VecI (&rows)[lanes])
{
    alignas(32) std::int32_t from[lanes][lanes], to[lanes][lanes];
    for (int r = 0; r < lanes; ++r)
        toInts(rows[r], from[r]);
    for (int r = 0; r < lanes; ++r)
        for (int c = 0; c < lanes; ++c)
            to[c][r] = from[r][c];
    for (int r = 0; r < lanes; ++r)
        rows[r] = VecI::load(to[r]);
}

#endif

} // namespace octet::engine::OCTET_ISA
