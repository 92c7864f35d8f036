// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/ops/op.h"

#include "core/values/error.h"

#include <fmt/format.h>

#include <algorithm>

namespace octet::engine {

const OpInput& OpContext::in(std::size_t index) const
{
    if (!has(index))
        malformed(fmt::format("input {} is missing", index + 1));
    return inputs[index];
}

std::vector<std::int64_t> OpContext::constantInts(std::size_t index, const char* what) const
{
    const OpInput& input = in(index);
    if (!input.constant)
        refuse(fmt::format("its {} depend on the data", what));
    const std::int64_t count = elementCount(input.shape);
    if (count > 1 << 20)
        malformed(fmt::format("its {} have {} elements", what, count));
    std::vector<std::int64_t> values(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i) {
        if (input.type == DType::I64)
            values[static_cast<std::size_t>(i)] = as<std::int64_t>(input.constant)[i];
        else if (input.type == DType::I32)
            values[static_cast<std::size_t>(i)] = as<std::int32_t>(input.constant)[i];
        else
            malformed(fmt::format("its {} are {} instead of integers", what, toString(input.type)));
    }
    return values;
}

void OpContext::refuse(const std::string& reason) const
{
    throw Error(ErrorKind::Unsupported,
                fmt::format("Node \"{}\" ({}) cannot run: {}.", node->name, node->opType, reason),
                {.node = node->name});
}

void OpContext::malformed(const std::string& reason) const
{
    throwMalformed(*node, reason);
}

void throwMalformed(const graph::Node& node, const std::string& reason)
{
    throw Error(ErrorKind::Format, fmt::format("Node \"{}\" ({}) is malformed: {}.", node.name, node.opType, reason),
                {.node = node.name});
}

const OpDef* findOp(const std::string& domain, const std::string& opType)
{
    static const OpTable table = [] {
        OpTable all;
        addElementwiseOps(all);
        addViewOps(all);
        addMovementOps(all);
        addReductionOps(all);
        addNeuralOps(all);
        addQuantizationOps(all);
        addActivationOps(all);
        addIndexingOps(all);
        addAlongAxisOps(all);
        addArrangingOps(all);
        addPoolingOps(all);
        addNormalizationOps(all);
        addSelectionOps(all);
        addVariadicOps(all);
        addResizeOps(all);
        addEinsumOps(all);
        addConvolutionOps(all);
        addContribOps(all);
        return all;
    }();
    const bool standard = domain.empty() || domain == "ai.onnx";
    const auto it = table.find(standard ? opType : domain + "." + opType);
    return it == table.end() ? nullptr : &it->second;
}

Shape denseStrides(const Shape& shape)
{
    Shape strides(shape.size());
    std::int64_t stride = 1;
    for (std::size_t i = shape.size(); i-- > 0;) {
        strides[i] = stride;
        stride *= shape[i];
    }
    return strides;
}

bool isDense(const Shape& shape, const Shape& strides)
{
    std::int64_t stride = 1;
    for (std::size_t i = shape.size(); i-- > 0;) {
        if (shape[i] != 1 && strides[i] != stride)
            return false;
        stride *= shape[i];
    }
    return true;
}

std::int64_t normalizedAxis(const OpContext& context, std::int64_t axis, std::size_t rank)
{
    const auto r = static_cast<std::int64_t>(rank);
    if (axis < -r || axis >= r)
        context.malformed(fmt::format("axis {} is outside a value of rank {}", axis, rank));
    return axis < 0 ? axis + r : axis;
}

Along along(const Shape& shape, std::int64_t axis)
{
    Along a;
    for (std::size_t d = 0; d < shape.size(); ++d) {
        const auto at = static_cast<std::int64_t>(d);
        (at < axis ? a.outer : at == axis ? a.dim : a.inner) *= shape[d];
    }
    return a;
}

Along distributions(const OpContext& context)
{
    const Shape& shape = context.in(0).shape;
    const bool flattens = context.opset < 13;
    const std::int64_t axis = normalizedAxis(
        context, context.node->intAttribute("axis", flattens ? 1 : -1), std::max<std::size_t>(shape.size(), 1));
    const Along a = along(shape, axis);
    return flattens ? Along{a.outer, a.dim * a.inner, 1} : a;
}

Shape broadcastShapes(const OpContext& context, const Shape& a, const Shape& b)
{
    Shape out(std::max(a.size(), b.size()));
    for (std::size_t i = 0; i < out.size(); ++i) {
        const std::int64_t da = i < a.size() ? a[a.size() - 1 - i] : 1;
        const std::int64_t db = i < b.size() ? b[b.size() - 1 - i] : 1;
        if (da != db && da != 1 && db != 1)
            context.malformed(fmt::format("shapes {} and {} do not fit together", toString(a), toString(b)));
        out[out.size() - 1 - i] = da == 1 ? db : da;
    }
    return out;
}

Shape broadcastStrides(const Shape& shape, const Shape& strides, const Shape& to)
{
    Shape out(to.size(), 0);
    for (std::size_t i = 0; i < shape.size(); ++i) {
        const std::size_t from = shape.size() - 1 - i;
        out[to.size() - 1 - i] = shape[from] == 1 ? 0 : strides[from];
    }
    return out;
}

} // namespace octet::engine
