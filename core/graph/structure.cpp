// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/structure.h"

#include "core/graph/structure_facts.h"
#include "core/graph/structure_tree.h"

#include <algorithm>
#include <limits>
#include <unordered_set>

namespace octet::graph {

namespace {

class Flattener
{
public:
    Flattener(const Model& model, const GraphFacts& facts)
        : m_model(model)
        , m_facts(facts)
    {
        m_result.leafOfNode.assign(model.nodes().size(), -1);
    }

    Structure flatten(TreeBox& root)
    {
        simplify(root);
        add(root, -1);
        for (Box& box : m_result.boxes)
            std::sort(box.nodes.begin(), box.nodes.end());
        addEdges();
        return std::move(m_result);
    }

private:
    // Constants that were folded stand wherever the exporter put them, often far ahead: only visible nodes count.
    int orderOf(const TreeBox& box) const
    {
        if (box.order >= 0)
            return box.order;
        const int hidden = static_cast<int>(m_facts.plumbing.size());
        if (box.node >= 0)
            return m_facts.visible(box.node) ? box.node : box.node + hidden;
        int first = std::numeric_limits<int>::max();
        for (const auto& child : box.children)
            first = std::min(first, child->order);
        return first;
    }

    // A scope of one op is that op, under the scope's name; a scope of one scope is the inner one.
    void simplify(TreeBox& box)
    {
        for (auto& child : box.children)
            simplify(*child);
        std::erase_if(box.children, [](const auto& child) { return child->node < 0 && child->children.empty(); });
        std::stable_sort(
            box.children.begin(), box.children.end(), [](const auto& a, const auto& b) { return a->order < b->order; });
        box.order = orderOf(box);
        if (box.children.size() != 1 || box.path.empty())
            return;
        auto only = std::move(box.children.front());
        box.children = std::move(only->children);
        box.node = only->node;
        if (only->node >= 0)
            box.path = only->path;
    }

    int add(const TreeBox& tree, int parent)
    {
        const int index = static_cast<int>(m_result.boxes.size());
        m_result.boxes.emplace_back();
        {
            Box& box = m_result.boxes.back();
            box.parent = parent;
            box.name = tree.name;
            box.path = uniquePath(tree.path);
            box.title = tree.title;
            box.node = tree.node;
        }
        if (tree.node >= 0) {
            const auto node = static_cast<std::size_t>(tree.node);
            m_result.leafOfNode[node] = index;
            m_result.boxes[static_cast<std::size_t>(index)].plumbing = m_facts.plumbing[node] != 0;
            for (int at = index; at >= 0; at = m_result.boxes[static_cast<std::size_t>(at)].parent)
                m_result.boxes[static_cast<std::size_t>(at)].nodes.push_back(tree.node);
            return index;
        }
        bool plumbing = !tree.children.empty();
        for (const auto& child : tree.children) {
            const int added = add(*child, index);
            m_result.boxes[static_cast<std::size_t>(index)].children.push_back(added);
            plumbing = plumbing && m_result.boxes[static_cast<std::size_t>(added)].plumbing;
        }
        m_result.boxes[static_cast<std::size_t>(index)].plumbing = plumbing && parent >= 0;
        return index;
    }

    std::string uniquePath(const std::string& path)
    {
        std::string unique = path;
        for (int i = 2; !m_paths.insert(unique).second; ++i)
            unique = path + " (" + std::to_string(i) + ")";
        return unique;
    }

    void addEdges()
    {
        for (const Node& node : m_model.nodes()) {
            const int to = m_result.leafOfNode[static_cast<std::size_t>(node.index)];
            std::unordered_set<std::string> seen;
            for (const std::string& value : node.inputs) {
                const Node* producer = value.empty() ? nullptr : m_model.producer(value);
                if (to < 0 || !producer || !seen.insert(value).second)
                    continue;
                const int from = m_result.leafOfNode[static_cast<std::size_t>(producer->index)];
                if (from >= 0)
                    m_result.edges.push_back({from, to, value});
            }
        }
    }

    const Model& m_model;
    const GraphFacts& m_facts;
    Structure m_result;
    std::unordered_set<std::string> m_paths;
};

} // namespace

Structure structure(const Model& model)
{
    const GraphFacts facts = graphFacts(model);
    TreeBuilder builder(model, facts);
    TreeBox root;
    if (facts.scopesUseful)
        buildByScopes(builder, root);
    else
        buildByPattern(builder, root);
    return Flattener(model, facts).flatten(root);
}

} // namespace octet::graph
