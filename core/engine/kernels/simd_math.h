// SPDX-License-Identifier: GPL-3.0-or-later
// Exponentials over Vec, as polynomials.
#pragma once

#include "core/engine/kernels/simd.h"

namespace octet::engine::OCTET_ISA {

/// The polynomial with these coefficients, from the highest power of x down.
template <class... Lower>
[[gnu::always_inline]] inline Vec horner(Vec x, float highest, Lower... lower)
{
    Vec p = Vec::all(highest);
    ((p = fma(p, x, Vec::all(lower))), ...);
    return p;
}

/// e^x to 2 ulp; exactly 0 below -87, so that a masked score weighs nothing. Cephes' reduction, degree 6.
inline Vec exp(Vec x)
{
    const Vec tooLow = Vec::all(-87.0f);
    const Vec clamped = min(max(x, tooLow), Vec::all(88.0f));
    const Vec n = round(clamped * Vec::all(1.44269504088896341f));
    Vec r = fma(n, Vec::all(-0.693359375f), clamped);
    r = fma(n, Vec::all(2.12194440e-4f), r);
    const Vec p = horner(r, 1.0f / 720, 1.0f / 120, 1.0f / 24, 1.0f / 6, 0.5f, 1.0f, 1.0f);
    return selectLess(x, tooLow, Vec::zero(), scaleByPowerOfTwo(p, n));
}

/// tanh to about 2e-7 absolute.
inline Vec tanh(Vec x)
{
    const Vec e = exp(Vec::all(-2.0f) * abs(x));
    return copySign((Vec::all(1.0f) - e) / (Vec::all(1.0f) + e), x);
}

/// e^x for x <= 0, for softmax: relative error 1e-7, below e^-87 (an AVX2 unit) or e^-103 exactly 0, so that a masked
/// score weighs nothing. Minimax polynomial of degree 5.
inline Vec expOfNegative(Vec x)
{
#ifdef __AVX512F__
    const Vec clamped = max(x, Vec::all(-200.0f));
#else
    const Vec clamped = max(x, Vec::all(-87.0f));
#endif
    const Vec n = round(clamped * Vec::all(1.44269504088896341f));
    Vec r = fma(n, Vec::all(-0.693359375f), clamped);
    r = fma(n, Vec::all(2.12194440e-4f), r);
    const Vec p = horner(r, 0.00829764642f, 0.0419154353f, 0.166675746f, 0.499988943f, 0.999999702f, 1.0f);
#ifdef __AVX512F__
    return {_mm512_scalef_ps(p.v, n.v)};
#else
    return selectLess(x, Vec::all(-87.0f), Vec::zero(), scaleByPowerOfTwo(p, n));
#endif
}

/// 2^x for x <= 0 to 4e-6 of it; 0 far below. Minimax polynomial of degree 4.
inline Vec powerOfTwo(Vec x)
{
    const Vec clamped = max(x, Vec::all(-126.0f));
    const Vec n = round(clamped);
    const Vec f = clamped - n;
    const Vec p = horner(f, 0.00957880f, 0.05550397f, 0.24022794f, 0.69314721f, 1.0f);
#ifdef __AVX512F__
    return {_mm512_scalef_ps(p.v, n.v)};
#else
    return scaleByPowerOfTwo(p, n);
#endif
}

} // namespace octet::engine::OCTET_ISA
