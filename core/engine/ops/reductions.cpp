// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/ops/op.h"
#include "core/engine/ops/strided.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace octet::engine {

namespace {

enum class Reduction { Sum, Mean, Max, Min, SumSquare, L2, L1, Prod, LogSum, LogSumExp };

/// Which dimensions are reduced; axes moved from an attribute to an input in opset 18 (13 for ReduceSum).
std::vector<bool> reducedDims(const OpContext& c, std::int64_t inputSince)
{
    const std::size_t rank = c.in(0).shape.size();
    std::vector<std::int64_t> axes;
    if (c.opset >= inputSince) {
        if (c.has(1))
            axes = c.constantInts(1, "axes");
    } else {
        axes = c.node->intsAttribute("axes").value_or(Shape {});
    }
    const bool none = axes.empty() && c.node->intAttribute("noop_with_empty_axes", 0) != 0;
    std::vector<bool> reduced(rank, axes.empty() && !none);
    for (const std::int64_t axis : axes)
        reduced[static_cast<std::size_t>(normalizedAxis(c, axis, rank))] = true;
    return reduced;
}

/// log(exp(a) + exp(b)), which the exponentials may overflow in.
template <typename T>
T logOfSum(T a, T b)
{
    const auto high = static_cast<double>(std::max(a, b)), low = static_cast<double>(std::min(a, b));
    return std::isinf(high) || std::isinf(low) ? static_cast<T>(high)
                                               : static_cast<T>(high + std::log1p(std::exp(low - high)));
}

template <typename T>
std::unique_ptr<OpKernel> reduceKernel(const OpContext& c, const std::vector<bool>& reduced, Reduction kind)
{
    const Shape& shape = c.in(0).shape;
    // The output's strides seen from the input: 0 along reduced dimensions.
    Shape kept(shape.size());
    std::int64_t stride = 1, perOutput = 1;
    for (std::size_t i = shape.size(); i-- > 0;) {
        kept[i] = reduced[i] ? 0 : stride;
        (reduced[i] ? perOutput : stride) *= shape[i];
    }
    const StridedLoop<2> loop(shape, {c.in(0).strides, kept});
    const std::int64_t outputs = elementCount(c.outputs[0].shape);
    return kernelOf([loop, outputs, perOutput, kind](const std::byte* const* in, std::byte* const* out) {
        T* to = as<T>(out[0]);
        using Limits = std::numeric_limits<T>;
        const T start = kind == Reduction::Max || kind == Reduction::LogSumExp
            ? (Limits::has_infinity ? -Limits::infinity() : Limits::lowest())
            : kind == Reduction::Min  ? (Limits::has_infinity ? Limits::infinity() : Limits::max())
            : kind == Reduction::Prod ? T(1)
                                      : T(0);
        std::fill(to, to + outputs, start);
        loop.run([&](const auto& offset, std::int64_t count, const auto& step) {
            const T* from = as<T>(in[0]) + offset[0];
            for (std::int64_t i = 0; i < count; ++i) {
                const T v = from[i * step[0]];
                T& target = to[offset[1] + i * step[1]];
                switch (kind) {
                case Reduction::Max: target = std::max(target, v); break;
                case Reduction::Min: target = std::min(target, v); break;
                case Reduction::SumSquare:
                case Reduction::L2: target = static_cast<T>(target + v * v); break;
                case Reduction::L1: target = static_cast<T>(target + (v < T(0) ? T(0) - v : v)); break;
                case Reduction::Prod: target = static_cast<T>(target * v); break;
                case Reduction::LogSumExp: target = logOfSum(target, v); break;
                default: target = static_cast<T>(target + v);
                }
            }
        });
        for (std::int64_t i = 0; i < outputs; ++i) {
            if (kind == Reduction::Mean && perOutput > 0)
                to[i] = static_cast<T>(to[i] / static_cast<T>(perOutput));
            else if (kind == Reduction::LogSum)
                to[i] = static_cast<T>(std::log(static_cast<double>(to[i])));
            else if (kind == Reduction::L2)
                to[i] = static_cast<T>(std::sqrt(static_cast<double>(to[i])));
        }
    });
}

OpDef reduce(Reduction kind, std::int64_t inputSince)
{
    OpDef def;
    def.takesStrides = true;
    def.infer = [inputSince](const OpContext& c) {
        const std::vector<bool> reduced = reducedDims(c, inputSince);
        const bool keep = c.node->intAttribute("keepdims", 1) != 0;
        Shape shape;
        for (std::size_t i = 0; i < reduced.size(); ++i) {
            if (!reduced[i])
                shape.push_back(c.in(0).shape[i]);
            else if (keep)
                shape.push_back(1);
        }
        return std::vector<OpOutput> {{c.in(0).type, shape}};
    };
    def.make = [kind, inputSince](const OpContext& c) {
        const std::vector<bool> reduced = reducedDims(c, inputSince);
        return dispatchType(c, c.in(0).type,
                            [&](auto zero) { return reduceKernel<decltype(zero)>(c, reduced, kind); });
    };
    return def;
}

/// Extremes along one axis as indices.
OpDef argExtremum(bool maximum)
{
    OpDef def;
    def.infer = [](const OpContext& c) {
        const std::int64_t axis = normalizedAxis(c, c.node->intAttribute("axis", 0), c.in(0).shape.size());
        Shape shape = c.in(0).shape;
        if (c.node->intAttribute("keepdims", 1) != 0)
            shape[static_cast<std::size_t>(axis)] = 1;
        else
            shape.erase(shape.begin() + axis);
        return std::vector<OpOutput> {{DType::I64, shape}};
    };
    def.make = [maximum](const OpContext& c) {
        const Shape& shape = c.in(0).shape;
        const Along a = along(shape, normalizedAxis(c, c.node->intAttribute("axis", 0), shape.size()));
        const bool last = c.node->intAttribute("select_last_index", 0) != 0;
        return dispatchType(c, c.in(0).type, [&](auto zero) -> std::unique_ptr<OpKernel> {
            using T = decltype(zero);
            return kernelOf([=](const std::byte* const* in, std::byte* const* out) {
                const auto [outer, dim, inner] = a;
                for (std::int64_t o = 0; o < outer; ++o) {
                    for (std::int64_t i = 0; i < inner; ++i) {
                        const T* from = as<T>(in[0]) + o * dim * inner + i;
                        std::int64_t best = 0;
                        for (std::int64_t d = 1; d < dim; ++d) {
                            const T candidate = from[d * inner], current = from[best * inner];
                            if ((maximum ? candidate > current : candidate < current) || (last && candidate == current))
                                best = d;
                        }
                        as<std::int64_t>(out[0])[o * inner + i] = best;
                    }
                }
            });
        });
    };
    return def;
}

} // namespace

void addReductionOps(OpTable& table)
{
    table["ReduceSum"] = reduce(Reduction::Sum, 13);
    table["ReduceMean"] = reduce(Reduction::Mean, 18);
    table["ReduceMax"] = reduce(Reduction::Max, 18);
    table["ReduceMin"] = reduce(Reduction::Min, 18);
    table["ReduceSumSquare"] = reduce(Reduction::SumSquare, 18);
    table["ReduceL2"] = reduce(Reduction::L2, 18);
    table["ReduceL1"] = reduce(Reduction::L1, 18);
    table["ReduceProd"] = reduce(Reduction::Prod, 18);
    table["ReduceLogSum"] = reduce(Reduction::LogSum, 18);
    table["ReduceLogSumExp"] = reduce(Reduction::LogSumExp, 18);
    table["ArgMax"] = argExtremum(true);
    table["ArgMin"] = argExtremum(false);
}

} // namespace octet::engine
