// SPDX-License-Identifier: GPL-3.0-or-later
// Operators that arrange what is there anew: Pad, Trilu, depth to space; and the matrices of zeros and ones.
#include "core/engine/ops/op.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace octet::engine {

namespace {

enum class PadMode { Constant, Reflect, Edge, Wrap };

struct Padding
{
    PadMode mode = PadMode::Constant;
    Shape before, output;
};

Padding paddingOf(const OpContext& c)
{
    const Shape& shape = c.in(0).shape;
    const std::size_t rank = shape.size();
    Padding p;
    const std::string mode = c.node->stringAttribute("mode", "constant");
    if (mode == "reflect")
        p.mode = PadMode::Reflect;
    else if (mode == "edge")
        p.mode = PadMode::Edge;
    else if (mode == "wrap")
        p.mode = PadMode::Wrap;
    else if (mode != "constant")
        c.malformed("its mode is \"" + mode + "\"");
    const std::vector<std::int64_t> pads =
        c.opset < 11 ? c.node->intsAttribute("pads").value_or(Shape{}) : c.constantInts(1, "pads");
    std::vector<std::int64_t> axes;
    if (c.has(3))
        axes = c.constantInts(3, "axes");
    else
        for (std::size_t i = 0; i < rank; ++i)
            axes.push_back(static_cast<std::int64_t>(i));
    if (pads.size() != 2 * axes.size())
        c.malformed(fmt::format("it has {} pads for {} axes", pads.size(), axes.size()));
    p.before.assign(rank, 0);
    p.output = shape;
    for (std::size_t i = 0; i < axes.size(); ++i) {
        const auto axis = static_cast<std::size_t>(normalizedAxis(c, axes[i], rank));
        constexpr std::int64_t most = std::int64_t(1) << 31;
        if (std::abs(pads[i]) > most || std::abs(pads[i + axes.size()]) > most)
            c.malformed("its pads are too large");
        p.before[axis] = pads[i];
        p.output[axis] = shape[axis] + pads[i] + pads[i + axes.size()];
        const bool mirrors = p.mode != PadMode::Constant && p.output[axis] > 0;
        const std::int64_t most1 = p.mode == PadMode::Reflect ? shape[axis] - 1 : shape[axis];
        if (p.output[axis] < 0
            || (mirrors
                && (shape[axis] < 1 || (p.mode != PadMode::Edge && std::max(pads[i], pads[i + axes.size()]) > most1))))
            c.malformed("its pads do not fit its input");
    }
    return p;
}

/// The source position along one dimension; -1 = the constant.
std::int64_t sourceOf(std::int64_t at, std::int64_t dim, PadMode mode)
{
    if (at >= 0 && at < dim)
        return at;
    switch (mode) {
    case PadMode::Constant:
        return -1;
    case PadMode::Edge:
        return at < 0 ? 0 : dim - 1;
    case PadMode::Wrap:
        return at < 0 ? at + dim : at - dim;
    case PadMode::Reflect:
        return at < 0 ? -at : 2 * (dim - 1) - at;
    }
    return -1;
}

OpDef padOp()
{
    OpDef def;
    def.infer = [](const OpContext& c) { return std::vector<OpOutput>{{c.in(0).type, paddingOf(c).output}}; };
    def.make = [](const OpContext& c) {
        const Shape shape = c.in(0).shape, strides = denseStrides(shape);
        const float old = c.opset < 11 ? c.node->floatAttribute("value", 0) : 0;
        return dispatchType(c, c.in(0).type, [&](auto zero) -> std::unique_ptr<OpKernel> {
            using T = decltype(zero);
            return kernelOf([=, p = paddingOf(c), given = c.opset >= 11 && c.has(2)](
                                const std::byte* const* in, std::byte* const* out) {
                const T fill = given ? *as<T>(in[2]) : static_cast<T>(old);
                const std::int64_t count = elementCount(p.output);
                for (std::int64_t i = 0; i < count; ++i) {
                    std::int64_t rest = i, at = 0;
                    bool inside = true;
                    for (std::size_t d = shape.size(); d-- > 0; rest /= p.output[d]) {
                        const std::int64_t from = sourceOf(rest % p.output[d] - p.before[d], shape[d], p.mode);
                        inside = inside && from >= 0;
                        at += from * strides[d];
                    }
                    as<T>(out[0])[i] = inside ? as<T>(in[0])[at] : fill;
                }
            });
        });
    };
    return def;
}

OpDef triluOp()
{
    OpDef def;
    def.infer = [](const OpContext& c) {
        if (c.in(0).shape.size() < 2)
            c.malformed("its input is no matrix");
        return std::vector<OpOutput>{{c.in(0).type, c.in(0).shape}};
    };
    def.make = [](const OpContext& c) {
        const Shape shape = c.in(0).shape;
        const std::int64_t rows = shape[shape.size() - 2], columns = shape.back();
        const bool upper = c.node->intAttribute("upper", 1) != 0;
        std::int64_t k = 0;
        if (c.has(1)) {
            const auto list = c.constantInts(1, "diagonal");
            k = list.empty() ? 0 : list[0];
        }
        return dispatchType(c, c.in(0).type, [&](auto zero) -> std::unique_ptr<OpKernel> {
            using T = decltype(zero);
            return kernelOf([=, count = elementCount(shape)](const std::byte* const* in, std::byte* const* out) {
                for (std::int64_t i = 0; i < count; ++i) {
                    const std::int64_t column = i % columns, row = i / columns % rows;
                    const bool kept = upper ? column - row >= k : column - row <= k;
                    as<T>(out[0])[i] = kept ? as<T>(in[0])[i] : T(0);
                }
            });
        });
    };
    return def;
}

OpDef eyeLikeOp()
{
    OpDef def;
    def.infer = [](const OpContext& c) {
        if (c.in(0).shape.size() != 2)
            c.malformed("its input is no matrix");
        const std::int64_t type = c.node->intAttribute("dtype", static_cast<std::int64_t>(c.in(0).type));
        return std::vector<OpOutput>{{static_cast<DType>(type), c.in(0).shape}};
    };
    def.make = [](const OpContext& c) {
        const std::int64_t rows = c.in(0).shape[0], columns = c.in(0).shape[1], k = c.node->intAttribute("k", 0);
        return dispatchType(c, c.outputs[0].type, [&](auto zero) -> std::unique_ptr<OpKernel> {
            using T = decltype(zero);
            return kernelOf([=](const std::byte* const*, std::byte* const* out) {
                for (std::int64_t i = 0; i < rows * columns; ++i)
                    as<T>(out[0])[i] = i % columns - i / columns == k ? T(1) : T(0);
            });
        });
    };
    return def;
}

OpDef hardmaxOp()
{
    OpDef def;
    def.infer = [](const OpContext& c) { return std::vector<OpOutput>{{c.in(0).type, c.in(0).shape}}; };
    def.make = [](const OpContext& c) -> std::unique_ptr<OpKernel> {
        if (c.in(0).type != DType::F32)
            c.refuse("element type " + toString(c.in(0).type) + " is not supported here");
        return kernelOf([a = distributions(c)](const std::byte* const* in, std::byte* const* out) {
            const auto [outer, dim, inner] = a;
            for (std::int64_t o = 0; o < outer; ++o)
                for (std::int64_t i = 0; i < inner; ++i) {
                    const float* from = as<float>(in[0]) + o * dim * inner + i;
                    std::int64_t best = 0;
                    for (std::int64_t d = 1; d < dim; ++d)
                        best = from[d * inner] > from[best * inner] ? d : best;
                    for (std::int64_t d = 0; d < dim; ++d)
                        as<float>(out[0])[(o * dim + d) * inner + i] = d == best ? 1.0f : 0.0f;
                }
        });
    };
    return def;
}

/// Both are a transposition of six dimensions; `sizes` are those of the input, `order` where the output takes them
/// from.
OpDef blockOp(bool toSpace)
{
    struct Blocks
    {
        std::array<std::int64_t, 6> sizes;
        std::array<std::size_t, 6> order;
        Shape output;
    };
    const auto blocksOf = [toSpace](const OpContext& c) {
        const Shape& x = c.in(0).shape;
        const std::int64_t b = c.node->intAttribute("blocksize", 0);
        if (x.size() != 4 || b < 1 || b > 1 << 16 || (toSpace ? x[1] % (b * b) : x[2] % b + x[3] % b) != 0)
            c.malformed("its block size does not fit its input");
        if (!toSpace)
            return Blocks{
                {x[0], x[1], x[2] / b, b, x[3] / b, b}, {0, 3, 5, 1, 2, 4}, {x[0], x[1] * b * b, x[2] / b, x[3] / b}};
        const Shape output{x[0], x[1] / (b * b), x[2] * b, x[3] * b};
        if (c.node->stringAttribute("mode", "DCR") == "CRD")
            return Blocks{{x[0], x[1] / (b * b), b, b, x[2], x[3]}, {0, 1, 4, 2, 5, 3}, output};
        return Blocks{{x[0], b, b, x[1] / (b * b), x[2], x[3]}, {0, 3, 4, 1, 5, 2}, output};
    };
    OpDef def;
    def.infer = [=](const OpContext& c) { return std::vector<OpOutput>{{c.in(0).type, blocksOf(c).output}}; };
    def.make = [=](const OpContext& c) {
        const std::size_t size = elementSize(c.in(0).type);
        return kernelOf([blocks = blocksOf(c), size](const std::byte* const* in, std::byte* const* out) {
            const Shape dims(blocks.sizes.begin(), blocks.sizes.end()), strides = denseStrides(dims);
            const std::int64_t count = elementCount(blocks.output);
            for (std::int64_t i = 0; i < count; ++i) {
                std::int64_t rest = i, at = 0;
                for (std::size_t d = 6; d-- > 0;) {
                    at += rest % dims[blocks.order[d]] * strides[blocks.order[d]];
                    rest /= dims[blocks.order[d]];
                }
                std::memcpy(
                    out[0] + static_cast<std::size_t>(i) * size, in[0] + static_cast<std::size_t>(at) * size, size);
            }
        });
    };
    return def;
}

} // namespace

void addArrangingOps(OpTable& table)
{
    table["Pad"] = padOp();
    table["Trilu"] = triluOp();
    table["EyeLike"] = eyeLikeOp();
    table["Hardmax"] = hardmaxOp();
    table["DepthToSpace"] = blockOp(true);
    table["SpaceToDepth"] = blockOp(false);
}

} // namespace octet::engine
