// SPDX-License-Identifier: GPL-3.0-or-later
// The end of an int8 product: sums that lie in L1 become finished values. Shared by all product kernels of our own,
// each of which defines OCTET_ISA. Scalar form: reference::dequantize, the activations, reference::quantize, in this
// order.
#pragma once

#include "core/engine/kernels/byte_layout_impl.h"
#include "core/engine/kernels/gelu.h"
#include "core/engine/kernels/product.h"
#include "core/engine/kernels/simd.h"
#include "core/engine/kernels/simd_math.h"

#include <type_traits>

namespace octet::engine::OCTET_ISA {

/// Function objects, made once for many rows.
template <Activation Kind>
struct Activate
{
    Vec operator()(Vec x) const { return x; }
};
template <>
struct Activate<Activation::GeluErf> : GeluErf
{
};
template <>
struct Activate<Activation::GeluTanh> : GeluTanh
{
};
template <>
struct Activate<Activation::Relu>
{
    Vec operator()(Vec x) const { return max(x, Vec::zero()); }
};
template <>
struct Activate<Activation::Tanh>
{
    Vec operator()(Vec x) const { return tanh(x); }
};

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

// Where finished values go: x are `Vectors` vectors side by side of the row at the cursor, which goes on to the next. All
// of them keep what they need of the task in registers: the stores of bytes could alias anything that lies in memory.

/// The commonest: bytes of one form and nothing else. The values of the other forms cost it their branches.
template <bool Factors>
struct BytesAlone
{
    BytesAlone(const ProductTask&, const ByteOutput& b, std::int64_t firstRow, std::int64_t at)
        : inverseScale(Vec::all(b.inverseScale))
        , zeroPoint(VecI::all(b.zeroPoint))
        , layout(b.layout)
        , row(firstRow)
        , to(b.to + placeOf(b.layout, 0, at))
        , factors(Factors ? b.factors + at : nullptr)
    {
    }
    struct Cursor
    {
        std::uint8_t* to;
        std::int64_t row;
    };
    Cursor cursor() const { return {to + placeOf(layout, row, 0), row}; }
    template <int Vectors, class Access>
    [[gnu::always_inline]] inline void put(const Vec (&values)[Vectors], Cursor& at, Access access) const
    {
        std::uint8_t* const p = at.to;
        at.to += ++at.row & 15 ? layout.row : layout.rows16 - 15 * layout.row;
        const auto x = [&](int v) { return Factors ? values[v] * access.load(factors + v * lanes) : values[v]; };
        if constexpr (Vectors % 2 == 0)
            for (int v = 0; v < Vectors; v += 2)
                storeBytes(toSteps(x(v), inverseScale), toSteps(x(v + 1), inverseScale), zeroPoint, p + v * lanes);
        else
            for (int v = 0; v < Vectors; ++v)
                access.bytes(toByteRange(x(v), inverseScale, zeroPoint), p + v * lanes);
    }
    const Vec inverseScale;
    const VecI zeroPoint;
    const ByteLayout layout;
    const std::int64_t row;
    std::uint8_t* const to;
    const float* const factors;
};

/// fp32, with or without a residual.
struct FloatsAlone
{
    FloatsAlone(const ProductTask& t, const ByteOutput&, std::int64_t row, std::int64_t at)
        : residual(t.residual ? t.residual + row * t.residualStride + at : nullptr)
        , out(t.out + row * t.outStride + at)
        , residualStride(t.residualStride)
        , outStride(t.outStride)
    {
    }
    struct Cursor
    {
        float* out;
        const float* residual;
    };
    Cursor cursor() const { return {out, residual}; }
    template <int Vectors, class Access>
    [[gnu::always_inline]] inline void put(const Vec (&x)[Vectors], Cursor& at, Access access) const
    {
        for (int v = 0; v < Vectors; ++v) {
            const std::int64_t c = v * lanes;
            // Both lie in L2; four rows are what the out-of-order window does not see.
            _mm_prefetch(reinterpret_cast<const char*>(at.out + 4 * outStride + c), _MM_HINT_T0);
            Vec value = x[v];
            if (at.residual) {
                _mm_prefetch(reinterpret_cast<const char*>(at.residual + 4 * residualStride + c), _MM_HINT_T0);
                value = value + access.load(at.residual + c);
            }
            access.store(value, at.out + c);
        }
        at.out += outStride;
        if (at.residual)
            at.residual += residualStride;
    }
    const float* const residual;
    float* const out;
    const std::int64_t residualStride, outStride;
};

struct Everything
{
    Everything(const ProductTask& t, const ByteOutput&, std::int64_t firstRow, std::int64_t column)
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
    using Cursor = std::int64_t; // the row from the first one on
    Cursor cursor() const { return 0; }
    template <int Vectors, class Access>
    [[gnu::always_inline]] inline void put(const Vec (&values)[Vectors], Cursor& cursor, Access access) const
    {
        const std::int64_t r = cursor++;
        for (int v = 0; v < Vectors; ++v) {
            const std::int64_t c = v * lanes;
            Vec x = values[v];
            if (residual)
                x = x + access.load(residual + (row + r) * residualStride + at + c);
            if (out)
                access.store(x, out + (row + r) * outStride + at + c);
            putBytes(b0, x, r, c, access);
            putBytes(b1, x, r, c, access);
            putBytes(b2, x, r, c, access);
        }
    }
    template <class Access>
    void putBytes(const ByteOutput& b, Vec x, std::int64_t r, std::int64_t c, Access access) const
    {
        if (!b.to)
            return;
        const Vec smooth = b.factors ? x * access.load(b.factors + at + c) : x;
        access.bytes(toByteRange(smooth, Vec::all(b.inverseScale), VecI::all(b.zeroPoint)),
            b.to + placeOf(b.layout, row + r, at + c));
    }
    const float* const residual;
    float* const out;
    const std::int64_t residualStride, outStride;
    const ByteOutput b0, b1, b2;
    const std::int64_t row, at;
};

/// `Vectors` vectors of columns, row by row; `Access` loads and stores them whole or in part. `ByRow`: rows may have
/// scales and zero points of their own.
template <int Vectors, Activation Kind, bool ByRow, class Outputs, class Access>
class RowFinisher
{
public:
    RowFinisher(const ProductTask& t, const ByteOutput& bytes, std::int64_t row, std::int64_t at, Access access)
        : m_access(access)
        , m_outputs(t, bytes, row, at)
        , m_rowScales(ByRow && t.rowScales ? t.rowScales + row : nullptr)
        , m_rowZeroPoints(ByRow && t.rowZeroPoints ? t.rowZeroPoints + row : nullptr)
    {
        for (int v = 0; v < Vectors; ++v) {
            const Vec scales = access.load(t.scales + at + v * lanes);
            const VecI columnSums = access.load(t.columnSums + at + v * lanes);
            m_bias[v] = t.bias ? access.load(t.bias + at + v * lanes) : Vec::zero();
            m_shift[v] = m_rowZeroPoints ? columnSums : VecI::all(t.zeroPoint) * columnSums;
            m_factor[v] = m_rowScales ? scales : scales * Vec::all(t.rowScale);
        }
    }

