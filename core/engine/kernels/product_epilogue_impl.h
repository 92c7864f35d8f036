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

template <int SumsStride, Activation Kind>
inline void finishTile(const ProductTask& t, std::int64_t row, std::int64_t rows, std::int64_t column,
    std::int64_t vectors, const std::int32_t* sums)
{
    for (std::int64_t v = 0; v < vectors; ++v) {
        const std::int64_t at = column + v * lanes;
        const Mask m = firstLanes(t.n - at);
        const Vec scales = Vec::load(t.scales + at, m);
        const VecI columnSums = VecI::load(t.columnSums + at, m);
        const Vec bias = t.bias ? Vec::load(t.bias + at, m) : Vec::zero();
        for (std::int64_t r = 0; r < rows; ++r) {
            const std::int64_t i = row + r;
            const VecI acc = VecI::load(sums + r * SumsStride + v * lanes);
            const VecI zero = VecI::all(t.rowZeroPoints ? t.rowZeroPoints[i] : t.zeroPoint);
            const Vec rowScale = Vec::all(t.rowScales ? t.rowScales[i] : t.rowScale);
            Vec x = fma(toFloat(acc - zero * columnSums), scales * rowScale, bias);
            x = activated(Kind, x);
            if (t.residual)
                x = x + Vec::load(t.residual + i * t.residualStride + at, m);
            if (t.out)
                x.store(t.out + i * t.outStride + at, m);
            for (const ByteOutput& bytes : t.bytes)
                if (bytes.to) {
                    const Vec smooth = bytes.factors ? x * Vec::load(bytes.factors + at, m) : x;
                    storeBytes(
                        toByteRange(smooth, bytes.inverseScale, bytes.zeroPoint), bytes.to + i * bytes.stride + at, m);
                }
        }
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
