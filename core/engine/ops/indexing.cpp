// SPDX-License-Identifier: GPL-3.0-or-later
// Gathering and scattering by computed indices.
#include "core/engine/ops/lookup.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

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

} // namespace

void addIndexingOps(OpTable& table)
{
    table["GatherElements"] = gatherElementsOp();
    table["ScatterElements"] = scatterElementsOp();
    table["Scatter"] = scatterElementsOp();
    table["GatherND"] = gatherNdOp();
    table["ScatterND"] = scatterNdOp();
}

} // namespace octet::engine
