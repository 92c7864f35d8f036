// SPDX-License-Identifier: GPL-3.0-or-later
// Pooling over any number of spatial dimensions.
#include "core/engine/ops/op.h"
#include "core/engine/ops/windows.h"

#include <fmt/format.h>

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

/// (sum of |x|^p over the window)^(1/p)
double rootOf(double sum, std::int64_t p)
{
    return p == 1 ? sum : p == 2 ? std::sqrt(sum) : std::pow(sum, 1.0 / static_cast<double>(p));
}

double powerOf(float x, std::int64_t p)
{
    const auto magnitude = static_cast<double>(std::abs(x));
    return p == 1 ? magnitude : p == 2 ? magnitude * magnitude : std::pow(magnitude, static_cast<double>(p));
}

std::int64_t normOf(const OpContext& c)
{
    const std::int64_t p = c.node->intAttribute("p", 2);
    if (p < 1)
        c.malformed(fmt::format("its p is {}", p));
    return p;
}

OpDef lpPoolOp()
{
    OpDef def = averagePoolOp();
    def.make = [](const OpContext& c) {
        requireFloats(c);
        const Windows w = windowsOf(c, c.node->intsAttribute("kernel_shape").value_or(Shape{}));
        return kernelOf([=, planes = c.in(0).shape[0] * c.in(0).shape[1], p = normOf(c)](
                            const std::byte* const* in, std::byte* const* out) {
            const std::int64_t inputs = elementCount(w.input), outputs = elementCount(w.output);
            for (std::int64_t plane = 0; plane < planes; ++plane)
                for (std::int64_t o = 0; o < outputs; ++o) {
                    double sum = 0;
                    w.forEach(o, [&](std::int64_t at, std::int64_t) {
                        sum += powerOf(as<float>(in[0])[plane * inputs + at], p);
                    });
                    as<float>(out[0])[plane * outputs + o] = static_cast<float>(rootOf(sum, p));
                }
        });
    };
    return def;
}

OpDef globalLpPoolOp()
{
    OpDef def = globalPoolOp(false);
    def.make = [](const OpContext& c) {
        requireFloats(c);
        const std::int64_t planes = elementCount(c.outputs[0].shape);
        return kernelOf([=, p = normOf(c), n = planes ? elementCount(c.in(0).shape) / planes : 0](
                            const std::byte* const* in, std::byte* const* out) {
            for (std::int64_t plane = 0; plane < planes; ++plane) {
                double sum = 0;
                for (std::int64_t i = plane * n; i < (plane + 1) * n; ++i)
                    sum += powerOf(as<float>(in[0])[i], p);
                as<float>(out[0])[plane] = static_cast<float>(rootOf(sum, p));
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
    table["LpPool"] = lpPoolOp();
    table["GlobalLpPool"] = globalLpPoolOp();
    table["GlobalMaxPool"] = globalPoolOp(true);
    table["GlobalAveragePool"] = globalPoolOp(false);
}

} // namespace octet::engine
