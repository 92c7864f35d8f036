// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/counterparts.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <unordered_map>

namespace octet::graph {

namespace {

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

/// "layer.12" -> "layer.#"; empty when the name has no number.
std::string seriesOf(const std::string& name)
{
    std::string series;
    bool numbered = false;
    for (std::size_t i = 0; i < name.size(); ++i) {
        if (!isDigit(name[i])) {
            series += name[i];
            continue;
        }
        if (i == 0 || !isDigit(name[i - 1]))
            series += '#';
        numbered = true;
    }
    return numbered ? series : std::string();
}

class Finder
{
public:
    Finder(const Model& model, const Structure& structure)
        : m_model(model)
        , m_structure(structure)
    {
    }

    void addCounterparts(int node, std::set<int>& found)
    {
        const int layer = layerOf(node);
        if (layer < 0)
            return;
        const std::string local = place(layer).localOf.at(node);
        const std::string& type = typeOf(node);
        const std::vector<int>& own = place(layer).ofType.at(type);
        const auto rank = std::size_t(std::find(own.begin(), own.end(), node) - own.begin());
        for (const int sibling : series(layer)) {
            const Place& there = place(sibling);
            const auto named = there.ofLocal.find(local);
            if (named != there.ofLocal.end() && typeOf(named->second) == type) {
                found.insert(named->second);
                continue;
            }
            const auto ranked = there.ofType.find(type);
            if (ranked != there.ofType.end() && ranked->second.size() == own.size())
                found.insert(ranked->second[rank]);
        }
    }

private:
    /// What one layer holds.
    struct Place
    {
        std::unordered_map<int, std::string> localOf; // node -> its name without the layer's path
        std::unordered_map<std::string, int> ofLocal;
        std::map<std::string, std::vector<int>> ofType; // ascending
    };

    const Box& box(int index) const { return m_structure.boxes[std::size_t(index)]; }
    const std::string& typeOf(int node) const { return m_model.nodes()[std::size_t(node)].opType; }

    /// The outermost box around the node that is one of a series; -1 = none.
    int layerOf(int node)
    {
        int layer = -1;
        const int leaf = m_structure.leafOfNode[std::size_t(node)];
        for (int i = leaf < 0 ? -1 : box(leaf).parent; i > 0; i = box(i).parent)
            if (series(i).size() > 1)
                layer = i;
        return layer;
    }

    const std::vector<int>& series(int index)
    {
        const auto [it, added] = m_series.try_emplace(index);
        const std::string name = added ? seriesOf(box(index).name) : std::string();
        if (!name.empty())
            for (const int sibling : box(box(index).parent).children)
                if (!box(sibling).children.empty() && seriesOf(box(sibling).name) == name)
                    it->second.push_back(sibling);
        return it->second;
    }

    const Place& place(int layer)
    {
        const auto [it, added] = m_places.try_emplace(layer);
        Place& place = it->second;
        if (!added)
            return place;
        std::vector<int> nodes = box(layer).nodes;
        std::sort(nodes.begin(), nodes.end());
        const std::string& path = box(layer).path;
        for (const int node : nodes) {
            std::string name = m_model.nodes()[std::size_t(node)].name;
            if (name.compare(0, path.size(), path) == 0)
                name.erase(0, path.size());
            place.ofLocal.emplace(name, node);
            place.localOf.emplace(node, std::move(name));
            place.ofType[typeOf(node)].push_back(node);
        }
        return place;
    }

    const Model& m_model;
    const Structure& m_structure;
    std::unordered_map<int, std::vector<int>> m_series;
    std::unordered_map<int, Place> m_places;
};

} // namespace

std::vector<int> counterparts(const Model& model, const Structure& structure, const std::vector<int>& nodes)
{
    std::set<int> found;
    Finder finder(model, structure);
    for (const int node : nodes) {
        if (node < 0 || std::size_t(node) >= structure.leafOfNode.size() || std::size_t(node) >= model.nodes().size())
            continue;
        found.insert(node);
        finder.addCounterparts(node, found);
    }
    return {found.begin(), found.end()};
}

} // namespace octet::graph
