// SPDX-License-Identifier: GPL-3.0-or-later
// Gathering and scattering by computed indices, and what selects or orders along an axis.
#include "core/engine/ops/lookup.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

namespace octet::engine {

namespace {

bool isWide(const OpContext& c, std::size_t input)
{
    if (c.in(input).type != DType::I64 && c.in(input).type != DType::I32)
        c.malformed("its indices are no integers");
    return c.in(input).type == DType::I64;
}

std::int64_t checkedIndex(std::int64_t index, std::int64_t dim, const std::string& node)
{
    const std::int64_t wrapped = index < 0 ? index + dim : index;
    if (wrapped < 0 || wrapped >= dim)
        throw Error(ErrorKind::Data, fmt::format("Node \"{}\" was asked for position {} of {}.", node, index, dim),
            {.node = node});
    return wrapped;
}

std::int64_t offsetOf(std::int64_t flat, const Shape& shape, const Shape& strides)
{
    std::int64_t at = 0;
    for (std::size_t d = shape.size(); d-- > 0; flat /= shape[d])
        at += flat % shape[d] * strides[d];
    return at;
}

std::int64_t axisOf(const OpContext& c, std::int64_t fallback)
{
    return normalizedAxis(c, c.node->intAttribute("axis", fallback), c.in(0).shape.size());
}

/// The other dimensions of `indices` must not be larger than those of the data.
void checkElementIndices(const OpContext& c, std::int64_t axis)
{
    const Shape &data = c.in(0).shape, &indices = c.in(1).shape;
    bool fits = data.size() == indices.size();
    for (std::size_t d = 0; fits && d < data.size(); ++d)
        fits = static_cast<std::int64_t>(d) == axis || indices[d] <= data[d];
    if (!fits)
        c.malformed(fmt::format("its indices {} do not fit its data {}", toString(indices), toString(data)));
}

OpDef gatherElementsOp()
{
    OpDef def;
    def.infer = [](const OpContext& c) {
        checkElementIndices(c, axisOf(c, 0));
        return std::vector<OpOutput>{{c.in(0).type, c.in(1).shape}};
    };
    def.make = [](const OpContext& c) {
        const auto axis = static_cast<std::size_t>(axisOf(c, 0));
        const Shape data = c.in(0).shape, indices = c.in(1).shape, strides = denseStrides(data);
        Shape others = strides;
        others[axis] = 0;
        const std::size_t size = elementSize(c.in(0).type);
        return kernelOf([=, wide = isWide(c, 1), count = elementCount(indices), name = c.node->name](
                            const std::byte* const* in, std::byte* const* out) {
            for (std::int64_t i = 0; i < count; ++i) {
                const std::int64_t index = checkedIndex(indexAt(in[1], wide, i), data[axis], name);
                const std::int64_t at = offsetOf(i, indices, others) + index * strides[axis];
                std::memcpy(
                    out[0] + static_cast<std::size_t>(i) * size, in[0] + static_cast<std::size_t>(at) * size, size);
            }
        });
    };
    return def;
}

enum class Combine { Replace, Add, Mul, Min, Max };

Combine combineOf(const OpContext& c)
{
    const std::string text = c.node->stringAttribute("reduction", "none");
    if (text == "none")
        return Combine::Replace;
    if (text == "add")
        return Combine::Add;
    if (text == "mul")
        return Combine::Mul;
    if (text == "min")
        return Combine::Min;
    if (text == "max")
        return Combine::Max;
    c.malformed("its reduction is \"" + text + "\"");
}

template <typename T>
void combine(T& target, T value, Combine how)
{
    switch (how) {
    case Combine::Replace:
        target = value;
        break;
    case Combine::Add:
        target = static_cast<T>(target + value);
        break;
    case Combine::Mul:
        target = static_cast<T>(target * value);
        break;
    case Combine::Min:
        target = std::min(target, value);
        break;
    case Combine::Max:
        target = std::max(target, value);
        break;
    }
}

OpDef scatterElementsOp()
{
    OpDef def;
    def.infer = [](const OpContext& c) {
        checkElementIndices(c, axisOf(c, 0));
        if (c.in(1).shape != c.in(2).shape || c.in(0).type != c.in(2).type)
            c.malformed("its updates do not fit its indices or its data");
        return std::vector<OpOutput>{{c.in(0).type, c.in(0).shape}};
    };
    def.make = [](const OpContext& c) {
        const auto axis = static_cast<std::size_t>(axisOf(c, 0));
        const Shape data = c.in(0).shape, indices = c.in(1).shape, strides = denseStrides(data);
        Shape others = strides;
        others[axis] = 0;
        return dispatchType(c, c.in(0).type, [&](auto zero) -> std::unique_ptr<OpKernel> {
            using T = decltype(zero);
            return kernelOf([=, wide = isWide(c, 1), how = combineOf(c), count = elementCount(indices),
                                all = elementCount(data),
                                name = c.node->name](const std::byte* const* in, std::byte* const* out) {
                std::copy(as<T>(in[0]), as<T>(in[0]) + all, as<T>(out[0]));
                for (std::int64_t i = 0; i < count; ++i) {
                    const std::int64_t index = checkedIndex(indexAt(in[1], wide, i), data[axis], name);
                    combine(as<T>(out[0])[offsetOf(i, indices, others) + index * strides[axis]], as<T>(in[2])[i], how);
                }
            });
        });
    };
    return def;
}

/// How GatherND and ScatterND read their index tuples.
struct Tuples
{
    std::int64_t batches = 1, perBatch = 1, length = 0,
                 slice = 1; // tuples in a batch, numbers in a tuple, elements each
    Shape dims, strides; // of the indexed dimensions
    std::int64_t batchElements = 1; // of the data
};

Tuples tuplesOf(const OpContext& c, std::int64_t batchDims)
{
    const Shape &data = c.in(0).shape, &indices = c.in(1).shape;
    if (indices.empty() || batchDims < 0 || batchDims >= static_cast<std::int64_t>(indices.size()))
        c.malformed("its indices have too few dimensions");
    Tuples t;
    t.length = indices.back();
    const auto b = static_cast<std::size_t>(batchDims);
    if (t.length < 0 || b + static_cast<std::size_t>(t.length) > data.size())
        c.malformed("its indices are longer than its data has dimensions");
    for (std::size_t d = 0; d < b; ++d) {
        if (data[d] != indices[d])
            c.malformed("its batch dimensions differ");
        t.batches *= data[d];
    }
    for (std::size_t d = b; d + 1 < indices.size(); ++d)
        t.perBatch *= indices[d];
    const Shape strides = denseStrides(data);
    for (std::size_t d = b; d < b + static_cast<std::size_t>(t.length); ++d) {
        t.dims.push_back(data[d]);
        t.strides.push_back(strides[d]);
    }
    for (std::size_t d = b + static_cast<std::size_t>(t.length); d < data.size(); ++d)
        t.slice *= data[d];
    for (std::size_t d = b; d < data.size(); ++d)
        t.batchElements *= data[d];
    return t;
}

std::int64_t tupleOffset(const Tuples& t, const std::int64_t* tuple, const std::string& node)
{
    std::int64_t at = 0;
    for (std::size_t d = 0; d < t.dims.size(); ++d)
        at += checkedIndex(tuple[d], t.dims[d], node) * t.strides[d];
    return at;
}

OpDef gatherNdOp()
{
    OpDef def;
    def.infer = [](const OpContext& c) {
        const std::int64_t batch = c.node->intAttribute("batch_dims", 0);
        const Tuples t = tuplesOf(c, batch);
        Shape shape(c.in(1).shape.begin(), c.in(1).shape.end() - 1);
        shape.insert(shape.end(), c.in(0).shape.begin() + batch + t.length, c.in(0).shape.end());
        return std::vector<OpOutput>{{c.in(0).type, shape}};
    };
    def.make = [](const OpContext& c) {
        if (!isWide(c, 1))
            c.malformed("its indices are not int64");
        const std::size_t size = elementSize(c.in(0).type);
        return kernelOf([t = tuplesOf(c, c.node->intAttribute("batch_dims", 0)), size, name = c.node->name](
                            const std::byte* const* in, std::byte* const* out) {
            const std::size_t bytes = static_cast<std::size_t>(t.slice) * size;
            std::byte* to = out[0];
            const std::int64_t* tuple = as<std::int64_t>(in[1]);
            for (std::int64_t b = 0; b < t.batches; ++b)
                for (std::int64_t i = 0; i < t.perBatch; ++i, to += bytes, tuple += t.length)
                    std::memcpy(to,
                        in[0] + static_cast<std::size_t>(b * t.batchElements + tupleOffset(t, tuple, name)) * size,
                        bytes);
        });
    };
    return def;
}

OpDef scatterNdOp()
{
    OpDef def;
    def.infer = [](const OpContext& c) {
        const Tuples t = tuplesOf(c, 0);
        if (elementCount(c.in(2).shape) != t.perBatch * t.slice || c.in(0).type != c.in(2).type)
            c.malformed("its updates do not fit its indices or its data");
        return std::vector<OpOutput>{{c.in(0).type, c.in(0).shape}};
    };
    def.make = [](const OpContext& c) {
        if (!isWide(c, 1))
            c.malformed("its indices are not int64");
        return dispatchType(c, c.in(0).type, [&](auto zero) -> std::unique_ptr<OpKernel> {
            using T = decltype(zero);
            return kernelOf([t = tuplesOf(c, 0), how = combineOf(c), all = elementCount(c.in(0).shape),
                                name = c.node->name](const std::byte* const* in, std::byte* const* out) {
                std::copy(as<T>(in[0]), as<T>(in[0]) + all, as<T>(out[0]));
                for (std::int64_t i = 0; i < t.perBatch; ++i) {
                    T* to = as<T>(out[0]) + tupleOffset(t, as<std::int64_t>(in[1]) + i * t.length, name);
                    for (std::int64_t j = 0; j < t.slice; ++j)
                        combine(to[j], as<T>(in[2])[i * t.slice + j], how);
                }
            });
        });
    };
    return def;
}

/// Dimensions before, along and behind an axis.
struct Along
{
    std::int64_t outer = 1, dim = 1, inner = 1;
};

Along along(const Shape& shape, std::int64_t axis)
{
    Along a;
    for (std::size_t i = 0; i < shape.size(); ++i)
        (static_cast<std::int64_t>(i) < axis           ? a.outer
                : static_cast<std::int64_t>(i) == axis ? a.dim
                                                       : a.inner) *= shape[i];
    return a;
}

OpDef topKOp()
{
    const auto count = [](const OpContext& c) {
        const std::int64_t axis = axisOf(c, -1);
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

void addIndexingOps(OpTable& table)
{
    table["GatherElements"] = gatherElementsOp();
    table["ScatterElements"] = scatterElementsOp();
    table["Scatter"] = scatterElementsOp();
    table["GatherND"] = gatherNdOp();
    table["ScatterND"] = scatterNdOp();
    table["TopK"] = topKOp();
    table["CumSum"] = cumSumOp();
    table["OneHot"] = oneHotOp();
}

} // namespace octet::engine
