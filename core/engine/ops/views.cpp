// SPDX-License-Identifier: GPL-3.0-or-later
// Operators that move nothing: their outputs are their first input seen with other strides.
#include "core/engine/ops/op.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace octet::engine {

namespace {

/// A definition from one function that gives shape, offset and strides; infer follows from it with dense strides.
template <typename F>
OpDef viewOp(F views)
{
    OpDef def;
    def.view = [views](const OpContext& c) -> std::optional<std::vector<OpView>> { return views(c); };
    def.infer = [views](const OpContext& c) {
        OpContext dense = c;
        dense.inputs.at(0).strides = denseStrides(c.in(0).shape);
        const std::optional<std::vector<OpView>> all = views(dense);
        std::vector<OpOutput> outputs;
        for (const OpView& view : all.value())
            outputs.push_back({c.in(0).type, view.shape});
        return outputs;
    };
    return def;
}

std::vector<std::int64_t> axesOf(const OpContext& c, std::int64_t inputSince)
{
    if (c.opset >= inputSince)
        return c.has(1) ? c.constantInts(1, "axes") : std::vector<std::int64_t> {};
    return c.node->intsAttribute("axes").value_or(std::vector<std::int64_t> {});
}

std::vector<OpView> identity(const OpContext& c)
{
    return {{c.in(0).shape, 0, c.in(0).strides}};
}

std::vector<OpView> unsqueeze(const OpContext& c)
{
    const OpInput& x = c.in(0);
    std::vector<std::int64_t> axes = axesOf(c, 13);
    const std::size_t rank = x.shape.size() + axes.size();
    for (auto& axis : axes)
        axis = normalizedAxis(c, axis, rank);
    std::sort(axes.begin(), axes.end());
    if (std::adjacent_find(axes.begin(), axes.end()) != axes.end())
        c.malformed("an axis is named twice");
    OpView view;
    std::size_t from = 0;
    for (std::size_t i = 0; i < rank; ++i) {
        const bool added = std::binary_search(axes.begin(), axes.end(), static_cast<std::int64_t>(i));
        view.shape.push_back(added ? 1 : x.shape[from]);
        view.strides.push_back(added ? 0 : x.strides[from]);
        from += added ? 0 : 1;
    }
    return {view};
}

std::vector<OpView> squeeze(const OpContext& c)
{
    const OpInput& x = c.in(0);
    std::vector<std::int64_t> axes = axesOf(c, 13);
    const bool all = axes.empty();
    for (auto& axis : axes)
        axis = normalizedAxis(c, axis, x.shape.size());
    OpView view;
    for (std::size_t i = 0; i < x.shape.size(); ++i) {
        const bool named = std::find(axes.begin(), axes.end(), static_cast<std::int64_t>(i)) != axes.end();
        if (named && x.shape[i] != 1)
            c.malformed(fmt::format("axis {} has {} elements and cannot be squeezed", i, x.shape[i]));
        if (named || (all && x.shape[i] == 1))
            continue;
        view.shape.push_back(x.shape[i]);
        view.strides.push_back(x.strides[i]);
    }
    return {view};
}

std::vector<OpView> transpose(const OpContext& c)
{
    const OpInput& x = c.in(0);
    std::vector<std::int64_t> perm(x.shape.size());
    std::iota(perm.rbegin(), perm.rend(), 0);
    if (const auto given = c.node->intsAttribute("perm"))
        perm = *given;
    std::vector<std::int64_t> sorted = perm;
    std::sort(sorted.begin(), sorted.end());
    OpView view;
    for (std::size_t i = 0; i < perm.size(); ++i) {
        if (perm.size() != x.shape.size() || sorted[i] != static_cast<std::int64_t>(i))
            c.malformed("its perm is no permutation of the input's dimensions");
        view.shape.push_back(x.shape[static_cast<std::size_t>(perm[i])]);
        view.strides.push_back(x.strides[static_cast<std::size_t>(perm[i])]);
    }
    return {view};
}

Shape reshapeTarget(const OpContext& c)
{
    const Shape& from = c.in(0).shape;
    std::vector<std::int64_t> target
        = c.opset >= 5 ? c.constantInts(1, "target shape") : c.node->intsAttribute("shape").value_or(Shape {});
    const bool allowZero = c.node->intAttribute("allowzero", 0) != 0;
    std::int64_t known = 1;
    int open = -1;
    for (std::size_t i = 0; i < target.size(); ++i) {
        if (target[i] == 0 && !allowZero) {
            if (i >= from.size())
                c.malformed("its target shape copies a dimension that the input does not have");
            target[i] = from[i];
        }
        if (target[i] == -1) {
            if (open >= 0)
                c.malformed("its target shape has two open dimensions");
            open = static_cast<int>(i);
        } else {
            known *= target[i];
        }
    }
    const std::int64_t count = elementCount(from);
    if (open >= 0) {
        if (known <= 0 || count % known != 0)
            c.malformed(fmt::format("shape {} cannot become {}", toString(from), toString(target)));
        target[static_cast<std::size_t>(open)] = count / known;
    }
    if (elementCount(target) != count)
        c.malformed(fmt::format("shape {} cannot become {}", toString(from), toString(target)));
    return target;
}

/// NumPy's rule: each run of new dimensions must lie in old dimensions that are contiguous among themselves.
std::optional<std::vector<OpView>> reshaped(const OpInput& x, const Shape& target)
{
    Shape oldShape, oldStrides;
    for (std::size_t i = 0; i < x.shape.size(); ++i) {
        if (x.shape[i] != 1) {
            oldShape.push_back(x.shape[i]);
            oldStrides.push_back(x.strides[i]);
        }
    }
    OpView view {target, 0, Shape(target.size(), 0)};
    if (elementCount(target) == 0) {
        view.strides = denseStrides(target);
        return std::vector<OpView> {view};
    }
    std::size_t oldAt = 0, newAt = 0;
    while (oldAt < oldShape.size()) {
        std::size_t oldEnd = oldAt + 1, newEnd = newAt;
        std::int64_t oldCount = oldShape[oldAt], newCount = 1;
        while (newCount != oldCount) {
            if (newCount < oldCount) {
                if (newEnd == target.size())
                    return std::nullopt;
                newCount *= target[newEnd++];
            } else {
                if (oldEnd == oldShape.size())
                    return std::nullopt;
                oldCount *= oldShape[oldEnd++];
            }
        }
        for (std::size_t i = oldAt; i + 1 < oldEnd; ++i)
            if (oldStrides[i] != oldStrides[i + 1] * oldShape[i + 1])
                return std::nullopt;
        std::int64_t stride = oldStrides[oldEnd - 1];
        for (std::size_t i = newEnd; i-- > newAt;) {
            view.strides[i] = stride;
            stride *= target[i];
        }
        oldAt = oldEnd;
        newAt = newEnd;
    }
    return std::vector<OpView> {view};
}

std::optional<std::vector<OpView>> reshape(const OpContext& c)
{
    return reshaped(c.in(0), reshapeTarget(c));
}

std::optional<std::vector<OpView>> flatten(const OpContext& c)
{
    const Shape& shape = c.in(0).shape;
    std::int64_t axis = c.node->intAttribute("axis", 1);
    if (axis < 0)
        axis += static_cast<std::int64_t>(shape.size());
    if (axis < 0 || axis > static_cast<std::int64_t>(shape.size()))
        c.malformed("its axis is outside the input's rank");
    const Shape left(shape.begin(), shape.begin() + axis), right(shape.begin() + axis, shape.end());
    return reshaped(c.in(0), {elementCount(left), elementCount(right)});
}

std::vector<OpView> slice(const OpContext& c)
{
    const OpInput& x = c.in(0);
    std::vector<std::int64_t> starts, ends, axes, steps;
    if (c.opset >= 10) {
        starts = c.constantInts(1, "starts");
        ends = c.constantInts(2, "ends");
        if (c.has(3))
            axes = c.constantInts(3, "axes");
        if (c.has(4))
            steps = c.constantInts(4, "steps");
    } else {
        starts = c.node->intsAttribute("starts").value_or(Shape {});
        ends = c.node->intsAttribute("ends").value_or(Shape {});
        axes = c.node->intsAttribute("axes").value_or(Shape {});
    }
    if (axes.empty()) {
        axes.resize(starts.size());
        std::iota(axes.begin(), axes.end(), 0);
    }
    if (steps.empty())
        steps.assign(starts.size(), 1);
    if (ends.size() != starts.size() || axes.size() != starts.size() || steps.size() != starts.size())
        c.malformed("starts, ends, axes and steps have different lengths");
    OpView view {x.shape, 0, x.strides};
    for (std::size_t i = 0; i < starts.size(); ++i) {
        const auto axis = static_cast<std::size_t>(normalizedAxis(c, axes[i], x.shape.size()));
        const std::int64_t dim = x.shape[axis], step = steps[i];
        if (step == 0)
            c.malformed("a step is zero");
        std::int64_t start = starts[i] < 0 ? starts[i] + dim : starts[i];
        std::int64_t end = ends[i] < 0 ? std::max<std::int64_t>(ends[i], -dim - 1) + dim : ends[i];
        std::int64_t count = 0;
        if (step > 0) {
            start = std::clamp<std::int64_t>(start, 0, dim);
            end = std::clamp<std::int64_t>(end, 0, dim);
            count = end > start ? (end - start - 1) / step + 1 : 0;
        } else {
            start = std::clamp<std::int64_t>(start, -1, dim - 1);
            end = std::clamp<std::int64_t>(end, -1, dim - 1);
            count = start > end ? (start - end - 1) / -(step < -dim ? -dim - 1 : step) + 1 : 0;
        }
        view.shape[axis] = count;
        view.offset += count > 0 ? start * x.strides[axis] : 0;
        view.strides[axis] = count > 1 ? x.strides[axis] * step : x.strides[axis];
    }
    return {view};
}

std::vector<OpView> split(const OpContext& c)
{
    const OpInput& x = c.in(0);
    const auto axis = static_cast<std::size_t>(normalizedAxis(c, c.node->intAttribute("axis", 0), x.shape.size()));
    const std::size_t count = c.node->outputs.size();
    std::vector<std::int64_t> sizes;
    if (c.opset >= 13 && c.has(1)) {
        sizes = c.constantInts(1, "sizes");
    } else if (const auto given = c.node->intsAttribute("split"); given && c.opset < 13) {
        sizes = *given;
    } else {
        const auto parts = static_cast<std::int64_t>(count);
        const std::int64_t chunk = (x.shape[axis] + parts - 1) / parts;
        for (std::int64_t i = 0, left = x.shape[axis]; i < parts; ++i, left -= chunk)
            sizes.push_back(std::clamp<std::int64_t>(left, 0, chunk));
    }
    if (sizes.size() != count || std::any_of(sizes.begin(), sizes.end(), [](auto s) { return s < 0; })
        || std::accumulate(sizes.begin(), sizes.end(), std::int64_t(0)) != x.shape[axis])
        c.malformed("its sizes do not add up to the input");
    std::vector<OpView> views;
    std::int64_t at = 0;
    for (const std::int64_t size : sizes) {
        OpView view {x.shape, at * x.strides[axis], x.strides};
        view.shape[axis] = size;
        views.push_back(view);
        at += size;
    }
    return views;
}

std::vector<OpView> expand(const OpContext& c)
{
    const OpInput& x = c.in(0);
    const Shape shape = broadcastShapes(c, x.shape, c.constantInts(1, "target shape"));
    return {{shape, 0, broadcastStrides(x.shape, x.strides, shape)}};
}

} // namespace

void addViewOps(OpTable& table)
{
    table["Identity"] = viewOp(identity);
    table["Unsqueeze"] = viewOp(unsqueeze);
    table["Squeeze"] = viewOp(squeeze);
    table["Transpose"] = viewOp(transpose);
    table["Reshape"] = viewOp(reshape);
    table["Flatten"] = viewOp(flatten);
    table["Slice"] = viewOp(slice);
    table["Split"] = viewOp(split);
    table["Expand"] = viewOp(expand);
    table["Dropout"] = viewOp([](const OpContext& c) {
        if (c.node->outputs.size() > 1 && !c.node->outputs[1].empty())
            c.refuse("its mask output is for training");
        return identity(c);
    });
}

} // namespace octet::engine
