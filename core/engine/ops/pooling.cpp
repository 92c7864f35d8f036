// SPDX-License-Identifier: GPL-3.0-or-later
// Pooling over any number of spatial dimensions, and the normalisations over channels that come with convolutions.
#include "core/engine/ops/op.h"
#include "core/engine/ops/windows.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace octet::engine {

namespace {

OpDef maxPoolOp()
{
    OpDef def;
    def.infer = [](const OpContext& c) {
        const Windows w = windowsOf(c, c.node->intsAttribute("kernel_shape").value_or(Shape{}));
        Shape shape{c.in(0).shape[0], c.in(0).shape[1]};
        shape.insert(shape.end(), w.output.begin(), w.output.end());
        std::vector<OpOutput> outputs{{c.in(0).type, shape}};
        if (c.node->outputs.size() > 1)
            outputs.push_back({DType::I64, shape});
        return outputs;
    };
    def.make = [](const OpContext& c) {
        const Windows w = windowsOf(c, c.node->intsAttribute("kernel_shape").value_or(Shape{}));
        const std::int64_t planes = c.in(0).shape[0] * c.in(0).shape[1];
        const bool columnMajor = c.node->intAttribute("storage_order", 0) != 0;
        return dispatchType(c, c.in(0).type, [&](auto zero) -> std::unique_ptr<OpKernel> {
            using T = decltype(zero);
            return kernelOf([=, indices = c.outputs.size() > 1](const std::byte* const* in, std::byte* const* out) {
                const std::int64_t inputs = elementCount(w.input), outputs = elementCount(w.output);
                for (std::int64_t p = 0; p < planes; ++p)
                    for (std::int64_t o = 0; o < outputs; ++o) {
                        T best = std::numeric_limits<T>::lowest();
                        std::int64_t bestAt = -1;
                        w.forEach(o, [&](std::int64_t at, std::int64_t) {
                            const T x = as<T>(in[0])[p * inputs + at];
                            if (bestAt < 0 || x > best)
                                best = x, bestAt = at;
                        });
                        as<T>(out[0])[p * outputs + o] = best;
                        if (indices && out[1])
                            as<std::int64_t>(out[1])[p * outputs + o] = p * inputs
                                + (columnMajor && bestAt >= 0 ? w.columnMajor(bestAt)
                                                              : std::max<std::int64_t>(bestAt, 0));
                    }
            });
        });
    };
    return def;
}

void requireFloats(const OpContext& c)
{
    for (std::size_t i = 0; i < c.inputs.size(); ++i)
        if (c.has(i) && c.in(i).type != DType::F32)
            c.refuse("element type " + toString(c.in(i).type) + " is not supported here");
}

OpDef averagePoolOp()
{
    OpDef def;
    def.infer = [](const OpContext& c) {
        const Windows w = windowsOf(c, c.node->intsAttribute("kernel_shape").value_or(Shape{}));
        Shape shape{c.in(0).shape[0], c.in(0).shape[1]};
        shape.insert(shape.end(), w.output.begin(), w.output.end());
        return std::vector<OpOutput>{{c.in(0).type, shape}};
    };
    def.make = [](const OpContext& c) {
        requireFloats(c);
        const Windows w = windowsOf(c, c.node->intsAttribute("kernel_shape").value_or(Shape{}));
        const std::int64_t planes = c.in(0).shape[0] * c.in(0).shape[1];
        return kernelOf([=, padsCount = c.node->intAttribute("count_include_pad", 0) != 0](
                            const std::byte* const* in, std::byte* const* out) {
            const std::int64_t inputs = elementCount(w.input), outputs = elementCount(w.output);
            for (std::int64_t p = 0; p < planes; ++p)
                for (std::int64_t o = 0; o < outputs; ++o) {
                    double sum = 0;
                    std::int64_t count = 0;
                    w.forEach(
                        o, [&](std::int64_t at, std::int64_t) { sum += as<float>(in[0])[p * inputs + at], ++count; });
                    if (padsCount)
                        count = w.withPads(o);
                    as<float>(out[0])[p * outputs + o] =
                        count ? static_cast<float>(sum / static_cast<double>(count)) : 0;
                }
        });
    };
    return def;
}

OpDef globalPoolOp(bool maximum)
{
    OpDef def;
    def.infer = [](const OpContext& c) {
        Shape shape = c.in(0).shape;
        if (shape.size() < 3)
            c.malformed("its input has no spatial dimensions");
        std::fill(shape.begin() + 2, shape.end(), 1);
        return std::vector<OpOutput>{{c.in(0).type, shape}};
    };
    def.make = [maximum](const OpContext& c) {
        requireFloats(c);
        const std::int64_t planes = elementCount(c.outputs[0].shape);
        return kernelOf([=, n = planes ? elementCount(c.in(0).shape) / planes : 0](
                            const std::byte* const* in, std::byte* const* out) {
            for (std::int64_t p = 0; p < planes; ++p) {
                const float* x = as<float>(in[0]) + p * n;
                double sum = 0;
                float best = -INFINITY;
                for (std::int64_t i = 0; i < n; ++i)
                    sum += x[i], best = std::max(best, x[i]);
                as<float>(out[0])[p] = maximum ? best : static_cast<float>(sum / static_cast<double>(n));
            }
        });
    };
    return def;
}

OpDef batchNormalizationOp()
{
    OpDef def;
    def.infer = [](const OpContext& c) {
        if (c.node->intAttribute("training_mode", 0) != 0 || c.node->outputs.size() > 1)
            c.refuse("it is in its training form");
        if (c.in(0).shape.size() < 2)
            c.malformed("its input has no channels");
        for (std::size_t i = 1; i < 5; ++i)
            if (elementCount(c.in(i).shape) != c.in(0).shape[1])
                c.malformed("its statistics do not fit its channels");
        return std::vector<OpOutput>{{c.in(0).type, c.in(0).shape}};
    };
    def.make = [](const OpContext& c) {
        requireFloats(c);
        const std::int64_t batch = c.in(0).shape[0], channels = c.in(0).shape[1];
        const std::int64_t inner = batch * channels > 0 ? elementCount(c.in(0).shape) / (batch * channels) : 0;
        return kernelOf(
            [=, epsilon = c.node->floatAttribute("epsilon", 1e-5f)](const std::byte* const* in, std::byte* const* out) {
                for (std::int64_t p = 0; p < batch * channels; ++p) {
                    const std::int64_t ch = p % channels;
                    const float factor = as<float>(in[1])[ch] / std::sqrt(as<float>(in[4])[ch] + epsilon);
                    const float shift = as<float>(in[2])[ch] - as<float>(in[3])[ch] * factor;
                    for (std::int64_t i = p * inner; i < (p + 1) * inner; ++i)
                        as<float>(out[0])[i] = as<float>(in[0])[i] * factor + shift;
                }
            });
    };
    return def;
}

/// Groups of channels of one sample share mean and variance; instance normalisation has a group a channel.
OpDef groupNormalizationOp(bool instance)
{
    OpDef def;
    def.infer = [instance](const OpContext& c) {
        const Shape& shape = c.in(0).shape;
        if (shape.size() < 2)
            c.malformed("its input has no channels");
        const std::int64_t groups = instance ? shape[1] : c.node->intAttribute("num_groups", 0);
        if (groups < 1 || shape[1] % groups != 0)
            c.malformed("its groups do not fit its channels");
        for (std::size_t i = 1; i < 3; ++i)
            if (const std::int64_t n = elementCount(c.in(i).shape); n != shape[1] && n != groups)
                c.malformed("its scale or bias does not fit its channels");
        return std::vector<OpOutput>{{c.in(0).type, shape}};
    };
    def.make = [instance](const OpContext& c) {
        requireFloats(c);
        const Shape& shape = c.in(0).shape;
        const std::int64_t channels = shape[1], groups = instance ? channels : c.node->intAttribute("num_groups", 0);
        const std::int64_t total = shape[0] * groups, n = total ? elementCount(shape) / total : 0;
        const std::int64_t perChannel = n / std::max<std::int64_t>(1, channels / groups);
        const bool perGroup = elementCount(c.in(1).shape) != channels;
        return kernelOf(
            [=, epsilon = c.node->floatAttribute("epsilon", 1e-5f)](const std::byte* const* in, std::byte* const* out) {
                for (std::int64_t g = 0; g < total; ++g) {
                    const float* x = as<float>(in[0]) + g * n;
                    double sum = 0, squares = 0;
                    for (std::int64_t i = 0; i < n; ++i)
                        sum += x[i];
                    const double mean = sum / static_cast<double>(n);
                    for (std::int64_t i = 0; i < n; ++i)
                        squares += (x[i] - mean) * (x[i] - mean);
                    const double inverse = 1 / std::sqrt(squares / static_cast<double>(n) + epsilon);
                    for (std::int64_t i = 0; i < n; ++i) {
                        const std::int64_t group = g % groups;
                        const std::int64_t at = perGroup ? group : group * (channels / groups) + i / perChannel;
                        as<float>(out[0])[g * n + i] =
                            static_cast<float>((x[i] - mean) * inverse) * as<float>(in[1])[at] + as<float>(in[2])[at];
                    }
                }
            });
    };
    return def;
}

/// (x - mean) / deviation over the given axes.
OpDef meanVarianceNormalizationOp()
{
    OpDef def;
    def.infer = [](const OpContext& c) { return std::vector<OpOutput>{{c.in(0).type, c.in(0).shape}}; };
    def.make = [](const OpContext& c) {
        requireFloats(c);
        const Shape shape = c.in(0).shape;
        Shape kept = shape, strides(shape.size(), 0);
        for (const std::int64_t axis : c.node->intsAttribute("axes").value_or(Shape{0, 2, 3}))
            kept[static_cast<std::size_t>(normalizedAxis(c, axis, shape.size()))] = 1;
        const std::int64_t groups = elementCount(kept);
        for (std::size_t d = 0; d < shape.size(); ++d)
            strides[d] = kept[d] == 1 ? 0 : denseStrides(kept)[d];
        return kernelOf([=, count = elementCount(shape)](const std::byte* const* in, std::byte* const* out) {
            const float* x = as<float>(in[0]);
            const auto groupOf = [&](std::int64_t i) {
                std::int64_t at = 0;
                for (std::size_t d = shape.size(); d-- > 0; i /= shape[d])
                    at += i % shape[d] * strides[d];
                return at;
            };
            for (std::int64_t g = 0; g < groups; ++g) {
                double sum = 0, squares = 0;
                std::int64_t n = 0;
                for (std::int64_t i = 0; i < count; ++i)
                    if (groupOf(i) == g)
                        sum += x[i], squares += static_cast<double>(x[i]) * x[i], ++n;
                const double mean = sum / static_cast<double>(n);
                const double deviation =
                    std::sqrt(std::max(0.0, squares / static_cast<double>(n) - mean * mean)) + 1e-9;
                for (std::int64_t i = 0; i < count; ++i)
                    if (groupOf(i) == g)
                        as<float>(out[0])[i] = static_cast<float>((x[i] - mean) / deviation);
            }
        });
    };
    return def;
}

} // namespace

void addPoolingOps(OpTable& table)
{
    table["MaxPool"] = maxPoolOp();
    table["AveragePool"] = averagePoolOp();
    table["GlobalMaxPool"] = globalPoolOp(true);
    table["GlobalAveragePool"] = globalPoolOp(false);
    table["BatchNormalization"] = batchNormalizationOp();
    table["InstanceNormalization"] = groupNormalizationOp(true);
    table["MeanVarianceNormalization"] = meanVarianceNormalizationOp();
    table["GroupNormalization"] = groupNormalizationOp(false);
}

} // namespace octet::engine
