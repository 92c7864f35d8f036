// SPDX-License-Identifier: GPL-3.0-or-later
// What picks or turns parts of its input by values: their number is known only where the values are constants.
#include "core/engine/ops/op.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace octet::engine {

namespace {

/// Positions of what is not zero; of constants only, since its result has as many columns.
std::vector<std::int64_t> nonZeros(const OpContext& c, std::size_t input, const char* what)
{
    if (!c.in(input).constant)
        c.refuse(fmt::format("how many {} there are depends on the data", what));
    std::vector<std::int64_t> found;
    const std::size_t size = elementSize(c.in(input).type);
    for (std::int64_t i = 0; i < elementCount(c.in(input).shape); ++i) {
        const std::byte* value = c.in(input).constant + static_cast<std::size_t>(i) * size;
        bool any = std::any_of(value, value + size, [](std::byte b) { return b != std::byte{0}; });
        if (c.in(input).type == DType::F32)
            any = as<float>(c.in(input).constant)[i] != 0; // -0 is zero
        if (any)
            found.push_back(i);
    }
    return found;
}

OpDef nonZeroOp()
{
    OpDef def;
    def.infer = [](const OpContext& c) {
        const auto found = static_cast<std::int64_t>(nonZeros(c, 0, "values that are not zero").size());
        return std::vector<OpOutput>{{DType::I64, {static_cast<std::int64_t>(c.in(0).shape.size()), found}}};
    };
    def.make = [](const OpContext& c) {
        return kernelOf([found = nonZeros(c, 0, "values that are not zero"), shape = c.in(0).shape](
                            const std::byte* const*, std::byte* const* out) {
            for (std::size_t i = 0; i < found.size(); ++i) {
                std::int64_t at = found[i];
                for (std::size_t d = shape.size(); d-- > 0; at /= shape[d])
                    as<std::int64_t>(out[0])[d * found.size() + i] = at % shape[d];
            }
        });
    };
    return def;
}

/// Slices of an axis, or elements, where the condition is true.
OpDef compressOp()
{
    struct Picked
    {
        std::vector<std::int64_t> from;
        Along along;
        Shape output;
    };
    const auto pickedOf = [](const OpContext& c) {
        Picked p;
        p.from = nonZeros(c, 1, "conditions that are true");
        const Shape& shape = c.in(0).shape;
        if (!c.node->attributes.contains("axis")) {
            p.along.dim = elementCount(shape);
            p.output = {static_cast<std::int64_t>(p.from.size())};
        } else {
            const std::int64_t axis = normalizedAxis(c, c.node->intAttribute("axis", 0), shape.size());
            p.along = along(shape, axis);
            p.output = shape;
            p.output[static_cast<std::size_t>(axis)] = static_cast<std::int64_t>(p.from.size());
        }
        if (!p.from.empty() && p.from.back() >= p.along.dim)
            c.malformed("it has more conditions than its input has elements");
        return p;
    };
    OpDef def;
    def.infer = [=](const OpContext& c) { return std::vector<OpOutput>{{c.in(0).type, pickedOf(c).output}}; };
    def.make = [=](const OpContext& c) {
        const std::size_t size = elementSize(c.in(0).type);
        return kernelOf([=, p = pickedOf(c)](const std::byte* const* in, std::byte* const* out) {
            const auto [outer, dim, inner] = p.along;
            const std::size_t slice = static_cast<std::size_t>(inner) * size;
            std::byte* to = out[0];
            for (std::int64_t o = 0; o < outer; ++o)
                for (const std::int64_t from : p.from) {
                    if (slice > 0)
                        std::memcpy(to, in[0] + static_cast<std::size_t>(o * dim + from) * slice, slice);
                    to += slice;
                }
        });
    };
    return def;
}

/// The first elements of each sequence in the other order; lengths may depend on the data.
OpDef reverseSequenceOp()
{
    OpDef def;
    def.infer = [](const OpContext& c) {
        const Shape& shape = c.in(0).shape;
        const std::int64_t batch = c.node->intAttribute("batch_axis", 1), time = c.node->intAttribute("time_axis", 0);
        if (shape.size() < 2 || batch + time != 1 || batch * time != 0)
            c.malformed("its axes are not 0 and 1");
        if (c.in(1).type != DType::I64 || elementCount(c.in(1).shape) != shape[static_cast<std::size_t>(batch)])
            c.malformed("its lengths do not fit its batch");
        return std::vector<OpOutput>{{c.in(0).type, shape}};
    };
    def.make = [](const OpContext& c) {
        const Shape& shape = c.in(0).shape;
        const bool timeFirst = c.node->intAttribute("time_axis", 0) == 0;
        const std::int64_t rows = shape[0], columns = shape[1], steps = timeFirst ? rows : columns;
        const auto slice = static_cast<std::size_t>(rows * columns > 0 ? elementCount(shape) / (rows * columns) : 0)
            * elementSize(c.in(0).type);
        return kernelOf([=](const std::byte* const* in, std::byte* const* out) {
            for (std::int64_t r = 0; r < rows; ++r)
                for (std::int64_t k = 0; k < columns; ++k) {
                    const std::int64_t step = timeFirst ? r : k;
                    const std::int64_t length =
                        std::clamp<std::int64_t>(as<std::int64_t>(in[1])[timeFirst ? k : r], 0, steps);
                    const std::int64_t from = step < length ? length - 1 - step : step;
                    const std::int64_t at = timeFirst ? from * columns + k : r * columns + from;
                    if (slice > 0)
                        std::memcpy(out[0] + static_cast<std::size_t>(r * columns + k) * slice,
                            in[0] + static_cast<std::size_t>(at) * slice, slice);
                }
        });
    };
    return def;
}

} // namespace

void addSelectionOps(OpTable& table)
{
    table["NonZero"] = nonZeroOp();
    table["Compress"] = compressOp();
    table["ReverseSequence"] = reverseSequenceOp();
}

} // namespace octet::engine
