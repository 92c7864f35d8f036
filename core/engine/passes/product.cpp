// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/passes/match.h"
#include "core/engine/passes/passes.h"

#include <map>

namespace octet::engine {

namespace {

/// A constant [N], or [1, .., N], of fp32.
bool isBias(const Ir& ir, ValueId id, std::int64_t n)
{
    return ir.isConstant(id) && ir.value(id).type == DType::F32 && elementCount(ir.value(id).shape) == n
        && (ir.value(id).shape.empty() ? n == 1 : ir.value(id).shape.back() == n);
}

/// The bare product, or false when it must stay a general operator.
bool makeProduct(const Ir& ir, const IrNode& node, const quantize::Product& product, IrNode& group)
{
    ProductDetails& d = group.product;
    d.product = product;
    d.weight = ir.model->weight(product.weight);
    const Shape& a = ir.value(node.inputs[0]).shape;
    if (!d.weight || d.weight->type != DType::F32 || elementCount(a) == 0 || product.k <= 0 || product.n <= 0
        || ir.value(node.inputs[0]).type != DType::F32)
        return false;
    const ValueId c = node.inputs.size() > 2 ? node.inputs[2] : -1;
    if (c >= 0 && !isBias(ir, c, product.n))
        return false;
    d.bias = c;
    switch (product.kind) {
    case quantize::ProductKind::MatMul:
        if (a.size() < 2)
            return false;
        break;
    case quantize::ProductKind::Gemm: {
        const graph::Node& source = *node.source;
        if (source.floatAttribute("alpha", 1) != 1 || source.floatAttribute("beta", 1) != 1
            || source.intAttribute("transA", 0) != 0)
            return false;
        d.transposed = source.intAttribute("transB", 0) != 0;
        break;
    }
    case quantize::ProductKind::Conv:
        if (a.size() != 4 || node.source->intAttribute("group", 1) != 1)
            return false;
        d.transposed = true;
        break;
    default: return false;
    }
    group.kind = IrKind::Product;
    group.source = node.source;
    group.origins = node.origins;
    group.inputs = {node.inputs[0], -1};
    group.outputs = {node.outputs[0], -1};
    return true;
}

/// Extends the product at `at` by what follows it; the nodes taken in are marked dead.
void extend(Ir& ir, const Uses& uses, int at, std::set<int>& dead)
{
    IrNode& group = ir.nodes[static_cast<std::size_t>(at)];
    ProductDetails& d = group.product;
    const bool conv = d.product.kind == quantize::ProductKind::Conv;
    const auto take = [&](int node, ValueId output) {
        dead.insert(node);
        const auto& origins = ir.nodes[static_cast<std::size_t>(node)].origins;
        group.origins.insert(group.origins.end(), origins.begin(), origins.end());
        group.outputs[0] = output;
    };
    while (!conv) {
        const ValueId out = group.outputs[0];
        const int reader = uses.onlyReader(ir, out);
        if (reader < 0 || dead.contains(reader))
            break;
        const IrNode& next = ir.nodes[static_cast<std::size_t>(reader)];
        const bool open = d.activation == Activation::None && group.inputs[1] < 0;
        if (isOp(next, "Add") && next.inputs[0] != next.inputs[1]) {
            const ValueId other = next.inputs[0] == out ? next.inputs[1] : next.inputs[0];
            if (open && d.bias < 0 && isBias(ir, other, d.product.n)) {
                d.bias = other;
            } else if (group.inputs[1] < 0 && !ir.isConstant(other) && ir.value(other).shape == ir.value(out).shape) {
                group.inputs[1] = other;
            } else {
                break;
            }
            take(reader, next.outputs[0]);
        } else if (next.kind == IrKind::Gelu && open) {
            d.activation = next.activation;
            take(reader, next.outputs[0]);
        } else if (isOp(next, "Relu") && open) {
            d.activation = Activation::Relu;
            take(reader, next.outputs[0]);
        } else if (isOp(next, "Tanh") && open) {
            d.activation = Activation::Tanh;
            take(reader, next.outputs[0]);
        } else {
            break;
        }
    }
    if (conv)
        return;
    for (const int reader : uses.readers(group.outputs[0])) {
        const IrNode& next = ir.nodes[static_cast<std::size_t>(reader)];
        if (next.kind != IrKind::Norm || dead.contains(reader))
            continue;
        d.hasNorm = true;
        d.norm = next.norm;
        group.outputs[1] = next.outputs[0];
        const bool sumNeeded = uses.onlyReader(ir, group.outputs[0]) < 0;
        dead.insert(reader);
        group.origins.insert(group.origins.end(), next.origins.begin(), next.origins.end());
        if (!sumNeeded)
            group.outputs[0] = -1;
        break;
    }
}

} // namespace

void fuseProducts(Ir& ir, const std::vector<quantize::Product>& products)
{
    std::map<int, const quantize::Product*> byNode;
    for (const quantize::Product& product : products)
        byNode[product.node] = &product;
    std::vector<int> found;
    for (std::size_t n = 0; n < ir.nodes.size(); ++n) {
        const IrNode& node = ir.nodes[n];
        const auto it = node.kind == IrKind::General ? byNode.find(node.source->index) : byNode.end();
        IrNode group;
        if (it == byNode.end() || !it->second->counted() || !makeProduct(ir, node, *it->second, group))
            continue;
        ir.nodes[n] = std::move(group);
        found.push_back(static_cast<int>(n));
    }
    const Uses uses(ir);
    std::set<int> dead;
    for (const int n : found)
        extend(ir, uses, n, dead);
    cleanUp(ir, dead);
}

} // namespace octet::engine
