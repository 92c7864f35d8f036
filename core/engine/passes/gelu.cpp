// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/passes/match.h"
#include "core/engine/passes/passes.h"

#include <numbers>

namespace octet::engine {

namespace {

/// Forwards from `curve` (erf or tanh of something of x): + 1, * x, * 0.5 in any order. Gives the last node, or -1.
int matchTail(const Ir& ir, const Uses& uses, Matcher& m, int curve, ValueId x)
{
    const auto output = [&](int n) { return ir.nodes[static_cast<std::size_t>(n)].outputs[0]; };
    const auto other = [&](int n, ValueId value) { return m.input(n, 0) == value ? m.input(n, 1) : m.input(n, 0); };
    const int plusOne = m.next(output(curve), "Add");
    if (plusOne < 0 || !m.isScalar(other(plusOne, output(curve)), 1))
        return -1;
    int last = plusOne;
    bool timesX = false, timesHalf = false;
    while (!timesX || !timesHalf) {
        const int product = m.next(output(last), "Mul");
        if (product < 0)
            return -1;
        const ValueId factor = other(product, output(last));
        if (factor == x && !timesX) {
            timesX = true;
        } else if (m.isScalar(factor, 0.5) && !timesHalf) {
            timesHalf = true;
        } else {
            // Mul(x, 0.5) computed apart
            const int half = factor < 0 ? -1 : uses.producer(factor);
            if (half < 0 || timesX || timesHalf || !isOp(ir.nodes[static_cast<std::size_t>(half)], "Mul"))
                return -1;
            const ValueId a = m.input(half, 0), b = m.input(half, 1);
            if (!(a == x && m.isScalar(b, 0.5)) && !(b == x && m.isScalar(a, 0.5)))
                return -1;
            m.add(half);
            timesX = timesHalf = true;
        }
        last = product;
    }
    return last;
}

bool finishGelu(const Ir& ir, const Uses& uses, Matcher& m, int curve, ValueId x, Activation activation, IrNode& gelu,
                std::set<int>& dead)
{
    const int last = x < 0 || ir.value(x).type != DType::F32 ? -1 : matchTail(ir, uses, m, curve, x);
    if (last < 0)
        return false;
    m.setLast(last);
    if (!m.onlyReadInside())
        return false;
    gelu.kind = IrKind::Gelu;
    gelu.activation = activation;
    gelu.source = ir.nodes[static_cast<std::size_t>(curve)].source;
    gelu.inputs = {x};
    gelu.outputs = ir.nodes[static_cast<std::size_t>(last)].outputs;
    m.finish(gelu, dead);
    return true;
}

bool matchErf(const Ir& ir, const Uses& uses, int erf, IrNode& gelu, std::set<int>& dead)
{
    Matcher m(ir, uses, erf);
    ValueId x = -1;
    if (const int div = m.inner(m.input(erf, 0), "Div"); div >= 0) {
        if (!m.isScalar(m.input(div, 1), std::numbers::sqrt2))
            return false;
        x = m.input(div, 0);
    } else if (const int mul = m.inner(m.input(erf, 0), "Mul"); mul >= 0) {
        const auto [value, factor] = m.constantOperand(mul, "Mul");
        if (!m.ok() || !m.isScalar(factor, std::numbers::sqrt2 / 2))
            return false;
        x = value;
    }
    return finishGelu(ir, uses, m, erf, x, Activation::GeluErf, gelu, dead);
}

bool matchTanh(const Ir& ir, const Uses& uses, int tanh, IrNode& gelu, std::set<int>& dead)
{
    Matcher m(ir, uses, tanh);
    const int scaled = m.inner(m.input(tanh, 0), "Mul");
    const auto [sum, factor] = m.constantOperand(scaled, "Mul");
    if (!m.ok() || !m.isScalar(factor, 0.7978845608))
        return false;
    const int add = m.inner(sum, "Add");
    // Which operand is x and which the cubic term, Mul finds out.
    for (const std::size_t side : {std::size_t(1), std::size_t(0)}) {
        Matcher attempt = m;
        const ValueId x = attempt.input(add, 1 - side);
        const int cubicTerm = attempt.inner(attempt.input(add, side), "Mul");
        const auto [cube, coefficient] = attempt.constantOperand(cubicTerm, "Mul");
        if (!attempt.ok() || !attempt.isScalar(coefficient, 0.044715))
            continue;
        const int pow = attempt.inner(cube, "Pow");
        if (pow < 0 || attempt.input(pow, 0) != x || !attempt.isScalar(attempt.input(pow, 1), 3))
            continue;
        return finishGelu(ir, uses, attempt, tanh, x, Activation::GeluTanh, gelu, dead);
    }
    return false;
}

} // namespace

void recogniseGelu(Ir& ir)
{
    for (IrNode& node : ir.nodes) {
        const bool standard = isOp(node, "Gelu");
        const bool microsoft = node.kind == IrKind::General && node.source->domain == "com.microsoft";
        const bool erf = microsoft && node.source->opType == "Gelu";
        const bool fast = microsoft && node.source->opType == "FastGelu" && node.inputs.size() == 1;
        if ((standard || erf || fast) && ir.value(node.inputs[0]).type == DType::F32) {
            const bool tanh = fast || (standard && node.source->stringAttribute("approximate", "none") == "tanh");
            node.kind = IrKind::Gelu;
            node.activation = tanh ? Activation::GeluTanh : Activation::GeluErf;
        }
    }
    rewrite(ir, "Erf", matchErf);
    rewrite(ir, "Tanh", matchTanh);
}

} // namespace octet::engine
