// SPDX-License-Identifier: GPL-3.0-or-later
// Normalisations over channels, groups of them, and along an axis. LayerNormalization: neural.cpp.
#include "core/engine/ops/op.h"

#include <algorithm>
#include <cmath>

namespace octet::engine {

namespace {

void requireFloats(const OpContext& c)
{
    for (std::size_t i = 0; i < c.inputs.size(); ++i)
        if (c.has(i) && c.in(i).type != DType::F32)
            c.refuse("element type " + toString(c.in(i).type) + " is not supported here");
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

/// x / (bias + alpha / size * sum of squares over `size` channels around)^beta
OpDef localResponseOp()
{
    OpDef def;
    def.infer = [](const OpContext& c) {
        if (c.in(0).shape.size() < 2)
            c.malformed("its input has no channels");
        if (c.node->intAttribute("size", 0) < 1)
            c.malformed("its size is not positive");
        return std::vector<OpOutput>{{c.in(0).type, c.in(0).shape}};
    };
    def.make = [](const OpContext& c) {
        requireFloats(c);
        const Shape& shape = c.in(0).shape;
        const std::int64_t channels = shape[1], count = elementCount(shape), size = c.node->intAttribute("size", 1);
        const std::int64_t inner = shape[0] * channels > 0 ? count / (shape[0] * channels) : 0;
        const double alpha = static_cast<double>(c.node->floatAttribute("alpha", 1e-4f)) / static_cast<double>(size),
                     beta = c.node->floatAttribute("beta", 0.75f), bias = c.node->floatAttribute("bias", 1);
        return kernelOf([=](const std::byte* const* in, std::byte* const* out) {
            for (std::int64_t i = 0; i < count; ++i) {
                const float* x = as<float>(in[0]) + i;
                const std::int64_t channel = i / inner % channels;
                double squares = 0;
                for (std::int64_t other = std::max<std::int64_t>(0, channel - (size - 1) / 2);
                     other <= std::min(channels - 1, channel + size / 2); ++other) {
                    const auto value = static_cast<double>(x[(other - channel) * inner]);
                    squares += value * value;
                }
                as<float>(out[0])[i] = static_cast<float>(*x / std::pow(bias + alpha * squares, beta));
            }
        });
    };
    return def;
}

/// x / (sum of |x| or root of the sum of squares along an axis)
OpDef lpNormalizationOp()
{
    OpDef def;
    def.infer = [](const OpContext& c) {
        if (const std::int64_t p = c.node->intAttribute("p", 2); p != 1 && p != 2)
            c.malformed("its p is neither 1 nor 2");
        return std::vector<OpOutput>{{c.in(0).type, c.in(0).shape}};
    };
    def.make = [](const OpContext& c) {
        requireFloats(c);
        const Shape& shape = c.in(0).shape;
        const Along a = along(shape, normalizedAxis(c, c.node->intAttribute("axis", -1), shape.size()));
        return kernelOf(
            [a, squares = c.node->intAttribute("p", 2) == 2](const std::byte* const* in, std::byte* const* out) {
                const auto [outer, n, inner] = a;
                for (std::int64_t r = 0; r < outer * inner; ++r) {
                    const std::int64_t start = r / inner * inner * n + r % inner;
                    double sum = 0;
                    for (std::int64_t i = 0; i < n; ++i) {
                        const auto x = static_cast<double>(as<float>(in[0])[start + i * inner]);
                        sum += squares ? x * x : std::abs(x);
                    }
                    const double norm = squares ? std::sqrt(sum) : sum;
                    for (std::int64_t i = 0; i < n; ++i) {
                        const float x = as<float>(in[0])[start + i * inner];
                        as<float>(out[0])[start + i * inner] = norm == 0 ? 0 : static_cast<float>(x / norm);
                    }
                }
            });
    };
    return def;
}

} // namespace

void addNormalizationOps(OpTable& table)
{
    table["BatchNormalization"] = batchNormalizationOp();
    table["InstanceNormalization"] = groupNormalizationOp(true);
    table["GroupNormalization"] = groupNormalizationOp(false);
    table["MeanVarianceNormalization"] = meanVarianceNormalizationOp();
    table["LRN"] = localResponseOp();
    table["LpNormalization"] = lpNormalizationOp();
}

} // namespace octet::engine
