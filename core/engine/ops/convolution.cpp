// SPDX-License-Identifier: GPL-3.0-or-later
// Convolutions of any number of spatial dimensions in their plain form; patch embeddings run as products instead.
#include "core/engine/ops/matmul_shape.h"
#include "core/engine/ops/op.h"
#include "core/engine/ops/windows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace octet::engine {

namespace {

struct Channels
{
    std::int64_t batch = 1, inputs = 1, outputs = 1, group = 1;
};

/// Weight [outputs, inputs / group, kernel ...].
Channels channelsOf(const OpContext& c, const Shape& x, const Shape& w)
{
    Channels ch;
    if (x.size() < 3 || w.size() != x.size())
        c.malformed(fmt::format("shapes {} and {} do not fit together", toString(x), toString(w)));
    ch.batch = x[0], ch.inputs = x[1], ch.outputs = w[0];
    ch.group = c.node->intAttribute("group", 1);
    if (ch.group < 1 || ch.inputs % ch.group != 0 || w[1] != ch.inputs / ch.group || ch.outputs % ch.group != 0)
        c.malformed("its groups do not fit the channels");
    return ch;
}

Shape outputShape(const Channels& ch, const Windows& w)
{
    Shape shape{ch.batch, ch.outputs};
    shape.insert(shape.end(), w.output.begin(), w.output.end());
    return shape;
}

/// out(at, sum) for every output; value(x, w) multiplies.
template <typename X, typename W, typename Sum, typename Times, typename Out>
void convolve(const Channels& ch, const Windows& w, const X* x, const W* weight, Times&& times, Out&& out)
{
    const std::int64_t inputs = elementCount(w.input), outputs = elementCount(w.output), taps = elementCount(w.kernel);
    const std::int64_t perGroup = ch.inputs / ch.group, outPerGroup = ch.outputs / ch.group;
    for (std::int64_t b = 0; b < ch.batch; ++b)
        for (std::int64_t o = 0; o < ch.outputs; ++o) {
            const X* from = x + (b * ch.inputs + o / outPerGroup * perGroup) * inputs;
            const W* with = weight + o * perGroup * taps;
            for (std::int64_t at = 0; at < outputs; ++at) {
                Sum sum = 0;
                w.forEach(at, [&](std::int64_t position, std::int64_t tap) {
                    for (std::int64_t i = 0; i < perGroup; ++i)
                        sum += times(from[i * inputs + position], with[i * taps + tap], o);
                });
                out((b * ch.outputs + o) * outputs + at, o, sum);
            }
        }
}

Shape spatialOf(const Shape& weight)
{
    return weight.size() < 2 ? Shape{} : Shape(weight.begin() + 2, weight.end());
}

OpDef convOp()
{
    OpDef def;
    def.infer = [](const OpContext& c) {
        const Channels ch = channelsOf(c, c.in(0).shape, c.in(1).shape);
        if (c.has(2) && elementCount(c.in(2).shape) != ch.outputs)
            c.malformed("its bias does not fit its channels");
        return std::vector<OpOutput>{{c.in(0).type, outputShape(ch, windowsOf(c, spatialOf(c.in(1).shape)))}};
    };
    def.make = [](const OpContext& c) {
        if (c.in(0).type != DType::F32 || c.in(1).type != DType::F32)
            c.refuse("element type " + toString(c.in(0).type) + " is not supported here");
        const Channels ch = channelsOf(c, c.in(0).shape, c.in(1).shape);
        return kernelOf([ch, w = windowsOf(c, spatialOf(c.in(1).shape)), bias = c.has(2)](
                            const std::byte* const* in, std::byte* const* out) {
            convolve<float, float, float>(
                ch, w, as<float>(in[0]), as<float>(in[1]), [](float a, float b, std::int64_t) { return a * b; },
                [&](std::int64_t at, std::int64_t o, float sum) {
                    as<float>(out[0])[at] = sum + (bias ? as<float>(in[2])[o] : 0);
                });
        });
    };
    return def;
}

/// f(T{}) for u8 and s8.
template <typename F>
std::unique_ptr<OpKernel> dispatchBytes(const OpContext& c, DType type, F&& f)
{
    if (type == DType::U8)
        return f(std::uint8_t{});
    if (type == DType::I8)
        return f(std::int8_t{});
    c.refuse("element type " + toString(type) + " is not supported here");
}

OpDef convIntegerOp()
{
    OpDef def;
    def.infer = [](const OpContext& c) {
        const Channels ch = channelsOf(c, c.in(0).shape, c.in(1).shape);
        return std::vector<OpOutput>{{DType::I32, outputShape(ch, windowsOf(c, spatialOf(c.in(1).shape)))}};
    };
    def.make = [](const OpContext& c) {
        const Channels ch = channelsOf(c, c.in(0).shape, c.in(1).shape);
        const bool perOutput = c.has(3) && elementCount(c.in(3).shape) > 1;
        if ((c.has(2) && elementCount(c.in(2).shape) != 1) || (perOutput && elementCount(c.in(3).shape) != ch.outputs))
            c.malformed("its zero points do not fit its channels");
        if ((c.has(2) && c.in(2).type != c.in(0).type) || (c.has(3) && c.in(3).type != c.in(1).type))
            c.malformed("a zero point has another type than what it belongs to");
        const Windows w = windowsOf(c, spatialOf(c.in(1).shape));
        return dispatchBytes(c, c.in(0).type, [&](auto xZero) {
            using X = decltype(xZero);
            return dispatchBytes(c, c.in(1).type, [&](auto wZero) -> std::unique_ptr<OpKernel> {
                using W = decltype(wZero);
                return kernelOf([=, hasX = c.has(2), hasW = c.has(3)](
                                    const std::byte* const* in, std::byte* const* out) {
                    const std::int32_t zx = hasX ? *as<X>(in[2]) : 0;
                    convolve<X, W, std::int32_t>(
                        ch, w, as<X>(in[0]), as<W>(in[1]),
                        [&](X a, W b, std::int64_t o) {
                            return (a - zx) * (b - (hasW ? as<W>(in[3])[perOutput ? o : 0] : 0));
                        },
                        [&](std::int64_t at, std::int64_t, std::int32_t sum) { as<std::int32_t>(out[0])[at] = sum; });
                });
            });
        });
    };
    return def;
}

void checkQuantizedInputs(const OpContext& c, std::int64_t outputs)
{
    for (const std::size_t i : {1u, 2u, 6u, 7u})
        if (elementCount(c.in(i).shape) != 1)
            c.refuse("scales per row are not supported");
    for (const std::size_t i : {4u, 5u})
        if (const std::int64_t n = elementCount(c.in(i).shape); n != 1 && n != outputs)
            c.malformed("its weight scales do not fit its columns");
    for (const std::size_t i : {1u, 4u, 6u})
        if (c.in(i).type != DType::F32)
            c.refuse("scales of type " + toString(c.in(i).type) + " are not supported");
    if (c.in(2).type != c.in(0).type || c.in(5).type != c.in(3).type)
        c.malformed("a zero point has another type than what it belongs to");
    if (c.in(7).type != c.in(0).type)
        c.refuse("a result of another type than its input is not supported");
}

template <typename T>
T requantized(float x, float scale, T zero)
{
    const float q = std::nearbyint(x / scale) + static_cast<float>(zero);
    return static_cast<T>(std::clamp(
        q, static_cast<float>(std::numeric_limits<T>::min()), static_cast<float>(std::numeric_limits<T>::max())));
}

/// x, its scale and zero point, w, its scale and zero point, scale and zero point of the result, bias.
OpDef qLinearConvOp()
{
    OpDef def;
    def.infer = [](const OpContext& c) {
        const Channels ch = channelsOf(c, c.in(0).shape, c.in(3).shape);
        checkQuantizedInputs(c, ch.outputs);
        if (c.has(8) && (c.in(8).type != DType::I32 || elementCount(c.in(8).shape) != ch.outputs))
            c.malformed("its bias does not fit its channels");
        return std::vector<OpOutput>{{c.in(7).type, outputShape(ch, windowsOf(c, spatialOf(c.in(3).shape)))}};
    };
    def.make = [](const OpContext& c) {
        const Channels ch = channelsOf(c, c.in(0).shape, c.in(3).shape);
        const Windows w = windowsOf(c, spatialOf(c.in(3).shape));
        const bool perOutput = elementCount(c.in(4).shape) > 1, zeros = elementCount(c.in(5).shape) > 1;
        return dispatchBytes(c, c.in(0).type, [&](auto xZero) {
            using X = decltype(xZero);
            return dispatchBytes(c, c.in(3).type, [&](auto wZero) -> std::unique_ptr<OpKernel> {
                using W = decltype(wZero);
                return kernelOf([=, bias = c.has(8)](const std::byte* const* in, std::byte* const* out) {
                    const std::int32_t zx = *as<X>(in[2]);
                    convolve<X, W, std::int32_t>(
                        ch, w, as<X>(in[0]), as<W>(in[3]),
                        [&](X a, W b, std::int64_t o) { return (a - zx) * (b - as<W>(in[5])[zeros ? o : 0]); },
                        [&](std::int64_t at, std::int64_t o, std::int32_t sum) {
                            sum += bias ? as<std::int32_t>(in[8])[o] : 0;
                            const float real =
                                static_cast<float>(sum) * *as<float>(in[1]) * as<float>(in[4])[perOutput ? o : 0];
                            as<X>(out[0])[at] = requantized(real, *as<float>(in[6]), *as<X>(in[7]));
                        });
                });
            });
        });
    };
    return def;
}

OpDef qLinearMatMulOp()
{
    const auto shapeOf = [](const OpContext& c) {
        const MatMulShape s = matMulShape(c, 0, 3);
        checkQuantizedInputs(c, s.n);
        return s;
    };
    OpDef def;
    def.infer = [=](const OpContext& c) { return std::vector<OpOutput>{{c.in(7).type, shapeOf(c).output}}; };
    def.make = [=](const OpContext& c) {
        const bool perColumn = elementCount(c.in(4).shape) > 1, zeros = elementCount(c.in(5).shape) > 1;
        return dispatchBytes(c, c.in(0).type, [&](auto aZero) {
            using A = decltype(aZero);
            return dispatchBytes(c, c.in(3).type, [&](auto bZero) -> std::unique_ptr<OpKernel> {
                using B = decltype(bZero);
                return kernelOf([=, s = shapeOf(c)](const std::byte* const* in, std::byte* const* out) {
                    const std::int32_t za = *as<A>(in[2]);
                    s.forEach([&](std::int64_t ofA, std::int64_t ofB, std::int64_t at) {
                        for (std::int64_t i = 0; i < s.m * s.n; ++i) {
                            const std::int64_t j = i % s.n;
                            const A* a = as<A>(in[0]) + (ofA * s.m + i / s.n) * s.k;
                            const B* b = as<B>(in[3]) + ofB * s.k * s.n + j;
                            std::int32_t sum = 0;
                            for (std::int64_t p = 0; p < s.k; ++p)
                                sum += (a[p] - za) * (b[p * s.n] - as<B>(in[5])[zeros ? j : 0]);
                            const float real =
                                static_cast<float>(sum) * *as<float>(in[1]) * as<float>(in[4])[perColumn ? j : 0];
                            as<A>(out[0])[at * s.m * s.n + i] = requantized(real, *as<float>(in[6]), *as<A>(in[7]));
                        }
                    });
                });
            });
        });
    };
    return def;
}

/// Weight [inputs, outputs / group, kernel ...]. The windows are those of the convolution that this one turns round.
struct Transposed
{
    Channels channels;
    Windows windows;
    Shape output;
};

Transposed transposedOf(const OpContext& c)
{
    const Shape &x = c.in(0).shape, &w = c.in(1).shape;
    if (x.size() < 3 || w.size() != x.size())
        c.malformed(fmt::format("shapes {} and {} do not fit together", toString(x), toString(w)));
    Transposed t;
    const std::size_t spatial = x.size() - 2;
    t.channels = {x[0], x[1], 0, c.node->intAttribute("group", 1)};
    if (t.channels.group < 1 || x[1] % t.channels.group != 0 || w[0] != x[1])
        c.malformed("its groups do not fit the channels");
    t.channels.outputs = w[1] * t.channels.group;
    const auto list = [&](const char* key, std::size_t count, std::int64_t fallback) {
        const Shape values = c.node->intsAttribute(key).value_or(Shape(count, fallback));
        if (values.size() != count || std::ranges::any_of(values, [](auto v) { return v < 0 || v > 1 << 20; }))
            c.malformed(fmt::format("its {} do not fit", key));
        return values;
    };
    Windows& g = t.windows;
    g.kernel = spatialOf(w);
    g.strides = list("strides", spatial, 1);
    g.dilations = list("dilations", spatial, 1);
    const Shape pads = list("pads", 2 * spatial, 0), extra = list("output_padding", spatial, 0);
    const auto wanted = c.node->intsAttribute("output_shape");
    const std::string autoPad = c.node->stringAttribute("auto_pad", "NOTSET");
    g.output = Shape(x.begin() + 2, x.end()); // of the convolution turned round
    for (std::size_t d = 0; d < spatial; ++d) {
        if (g.strides[d] < 1 || g.dilations[d] < 1 || g.kernel[d] < 1)
            c.malformed("its kernel, strides or dilations are not positive");
        const std::int64_t full = g.strides[d] * (g.output[d] - 1) + extra[d] + (g.kernel[d] - 1) * g.dilations[d] + 1;
        const bool same = autoPad == "SAME_UPPER" || autoPad == "SAME_LOWER";
        std::int64_t total = pads[d] + pads[d + spatial], before = pads[d];
        if (wanted || same) {
            if (wanted && wanted->size() != spatial && wanted->size() != spatial + 2)
                c.malformed("its output_shape has another number of dimensions");
            const std::int64_t size = wanted ? (*wanted)[wanted->size() - spatial + d] : g.output[d] * g.strides[d];
            total = std::max<std::int64_t>(0, full - size);
            before = autoPad == "SAME_LOWER"         ? total - total / 2
                : autoPad == "SAME_UPPER" || !wanted ? total / 2
                                                     : total - total / 2;
            g.input.push_back(size);
        } else {
            g.input.push_back(full - total);
        }
        if (g.input[d] < 1 || g.input[d] > std::int64_t(1) << 31)
            c.malformed("its pads are larger than its result");
        g.before.push_back(before);
        g.after.push_back(total - before);
    }
    t.output = {x[0], t.channels.outputs};
    t.output.insert(t.output.end(), g.input.begin(), g.input.end());
    return t;
}

OpDef convTransposeOp()
{
    OpDef def;
    def.infer = [](const OpContext& c) { return std::vector<OpOutput>{{c.in(0).type, transposedOf(c).output}}; };
    def.make = [](const OpContext& c) {
        if (c.in(0).type != DType::F32 || c.in(1).type != DType::F32)
            c.refuse("element type " + toString(c.in(0).type) + " is not supported here");
        if (c.has(2) && elementCount(c.in(2).shape) != transposedOf(c).channels.outputs)
            c.malformed("its bias does not fit its channels");
        return kernelOf([t = transposedOf(c), bias = c.has(2)](const std::byte* const* in, std::byte* const* out) {
            const Channels& ch = t.channels;
            const std::int64_t results = elementCount(t.windows.input), inputs = elementCount(t.windows.output);
            const std::int64_t taps = elementCount(t.windows.kernel), perGroup = ch.inputs / ch.group,
                               outPerGroup = ch.outputs / ch.group;
            float* to = as<float>(out[0]);
            for (std::int64_t i = 0; i < ch.batch * ch.outputs * results; ++i)
                to[i] = bias ? as<float>(in[2])[i / results % ch.outputs] : 0;
            for (std::int64_t b = 0; b < ch.batch; ++b)
                for (std::int64_t i = 0; i < ch.inputs; ++i)
                    for (std::int64_t at = 0; at < inputs; ++at) {
                        const float x = as<float>(in[0])[(b * ch.inputs + i) * inputs + at];
                        t.windows.forEach(at, [&](std::int64_t position, std::int64_t tap) {
                            for (std::int64_t o = 0; o < outPerGroup; ++o)
                                to[(b * ch.outputs + i / perGroup * outPerGroup + o) * results + position] +=
                                    x * as<float>(in[1])[(i * outPerGroup + o) * taps + tap];
                        });
                    }
        });
    };
    return def;
}

} // namespace

void addConvolutionOps(OpTable& table)
{
    table["Conv"] = convOp();
    table["ConvTranspose"] = convTransposeOp();
    table["ConvInteger"] = convIntegerOp();
    table["QLinearConv"] = qLinearConvOp();
    table["QLinearMatMul"] = qLinearMatMulOp();
}

} // namespace octet::engine
