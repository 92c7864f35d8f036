// SPDX-License-Identifier: GPL-3.0-or-later
// ONNX's own quantization operators in their plain meaning; recognising them as int8 products is a pass of its own.
#include "core/engine/ops/op.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace octet::engine {

namespace {

/// Where the scale of an element lies: one for all, or one a slice of `axis`.
struct ScaleLayout
{
    std::int64_t outer = 1, channels = 1, inner = 1;
};

ScaleLayout scaleLayout(const OpContext& c)
{
    const Shape& shape = c.in(0).shape;
    const std::int64_t scales = elementCount(c.in(1).shape);
    ScaleLayout layout;
    if (c.in(1).shape.size() > 1)
        c.refuse("blocked scales are not supported");
    if (scales == 1) {
        layout.inner = elementCount(shape);
        return layout;
    }
    const auto axis = static_cast<std::size_t>(normalizedAxis(c, c.node->intAttribute("axis", 1), shape.size()));
    if (shape[axis] != scales)
        c.malformed("its scales do not fit its axis");
    layout.channels = scales;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        if (i < axis)
            layout.outer *= shape[i];
        else if (i > axis)
            layout.inner *= shape[i];
    }
    return layout;
}

template <typename Q>
Q quantizeValue(float x, float scale, std::int32_t zero)
{
    const float q = std::nearbyint(x / scale) + static_cast<float>(zero);
    return static_cast<Q>(std::clamp(q, static_cast<float>(std::numeric_limits<Q>::min()),
                                     static_cast<float>(std::numeric_limits<Q>::max())));
}

/// f(T{}) for u8 or s8 (s32 where allowed).
template <typename F>
std::unique_ptr<OpKernel> dispatchQuantized(const OpContext& c, DType type, bool wide, F&& f)
{
    if (type == DType::U8)
        return f(std::uint8_t {});
    if (type == DType::I8)
        return f(std::int8_t {});
    if (wide && type == DType::I32)
        return f(std::int32_t {});
    c.refuse("element type " + toString(type) + " is not supported here");
}

OpDef quantizeLinearOp()
{
    OpDef def;
    def.infer = [](const OpContext& c) {
        return std::vector<OpOutput> {{c.has(2) ? c.in(2).type : DType::U8, c.in(0).shape}};
    };
    def.make = [](const OpContext& c) {
        const ScaleLayout s = scaleLayout(c);
        return dispatchQuantized(c, c.outputs[0].type, false, [&](auto zero) -> std::unique_ptr<OpKernel> {
            using Q = decltype(zero);
            return kernelOf([s, hasZero = c.has(2)](const std::byte* const* in, std::byte* const* out) {
                std::int64_t at = 0;
                for (std::int64_t o = 0; o < s.outer; ++o)
                    for (std::int64_t ch = 0; ch < s.channels; ++ch)
                        for (std::int64_t i = 0; i < s.inner; ++i, ++at)
                            as<Q>(out[0])[at] = quantizeValue<Q>(as<float>(in[0])[at], as<float>(in[1])[ch],
                                                                 hasZero ? as<Q>(in[2])[ch] : 0);
            });
        });
    };
    return def;
}

OpDef dequantizeLinearOp()
{
    OpDef def;
    def.infer = [](const OpContext& c) { return std::vector<OpOutput> {{DType::F32, c.in(0).shape}}; };
    def.make = [](const OpContext& c) {
        const ScaleLayout s = scaleLayout(c);
        return dispatchQuantized(c, c.in(0).type, true, [&](auto zero) -> std::unique_ptr<OpKernel> {
            using Q = decltype(zero);
            return kernelOf([s, hasZero = c.has(2)](const std::byte* const* in, std::byte* const* out) {
                std::int64_t at = 0;
                for (std::int64_t o = 0; o < s.outer; ++o)
                    for (std::int64_t ch = 0; ch < s.channels; ++ch)
                        for (std::int64_t i = 0; i < s.inner; ++i, ++at)
                            as<float>(out[0])[at]
                                = static_cast<float>(as<Q>(in[0])[at] - (hasZero ? as<Q>(in[2])[ch] : 0))
                                * as<float>(in[1])[ch];
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
    def.infer = [](const OpContext& c) {
        const Shape &a = c.in(0).shape, &b = c.in(1).shape;
        if (a.empty() || b.size() != 2 || a.back() != b[0])
            c.refuse("only products with a matrix on the right are supported");
        Shape shape = a;
        shape.back() = b[1];
        return std::vector<OpOutput> {{DType::I32, shape}};
    };
    def.make = [](const OpContext& c) {
        const std::int64_t k = c.in(1).shape[0], n = c.in(1).shape[1];
        const std::int64_t m = k ? elementCount(c.in(0).shape) / k : 0;
        const bool hasA = c.has(2), hasB = c.has(3), perColumn = hasB && elementCount(c.in(3).shape) > 1;
        if (hasA && elementCount(c.in(2).shape) != 1)
            c.refuse("zero points per row are not supported");
        return dispatchQuantized(c, c.in(0).type, false, [&](auto aZero) {
            using A = decltype(aZero);
            return dispatchQuantized(c, c.in(1).type, false, [&](auto bZero) -> std::unique_ptr<OpKernel> {
                using B = decltype(bZero);
                return kernelOf([=](const std::byte* const* in, std::byte* const* out) {
                    const std::int32_t za = hasA ? *as<A>(in[2]) : 0;
                    std::int32_t* to = as<std::int32_t>(out[0]);
                    for (std::int64_t i = 0; i < m; ++i) {
                        std::fill(to + i * n, to + (i + 1) * n, 0);
                        for (std::int64_t p = 0; p < k; ++p) {
                            const std::int32_t x = as<A>(in[0])[i * k + p] - za;
                            for (std::int64_t j = 0; j < n; ++j)
                                to[i * n + j] += x * (as<B>(in[1])[p * n + j] - (hasB ? as<B>(in[3])[perColumn ? j : 0] : 0));
                        }
                    }
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
