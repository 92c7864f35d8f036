// SPDX-License-Identifier: GPL-3.0-or-later
// ONNX's own quantization operators in their plain meaning; recognising them as int8 products is a pass of its own.
#include "core/engine/ops/half.h"
#include "core/engine/ops/matmul_shape.h"
#include "core/engine/ops/op.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace octet::engine {

namespace {

/// Where the scale of an element lies: one for all, one a slice of `axis`, or one a block of that many along it.
struct ScaleLayout
{
    Along along; // dim = its channels
    std::int64_t block = 0; // 0 = none

    /// f(element, its scale)
    template <typename F>
    void forEach(F&& f) const
    {
        const auto [outer, channels, inner] = along;
        const std::int64_t blocks = block ? (channels + block - 1) / block : 0;
        std::int64_t at = 0;
        for (std::int64_t o = 0; o < outer; ++o)
            for (std::int64_t ch = 0; ch < channels; ++ch)
                for (std::int64_t i = 0; i < inner; ++i, ++at)
                    f(at, block ? (o * blocks + ch / block) * inner + i : ch);
    }
};

ScaleLayout scaleLayout(const OpContext& c)
{
    const Shape &shape = c.in(0).shape, &scales = c.in(1).shape;
    const std::int64_t count = elementCount(scales), block = c.node->intAttribute("block_size", 0);
    if (c.has(2) && elementCount(c.in(2).shape) != count)
        c.malformed("it has other numbers of scales and zero points");
    ScaleLayout layout;
    if (count == 1 && block == 0) {
        layout.along.inner = elementCount(shape);
        return layout;
    }
    const auto axis = static_cast<std::size_t>(normalizedAxis(c, c.node->intAttribute("axis", 1), shape.size()));
    Shape expected = shape;
    if (block > 0)
        expected[axis] = (shape[axis] + block - 1) / block;
    if (block < 0 || (block > 0 ? scales != expected : scales.size() > 1 || shape[axis] != count))
        c.malformed("its scales do not fit its axis");
    layout.along = along(shape, static_cast<std::int64_t>(axis)), layout.block = block;
    return layout;
}

template <typename Q>
Q quantizeValue(float x, float scale, std::int32_t zero)
{
    const float q = std::nearbyint(x / scale) + static_cast<float>(zero);
    return static_cast<Q>(std::clamp(q, static_cast<float>(std::numeric_limits<Q>::min()),
                                     static_cast<float>(std::numeric_limits<Q>::max())));
}

/// f(T{}) for integers of 8 bits (16 and 32 where allowed).
template <typename F>
std::unique_ptr<OpKernel> dispatchQuantized(const OpContext& c, DType type, int bits, F&& f)
{
    if (type == DType::U8)
        return f(std::uint8_t {});
    if (type == DType::I8)
        return f(std::int8_t {});
    if (bits >= 16 && type == DType::U16)
        return f(std::uint16_t {});
    if (bits >= 16 && type == DType::I16)
        return f(std::int16_t {});
    if (bits >= 32 && type == DType::I32)
        return f(std::int32_t {});
    c.refuse("element type " + toString(type) + " is not supported here");
}

/// f(T{}) for the type of the scales.
template <typename F>
std::unique_ptr<OpKernel> dispatchReal(const OpContext& c, F&& f)
{
    if (c.in(1).type == DType::F32)
        return f(float {});
    if (c.in(1).type == DType::F16)
        return f(Float16 {});
    c.refuse("scales of type " + toString(c.in(1).type) + " are not supported");
}

OpDef quantizeLinearOp()
{
    OpDef def;
    def.infer = [](const OpContext& c) {
        const auto asked = static_cast<DType>(c.node->intAttribute("output_dtype", 0));
        const DType type = c.has(2) ? c.in(2).type : asked == DType::Undefined ? DType::U8 : asked;
        if (c.has(2) && asked != DType::Undefined && asked != type)
            c.malformed("its output_dtype is not the type of its zero point");
        return std::vector<OpOutput> {{type, c.in(0).shape}};
    };
    def.make = [](const OpContext& c) {
        const ScaleLayout s = scaleLayout(c);
        if (c.in(0).type != c.in(1).type)
            c.refuse("scales of another type than its input are not supported");
        return dispatchReal(c, [&](auto real) {
            using X = decltype(real);
            return dispatchQuantized(c, c.outputs[0].type, 16, [&](auto zero) -> std::unique_ptr<OpKernel> {
                using Q = decltype(zero);
                return kernelOf([s, hasZero = c.has(2)](const std::byte* const* in, std::byte* const* out) {
                    s.forEach([&](std::int64_t at, std::int64_t scale) {
                        as<Q>(out[0])[at] = quantizeValue<Q>(static_cast<float>(as<X>(in[0])[at]),
                            static_cast<float>(as<X>(in[1])[scale]), hasZero ? as<Q>(in[2])[scale] : 0);
                    });
                });
            });
        });
    };
    return def;
}

OpDef dequantizeLinearOp()
{
    OpDef def;
    def.infer = [](const OpContext& c) { return std::vector<OpOutput> {{c.in(1).type, c.in(0).shape}}; };
    def.make = [](const OpContext& c) {
        const ScaleLayout s = scaleLayout(c);
        if (c.has(2) && c.in(2).type != c.in(0).type)
            c.malformed("its zero point has another type than its input");
        return dispatchReal(c, [&](auto real) {
            using X = decltype(real);
            return dispatchQuantized(c, c.in(0).type, 32, [&](auto zero) -> std::unique_ptr<OpKernel> {
                using Q = decltype(zero);
                return kernelOf([s, hasZero = c.has(2)](const std::byte* const* in, std::byte* const* out) {
                    s.forEach([&](std::int64_t at, std::int64_t scale) {
                        as<X>(out[0])[at] = X(static_cast<float>(as<Q>(in[0])[at] - (hasZero ? as<Q>(in[2])[scale] : 0))
                            * static_cast<float>(as<X>(in[1])[scale]));
                    });
                });
            });
        });
    };
    return def;
}

OpDef dynamicQuantizeLinearOp()
{
    OpDef def;
    def.infer = [](const OpContext& c) {
        return std::vector<OpOutput> {{DType::U8, c.in(0).shape}, {DType::F32, {}}, {DType::U8, {}}};
    };
    def.make = [](const OpContext& c) {
        return kernelOf([count = elementCount(c.in(0).shape)](const std::byte* const* in, std::byte* const* out) {
            const float* x = as<float>(in[0]);
            float low = 0, high = 0;
            for (std::int64_t i = 0; i < count; ++i) {
                low = std::min(low, x[i]);
                high = std::max(high, x[i]);
            }
            const float scale = high > low ? (high - low) / 255 : 1;
            const auto zero = static_cast<std::uint8_t>(std::clamp(std::nearbyint(-low / scale), 0.f, 255.f));
            for (std::int64_t i = 0; i < count; ++i)
                as<std::uint8_t>(out[0])[i] = quantizeValue<std::uint8_t>(x[i], scale, zero);
            *as<float>(out[1]) = scale;
            *as<std::uint8_t>(out[2]) = zero;
        });
    };
    return def;
}

OpDef matMulIntegerOp()
{
    OpDef def;
    def.infer = [](const OpContext& c) { return std::vector<OpOutput> {{DType::I32, matMulShape(c).output}}; };
    def.make = [](const OpContext& c) {
        const MatMulShape s = matMulShape(c);
        const bool hasA = c.has(2), hasB = c.has(3), perColumn = hasB && elementCount(c.in(3).shape) > 1;
        if (hasA && elementCount(c.in(2).shape) != 1)
            c.refuse("zero points per row are not supported");
        if ((perColumn && elementCount(c.in(3).shape) != s.n) || (hasA && c.in(2).type != c.in(0).type)
            || (hasB && c.in(3).type != c.in(1).type))
            c.malformed("its zero points do not fit its operands");
        return dispatchQuantized(c, c.in(0).type, 8, [&](auto aZero) {
            using A = decltype(aZero);
            return dispatchQuantized(c, c.in(1).type, 8, [&](auto bZero) -> std::unique_ptr<OpKernel> {
                using B = decltype(bZero);
                return kernelOf([=](const std::byte* const* in, std::byte* const* out) {
                    const std::int32_t za = hasA ? *as<A>(in[2]) : 0;
                    s.forEach([&](std::int64_t ofA, std::int64_t ofB, std::int64_t at) {
                        const A* a = as<A>(in[0]) + ofA * s.m * s.k;
                        const B* b = as<B>(in[1]) + ofB * s.k * s.n;
                        std::int32_t* to = as<std::int32_t>(out[0]) + at * s.m * s.n;
                        std::fill(to, to + s.m * s.n, 0);
                        for (std::int64_t i = 0; i < s.m * s.k; ++i, ++a) {
                            const std::int64_t p = i % s.k, row = i / s.k * s.n;
                            for (std::int64_t j = 0; j < s.n; ++j)
                                to[row + j] += (*a - za) * (b[p * s.n + j] - (hasB ? as<B>(in[3])[perColumn ? j : 0] : 0));
                        }
                    });
                });
            });
        });
    };
    return def;
}

} // namespace

void addQuantizationOps(OpTable& table)
{
    table["QuantizeLinear"] = quantizeLinearOp();
    table["DequantizeLinear"] = dequantizeLinearOp();
    table["DynamicQuantizeLinear"] = dynamicQuantizeLinearOp();
    table["MatMulInteger"] = matMulIntegerOp();
}

} // namespace octet::engine
