// SPDX-License-Identifier: GPL-3.0-or-later
// GELU as function objects: under AVX-512 each keeps its table in registers while a kernel goes through its rows.
#pragma once

#include "core/engine/kernels/simd.h"
#include "core/engine/kernels/simd_math.h"

namespace octet::engine::OCTET_ISA {

#ifdef __AVX512F__

/// max(x, 0) + f(|x|), f(t) = GELU(-t) by cubics in t on 32 equal parts of [0, 5.2], each with the least maximum of its
/// error; beyond, f is 0 to 6e-7. All in all to 6e-7, absolute up to 1 and relative beyond. A polynomial of one piece
/// needs degree 13 for 1.5e-6, and is then the most expensive part of a feed-forward product.
class GeluTable
{
public:
    Vec operator()(Vec x) const
    {
        constexpr int absoluteMinimum = 0b1010; // of the two magnitudes, without a sign
        const Vec t{_mm512_range_ps(x.v, _mm512_set1_ps(5.2f), absoluteMinimum)};
        // Added to 1.5 * 2^23, the whole number stands in the lowest bits.
        const Vec part = fma(t, Vec::all(6.0567307f), Vec::all(12582912.0f));
        Vec p = coefficient(3, part);
        p = fma(p, t, coefficient(2, part));
        p = fma(p, t, coefficient(1, part));
        p = fma(p, t, coefficient(0, part));
        return max(x, Vec::zero()) + p;
    }

protected:
    explicit GeluTable(const float (&coefficients)[4][32])
    {
        for (int i = 0; i < 4; ++i)
            for (int half = 0; half < 2; ++half)
                m_coefficients[i][half] = _mm512_loadu_ps(coefficients[i] + 16 * half);
    }

private:
    Vec coefficient(int power, Vec part) const
    {
        const __m512* halves = m_coefficients[power];
        return {_mm512_permutex2var_ps(halves[0], _mm512_castps_si512(part.v), halves[1])};
    }
    __m512 m_coefficients[4][2];
};

struct GeluErf : GeluTable
{
    GeluErf()
        : GeluTable(coefficients)
    {
    }
    static constexpr float coefficients[4][32] = {
        {2.39992524e-08f, 3.57736244e-05f, 0.000623006723f, 0.00258671818f, 0.00562026585f, 0.00689043943f,
            0.000697167474f, -0.0203058571f, -0.0626428351f, -0.129211739f, -0.217326492f, -0.318453133f,
            -0.419819921f, -0.507362187f, -0.569007635f, -0.597275436f, -0.590482414f, -0.552456617f,
            -0.490993142f, -0.415761441f, -0.336256534f, -0.260278851f, -0.193148255f, -0.13761209f,
            -0.0942489356f, -0.0621179715f, -0.0394353457f, -0.0241344962f, -0.0142491665f, -0.00812116358f,
            -0.00447067665f, -0.00238198275f},
        {-0.500009298f, -0.501005173f, -0.507938147f, -0.522201538f, -0.538134396f, -0.543609023f, -0.523580968f,
            -0.465294808f, -0.363056332f, -0.220929906f, -0.0523968823f, 0.122760855f, 0.28319329f, 0.410770983f,
            0.494063914f, 0.52976197f, 0.522003055f, 0.480254918f, 0.416494668f, 0.342607677f, 0.268493235f,
            0.201101169f, 0.144313619f, 0.0994147062f, 0.0658446923f, 0.0419830047f, 0.0257972181f,
            0.0152901486f, 0.00874835532f, 0.00483512832f, 0.00258291536f, 0.00133643893f},
        {0.399507046f, 0.409013361f, 0.436792016f, 0.471557647f, 0.499544054f, 0.50739491f, 0.485786885f,
            0.431820005f, 0.349462777f, 0.248257056f, 0.140759245f, 0.0395931154f, -0.0450717285f, -0.107062049f,
            -0.144584224f, -0.15961355f, -0.156661108f, -0.141380668f, -0.119330116f, -0.0951384157f,
            -0.0721060932f, -0.052178584f, -0.0361644514f, -0.024063766f, -0.0154002709f, -0.00949299801f,
            -0.00564282387f, -0.00323762232f, -0.00179449574f, -0.000961483107f, -0.000498284877f,
            -0.000250319747f},
        {-0.0109576145f, -0.0429242253f, -0.0807180777f, -0.109151579f, -0.125589997f, -0.129336536f,
            -0.121558405f, -0.104886949f, -0.0827568322f, -0.0587208159f, -0.0358547047f, -0.0163705032f,
            -0.00147251249f, 0.00857051183f, 0.014206104f, 0.0163155813f, 0.0159413088f, 0.0140767572f,
            0.0115344627f, 0.00889390241f, 0.00650774688f, 0.00454339804f, 0.00303793093f, 0.00195075944f,
            0.00120543444f, 0.000717927061f, 0.000412622845f, 0.000229085199f, 0.000122961108f, 6.38501078e-05f,
            3.20943109e-05f, 1.56508049e-05f}
    };
};

struct GeluTanh : GeluTable
{
    GeluTanh()
        : GeluTable(coefficients)
    {
    }
    static constexpr float coefficients[4][32] = {
        {2.41162237e-08f, 3.59214027e-05f, 0.000624111679f, 0.00257974514f, 0.00556006981f, 0.00669000344f,
            0.000301531953f, -0.020759685f, -0.0626764148f, -0.128049284f, -0.21424602f, -0.313346714f,
            -0.413648397f, -0.502153397f, -0.567259729f, -0.600967169f, -0.600157797f, -0.566813648f,
            -0.507225037f, -0.430466473f, -0.346525162f, -0.264508635f, -0.191314936f, -0.13099274f,
            -0.084809944f, -0.0518573187f, -0.0299065225f, -0.0162449852f, -0.0082995994f, -0.00398246106f,
            -0.00179209828f, -0.000756720547f},
        {-0.500009358f, -0.501009405f, -0.507955015f, -0.522163451f, -0.537824988f, -0.542735815f, -0.522059321f,
            -0.463599652f, -0.362364769f, -0.222783461f, -0.0579168908f, 0.113724902f, 0.272455096f,
            0.401410699f, 0.489346176f, 0.531856239f, 0.531118691f, 0.49454093f, 0.432744354f, 0.35737142f,
            0.279130578f, 0.206386805f, 0.144471079f, 0.0957008079f, 0.0599444285f, 0.0354686677f, 0.0198016558f,
            0.0104176467f, 0.00515782088f, 0.00239984063f, 0.00104782369f, 0.000429603941f},
        {0.399509817f, 0.409057021f, 0.436891854f, 0.471532881f, 0.499056697f, 0.506150603f, 0.483823508f,
            0.429684699f, 0.348126799f, 0.248727411f, 0.143566877f, 0.0444354191f, -0.0393224098f, -0.101970144f,
            -0.141568616f, -0.159442008f, -0.159236416f, -0.145859644f, -0.124494679f, -0.0998209417f,
            -0.0755091161f, -0.0540005304f, -0.0365404747f, -0.0233958755f, -0.0141672306f, -0.0081069814f,
            -0.0043793926f, -0.00223066728f, -0.00106994226f, -0.000482606876f, -0.000204413707f,
            -8.13631341e-05f},
        {-0.0110114859f, -0.0431192666f, -0.0809971914f, -0.10933625f, -0.125510991f, -0.128918067f,
            -0.120873831f, -0.104145743f, -0.0822279379f, -0.0586194843f, -0.0362502523f, -0.0171586815f,
            -0.00242181518f, 0.00772576267f, 0.0136709493f, 0.0161763113f, 0.0161603f, 0.0145294145f,
            0.0120669138f, 0.00937422831f, 0.00685581239f, 0.00473574642f, 0.00309437118f, 0.00191336195f,
            0.00111933879f, 0.000619127997f, 0.000323479704f, 0.00015946725f, 7.40808027e-05f, 3.23860913e-05f,
            1.33047452e-05f, 5.1404063e-06f}
    };
};

#else

/// x * Phi(x) to 1.5e-6, absolute up to 1 and relative beyond. Phi(x) - 1/2 is x times a polynomial in x^2 on
/// |x| <= 5.2 (least maximum of the error of the product, fitted in s = 2 x^2 / 5.2^2 - 1); beyond, Phi is 0 or 1 to 1e-7.
struct GeluErf
{
    Vec operator()(Vec x) const
    {
        const Vec above = max(x, Vec::all(-5.2f));
        const Vec c = min(above, Vec::all(5.2f));
        const Vec s = fma(c * c, Vec::all(0.0739644970f), Vec::all(-1.0f));
        Vec p = Vec::all(polynomial[0]);
        for (int i = 1; i < 13; ++i)
            p = fma(p, s, Vec::all(polynomial[i]));
        return above * fma(c, p, Vec::all(0.5f));
    }
    static constexpr float polynomial[13] = {0.000858783489f, -0.00250372407f, 0.00285356888f, -0.00350570097f,
        0.00755786989f, -0.0131033529f, 0.0183871482f, -0.0245934036f, 0.0319072641f, -0.0399412997f, 0.0500301681f,
        -0.0677434057f, 0.135949939f};
};

struct GeluTanh
{
    Vec operator()(Vec x) const
    {
        const Vec inner = Vec::all(0.79788456080286536f) * fma(Vec::all(0.044715f) * x * x, x, x);
        const Vec half = Vec::all(0.5f) * x;
        return fma(half, tanh(inner), half);
    }
};

#endif

} // namespace octet::engine::OCTET_ISA
