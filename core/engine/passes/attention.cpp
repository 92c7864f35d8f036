// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/passes/match.h"
#include "core/engine/passes/passes.h"

namespace octet::engine {

namespace {

/// Takes a constant factor (Mul, Div) off `value`; gives what is below it.
ValueId peelScale(const Ir& ir, Matcher& m, ValueId value, float& scale)
{
    for (const char* type : {"Mul", "Div"}) {
        Matcher attempt = m;
        const int node = attempt.inner(value, type);
        if (node < 0)
            continue;
        const bool div = type[0] == 'D';
        const ValueId a = attempt.input(node, 0), b = attempt.input(node, 1);
        const ValueId factor = div || ir.isConstant(b) ? b : a, below = factor == b ? a : b;
        const std::optional<double> number = ir.scalar(factor);
        if (!number || ir.isConstant(below) || (div && *number == 0))
            return value;
        m = attempt;
        scale *= static_cast<float>(div ? 1 / *number : *number);
        return below;
    }
    return value;
}

/// Shapes [.., S, D], [.., D, T], [.., T, Dv] with equal leading dimensions, rank 3 or 4.
bool shapesFit(const Ir& ir, ValueId q, ValueId kt, ValueId v)
{
    const Shape &a = ir.value(q).shape, &b = ir.value(kt).shape, &c = ir.value(v).shape;
    const std::size_t rank = a.size();
    if ((rank != 3 && rank != 4) || b.size() != rank || c.size() != rank)
        return false;
    for (std::size_t i = 0; i + 2 < rank; ++i)
        if (a[i] != b[i] || a[i] != c[i])
            return false;
    return a[rank - 1] == b[rank - 2] && b[rank - 1] == c[rank - 2] && elementCount(a) > 0 && elementCount(c) > 0;
}

/// The mask must broadcast to the scores and not the other way round.
bool maskFits(const Ir& ir, ValueId mask, const Shape& scores)
{
    const Shape& shape = ir.value(mask).shape;
    if (shape.size() > scores.size() || ir.value(mask).type != DType::F32)
        return false;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        const std::int64_t dim = shape[shape.size() - 1 - i];
        if (dim != 1 && dim != scores[scores.size() - 1 - i])
            return false;
    }
    return true;
}

bool matchAttention(const Ir& ir, const Uses& uses, int softmax, IrNode& group, std::set<int>& dead)
{
    const auto& node = [&](int n) -> const IrNode& { return ir.nodes[static_cast<std::size_t>(n)]; };
    const Shape& scoresShape = ir.value(node(softmax).inputs[0]).shape;
    const std::int64_t axis = node(softmax).source->intAttribute("axis", ir.model->opset() < 13 ? 1 : -1);
    const bool lastAxis = axis == -1 || axis + 1 == static_cast<std::int64_t>(scoresShape.size());
    if (!lastAxis || ir.value(node(softmax).inputs[0]).type != DType::F32)
        return false;
    const int context = uses.onlyReader(ir, node(softmax).outputs[0]);
    if (context < 0 || !isOp(node(context), "MatMul") || node(context).inputs[0] != node(softmax).outputs[0]
        || node(context).inputs[1] == node(softmax).outputs[0])
        return false;

    for (const int maskSide : {-1, 1, 0}) {
        Matcher m(ir, uses, context);
        m.add(softmax);
        ValueId scores = node(softmax).inputs[0], mask = -1;
        float scale = 1, queryScale = 1;
        if (maskSide >= 0) {
            const int add = m.inner(scores, "Add");
            mask = m.input(add, static_cast<std::size_t>(maskSide));
            scores = m.input(add, static_cast<std::size_t>(1 - maskSide));
            if (add < 0 || !maskFits(ir, mask, scoresShape) || ir.value(scores).shape != scoresShape)
                continue;
        }
        scores = peelScale(ir, m, scores, scale);
        const int product = m.inner(scores, "MatMul");
        if (product < 0)
            continue;
        const ValueId kt = m.input(product, 1), v = m.input(context, 1);
        ValueId q = m.input(product, 0);
        if (ir.isConstant(q) || ir.isConstant(kt) || ir.isConstant(v))
            return false;
        {
            Matcher attempt = m;
            float withQ = scale;
            const ValueId below = peelScale(ir, attempt, q, withQ);
            if (below != q && attempt.onlyReadInside()) {
                m = attempt;
                q = below;
                queryScale = withQ / scale;
                scale = withQ;
            }
        }
        if (!shapesFit(ir, q, kt, v) || !m.onlyReadInside())
            continue;
        group.kind = IrKind::Attention;
        group.source = node(product).source;
        group.inputs = {q, kt, v, mask};
        group.outputs = node(context).outputs;
        group.attention.scale = scale;
        group.attention.queryScale = queryScale;
        group.attention.context = node(context).source;
        m.finish(group, dead);
        return true;
    }
    return false;
}

} // namespace

void recogniseAttention(Ir& ir)
{
    rewrite(ir, "Softmax", matchAttention);
}

} // namespace octet::engine
