// SPDX-License-Identifier: GPL-3.0-or-later
// A scope tree while it is being built.
#pragma once

#include "core/graph/structure.h"
#include "core/graph/structure_facts.h"

#include <memory>

namespace octet::graph {

struct TreeBox
{
    std::string name, path, title;
    std::vector<std::unique_ptr<TreeBox>> children;
    int node = -1;
    int order = -1; // node that its place among its siblings follows; -1 = the first visible one inside

    TreeBox& add(const std::string& childName, const std::string& childPath, const std::string& childTitle);
};

class TreeBuilder
{
public:
    TreeBuilder(const Model& model, const GraphFacts& facts)
        : m_model(model)
        , m_facts(facts)
    {
    }

    /// Leaves and boxes for `nodes` in `box`: units where there are several products, else scopes.
    /// `scopeDepth`: components of the box's own scope.
    void fill(TreeBox& box, std::vector<int> nodes, std::size_t scopeDepth);
    void addLeaf(TreeBox& box, int node);

    const Model& model() const { return m_model; }
    const GraphFacts& facts() const { return m_facts; }

private:
    void fillScopes(TreeBox& box, const std::vector<int>& nodes, std::size_t scopeDepth, bool inUnit);
    std::size_t commonDepth(const std::vector<int>& nodes, std::size_t from) const;

    const Model& m_model;
    const GraphFacts& m_facts;
};

/// Boxes of one model-wide pattern (layers) when names say nothing.
struct Pattern
{
    std::vector<std::vector<int>> before, blocks, after; // visible nodes; before and after hold at most one list each
};
Pattern findPattern(const Model& model, const GraphFacts& facts);

void buildByScopes(TreeBuilder& builder, TreeBox& root);
void buildByPattern(TreeBuilder& builder, TreeBox& root);

/// Plumbing nodes and where they belong: the box of all that read them, -1 = of several boxes.
/// `nodes`, ascending, are looked at; `boxOf`, by node index, is >= 0 for nodes that are placed and filled for the
/// rest.
void placePlumbing(const GraphFacts& facts, const std::vector<int>& nodes, std::vector<int>& boxOf);

} // namespace octet::graph
