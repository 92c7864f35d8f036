// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/passes/match.h"

#include <algorithm>
#include <cmath>

namespace octet::engine {

bool isOp(const IrNode& node, std::string_view opType)
{
    return node.kind == IrKind::General && node.source->opType == opType
        && (node.source->domain.empty() || node.source->domain == "ai.onnx");
}

Matcher::Matcher(const Ir& ir, const Uses& uses, int last)
    : m_ir(&ir)
    , m_uses(&uses)
    , m_last(last)
    , m_members {last}
{
}

int Matcher::inner(ValueId value, std::string_view opType)
{
    const int node = value < 0 ? -1 : m_uses->producer(value);
    if (node < 0 || !isOp(m_ir->nodes[static_cast<std::size_t>(node)], opType))
        return -1;
    m_members.insert(node);
    return node;
}

int Matcher::next(ValueId value, std::string_view opType)
{
    const int node = value < 0 ? -1 : m_uses->onlyReader(*m_ir, value);
    if (node < 0 || !isOp(m_ir->nodes[static_cast<std::size_t>(node)], opType))
        return -1;
    m_members.insert(node);
    return node;
}

ValueId Matcher::input(int node, std::size_t index) const
{
    if (node < 0)
        return -1;
    const auto& inputs = m_ir->nodes[static_cast<std::size_t>(node)].inputs;
    return index < inputs.size() ? inputs[index] : -1;
}

std::pair<ValueId, ValueId> Matcher::constantOperand(int node, std::string_view opType)
{
    const ValueId a = input(node, 0), b = input(node, 1);
    if (node < 0 || !isOp(m_ir->nodes[static_cast<std::size_t>(node)], opType) || a < 0 || b < 0
        || m_ir->isConstant(a) == m_ir->isConstant(b)) {
        m_ok = false;
        return {-1, -1};
    }
    return m_ir->isConstant(b) ? std::pair(a, b) : std::pair(b, a);
}

bool Matcher::isScalar(ValueId value, double expected, double tolerance) const
{
    const std::optional<double> v = m_ir->scalar(value);
    return v && std::abs(*v - expected) <= tolerance * std::abs(expected);
}

bool Matcher::onlyReadInside() const
{
    for (const int member : m_members) {
        if (member == m_last)
            continue;
        for (const ValueId out : m_ir->nodes[static_cast<std::size_t>(member)].outputs) {
            if (out < 0)
                continue;
            const auto& readers = m_uses->readers(out);
            if (m_ir->kept.contains(out)
                || !std::all_of(readers.begin(), readers.end(), [&](int r) { return m_members.contains(r); }))
                return false;
        }
    }
    return true;
}

void Matcher::finish(IrNode& group, std::set<int>& dead) const
{
    std::set<int> origins;
    for (const int member : m_members) {
        const auto& own = m_ir->nodes[static_cast<std::size_t>(member)].origins;
        origins.insert(own.begin(), own.end());
        dead.insert(member);
    }
    group.origins = {group.source->index};
    for (const int origin : origins)
        if (origin != group.source->index)
            group.origins.push_back(origin);
}

void rewrite(Ir& ir, std::string_view opType,
             const std::function<bool(const Ir&, const Uses&, int, IrNode&, std::set<int>&)>& match)
{
    const Uses uses(ir);
    std::set<int> dead;
    std::vector<std::pair<int, IrNode>> groups;
    for (std::size_t n = 0; n < ir.nodes.size(); ++n) {
        if (!isOp(ir.nodes[n], opType) || dead.contains(static_cast<int>(n)))
            continue;
        IrNode group;
        std::set<int> members;
        if (!match(ir, uses, static_cast<int>(n), group, members))
            continue;
        if (std::any_of(members.begin(), members.end(), [&](int member) { return dead.contains(member); }))
            continue; // overlaps an earlier group
        dead.insert(members.begin(), members.end());
        groups.emplace_back(*members.rbegin(), std::move(group));
    }
    // A group takes the place of its last member, where all its inputs exist.
    for (auto& [at, group] : groups) {
        ir.nodes[static_cast<std::size_t>(at)] = std::move(group);
        dead.erase(at);
    }
    cleanUp(ir, dead);
}

} // namespace octet::engine
