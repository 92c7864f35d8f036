// SPDX-License-Identifier: GPL-3.0-or-later
// How the graph is drawn
// ======================
// A Transformer is a column. It becomes hard to read as soon as a layout treats it as any graph: force-directed and
// network-simplex layouts spread the column, and one mask that every layer reads bends all of it. So this layout is
// layered (Sugiyama, Tagawa, Toda 1981), and decides three things beforehand: the main chain is one straight vertical
// line, what skips over a row runs to the right of everything, and what fans out far is not drawn as lines at all.
//
//          +--------+                 Levels. Each expanded box is a level of its own: its children are laid out
//          |   A    |                 first, then the box is one node, of the size of its frame, for its parent. An
//          +---+----+                 edge belongs to the level at which its two ends part; where an end lies deeper,
//    +---------v---------------+      the frame's border passes it on: a source node at the top of the inner level
//    | B       o-------------+ |      (o), a sink node at its bottom. No level has to know another, and collapsing a
//    |   +-----+-----+       | |      box changes nothing inside its siblings.
//    | +-v-+ +-v-+ +-v-+     | |
//    | | q | | k | | v |     | |      Ranks (layout_level.cpp). Longest path from the top. Cycles, which grouping can
//    | +-+-+ +-+-+ +-+-+     | |      make out of an acyclic graph, are cut where a depth-first search closes them.
//    |   +-----v-----+       | |      Nodes that nothing feeds move down to their reader.
//    |    +---------+        | |
//    |    |  attn   |        | |      Order. Three double sweeps of barycenters, stable, so that query, key, value
//    |    +----+----+        | |      stay in the model's order.
//    |    +----v----+        | |
//    |    |  dense  |<-------+ |      Columns. The longest path is the main chain; its nodes stand at x = 0. A rank of
//    |    +----+----+          |      equal branches (same readers, same sources) has no main node and is centred.
//    +---------v---------------+      Other nodes go to the mean of their neighbours, under the separations that
//          +---+----+                 boxes need: isotonic regression by pooling adjacent violators (Ayer et al. 1955),
//          |   C    |                 with the fixed node as a bound.
//          +--------+
//                                     Lanes and channels (layout_route.cpp). The dummy nodes of a long edge would all
// stand at the right end of their rows, one above the other; so they are not made at all: the edge gets a lane, the
// innermost one that is free over the rows that it passes, shortest edges first. Horizontal pieces lie in the channels
// between rows, which grow with the number of tracks.
//
// Frames of different width still form a straight column, since a frame is aligned at its own main column (`anchor`)
// and not at its middle.
//
// Cost: linear in boxes and edges of a level times the constant number of sweeps, plus sorting; lanes are quadratic in
// their number, which is bounded (the longest become stubs). Everything is ordered by index: the same input gives the
// same picture.
#include "core/graph/layout.h"

#include "core/graph/layout_level.h"
#include "core/values/error.h"

#include <algorithm>
#include <map>
#include <unordered_map>

namespace octet::graph {

namespace {

std::size_t at(int i)
{
    return static_cast<std::size_t>(i);
}

class Arranger
{
public:
    Arranger(const Structure& structure, const std::set<int>& expanded, const LayoutOptions& options)
        : m_structure(structure)
        , m_options(options)
        , m_open(structure.boxes.size(), 0)
        , m_levels(structure.boxes.size())
        , m_levelNode(structure.boxes.size(), -1)
    {
        for (const int box : expanded)
            if (box > 0 && at(box) < m_open.size() && !structure.boxes[at(box)].children.empty())
                m_open[at(box)] = 1;
        m_open[0] = 1;
    }

    Layout arrange()
    {
        if (m_structure.boxes.empty())
            return {};
        collectLevels();
        collectEdges();
        // Parents come before children in a Structure, so backwards is bottom-up.
        for (auto it = m_order.rbegin(); it != m_order.rend(); ++it)
            arrangeLevel(*it);
        Layout result;
        emitLevel(result, 0, 0, 0);
        for (const int box : m_order)
            emitEdges(result, box);
        result.bounds = {0, 0, m_levels[0].width, m_levels[0].height};
        return result;
    }

private:
    bool hidden(int box) const { return m_options.hidePlumbing && m_structure.boxes[at(box)].plumbing; }

    void collectLevels()
    {
        std::vector<int> stack{0};
        while (!stack.empty()) {
            const int box = stack.back();
            stack.pop_back();
            m_order.push_back(box);
            for (const int child : m_structure.boxes[at(box)].children) {
                if (hidden(child))
                    continue;
                m_levelNode[at(child)] = addNode(m_levels[at(box)], child);
                if (m_open[at(child)])
                    stack.push_back(child);
            }
        }
    }

    static int addNode(Level& level, int box)
    {
        level.nodes.emplace_back();
        level.nodes.back().box = box;
        return static_cast<int>(level.nodes.size()) - 1;
    }

    // The path of placed boxes from a child of the root down to the visible one; empty where something is hidden.
    std::vector<int> placedPath(int leaf) const
    {
        std::vector<int> path;
        for (int box = leaf; box > 0; box = m_structure.boxes[at(box)].parent)
            path.push_back(box);
        std::reverse(path.begin(), path.end());
        std::size_t length = 0;
        while (length < path.size()) {
            if (hidden(path[length]) || m_levelNode[at(path[length])] < 0)
                return {};
            ++length;
            if (!m_open[at(path[length - 1])])
                break;
        }
        path.resize(length);
        return path;
    }