    struct Cursor
    {
        typename Outputs::Cursor outputs;
        std::int64_t row;
    };
    Cursor cursor() const { return {m_outputs.cursor(), 0}; }

    /// The sums of the row at the cursor, which goes on to the next.
    [[gnu::always_inline]] inline void operator()(const std::int32_t* sums, Cursor& at) const
    {
        Vec x[Vectors];
        for (int v = 0; v < Vectors; ++v) {
            VecI shift = m_shift[v];
            Vec factor = m_factor[v];
            if (ByRow && m_rowZeroPoints)
                shift = VecI::all(m_rowZeroPoints[at.row]) * shift;
            if (ByRow && m_rowScales)
                factor = factor * Vec::all(m_rowScales[at.row]);
            x[v] = m_activate(fma(toFloat(VecI::load(sums + v * lanes) - shift), factor, m_bias[v]));
        }
        if (ByRow)
            ++at.row;
        m_outputs.put(x, at.outputs, m_access);
    }

private:
    const Access m_access;
    const Outputs m_outputs;
    const Activate<Kind> m_activate{};
    const float* const m_rowScales;
    const std::int32_t* const m_rowZeroPoints;
    Vec m_factor[Vectors], m_bias[Vectors];
    VecI m_shift[Vectors]; // where rows have zero points of their own, to be multiplied by them
};

/// Does any of the columns [column, column + width) go there?
inline bool reaches(const ByteOutput& b, std::int64_t column, std::int64_t width)
{
    return b.to && b.firstColumn < column + width && column < b.endColumn;
}

/// The outputs that columns [column, column + width) have. Forms that none of their readers needs are left out.
template <class F>
inline void withOutputs(const ProductTask& t, std::int64_t column, std::int64_t width, F f)
{
    const ByteOutput* only = nullptr;
    int forms = 0;
    for (const ByteOutput& b : t.bytes)
        if (reaches(b, column, width))
            only = &b, ++forms;
    if (t.out && !forms)
        f(std::type_identity<FloatsAlone>(), t.bytes[0]);
    else if (!t.out && !t.residual && forms == 1)
        only->factors ? f(std::type_identity<BytesAlone<true>>(), *only) : f(std::type_identity<BytesAlone<false>>(), *only);
    else
        f(std::type_identity<Everything>(), t.bytes[0]);
}

template <class F>
inline void withActivation(const ProductTask& t, F f)
{
    switch (t.activation) {
    case Activation::None: return f(std::integral_constant<Activation, Activation::None>());
    case Activation::GeluErf: return f(std::integral_constant<Activation, Activation::GeluErf>());
    case Activation::GeluTanh: return f(std::integral_constant<Activation, Activation::GeluTanh>());
    case Activation::Relu: return f(std::integral_constant<Activation, Activation::Relu>());
    case Activation::Tanh: return f(std::integral_constant<Activation, Activation::Tanh>());
    }
}

/// f(finisher) for the rows from `row` on of `Vectors` whole vectors from `column` on, which do not cross a multiple of 64.
template <int Vectors, class F>
inline void withRowFinisher(const ProductTask& t, std::int64_t row, std::int64_t column, F f)
{
    withActivation(t, [&](auto activation) {
        withOutputs(t, column, Vectors * lanes, [&](auto outputs, const ByteOutput& bytes) {
            using Outputs = typename decltype(outputs)::type;
            const WholeVector whole;
            if (t.rowScales || t.rowZeroPoints)
                f(RowFinisher<Vectors, activation(), true, Outputs, WholeVector>(t, bytes, row, column, whole));
            else
                f(RowFinisher<Vectors, activation(), false, Outputs, WholeVector>(t, bytes, row, column, whole));
        });
    });
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
    withActivation(t, [&](auto activation) {
        withOutputs(t, column, SumsStride, [&](auto outputs, const ByteOutput& bytes) {
            using Outputs = typename decltype(outputs)::type;
            for (std::int64_t v = 0; v < vectors; ++v) {
                const std::int64_t at = column + v * lanes;
                const auto all = [&](auto access) {
                    const RowFinisher<1, activation(), true, Outputs, decltype(access)> finisher(t, bytes, row, at, access);
                    auto cursor = finisher.cursor();
                    for (std::int64_t r = 0; r < rows; ++r)
                        finisher(sums + r * SumsStride + v * lanes, cursor);
                };
                if (t.n - at >= lanes)
                    all(WholeVector());
                else
                    all(PartOfVector{firstLanes(t.n - at)});
            }
        });
    });
}

} // namespace octet::engine::OCTET_ISA
