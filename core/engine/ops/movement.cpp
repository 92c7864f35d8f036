// SPDX-License-Identifier: GPL-3.0-or-later
// Operators that copy: gathering, joining, filling. And Shape, which is always known at compile time.
#include "core/engine/ops/lookup.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace octet::engine {

namespace {

OpDef shapeOp()
{
    OpDef def;
    const auto range = [](const OpContext& c) {
        const auto rank = static_cast<std::int64_t>(c.in(0).shape.size());
        const auto clamp = [rank](std::int64_t v) { return std::clamp<std::int64_t>(v < 0 ? v + rank : v, 0, rank); };
        const std::int64_t start = clamp(c.node->intAttribute("start", 0));
        const std::int64_t end = clamp(c.node->intAttribute("end", rank));
        return std::pair(start, std::max(start, end));
    };
    def.takesStrides = true; // never reads the data
    def.infer = [range](const OpContext& c) {
        const auto [start, end] = range(c);
        return std::vector<OpOutput> {{DType::I64, {end - start}}};
    };
    def.make = [range](const OpContext& c) {
        const auto [start, end] = range(c);
        const Shape dims(c.in(0).shape.begin() + start, c.in(0).shape.begin() + end);
        return kernelOf([dims](const std::byte* const*, std::byte* const* out) {
            if (!dims.empty())
                std::memcpy(out[0], dims.data(), dims.size() * sizeof(std::int64_t));
        });
    };
    return def;
}

OpDef sizeOp()
{
    OpDef def;
    def.takesStrides = true;
    def.infer = [](const OpContext&) { return std::vector<OpOutput> {{DType::I64, {}}}; };
    def.make = [](const OpContext& c) {
        return kernelOf([count = elementCount(c.in(0).shape)](const std::byte* const*, std::byte* const* out) {
            *as<std::int64_t>(out[0]) = count;
        });
    };
    return def;
}

OpDef gatherOp()
{
    OpDef def;
    def.infer = [](const OpContext& c) {
        const Shape& data = c.in(0).shape;
        const std::int64_t axis = normalizedAxis(c, c.node->intAttribute("axis", 0), data.size());
        if (c.in(1).type != DType::I64 && c.in(1).type != DType::I32)
            c.malformed("its indices are no integers");
        Shape shape(data.begin(), data.begin() + axis);
        shape.insert(shape.end(), c.in(1).shape.begin(), c.in(1).shape.end());
        shape.insert(shape.end(), data.begin() + axis + 1, data.end());
        return std::vector<OpOutput> {{c.in(0).type, shape}};
    };
    def.make = [](const OpContext& c) {
        const Shape& data = c.in(0).shape;
        const std::int64_t axis = normalizedAxis(c, c.node->intAttribute("axis", 0), data.size());
        const Along a = along(data, axis);
        const std::int64_t count = elementCount(c.in(1).shape);
        const std::size_t bytes = static_cast<std::size_t>(a.inner) * elementSize(c.in(0).type);
        const bool wide = c.in(1).type == DType::I64;
        return kernelOf([a, count, bytes, wide, name = c.node->name](const std::byte* const* in,
                                                                          std::byte* const* out) {
            std::byte* to = out[0];
            for (std::int64_t o = 0; o < a.outer; ++o) {
                for (std::int64_t i = 0; i < count; ++i, to += bytes) {
                    const std::int64_t index = lookedUpRow(in[1], wide, i, a.dim, name);
                    std::memcpy(to, in[0] + static_cast<std::size_t>(o * a.dim + index) * bytes, bytes);
                }
            }
        });
    };
    // One constant index is a row seen in place: reading the first token costs nothing.
    def.view = [](const OpContext& c) -> std::optional<std::vector<OpView>> {
        if (!c.in(1).constant || !c.in(1).shape.empty())
            return std::nullopt;
        const std::int64_t axis = normalizedAxis(c, c.node->intAttribute("axis", 0), c.in(0).shape.size());
        const auto at = static_cast<std::size_t>(axis);
        const std::int64_t dim = c.in(0).shape[at];
        std::int64_t index = indexAt(c.in(1).constant, c.in(1).type == DType::I64, 0);
        index += index < 0 ? dim : 0;
        if (index < 0 || index >= dim)
            c.malformed("its index is outside the input");
        OpView view {c.in(0).shape, index * c.in(0).strides[at], c.in(0).strides};
        view.shape.erase(view.shape.begin() + axis);
        view.strides.erase(view.strides.begin() + axis);
        return std::vector<OpView> {view};
    };
    return def;
}

OpDef concatOp()
{
    OpDef def;
    def.infer = [](const OpContext& c) {
        Shape shape = c.in(0).shape;
        const auto axis = static_cast<std::size_t>(normalizedAxis(c, c.node->intAttribute("axis", 0), shape.size()));
        shape[axis] = 0;
        for (std::size_t i = 0; i < c.inputs.size(); ++i) {
            const OpInput& x = c.in(i);
            bool fits = x.shape.size() == shape.size() && x.type == c.in(0).type;
            for (std::size_t d = 0; fits && d < shape.size(); ++d)
                fits = d == axis || x.shape[d] == shape[d];
            if (!fits)
                c.malformed(fmt::format("input {} of shape {} does not fit the others", i + 1, toString(x.shape)));
            shape[axis] += x.shape[axis];
        }
        return std::vector<OpOutput> {{c.in(0).type, shape}};
    };
    def.make = [](const OpContext& c) {
        const std::int64_t axis = normalizedAxis(c, c.node->intAttribute("axis", 0), c.in(0).shape.size());
        const std::int64_t outer = along(c.in(0).shape, axis).outer;
        std::vector<std::size_t> bytes;
        for (const OpInput& x : c.inputs)
            bytes.push_back(static_cast<std::size_t>(elementCount(x.shape) / std::max<std::int64_t>(outer, 1))
                            * elementSize(x.type));
        return kernelOf([outer, bytes](const std::byte* const* in, std::byte* const* out) {
            std::byte* to = out[0];
            for (std::int64_t o = 0; o < outer; ++o) {
                for (std::size_t i = 0; i < bytes.size(); ++i) {
                    std::memcpy(to, in[i] + static_cast<std::size_t>(o) * bytes[i], bytes[i]);
                    to += bytes[i];
                }
            }
        });
    };
    return def;
}

OpDef constantOfShapeOp()
{
    OpDef def;
    def.infer = [](const OpContext& c) {
        const auto it = c.node->attributes.find("value");
        const auto* value = it == c.node->attributes.end() ? nullptr : std::get_if<graph::Weight>(&it->second);
        return std::vector<OpOutput> {{value ? value->type : DType::F32, c.constantInts(0, "shape")}};
    };
    def.make = [](const OpContext& c) {
        const auto it = c.node->attributes.find("value");
        const auto* value = it == c.node->attributes.end() ? nullptr : std::get_if<graph::Weight>(&it->second);
        const std::size_t size = elementSize(c.outputs[0].type);
        std::vector<std::byte> element(size);
        if (value && value->data.size() >= size)
            std::memcpy(element.data(), value->data.data(), size);
        return kernelOf([element, count = elementCount(c.outputs[0].shape)](const std::byte* const*,
                                                                           std::byte* const* out) {
            for (std::int64_t i = 0; i < count; ++i)
                std::memcpy(out[0] + static_cast<std::size_t>(i) * element.size(), element.data(), element.size());
        });
    };
    return def;
}

OpDef rangeOp()
{
    OpDef def;
    def.infer = [](const OpContext& c) {
        for (std::size_t i = 0; i < 3; ++i)
            if (!c.in(i).constant)
                c.refuse("its length depends on the data");
        return dispatchType(c, c.in(0).type, [&](auto zero) {
            using T = decltype(zero);
            const double start = static_cast<double>(*as<T>(c.in(0).constant));
            const double limit = static_cast<double>(*as<T>(c.in(1).constant));
            const double delta = static_cast<double>(*as<T>(c.in(2).constant));
            const double count = delta == 0 ? 0 : std::max(0.0, std::ceil((limit - start) / delta));
            if (!(count < 1e9))
                c.malformed("its range is endless");
            return std::vector<OpOutput> {{c.in(0).type, {static_cast<std::int64_t>(count)}}};
        });
    };
    def.make = [](const OpContext& c) {
        return dispatchType(c, c.in(0).type, [&](auto zero) -> std::unique_ptr<OpKernel> {
            using T = decltype(zero);
            return kernelOf([count = c.outputs[0].shape[0]](const std::byte* const* in, std::byte* const* out) {
                T value = *as<T>(in[0]);
                for (std::int64_t i = 0; i < count; ++i, value = static_cast<T>(value + *as<T>(in[2])))
                    as<T>(out[0])[i] = value;
            });
        });
    };
    return def;
}

OpDef tileOp()
{
    OpDef def;
    def.infer = [](const OpContext& c) {
        const std::vector<std::int64_t> repeats = c.constantInts(1, "repeats");
        Shape shape = c.in(0).shape;
        if (repeats.size() != shape.size())
            c.malformed("it has another number of repeats than dimensions");
        for (std::size_t i = 0; i < shape.size(); ++i)
            shape[i] *= repeats[i];
        return std::vector<OpOutput> {{c.in(0).type, shape}};
    };
    def.make = [](const OpContext& c) {
        const Shape from = c.in(0).shape, to = c.outputs[0].shape;
        const Shape fromStrides = denseStrides(from);
        const std::size_t size = elementSize(c.in(0).type);
        return kernelOf([from, to, fromStrides, size, count = elementCount(to)](const std::byte* const* in,
                                                                               std::byte* const* out) {
            for (std::int64_t i = 0; i < count; ++i) {
                std::int64_t rest = i, source = 0;
                for (std::size_t d = to.size(); d-- > 0;) {
                    source += rest % to[d] % from[d] * fromStrides[d];
                    rest /= to[d];
                }
                std::memcpy(out[0] + static_cast<std::size_t>(i) * size, in[0] + static_cast<std::size_t>(source) * size,
                            size);
            }
        });
    };
    return def;
}

} // namespace

void addMovementOps(OpTable& table)
{
    table["Shape"] = shapeOp();
    table["Size"] = sizeOp();
    table["Gather"] = gatherOp();
    table["Concat"] = concatOp();
    table["ConstantOfShape"] = constantOfShapeOp();
    table["Range"] = rangeOp();
    table["Tile"] = tileOp();
}

} // namespace octet::engine
