// SPDX-License-Identifier: GPL-3.0-or-later
// Walking a pattern backwards and forwards. Every step may fail; later steps on a failed one fail too.
#pragma once

#include "core/engine/ir.h"

#include <functional>
#include <set>
#include <string_view>
#include <utility>

namespace octet::engine {

bool isOp(const IrNode& node, std::string_view opType); // a general standard operator

class Matcher
{
public:
    /// `last`: the node whose outputs become those of the group.
    Matcher(const Ir& ir, const Uses& uses, int last);

    /// The node of this type that makes `value`, added to the group; -1 = it is another.
    int inner(ValueId value, std::string_view opType);
    /// The node of this type that alone reads `value` (forwards), added to the group; -1 = none.
    int next(ValueId value, std::string_view opType);
    ValueId input(int node, std::size_t index) const; // -1 = no such input
    /// (computed operand, constant operand) of a commutative node; fails the match without exactly that.
    std::pair<ValueId, ValueId> constantOperand(int node, std::string_view opType);
    bool isScalar(ValueId value, double expected, double tolerance = 1e-4) const; // relative

    void add(int node) { m_members.insert(node); }
    bool ok() const { return m_ok; }
    /// No value made inside, the outputs of `last` excepted, is read outside or must exist.
    bool onlyReadInside() const;
    void setLast(int last) { m_last = last; }
    /// origins of the group (main node first) and its members marked dead.
    void finish(IrNode& group, std::set<int>& dead) const;

private:
    const Ir* m_ir;
    const Uses* m_uses;
    int m_last;
    bool m_ok = true;
    std::set<int> m_members;
};

/// Tries `match` at every general node of the type; each success replaces the nodes that it marked dead by the group.
void rewrite(Ir& ir, std::string_view opType,
             const std::function<bool(const Ir&, const Uses&, int, IrNode&, std::set<int>&)>& match);

} // namespace octet::engine
