// SPDX-License-Identifier: GPL-3.0-or-later
// The end of an int8 product: sums that lie in L1 become finished values. Shared by all product kernels of our own,
// each of which defines OCTET_ISA. Scalar form: reference::dequantize, the activations, reference::quantize, in this
// order.
#pragma once

#include "core/engine/kernels/product.h"
#include "core/engine/kernels/simd.h"

namespace octet::engine::OCTET_ISA {

inline Vec activated(Activation activation, Vec x)
{
    switch (activation) {
    case Activation::None:
        return x;
    case Activation::GeluErf:
        return geluErf(x);
    case Activation::GeluTanh:
        return geluTanh(x);
    case Activation::Relu:
        return max(x, Vec::zero());
    case Activation::Tanh:
        return tanh(x);
    }
    return x;
}

struct WholeVector
{
    static Vec load(const float* p) { return Vec::load(p); }
    static VecI load(const std::int32_t* p) { return VecI::load(p); }
    static void store(Vec x, float* p) { x.store(p); }
    static void bytes(VecI x, std::uint8_t* p) { storeBytes(x, p); }
};

struct PartOfVector
{
    Mask m;
    Vec load(const float* p) const { return Vec::load(p, m); }
    VecI load(const std::int32_t* p) const { return VecI::load(p, m); }
    void store(Vec x, float* p) const { x.store(p, m); }
    void bytes(VecI x, std::uint8_t* p) const { storeBytes(x, p, m); }
};

// Where finished values go: row r from the first row on, column c from the first on. All of them keep what they need of the task in registers: the stores of bytes could alias
// anything that lies in memory.

/// The commonest: bytes of one form and nothing else. The values of the other forms cost it their branches.
struct BytesAlone
{
    BytesAlone(const ProductTask& t, std::int64_t row, std::int64_t at)
        : inverseScale(Vec::all(t.bytes[0].inverseScale))
        , zeroPoint(VecI::all(t.bytes[0].zeroPoint))
        , stride(t.bytes[0].stride)
        , to(t.bytes[0].to + row * stride + at)
    {
    }
    template <class Access>
    void put(Vec x, std::int64_t r, std::int64_t c, Access access) const
    {
        access.bytes(toByteRange(x, inverseScale, zeroPoint), to + r * stride + c);
    }
    const Vec inverseScale;
    const VecI zeroPoint;
    const std::int64_t stride;
    std::uint8_t* const to;
};

/// fp32, with or without a residual.
struct FloatsAlone
{
    FloatsAlone(const ProductTask& t, std::int64_t row, std::int64_t at)
        : residual(t.residual ? t.residual + row * t.residualStride + at : nullptr)
        , out(t.out + row * t.outStride + at)
        , residualStride(t.residualStride)
        , outStride(t.outStride)
    {
    }
    template <class Access>
    void put(Vec x, std::int64_t r, std::int64_t c, Access access) const
    {
        access.store(residual ? x + access.load(residual + r * residualStride + c) : x, out + r * outStride + c);
    }
    const float* const residual;
    float* const out;
    const std::int64_t residualStride, outStride;
};

struct Everything
{
    Everything(const ProductTask& t, std::int64_t firstRow, std::int64_t column)
        : residual(t.residual)
        , out(t.out)
        , residualStride(t.residualStride)
        , outStride(t.outStride)
        , b0(t.bytes[0])
        , b1(t.bytes[1])
        , b2(t.bytes[2])
        , row(firstRow)
        , at(column)
    {
    }
    template <class Access>
    void put(Vec x, std::int64_t r, std::int64_t c, Access access) const
    {
        if (residual)
            x = x + access.load(residual + (row + r) * residualStride + at + c);
        if (out)
            access.store(x, out + (row + r) * outStride + at + c);
        putBytes(b0, x, r, c, access);
        putBytes(b1, x, r, c, access);
        putBytes(b2, x, r, c, access);
    }
    template <class Access>
    void putBytes(const ByteOutput& b, Vec x, std::int64_t r, std::int64_t c, Access access) const
    {
        if (!b.to)
            return;
        const Vec smooth = b.factors ? x * access.load(b.factors + at + c) : x;
        access.bytes(toByteRange(smooth, Vec::all(b.inverseScale), VecI::all(b.zeroPoint)),
            b.to + (row + r) * b.stride + at + c);
    }
    const float* const residual;
    float* const out;
    const std::int64_t residualStride, outStride;
    const ByteOutput b0, b1, b2;
    const std::int64_t row, at;
};

/// `Vectors` vectors of columns over all rows of the tile; `Access` loads and stores them whole or in part.
template <int SumsStride, int Vectors, Activation Kind, class Outputs, class Access>
inline void finishVectors(
    const ProductTask& t, std::int64_t row, std::int64_t rows, std::int64_t at, const std::int32_t* sums, Access access)
{
    const Outputs outputs(t, row, at);
    const float* rowScales = t.rowScales ? t.rowScales + row : nullptr;
    const std::int32_t* rowZeroPoints = t.rowZeroPoints ? t.rowZeroPoints + row : nullptr;
    Vec scales[Vectors], bias[Vectors], factor[Vectors];
    VecI columnSums[Vectors], shift[Vectors];
    for (int v = 0; v < Vectors; ++v) {
        scales[v] = access.load(t.scales + at + v * lanes);
        columnSums[v] = access.load(t.columnSums + at + v * lanes);
        bias[v] = t.bias ? access.load(t.bias + at + v * lanes) : Vec::zero();
        shift[v] = VecI::all(t.zeroPoint) * columnSums[v];
        factor[v] = scales[v] * Vec::all(t.rowScale);
    }
    for (std::int64_t r = 0; r < rows; ++r)
        for (int v = 0; v < Vectors; ++v) {
            if (rowZeroPoints)
                shift[v] = VecI::all(rowZeroPoints[r]) * columnSums[v];
            if (rowScales)
                factor[v] = scales[v] * Vec::all(rowScales[r]);
            const VecI sum = VecI::load(sums + r * SumsStride + v * lanes) - shift[v];
            outputs.put(activated(Kind, fma(toFloat(sum), factor[v], bias[v])), r, v * lanes, access);
        }
}

/// Tiles of two vectors are finished row by row, both at once: little to set up for few rows.
template <int SumsStride, Activation Kind, class Outputs>
inline void finishTile(const ProductTask& t, std::int64_t row, std::int64_t rows, std::int64_t column,
    std::int64_t vectors, const std::int32_t* sums)
{
    constexpr int pair = 2;
    if (SumsStride == pair * lanes && t.n - column >= SumsStride)
        return finishVectors<SumsStride, pair, Kind, Outputs>(t, row, rows, column, sums, WholeVector());
    for (std::int64_t v = 0; v < vectors; ++v) {
        const std::int64_t at = column + v * lanes;
        if (t.n - at >= lanes)
            finishVectors<SumsStride, 1, Kind, Outputs>(t, row, rows, at, sums + v * lanes, WholeVector());
        else
            finishVectors<SumsStride, 1, Kind, Outputs>(
                t, row, rows, at, sums + v * lanes, PartOfVector{firstLanes(t.n - at)});
    }
}

template <int SumsStride, Activation Kind>
inline void finishKind(const ProductTask& t, std::int64_t row, std::int64_t rows, std::int64_t column,
    std::int64_t vectors, const std::int32_t* sums)
{
    const ByteOutput& b = t.bytes[0];
    if (t.out && !b.to)
        finishTile<SumsStride, Kind, FloatsAlone>(t, row, rows, column, vectors, sums);
    else if (!t.out && !t.residual && b.to && !b.factors && !t.bytes[1].to)
        finishTile<SumsStride, Kind, BytesAlone>(t, row, rows, column, vectors, sums);
    else
        finishTile<SumsStride, Kind, Everything>(t, row, rows, column, vectors, sums);
}

/// What the epilogue reads for these columns comes from beyond L2 as the weights do: asked for before their sums.
/// Inlined by force: g++ finds that a function of prefetches alone has no effect, and drops the call.
[[gnu::always_inline]] inline void prefetchColumns(const ProductTask& t, std::int64_t column, std::int64_t vectors)
{
    for (std::int64_t v = 0; v < vectors; ++v) {
        const std::int64_t at = column + v * lanes;
        _mm_prefetch(reinterpret_cast<const char*>(t.scales + at), _MM_HINT_T0);
        _mm_prefetch(reinterpret_cast<const char*>(t.columnSums + at), _MM_HINT_T0);
        if (t.bias)
            _mm_prefetch(reinterpret_cast<const char*>(t.bias + at), _MM_HINT_T0);
    }
}

/// Sums of rows [row, row + rows) and `vectors` vectors of columns from `column` on, [rows, SumsStride], to what the
/// task asks for.
template <int SumsStride>
inline void finish(const ProductTask& t, std::int64_t row, std::int64_t rows, std::int64_t column, std::int64_t vectors,
    const std::int32_t* sums)
{
    switch (t.activation) {
    case Activation::None:
        return finishKind<SumsStride, Activation::None>(t, row, rows, column, vectors, sums);
    case Activation::GeluErf:
        return finishKind<SumsStride, Activation::GeluErf>(t, row, rows, column, vectors, sums);
    case Activation::GeluTanh:
        return finishKind<SumsStride, Activation::GeluTanh>(t, row, rows, column, vectors, sums);
    case Activation::Relu:
        return finishKind<SumsStride, Activation::Relu>(t, row, rows, column, vectors, sums);
    case Activation::Tanh:
        return finishKind<SumsStride, Activation::Tanh>(t, row, rows, column, vectors, sums);
    }
}

} // namespace octet::engine::OCTET_ISA