    void addEdge(int levelBox, int from, int to, const std::string& value)
    {
        auto& edges = m_levels[at(levelBox)].edges;
        const auto key = std::pair(levelBox, std::pair(from, to));
        const auto [it, isNew] = m_edgeIndex.emplace(key, edges.size());
        if (isNew)
            edges.push_back({from, to, {}, false, false, {}});
        auto& values = edges[it->second].values;
        if (std::find(values.begin(), values.end(), value) == values.end())
            values.push_back(value);
    }

    int border(int levelBox, bool top)
    {
        Level& level = m_levels[at(levelBox)];
        int& node = top ? level.source : level.sink;
        if (node < 0)
            node = addNode(level, -1);
        return node;
    }

    void collectEdges()
    {
        std::size_t polled = 0;
        for (const Edge& edge : m_structure.edges) {
            if (++polled % 1024 == 0)
                checkCancelled(m_options);
            const std::vector<int> from = placedPath(edge.from), to = placedPath(edge.to);
            if (from.empty() || to.empty())
                continue;
            std::size_t same = 0;
            while (same < from.size() && same < to.size() && from[same] == to[same])
                ++same;
            if (same == from.size() || same == to.size())
                continue; // both ends in one collapsed box
            addEdge(same == 0 ? 0 : from[same - 1], m_levelNode[at(from[same])], m_levelNode[at(to[same])], edge.value);
            for (std::size_t i = same; i + 1 < from.size(); ++i)
                addEdge(from[i], m_levelNode[at(from[i + 1])], border(from[i], false), edge.value);
            for (std::size_t i = same; i + 1 < to.size(); ++i)
                addEdge(to[i], border(to[i], true), m_levelNode[at(to[i + 1])], edge.value);
        }
    }

    void arrangeLevel(int box)
    {
        checkCancelled(m_options);
        Level& level = m_levels[at(box)];
        if (level.nodes.empty()) {
            level.width = m_options.boxWidth / 2;
            return;
        }
        for (LevelNode& node : level.nodes) {
            if (node.box < 0)
                continue;
            if (m_open[at(node.box)]) {
                const Level& inner = m_levels[at(node.box)];
                node.frame = true;
                node.width = inner.width + 2 * m_options.padding;
                node.height = innerTop(inner) + inner.height + innerBottom(inner);
                node.anchor = inner.anchor + m_options.padding;
            } else {
                const auto [width, height] = m_options.size ? m_options.size(m_structure.boxes[at(node.box)])
                                                            : std::pair(m_options.boxWidth, m_options.boxHeight);
                node.flexible = !m_options.size;
                node.width = width;
                node.height = height;
                node.anchor = width / 2;
            }
        }
        rankLevel(level);
        orderLevel(level, m_options);
        placeColumns(level, m_options);
        routeLevel(level, m_options);
    }

    // A level with a source brings its own channel below the header, one with a sink that above the bottom.
    double innerTop(const Level& inner) const
    {
        return m_options.headerHeight + (inner.source >= 0 ? 0 : m_options.padding);
    }
    double innerBottom(const Level& inner) const { return inner.sink >= 0 ? 0 : m_options.padding; }

    void emitLevel(Layout& result, int box, double left, double top)
    {
        m_origin[box] = {left, top};
        for (const LevelNode& node : m_levels[at(box)].nodes) {
            if (node.box < 0)
                continue;
            const Rect rect{left + node.x - node.anchor, top + node.y, node.width, node.height};
            result.boxes.push_back({node.box, rect, node.frame});
            if (node.frame)
                emitLevel(result, node.box, rect.x + m_options.padding, rect.y + innerTop(m_levels[at(node.box)]));
        }
    }

    void emitEdges(Layout& result, int box)
    {
        const Level& level = m_levels[at(box)];
        const Point origin = m_origin[box];
        for (const LevelEdge& edge : level.edges) {
            PlacedEdge placed;
            const int from = level.nodes[at(edge.from)].box, to = level.nodes[at(edge.to)].box;
            placed.from = from < 0 ? box : from;
            placed.to = to < 0 ? box : to;
            placed.values = edge.values;
            placed.stub = edge.stub;
            for (const Point& point : edge.points)
                placed.points.push_back({origin.x + point.x, origin.y + point.y});
            result.edges.push_back(std::move(placed));
        }
    }

    const Structure& m_structure;
    const LayoutOptions& m_options;
    std::vector<char> m_open; // by box: shows its children
    std::vector<Level> m_levels; // by box
    std::vector<int> m_levelNode; // by box: its node in its parent's level
    std::vector<int> m_order; // open boxes, parents first
    std::map<std::pair<int, std::pair<int, int>>, std::size_t> m_edgeIndex;
    std::unordered_map<int, Point> m_origin; // by open box
};

} // namespace

Layout layout(const Structure& structure, const std::set<int>& expanded, const LayoutOptions& options)
{
    return Arranger(structure, expanded, options).arrange();
}

int visibleBox(const Structure& structure, const std::set<int>& expanded, int box)
{
    int visible = box;
    for (int at0 = box; at0 > 0; at0 = structure.boxes[at(at0)].parent) {
        const int parent = structure.boxes[at(at0)].parent;
        if (parent > 0 && !expanded.count(parent))
            visible = parent;
    }
    return visible;
}

} // namespace octet::graph
