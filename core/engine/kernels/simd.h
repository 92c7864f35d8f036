// SPDX-License-Identifier: GPL-3.0-or-later
// One vector type for all kernels: 16 floats under AVX-512, 8 under AVX2. Included only by *_avx2.cpp and *_avx512.cpp,
// each of which defines OCTET_ISA, the namespace that keeps the two apart.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace octet::engine::OCTET_ISA {

#ifdef __AVX512F__

constexpr int lanes = 16;

struct Mask
{
    __mmask16 m;
};
/// The first n lanes, n from 0 to 16.
inline Mask firstLanes(std::int64_t n) { return {static_cast<__mmask16>(n >= 16 ? 0xffffu : (1u << n) - 1u)}; }

struct Vec
{
    __m512 v;
    static Vec zero() { return {_mm512_setzero_ps()}; }
    static Vec all(float x) { return {_mm512_set1_ps(x)}; }
    static Vec load(const float* p) { return {_mm512_loadu_ps(p)}; }
    static Vec load(const float* p, Mask m) { return {_mm512_maskz_loadu_ps(m.m, p)}; }
    void store(float* p) const { _mm512_storeu_ps(p, v); }
    void store(float* p, Mask m) const { _mm512_mask_storeu_ps(p, m.m, v); }
};
inline Vec operator+(Vec a, Vec b) { return {_mm512_add_ps(a.v, b.v)}; }
inline Vec operator-(Vec a, Vec b) { return {_mm512_sub_ps(a.v, b.v)}; }
inline Vec operator*(Vec a, Vec b) { return {_mm512_mul_ps(a.v, b.v)}; }
inline Vec operator/(Vec a, Vec b) { return {_mm512_div_ps(a.v, b.v)}; }
inline Vec fma(Vec a, Vec b, Vec c) { return {_mm512_fmadd_ps(a.v, b.v, c.v)}; }
inline Vec max(Vec a, Vec b) { return {_mm512_max_ps(a.v, b.v)}; }
inline Vec min(Vec a, Vec b) { return {_mm512_min_ps(a.v, b.v)}; }
inline Vec round(Vec a) { return {_mm512_roundscale_ps(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)}; }
inline Vec select(Mask m, Vec yes, Vec no) { return {_mm512_mask_blend_ps(m.m, no.v, yes.v)}; }
/// yes where a < b
inline Vec selectLess(Vec a, Vec b, Vec yes, Vec no)
{
    return {_mm512_mask_blend_ps(_mm512_cmp_ps_mask(a.v, b.v, _CMP_LT_OQ), no.v, yes.v)};
}
/// a * 2^n for whole n from -126 to 127
inline Vec scaleByPowerOfTwo(Vec a, Vec n)
{
    const __m512i exponent = _mm512_slli_epi32(_mm512_add_epi32(_mm512_cvtps_epi32(n.v), _mm512_set1_epi32(127)), 23);
    return {_mm512_mul_ps(a.v, _mm512_castsi512_ps(exponent))};
}
inline Vec copySign(Vec magnitude, Vec sign)
{
    const __m512i bit = _mm512_set1_epi32(static_cast<int>(0x80000000u));
    return {_mm512_castsi512_ps(_mm512_or_si512(_mm512_andnot_si512(bit, _mm512_castps_si512(magnitude.v)),
                                                _mm512_and_si512(bit, _mm512_castps_si512(sign.v))))};
}
inline Vec abs(Vec a) { return {_mm512_abs_ps(a.v)}; }
// Fixed order of additions, so that a sum does not depend on the compiler.
inline float sum(Vec a)
{
    const __m256 eight = _mm256_add_ps(_mm512_castps512_ps256(a.v), _mm512_extractf32x8_ps(a.v, 1));
    const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps(two, two, 1)));
}
inline float highest(Vec a) { return _mm512_reduce_max_ps(a.v); }
inline float lowest(Vec a) { return _mm512_reduce_min_ps(a.v); }

