// SPDX-License-Identifier: GPL-3.0-or-later
// The parts of one Transformer block as a person names them: query, key, value, attention, each further product with
// what follows it.
#pragma once

#include "core/graph/structure_facts.h"

namespace octet::graph {

struct Unit
{
    std::vector<int> nodes; // in topological order, without plumbing
    std::string name; // "attention.output.dense"
    std::string path; // scope of its product; empty without one
    std::string title; // "attention.output.dense + add + norm"
    bool attention = false;
    int anchor = -1; // the product that it is there for, or its first node
};

/// Splits the visible nodes of a block. Edges between units never form a cycle: a node joins the latest unit that
/// it reads, or a later one that is its only reader.
/// `scopeDepth`: components of the block's own scope, left out of names.
std::vector<Unit> unitsOf(
    const Model& model, const GraphFacts& facts, const std::vector<int>& nodes, std::size_t scopeDepth);

} // namespace octet::graph
