// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/passes/match.h"
#include "core/engine/passes/passes.h"

#include <algorithm>

namespace octet::engine {

namespace {

/// The dimensions before the last, without ones in front.
Shape leading(const Shape& shape, std::size_t trailing = 1)
{
    const auto first = std::find_if(shape.begin(), shape.end(), [](std::int64_t d) { return d != 1; });
    return first > shape.end() - static_cast<std::ptrdiff_t>(trailing)
        ? Shape()
        : Shape(first, shape.end() - static_cast<std::ptrdiff_t>(trailing));
}

/// A Norm, the sums before it and the rows that they add.
class EmbeddingMatch
{
public:
    EmbeddingMatch(const Ir& ir, const Uses& uses, int norm)
        : m_ir(ir)
        , m_uses(uses)
        , m_norm(norm)
        , m_match(ir, uses, norm)
        , m_shape(ir.value(node(norm).inputs[0]).shape)
    {
    }

    bool match(IrNode& group, std::set<int>& dead)
    {
        if (m_shape.empty() || !addSum(node(m_norm).inputs[0], m_norm) || !m_looksUp)
            return false;
        const IrNode& norm = node(m_norm);
        group.kind = IrKind::Embedding;
        group.source = norm.source;
        group.inputs = m_terms;
        group.lookups = m_lookups;
        group.outputs = norm.outputs;
        group.norm = norm.norm;
        m_match.finish(group, dead);
        return true;
    }

private:
    const IrNode& node(int n) const { return m_ir.nodes[static_cast<std::size_t>(n)]; }

    /// A sum that `reader` alone reads becomes its terms, in an order that adds the same numbers to each other.
    bool addSum(ValueId value, int reader)
    {
        if (!isSum(value, reader) || m_ir.value(value).shape != m_shape)
            return addTerm(value, reader);
        const int producer = m_uses.producer(value);
        const ValueId a = node(producer).inputs[0], b = node(producer).inputs[1];
        const bool sumFirst = !isSum(b, producer);
        m_match.add(producer);
        return a != b && addSum(sumFirst ? a : b, producer) && addTerm(sumFirst ? b : a, producer);
    }

    bool isSum(ValueId value, int reader) const
    {
        const int producer = m_uses.producer(value);
        return producer >= 0 && m_uses.onlyReader(m_ir, value) == reader && isOp(node(producer), "Add");
    }

    bool addTerm(ValueId value, int reader)
    {
        const int producer = m_uses.onlyReader(m_ir, value) == reader ? m_uses.producer(value) : -1;
        if (producer >= 0 && isLookup(node(producer))) {
            m_match.add(producer);
            m_looksUp = true;
            m_terms.insert(m_terms.end(), {node(producer).inputs[0], node(producer).inputs[1]});
            m_lookups.push_back(node(producer).source);
            return true;
        }
        const IrValue& rows = m_ir.value(value);
        if (rows.type != DType::F32 || rows.shape.empty() || rows.shape.back() != m_shape.back()
            || !repeats(leading(rows.shape)))
            return false;
        m_terms.insert(m_terms.end(), {value, -1});
        m_lookups.push_back(nullptr);
        return true;
    }

    bool isLookup(const IrNode& n) const
    {
        if (!isOp(n, "Gather") || n.source->intAttribute("axis", 0) != 0)
            return false;
        const IrValue& table = m_ir.value(n.inputs[0]);
        return table.type == DType::F32 && table.shape.size() == 2 && table.shape[1] == m_shape.back()
            && repeats(leading(m_ir.value(n.inputs[1]).shape, 0));
    }

    /// Whether rows of these dimensions, one after another and again, are the rows of the sum.
    bool repeats(const Shape& rows) const
    {
        return rows.size() < m_shape.size() && std::equal(rows.rbegin(), rows.rend(), m_shape.rbegin() + 1);
    }

    const Ir& m_ir;
    const Uses& m_uses;
    const int m_norm;
    Matcher m_match;
    const Shape m_shape;
    std::vector<ValueId> m_terms; // rows and ids in turn
    std::vector<const graph::Node*> m_lookups;
    bool m_looksUp = false;
};

} // namespace

void recogniseEmbeddings(Ir& ir)
{
    const Uses uses(ir);
    std::set<int> dead;
    for (std::size_t n = 0; n < ir.nodes.size(); ++n) {
        IrNode group;
        std::set<int> members;
        if (ir.nodes[n].kind != IrKind::Norm || !EmbeddingMatch(ir, uses, static_cast<int>(n)).match(group, members))
            continue;
        ir.nodes[n] = std::move(group);
        members.erase(static_cast<int>(n));
        dead.insert(members.begin(), members.end());
    }
    cleanUp(ir, dead);
}

} // namespace octet::engine