struct VecI
{
    __m512i v;
    static VecI load(const std::int32_t* p) { return {_mm512_loadu_si512(p)}; }
    static VecI load(const std::int32_t* p, Mask m) { return {_mm512_maskz_loadu_epi32(m.m, p)}; }
    static VecI all(std::int32_t x) { return {_mm512_set1_epi32(x)}; }
};
inline void toInts(VecI a, std::int32_t* p) { _mm512_storeu_si512(p, a.v); }
/// The first n bytes, 0 behind them.
inline VecI loadFirst(const std::uint8_t* p, std::int64_t n)
{
    return {_mm512_maskz_loadu_epi8(n >= 64 ? ~std::uint64_t(0) : (std::uint64_t(1) << n) - 1, p)};
}
inline VecI toInt(Vec a) { return {_mm512_cvtps_epi32(a.v)}; } // half to even
inline VecI max(VecI a, VecI b) { return {_mm512_max_epi32(a.v, b.v)}; }
inline VecI highestInAllLanes(VecI a)
{
    __m512i x = _mm512_max_epi32(a.v, _mm512_shuffle_i64x2(a.v, a.v, 0x4e));
    x = _mm512_max_epi32(x, _mm512_shuffle_i64x2(x, x, 0xb1));
    x = _mm512_max_epi32(x, _mm512_shuffle_epi32(x, _MM_PERM_BADC));
    return {_mm512_max_epi32(x, _mm512_shuffle_epi32(x, _MM_PERM_CDAB))};
}
inline std::int32_t sum(VecI a) { return _mm512_reduce_add_epi32(a.v); }
inline VecI operator+(VecI a, VecI b) { return {_mm512_add_epi32(a.v, b.v)}; }
inline VecI operator-(VecI a, VecI b) { return {_mm512_sub_epi32(a.v, b.v)}; }
inline VecI operator*(VecI a, VecI b) { return {_mm512_mullo_epi32(a.v, b.v)}; }
inline VecI operator^(VecI a, VecI b) { return {_mm512_xor_si512(a.v, b.v)}; }
inline Vec toFloat(VecI a) { return {_mm512_cvtepi32_ps(a.v)}; }
/// Whole numbers from 0 on as bytes; above 255 they are 255.
inline void storeBytes(VecI a, std::uint8_t* p) { _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm512_cvtusepi32_epi8(a.v)); }
// Narrowed in a register: narrowing into memory under a mask is microcode on AMD.
inline void storeBytes(VecI a, std::uint8_t* p, Mask m) { _mm_mask_storeu_epi8(p, m.m, _mm512_cvtusepi32_epi8(a.v)); }
/// a and b side by side as bytes, `zeroPoint` (up to 255) added to each: below 0 they are 0, above 255 they are 255.
inline void storeBytes(VecI a, VecI b, VecI zeroPoint, std::uint8_t* p)
{
    const __m512i zeros = _mm512_packs_epi32(zeroPoint.v, zeroPoint.v);
    const __m512i words = _mm512_adds_epi16(_mm512_packs_epi32(a.v, b.v), zeros); // four of a, four of b, four of a ..
    const __m512i bytes = _mm512_packus_epi16(words, words);
    const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 0, 4, 8, 12, 1, 5, 9, 13);
    _mm256_storeu_si256(
        reinterpret_cast<__m256i*>(p), _mm512_castsi512_si256(_mm512_permutexvar_epi32(order, bytes)));
}

/// The fraction of x above the next whole number below, in [0, 1).
inline Vec fraction(Vec x) { return {_mm512_reduce_ps(x.v, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC)}; }
/// a * 2^floor(x) for x up to 127; 0 far below.
inline Vec timesPowerOfTwo(Vec a, Vec x) { return {_mm512_scalef_ps(a.v, x.v)}; }
/// Whole numbers from 0 to 255 as bytes, in order.
inline VecI bytesOf(VecI a, VecI b, VecI c, VecI d)
{
    const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    const __m512i low = _mm512_packus_epi32(a.v, b.v), high = _mm512_packus_epi32(c.v, d.v);
    return {_mm512_permutexvar_epi32(order, _mm512_packus_epi16(low, high))};
}
/// Of eight bytes each, in every other lane.
inline VecI sumsOfBytes(VecI bytes) { return {_mm512_sad_epu8(bytes.v, _mm512_setzero_si512())}; }
/// Rows of a square become its columns.
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

