// SPDX-License-Identifier: GPL-3.0-or-later
// What the scope tree needs to know of each node beyond its name.
#pragma once

#include "core/graph/model.h"

#include <string>
#include <vector>

namespace octet::graph {

/// Per node index. Edges run between nodes that are not Constant; each pair once, in order.
struct GraphFacts
{
    std::vector<char> constantNode;
    /// Computes only shapes, indices, masks or folded constants, never a tensor of features.
    std::vector<char> plumbing;
    std::vector<char> weightProduct; // MatMul, Gemm, Conv with a constant operand
    std::vector<char> activationProduct; // MatMul of two computed values (QK^T, PV), fused attention ops
    std::vector<char> biasAdd; // Add of a constant vector right behind a weight product
    std::vector<char> residualAdd; // Add of two computed values
    std::vector<std::vector<int>> producers;
    std::vector<std::vector<int>> consumers;
    /// Scope of the node's name: "/bert/layer.0/query/MatMul" -> bert, layer.0, query. Dots separate too, except before
    /// a number. Empty for nameless nodes.
    std::vector<std::vector<std::string>> scope;
    std::vector<std::vector<std::size_t>> scopeEnd; // where each component ends in the name
    bool scopesUseful = false; // most visible nodes have a scope

    bool visible(int node) const { return !constantNode[at(node)] && !plumbing[at(node)]; }
    static std::size_t at(int node) { return static_cast<std::size_t>(node); }
};

GraphFacts graphFacts(const Model& model);

} // namespace octet::graph
