// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/structure_tree.h"

#include "core/graph/structure_units.h"

#include <algorithm>
#include <map>
#include <unordered_map>

namespace octet::graph {

namespace {

std::size_t at(int i)
{
    return static_cast<std::size_t>(i);
}

std::string lastPart(const std::string& path)
{
    const std::size_t slash = path.find_last_of('/');
    return slash == std::string::npos ? path : path.substr(slash + 1);
}

} // namespace

TreeBox& TreeBox::add(const std::string& childName, const std::string& childPath, const std::string& childTitle)
{
    children.push_back(std::make_unique<TreeBox>());
    TreeBox& child = *children.back();
    child.name = childName;
    child.path = childPath;
    child.title = childTitle;
    return child;
}

void placePlumbing(const GraphFacts& facts, const std::vector<int>& nodes, std::vector<int>& boxOf)
{
    constexpr int unknown = -1, several = -2;
    for (auto it = nodes.rbegin(); it != nodes.rend(); ++it) {
        const int node = *it;
        if (boxOf[at(node)] >= 0 || facts.constantNode[at(node)])
            continue;
        int place = unknown;
        for (const int consumer : facts.consumers[at(node)]) {
            const int other = boxOf[at(consumer)];
            if (other == unknown)
                continue;
            place = place == unknown || place == other ? other : several;
        }
        boxOf[at(node)] = place;
    }
    for (const int node : nodes)
        boxOf[at(node)] = std::max(boxOf[at(node)], unknown);
}

void TreeBuilder::addLeaf(TreeBox& box, int node)
{
    const Node& n = m_model.nodes()[at(node)];
    std::string title = n.opType;
    if (m_facts.activationProduct[at(node)] && n.opType == "MatMul") {
        const auto& producers = m_facts.producers[at(node)];
        const bool context = std::any_of(
            producers.begin(), producers.end(), [&](int p) { return m_model.nodes()[at(p)].opType == "Softmax"; });
        title = context ? "context (MatMul)" : "scores (MatMul)";
    }
    if (m_facts.biasAdd[at(node)])
        title = "bias (Add)";
    TreeBox& leaf = box.add(lastPart(n.name), n.name, title);
    leaf.node = node;
}

std::size_t TreeBuilder::commonDepth(const std::vector<int>& nodes, std::size_t from) const
{
    const std::vector<std::string>* first = nullptr;
    std::size_t depth = SIZE_MAX;
    for (const int node : nodes) {
        if (!m_facts.visible(node))
            continue;
        const auto& scope = m_facts.scope[at(node)];
        if (!first)
            first = &scope;
        std::size_t same = 0;
        while (same < scope.size() && same < first->size() && scope[same] == (*first)[same])
            ++same;
        depth = std::min(depth, same);
    }
    return first ? std::max(depth, from) : from;
}

void TreeBuilder::fill(TreeBox& box, std::vector<int> nodes, std::size_t scopeDepth)
{
    std::sort(nodes.begin(), nodes.end());
    const auto products =
        std::count_if(nodes.begin(), nodes.end(), [&](int n) { return m_facts.weightProduct[at(n)] != 0; });
    if (products < 2) {
        fillScopes(box, nodes, scopeDepth, products == 1);
        return;
    }
    const std::vector<Unit> units = unitsOf(m_model, m_facts, nodes, scopeDepth);
    std::vector<int> unitOf(m_model.nodes().size(), -1);
    for (std::size_t u = 0; u < units.size(); ++u)
        for (const int node : units[u].nodes)
            unitOf[at(node)] = static_cast<int>(u);
    placePlumbing(m_facts, nodes, unitOf);
    std::vector<std::vector<int>> nodesOf(units.size());
    for (const int node : nodes) {
        if (unitOf[at(node)] >= 0)
            nodesOf[at(unitOf[at(node)])].push_back(node);
        else
            addLeaf(box, node);
    }
    for (std::size_t u = 0; u < units.size(); ++u) {
        const Unit& unit = units[u];
        const std::string path = unit.path.empty() ? box.path + "/(" + unit.name + ")" : unit.path;
        TreeBox& child = box.add(unit.name, path, unit.title);
        child.order = unit.anchor;
        fillScopes(child, nodesOf[u], scopeDepth, true);
    }
}

void TreeBuilder::fillScopes(TreeBox& box, const std::vector<int>& nodes, std::size_t scopeDepth, bool inUnit)
{
    const std::size_t depth = commonDepth(nodes, scopeDepth);
    std::map<std::string, std::vector<int>> groups;
    std::map<std::string, int> visibleIn;
    for (const int node : nodes) {
        const auto& scope = m_facts.scope[at(node)];
        if (scope.size() <= depth)
            continue;
        groups[scope[depth]].push_back(node);
        visibleIn[scope[depth]] += m_facts.visible(node);
    }
    const auto hasProduct = [&](const std::vector<int>& group) {
        return std::any_of(group.begin(), group.end(), [&](int n) { return m_facts.weightProduct[at(n)] != 0; });
    };
    const auto isGelu = [&](const std::vector<int>& group) {
        return std::any_of(group.begin(), group.end(), [&](int n) {
            const std::string& op = m_model.nodes()[at(n)].opType;
            return op == "Erf" || op == "Gelu";
        });
    };
    for (const int node : nodes) {
        const auto& scope = m_facts.scope[at(node)];
        const auto group = scope.size() > depth ? groups.find(scope[depth]) : groups.end();
        if (group == groups.end() || visibleIn[scope[depth]] == 0 || (inUnit && hasProduct(group->second))) {
            addLeaf(box, node);
            continue;
        }
        if (group->second.front() != node)
            continue; // came with the first of its group
        const std::string path = m_model.nodes()[at(node)].name.substr(0, m_facts.scopeEnd[at(node)][depth]);
        TreeBox& child = box.add(scope[depth], path, isGelu(group->second) ? "GELU" : scope[depth]);
        fillScopes(child, group->second, depth + 1, inUnit);
    }
}

} // namespace octet::graph