constexpr int lanes = 8;

struct Mask
{
    __m256i m;
    int n;
};
inline Mask firstLanes(std::int64_t n)
{
    const int count = n >= 8 ? 8 : static_cast<int>(n);
    return {_mm256_cmpgt_epi32(_mm256_set1_epi32(count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)), count};
}

struct Vec
{
    __m256 v;
    static Vec zero() { return {_mm256_setzero_ps()}; }
    static Vec all(float x) { return {_mm256_set1_ps(x)}; }
    static Vec load(const float* p) { return {_mm256_loadu_ps(p)}; }
    static Vec load(const float* p, Mask m) { return {_mm256_maskload_ps(p, m.m)}; }
    void store(float* p) const { _mm256_storeu_ps(p, v); }
    void store(float* p, Mask m) const { _mm256_maskstore_ps(p, m.m, v); }
};
inline Vec operator+(Vec a, Vec b) { return {_mm256_add_ps(a.v, b.v)}; }
inline Vec operator-(Vec a, Vec b) { return {_mm256_sub_ps(a.v, b.v)}; }
inline Vec operator*(Vec a, Vec b) { return {_mm256_mul_ps(a.v, b.v)}; }
inline Vec operator/(Vec a, Vec b) { return {_mm256_div_ps(a.v, b.v)}; }
inline Vec fma(Vec a, Vec b, Vec c) { return {_mm256_fmadd_ps(a.v, b.v, c.v)}; }
inline Vec max(Vec a, Vec b) { return {_mm256_max_ps(a.v, b.v)}; }
inline Vec min(Vec a, Vec b) { return {_mm256_min_ps(a.v, b.v)}; }
inline Vec round(Vec a) { return {_mm256_round_ps(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)}; }
inline Vec select(Mask m, Vec yes, Vec no) { return {_mm256_blendv_ps(no.v, yes.v, _mm256_castsi256_ps(m.m))}; }
inline Vec selectLess(Vec a, Vec b, Vec yes, Vec no)
{
    return {_mm256_blendv_ps(no.v, yes.v, _mm256_cmp_ps(a.v, b.v, _CMP_LT_OQ))};
}
inline Vec scaleByPowerOfTwo(Vec a, Vec n)
{
    const __m256i exponent = _mm256_slli_epi32(_mm256_add_epi32(_mm256_cvtps_epi32(n.v), _mm256_set1_epi32(127)), 23);
    return {_mm256_mul_ps(a.v, _mm256_castsi256_ps(exponent))};
}
inline Vec copySign(Vec magnitude, Vec sign)
{
    const __m256 bit = _mm256_set1_ps(-0.0f);
    return {_mm256_or_ps(_mm256_andnot_ps(bit, magnitude.v), _mm256_and_ps(bit, sign.v))};
}
inline Vec abs(Vec a) { return {_mm256_andnot_ps(_mm256_set1_ps(-0.0f), a.v)}; }
inline float sum(Vec a)
{
    alignas(32) float t[8];
    _mm256_store_ps(t, a.v);
    for (int w = 4; w > 0; w /= 2)
        for (int i = 0; i < w; ++i)
            t[i] += t[i + w];
    return t[0];
}
inline float highest(Vec a)
{
    alignas(32) float t[8];
    _mm256_store_ps(t, a.v);
    float best = t[0];
    for (int i = 1; i < 8; ++i)
        best = t[i] > best ? t[i] : best;
    return best;
}
inline float lowest(Vec a)
{
    alignas(32) float t[8];
    _mm256_store_ps(t, a.v);
    float best = t[0];
    for (int i = 1; i < 8; ++i)
        best = t[i] < best ? t[i] : best;
    return best;
}

