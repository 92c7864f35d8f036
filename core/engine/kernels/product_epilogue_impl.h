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

/// The task in registers: the stores of bytes could alias anything that lies in memory.
struct Epilogue
{
    explicit Epilogue(const ProductTask& t)
        : scales(t.scales)
        , columnSums(t.columnSums)
        , rowScales(t.rowScales)
        , rowZeroPoints(t.rowZeroPoints)
        , bias(t.bias)
        , residual(t.residual)
        , out(t.out)
        , residualStride(t.residualStride)
        , outStride(t.outStride)
        , rowScale(t.rowScale)
        , zeroPoint(t.zeroPoint)
    {
    }
    const float* scales;
    const std::int32_t* columnSums;
    const float* rowScales;
    const std::int32_t* rowZeroPoints;
    const float* bias;
    const float* residual;
    float* out;
    std::int64_t residualStride, outStride;
    float rowScale;
    std::int32_t zeroPoint;
};

struct WholeVector
{
    static Vec load(const float* p) { return Vec::load(p); }
    static VecI load(const std::int32_t* p) { return VecI::load(p); }
    static void store(Vec x, float* p) { x.store(p); }
    static void bytes(Vec x, std::uint8_t* p) { storeBytes(x, p); }
};

struct PartOfVector
{
    Mask m;
    Vec load(const float* p) const { return Vec::load(p, m); }
    VecI load(const std::int32_t* p) const { return VecI::load(p, m); }
    void store(Vec x, float* p) const { x.store(p, m); }
    void bytes(Vec x, std::uint8_t* p) const { storeBytes(x, p, m); }
};

template <class Access>
inline void finishBytes(const ByteOutput& bytes, Vec x, std::int64_t row, std::int64_t at, Access access)
{
    if (!bytes.to)
        return;
    const Vec smooth = bytes.factors ? x * access.load(bytes.factors + at) : x;
    access.bytes(toByteRange(smooth, bytes.inverseScale, bytes.zeroPoint), bytes.to + row * bytes.stride + at);
}

/// One vector of columns over all rows of the tile; `Access` loads and stores it whole or in part.
template <int SumsStride, Activation Kind, class Access>
inline void finishVector(const ProductTask& task, std::int64_t row, std::int64_t rows, std::int64_t at,
    const std::int32_t* sums, Access access)
{
    const Epilogue t(task);
    const ByteOutput b0 = task.bytes[0], b1 = task.bytes[1], b2 = task.bytes[2];
    const Vec scales = access.load(t.scales + at);
    const VecI columnSums = access.load(t.columnSums + at);
    const Vec bias = t.bias ? access.load(t.bias + at) : Vec::zero();
    VecI shift = VecI::all(t.zeroPoint) * columnSums;
    Vec factor = scales * Vec::all(t.rowScale);
    for (std::int64_t r = 0; r < rows; ++r) {
        const std::int64_t i = row + r;
        if (t.rowZeroPoints)
            shift = VecI::all(t.rowZeroPoints[i]) * columnSums;
        if (t.rowScales)
            factor = scales * Vec::all(t.rowScales[i]);
        Vec x = fma(toFloat(VecI::load(sums + r * SumsStride) - shift), factor, bias);
        x = activated(Kind, x);
        if (t.residual)
            x = x + access.load(t.residual + i * t.residualStride + at);
        if (t.out)
            access.store(x, t.out + i * t.outStride + at);
        finishBytes(b0, x, i, at, access);
        finishBytes(b1, x, i, at, access);
        finishBytes(b2, x, i, at, access);
    }
}

template <int SumsStride, Activation Kind>
inline void finishTile(const ProductTask& t, std::int64_t row, std::int64_t rows, std::int64_t column,
    std::int64_t vectors, const std::int32_t* sums)
{
    for (std::int64_t v = 0; v < vectors; ++v) {
        const std::int64_t at = column + v * lanes;
        if (t.n - at >= lanes)
            finishVector<SumsStride, Kind>(t, row, rows, at, sums + v * lanes, WholeVector());
        else
            finishVector<SumsStride, Kind>(t, row, rows, at, sums + v * lanes, PartOfVector{firstLanes(t.n - at)});
    }
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
        return finishTile<SumsStride, Activation::None>(t, row, rows, column, vectors, sums);
    case Activation::GeluErf:
        return finishTile<SumsStride, Activation::GeluErf>(t, row, rows, column, vectors, sums);
    case Activation::GeluTanh:
        return finishTile<SumsStride, Activation::GeluTanh>(t, row, rows, column, vectors, sums);
    case Activation::Relu:
        return finishTile<SumsStride, Activation::Relu>(t, row, rows, column, vectors, sums);
    case Activation::Tanh:
        return finishTile<SumsStride, Activation::Tanh>(t, row, rows, column, vectors, sums);
    }
}

} // namespace octet::engine::OCTET_ISA
