// SPDX-License-Identifier: GPL-3.0-or-later
// What orders, sums up or spreads out along an axis.
#include "core/engine/ops/op.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace octet::engine {

namespace {

OpDef topKOp()
{
    const auto count = [](const OpContext& c) {
        const std::int64_t axis = normalizedAxis(c, c.node->intAttribute("axis", -1), c.in(0).shape.size());
        const std::int64_t dim = c.in(0).shape[static_cast<std::size_t>(axis)];
        std::int64_t k = 0;
        if (c.opset < 10) {
            k = c.node->intAttribute("k", -1);
        } else {
            const auto list = c.constantInts(1, "number of results");
            k = list.size() == 1 ? list[0] : -1;
        }
        if (k < 0 || k > dim)
            c.malformed(fmt::format("it asks for {} of {} elements", k, dim));
        return std::pair(axis, k);
    };
    OpDef def;
    def.infer = [count](const OpContext& c) {
        const auto [axis, k] = count(c);
        Shape shape = c.in(0).shape;
        shape[static_cast<std::size_t>(axis)] = k;
        return std::vector<OpOutput>{{c.in(0).type, shape}, {DType::I64, shape}};
    };
    def.make = [count](const OpContext& c) {
        const auto [axis, k] = count(c);
        const Along a = along(c.in(0).shape, axis);
        const bool largest = c.node->intAttribute("largest", 1) != 0;
        return dispatchType(c, c.in(0).type, [&, k = k](auto zero) -> std::unique_ptr<OpKernel> {
            using T = decltype(zero);
            return kernelOf([=](const std::byte* const* in, std::byte* const* out) {
                static thread_local std::vector<std::int64_t> order; // grows at the first run
                order.resize(static_cast<std::size_t>(a.dim));
                for (std::int64_t o = 0; o < a.outer; ++o)
                    for (std::int64_t i = 0; i < a.inner; ++i) {
                        const T* from = as<T>(in[0]) + o * a.dim * a.inner + i;
                        std::iota(order.begin(), order.end(), 0);
                        std::partial_sort(order.begin(), order.begin() + k, order.end(), [&](auto x, auto y) {
                            const T p = from[x * a.inner], q = from[y * a.inner];
                            return p == q ? x < y : largest ? p > q : p < q;
                        });
                        for (std::int64_t j = 0; j < k; ++j) {
                            const std::int64_t at = (o * k + j) * a.inner + i;
                            if (out[0])
                                as<T>(out[0])[at] = from[order[static_cast<std::size_t>(j)] * a.inner];
                            if (out[1])
                                as<std::int64_t>(out[1])[at] = order[static_cast<std::size_t>(j)];
                        }
                    }
            });
        });
    };
    return def;
}

OpDef cumSumOp()
{
    OpDef def;
    def.infer = [](const OpContext& c) { return std::vector<OpOutput>{{c.in(0).type, c.in(0).shape}}; };
    def.make = [](const OpContext& c) {
        const auto axis = c.constantInts(1, "axis");
        if (axis.size() != 1)
            c.malformed("its axis is not one number");
        const Along a = along(c.in(0).shape, normalizedAxis(c, axis[0], c.in(0).shape.size()));
        const bool exclusive = c.node->intAttribute("exclusive", 0) != 0,
                   reverse = c.node->intAttribute("reverse", 0) != 0;
        return dispatchType(c, c.in(0).type, [&](auto zero) -> std::unique_ptr<OpKernel> {
            using T = decltype(zero);
            return kernelOf([=](const std::byte* const* in, std::byte* const* out) {
                for (std::int64_t o = 0; o < a.outer; ++o)
                    for (std::int64_t i = 0; i < a.inner; ++i) {
                        T sum = 0;
                        for (std::int64_t d = 0; d < a.dim; ++d) {
                            const std::int64_t at = (o * a.dim + (reverse ? a.dim - 1 - d : d)) * a.inner + i;
                            const T x = as<T>(in[0])[at];
                            as<T>(out[0])[at] = exclusive ? sum : static_cast<T>(sum + x);
                            sum = static_cast<T>(sum + x);
                        }
                    }
            });
        });
    };
    return def;
}

OpDef oneHotOp()
{
    const auto depthOf = [](const OpContext& c) {
        const OpInput& depth = c.in(1);
        if (!depth.constant || elementCount(depth.shape) != 1)
            c.refuse("its depth depends on the data");
        const std::int64_t value = depth.type == DType::F32 ? static_cast<std::int64_t>(*as<float>(depth.constant))
                                                            : c.constantInts(1, "depth")[0];
        if (value < 1 || value > 1 << 24)
            c.malformed(fmt::format("its depth is {}", value));
        return value;
    };
    const auto axisIn = [](const OpContext& c) {
        return normalizedAxis(c, c.node->intAttribute("axis", -1), c.in(0).shape.size() + 1);
    };
    OpDef def;
    def.infer = [=](const OpContext& c) {
        Shape shape = c.in(0).shape;
        shape.insert(shape.begin() + axisIn(c), depthOf(c));
        return std::vector<OpOutput>{{c.in(2).type, shape}};
    };
    def.make = [=](const OpContext& c) {
        const std::int64_t depth = depthOf(c);
        const Along a = along(c.outputs[0].shape, axisIn(c));
        return dispatchType(c, c.in(0).type, [&](auto indexZero) -> std::unique_ptr<OpKernel> {
            using Index = decltype(indexZero);
            return dispatchType(c, c.in(2).type, [&](auto zero) -> std::unique_ptr<OpKernel> {
                using T = decltype(zero);
                return kernelOf([=](const std::byte* const* in, std::byte* const* out) {
                    for (std::int64_t o = 0; o < a.outer; ++o)
                        for (std::int64_t i = 0; i < a.inner; ++i) {
                            auto hot = static_cast<std::int64_t>(as<Index>(in[0])[o * a.inner + i]);
                            hot += hot < 0 ? depth : 0; // out of range: all off
                            for (std::int64_t d = 0; d < depth; ++d)
                                as<T>(out[0])[(o * depth + d) * a.inner + i] = as<T>(in[2])[d == hot ? 1 : 0];
                        }
                });
            });
        });
    };
    return def;
}

} // namespace

void addAlongAxisOps(OpTable& table)
{
    table["TopK"] = topKOp();
    table["CumSum"] = cumSumOp();
    table["OneHot"] = oneHotOp();
}

} // namespace octet::engine