struct VecI
{
    __m256i v;
    static VecI load(const std::int32_t* p) { return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))}; }
    static VecI load(const std::int32_t* p, Mask m) { return {_mm256_maskload_epi32(p, m.m)}; }
    static VecI all(std::int32_t x) { return {_mm256_set1_epi32(x)}; }
};
inline void toInts(VecI a, std::int32_t* p) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), a.v); }
inline VecI loadFirst(const std::uint8_t* p, std::int64_t n)
{
    alignas(32) std::uint8_t some[32] = {};
    if (n < 32) {
        std::memcpy(some, p, static_cast<std::size_t>(n));
        p = some;
    }
    return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))};
}
inline VecI toInt(Vec a) { return {_mm256_cvtps_epi32(a.v)}; }
inline VecI max(VecI a, VecI b) { return {_mm256_max_epi32(a.v, b.v)}; }
inline VecI highestInAllLanes(VecI a)
{
    __m256i x = _mm256_max_epi32(a.v, _mm256_permute2x128_si256(a.v, a.v, 1));
    x = _mm256_max_epi32(x, _mm256_shuffle_epi32(x, 0x4e));
    return {_mm256_max_epi32(x, _mm256_shuffle_epi32(x, 0xb1))};
}
inline std::int32_t sum(VecI a)
{
    alignas(32) std::int32_t t[8];
    _mm256_store_si256(reinterpret_cast<__m256i*>(t), a.v);
    return t[0] + t[1] + t[2] + t[3] + t[4] + t[5] + t[6] + t[7];
}
inline VecI operator+(VecI a, VecI b) { return {_mm256_add_epi32(a.v, b.v)}; }
inline VecI operator-(VecI a, VecI b) { return {_mm256_sub_epi32(a.v, b.v)}; }
inline VecI operator*(VecI a, VecI b) { return {_mm256_mullo_epi32(a.v, b.v)}; }
inline VecI operator^(VecI a, VecI b) { return {_mm256_xor_si256(a.v, b.v)}; }
inline Vec toFloat(VecI a) { return {_mm256_cvtepi32_ps(a.v)}; }
inline void storeBytes(VecI a, std::uint8_t* p, Mask m)
{
    alignas(32) std::int32_t t[8];
    _mm256_store_si256(reinterpret_cast<__m256i*>(t), _mm256_min_epi32(a.v, _mm256_set1_epi32(255)));
    for (int i = 0; i < m.n; ++i)
        p[i] = static_cast<std::uint8_t>(t[i]);
}
inline void storeBytes(VecI a, std::uint8_t* p) { storeBytes(a, p, firstLanes(8)); }
inline void storeBytes(VecI a, VecI b, VecI zeroPoint, std::uint8_t* p)
{
    const VecI zero = VecI::all(0);
    storeBytes(max(a + zeroPoint, zero), p);
    storeBytes(max(b + zeroPoint, zero), p + lanes);
}

inline Vec fraction(Vec x) { return {_mm256_sub_ps(x.v, _mm256_floor_ps(x.v))}; }
inline Vec timesPowerOfTwo(Vec a, Vec x) { return scaleByPowerOfTwo(a, max({_mm256_floor_ps(x.v)}, Vec::all(-126.0f))); }
inline VecI bytesOf(VecI a, VecI b, VecI c, VecI d)
{
    const __m256i low = _mm256_packus_epi32(a.v, b.v), high = _mm256_packus_epi32(c.v, d.v);
    return {_mm256_permutevar8x32_epi32(_mm256_packus_epi16(low, high), _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7))};
}
inline VecI sumsOfBytes(VecI bytes) { return {_mm256_sad_epu8(bytes.v, _mm256_setzero_si256())}; }
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

/// The first `count` columns (all lanes at most) that lie `step` floats apart.
inline void storeColumns(Vec x, float* to, std::int64_t step, std::int64_t count)
{
    if (step == 1)
        return x.store(to, firstLanes(count));
    alignas(64) float row[lanes];
    x.store(row);
    for (std::int64_t i = 0; i < count && i < lanes; ++i)
        to[i * step] = row[i];
}

/// round(x * inverseScale), up to 1e6. NaN becomes the lowest int32, as does all below it.
inline VecI toSteps(Vec x, Vec inverseScale)
{
    return toInt(min(Vec::all(1e6f), x * inverseScale)); // min keeps a NaN
}

/// The same plus zeroPoint, from 0 on: what storeBytes takes.
inline VecI toByteRange(Vec x, Vec inverseScale, VecI zeroPoint)
{
    return max(toSteps(x, inverseScale) + zeroPoint, VecI::all(0));
}

} // namespace octet::engine::OCTET_ISA
