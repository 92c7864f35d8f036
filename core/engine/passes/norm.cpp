// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/passes/match.h"
#include "core/engine/passes/passes.h"

namespace octet::engine {

namespace {

/// A constant vector over the last dimension of `like`.
bool isLastDimVector(const Ir& ir, ValueId id, const Shape& like)
{
    return ir.isConstant(id) && ir.value(id).type == DType::F32 && !like.empty()
        && elementCount(ir.value(id).shape) == like.back()
        && (ir.value(id).shape.empty() || ir.value(id).shape.back() == like.back());
}

void recogniseFused(Ir& ir)
{
    for (IrNode& node : ir.nodes) {
        if (!isOp(node, "LayerNormalization") || ir.value(node.inputs[0]).type != DType::F32)
            continue;
        const Shape& shape = ir.value(node.inputs[0]).shape;
        const std::int64_t axis = node.source->intAttribute("axis", -1);
        const bool last = axis == -1 || axis + 1 == static_cast<std::int64_t>(shape.size());
        const bool plain = node.outputs.size() == 1 && node.inputs.size() >= 2
            && isLastDimVector(ir, node.inputs[1], shape)
            && (node.inputs.size() < 3 || node.inputs[2] < 0 || isLastDimVector(ir, node.inputs[2], shape));
        if (!last || !plain)
            continue;
        node.kind = IrKind::Norm;
        node.norm = {node.inputs[1], node.inputs.size() > 2 ? node.inputs[2] : -1,
                     node.source->floatAttribute("epsilon", 1e-5f)};
        node.inputs.resize(1);
    }
}

/// ReduceMean over the last dimension with keepdims.
bool isLastMean(const Ir& ir, const IrNode& node)
{
    if (!isOp(node, "ReduceMean"))
        return false;
    Shape expected = ir.value(node.inputs[0]).shape;
    if (expected.empty())
        return false;
    expected.back() = 1;
    return ir.value(node.outputs[0]).shape == expected && elementCount(expected) > 0;
}

/// Backwards from the last Add: beta, gamma, Div, Sqrt, epsilon, mean of squares, difference, mean.
bool matchDecomposed(const Ir& ir, const Uses& uses, int last, IrNode& norm, std::set<int>& dead)
{
    Matcher m(ir, uses, last);
    const auto [scaled, beta] = m.constantOperand(last, "Add");
    const int scaledNode = m.inner(scaled, "Mul");
    const auto [normalised, gamma] = m.constantOperand(scaledNode, "Mul");
    const int div = m.inner(normalised, "Div");
    const int sqrt = m.inner(m.input(div, 1), "Sqrt");
    const int plusEpsilon = m.inner(m.input(sqrt, 0), "Add");
    const auto [variance, epsilon] = m.constantOperand(plusEpsilon, "Add");
    const int meanOfSquares = m.inner(variance, "ReduceMean");
    const ValueId squares = m.input(meanOfSquares, 0);
    int square = m.inner(squares, "Pow");
    ValueId difference = -1;
    if (square >= 0) {
        if (ir.scalar(m.input(square, 1)) != 2.0)
            return false;
        difference = m.input(square, 0);
    } else {
        square = m.inner(squares, "Mul");
        difference = m.input(square, 0);
        if (difference < 0 || m.input(square, 1) != difference)
            return false;
    }
    if (m.input(div, 0) != difference)
        return false;
    const int sub = m.inner(difference, "Sub");
    const ValueId x = m.input(sub, 0);
    const int mean = m.inner(m.input(sub, 1), "ReduceMean");
    if (!m.ok() || m.input(mean, 0) != x || x < 0)
        return false;
    const auto& node = [&](int n) -> const IrNode& { return ir.nodes[static_cast<std::size_t>(n)]; };
    const Shape& shape = ir.value(x).shape;
    if (!isLastMean(ir, node(mean)) || !isLastMean(ir, node(meanOfSquares)) || !isLastDimVector(ir, gamma, shape)
        || !isLastDimVector(ir, beta, shape) || !ir.scalar(epsilon) || ir.value(x).type != DType::F32
        || !m.onlyReadInside())
        return false;
    norm.kind = IrKind::Norm;
    norm.source = node(div).source;
    norm.inputs = {x};
    norm.outputs = node(last).outputs;
    norm.norm = {gamma, beta, static_cast<float>(*ir.scalar(epsilon))};
    m.finish(norm, dead);
    return true;
}

} // namespace

void recogniseNorms(Ir& ir)
{
    recogniseFused(ir);
    rewrite(ir, "Add", matchDecomposed);
}

} // namespace octet::engine
