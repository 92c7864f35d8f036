// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/layout_level.h"

#include "core/values/error.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace octet::graph {

namespace {

std::size_t at(int i)
{
    return static_cast<std::size_t>(i);
}

struct Neighbours
{
    std::vector<std::vector<int>> above, below; // nodes, by forward edges
};

Neighbours neighbours(const Level& level)
{
    Neighbours result{
        std::vector<std::vector<int>>(level.nodes.size()), std::vector<std::vector<int>>(level.nodes.size())};
    for (const LevelEdge& edge : level.edges)
        if (!edge.backward) {
            result.below[at(edge.from)].push_back(edge.to);
            result.above[at(edge.to)].push_back(edge.from);
        }
    return result;
}

// Depth-first; an edge to a node that is still open closes a cycle.
void markBackward(Level& level)
{
    std::vector<std::vector<std::size_t>> out(level.nodes.size());
    for (std::size_t e = 0; e < level.edges.size(); ++e)
        out[at(level.edges[e].from)].push_back(e);
    enum State : char { New, Open, Done };
    std::vector<State> state(level.nodes.size(), New);
    std::vector<std::pair<int, std::size_t>> stack;
    for (std::size_t start = 0; start < level.nodes.size(); ++start) {
        if (state[start] != New)
            continue;
        state[start] = Open;
        stack.emplace_back(static_cast<int>(start), 0);
        while (!stack.empty()) {
            auto& [node, next] = stack.back();
            if (next == out[at(node)].size()) {
                state[at(node)] = Done;
                stack.pop_back();
                continue;
            }
            LevelEdge& edge = level.edges[out[at(node)][next++]];
            if (state[at(edge.to)] == Open) {
                edge.backward = true;
            } else if (state[at(edge.to)] == New) {
                state[at(edge.to)] = Open;
                stack.emplace_back(edge.to, 0);
            }
        }
    }
}

std::vector<int> topological(const Level& level, const Neighbours& next)
{
    std::vector<int> order, open(level.nodes.size());
    for (std::size_t i = 0; i < level.nodes.size(); ++i) {
        open[i] = static_cast<int>(next.above[i].size());
        if (open[i] == 0)
            order.push_back(static_cast<int>(i));
    }
    for (std::size_t i = 0; i < order.size(); ++i)
        for (const int below : next.below[at(order[i])])
            if (--open[at(below)] == 0)
                order.push_back(below);
    return order;
}

// A long fan-out would draw a bundle of lanes beside everything: short named stubs instead.
void markStubs(Level& level)
{
    constexpr int manyTargets = 4;
    constexpr std::size_t manyLanes = 400;
    std::vector<int> longEdges(level.nodes.size(), 0);
    const auto span = [&](const LevelEdge& e) { return level.nodes[at(e.to)].rank - level.nodes[at(e.from)].rank; };
    std::vector<LevelEdge*> lanes;
    for (LevelEdge& edge : level.edges)
        longEdges[at(edge.from)] += !edge.backward && span(edge) > 1;
    for (LevelEdge& edge : level.edges) {
        edge.stub = !edge.backward && span(edge) > 1 && longEdges[at(edge.from)] >= manyTargets;
        if (!edge.stub && span(edge) != 1)
            lanes.push_back(&edge);
    }
    if (lanes.size() <= manyLanes)
        return;
    std::stable_sort(lanes.begin(), lanes.end(),
        [&](const LevelEdge* a, const LevelEdge* b) { return std::abs(span(*a)) < std::abs(span(*b)); });
    for (std::size_t i = manyLanes; i < lanes.size(); ++i)
        lanes[i]->stub = true;
}

// The longest path, as one node a rank where it passes; -1 elsewhere. Where it passes through one of several equal
// branches (query, key, value), none is the main one.
std::vector<int> mainChain(const Level& level, const Neighbours& next)
{
    std::vector<int> chain(level.ranks.size(), -1);
    int node = level.sink;
    if (node < 0)
        for (std::size_t i = 0; i < level.nodes.size(); ++i)
            if (node < 0 || level.nodes[i].rank > level.nodes[at(node)].rank)
                node = static_cast<int>(i);
    while (node >= 0) {
        chain[at(level.nodes[at(node)].rank)] = node;
        int above = -1;
        for (const int candidate : next.above[at(node)])
            if (level.nodes[at(candidate)].rank == level.nodes[at(node)].rank - 1 && (above < 0 || candidate < above))
                above = candidate;
        node = above;
    }
    const auto close = [&](const std::vector<int>& others, int rank) {
        std::vector<int> result;
        for (const int other : others)
            if (std::abs(level.nodes[at(other)].rank - rank) == 1)
                result.push_back(other);
        std::sort(result.begin(), result.end());
        return result;
    };
    for (std::size_t r = 0; r < chain.size(); ++r) {
        if (chain[r] < 0 || level.ranks[r].size() < 2)
            continue;
        const int rank = static_cast<int>(r);
        const auto above = close(next.above[at(chain[r])], rank), below = close(next.below[at(chain[r])], rank);
        const bool equal = std::all_of(level.ranks[r].begin(), level.ranks[r].end(),
            [&](int n) { return close(next.above[at(n)], rank) == above && close(next.below[at(n)], rank) == below; });
        if (equal)
            chain[r] = -1;
    }
    return chain;
}

// Least squares under x[i + 1] - x[i] >= separation[i]: isotonic regression, by pooling adjacent violators.
std::vector<double> separate(const std::vector<double>& wanted, const std::vector<double>& offsets)
{
    struct Pool
    {
        double sum;
        double count;
        double mean() const { return sum / count; }
    };
    std::vector<Pool> pools;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        pools.push_back({wanted[i] - offsets[i], 1});
        while (pools.size() > 1 && pools[pools.size() - 2].mean() > pools.back().mean()) {
            const Pool last = pools.back();
            pools.pop_back();
            pools.back().sum += last.sum;
            pools.back().count += last.count;
        }
    }
    std::vector<double> result;
    for (const Pool& pool : pools)
        for (int k = 0; k < static_cast<int>(pool.count); ++k)
            result.push_back(pool.mean() + offsets[result.size()]);
    return result;
}

void placeRank(Level& level, const std::vector<int>& rank, int fixed, const std::vector<double>& wanted, double gap)
{
    std::vector<double> offsets(rank.size(), 0);
    for (std::size_t i = 1; i < rank.size(); ++i) {
        const LevelNode& left = level.nodes[at(rank[i - 1])];
        offsets[i] = offsets[i - 1] + (left.width - left.anchor) + gap + level.nodes[at(rank[i])].anchor;
    }
    std::vector<double> xs = separate(wanted, offsets);
    if (fixed >= 0) {
        // With a bound, the solution is that of either side alone, clipped at the bound.
        const auto f = static_cast<std::size_t>(std::find(rank.begin(), rank.end(), fixed) - rank.begin());
        using Iterator = std::vector<double>::difference_type;
        const auto part = [&](std::size_t from, std::size_t to) {
            return separate({wanted.begin() + static_cast<Iterator>(from), wanted.begin() + static_cast<Iterator>(to)},
                {offsets.begin() + static_cast<Iterator>(from), offsets.begin() + static_cast<Iterator>(to)});
        };
        const auto left = part(0, f), right = part(f + 1, rank.size());
        for (std::size_t i = 0; i < f; ++i)
            xs[i] = std::min(left[i], offsets[i] - offsets[f]);
        xs[f] = 0;
        for (std::size_t i = f + 1; i < rank.size(); ++i)
            xs[i] = std::max(right[i - f - 1], offsets[i] - offsets[f]);
    }
    for (std::size_t i = 0; i < rank.size(); ++i)
        level.nodes[at(rank[i])].x = xs[i];
}

} // namespace

void checkCancelled(const LayoutOptions& options)
{
    if (options.cancelled && options.cancelled())
        throw Error(ErrorKind::Cancelled, "The layout of the graph was cancelled.");
}

void rankLevel(Level& level)
{
    markBackward(level);
    const Neighbours next = neighbours(level);
    const std::vector<int> order = topological(level, next);
    const int first = level.source >= 0 ? 1 : 0;
    int last = 0;
    for (const int node : order) {
        int rank = node == level.source ? 0 : first;
        for (const int above : next.above[at(node)])
            rank = std::max(rank, level.nodes[at(above)].rank + 1);
        level.nodes[at(node)].rank = rank;
        last = std::max(last, rank + (level.sink >= 0 && node != level.sink ? 1 : 0));
    }
    if (level.sink >= 0)
        level.nodes[at(level.sink)].rank = last;
    // What nothing above feeds goes down to its reader (embeddings that join late, masks, constants' ops).
    std::vector<char> freeNode(level.nodes.size(), 0);
    for (const int node : order)
        freeNode[at(node)] = node != level.source
            && std::all_of(
                next.above[at(node)].begin(), next.above[at(node)].end(), [&](int n) { return freeNode[at(n)]; });
    for (auto it = order.rbegin(); it != order.rend(); ++it) {
        const auto& below = next.below[at(*it)];
        if (!freeNode[at(*it)] || below.empty())
            continue;
        int nearest = std::numeric_limits<int>::max();
        for (const int node : below)
            nearest = std::min(nearest, level.nodes[at(node)].rank);
        level.nodes[at(*it)].rank = std::max(level.nodes[at(*it)].rank, nearest - 1);
    }
    level.ranks.assign(at(last) + 1, {});
    for (std::size_t i = 0; i < level.nodes.size(); ++i)
        level.ranks[at(level.nodes[i].rank)].push_back(static_cast<int>(i));
    markStubs(level);
}

void orderLevel(Level& level, const LayoutOptions& options)
{
    const Neighbours next = neighbours(level);
    std::vector<double> place(level.nodes.size(), 0);
    const auto number = [&](const std::vector<int>& rank) {
        for (std::size_t i = 0; i < rank.size(); ++i)
            place[at(rank[i])] = static_cast<double>(i) - static_cast<double>(rank.size() - 1) / 2;
    };
    for (const auto& rank : level.ranks)
        number(rank);
    const auto sweep = [&](std::vector<int>& rank, const std::vector<std::vector<int>>& others) {
        if (rank.size() < 2)
            return;
        std::vector<std::pair<double, int>> keyed;
        for (const int node : rank) {
            double sum = 0;
            for (const int other : others[at(node)])
                sum += place[at(other)];
            const auto count = static_cast<double>(others[at(node)].size());
            keyed.emplace_back(count > 0 ? sum / count : place[at(node)], node);
        }
        std::stable_sort(keyed.begin(), keyed.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
        for (std::size_t i = 0; i < rank.size(); ++i)
            rank[i] = keyed[i].second;
        number(rank);
    };
    for (int round = 0; round < 3; ++round) {
        checkCancelled(options);
        for (auto& rank : level.ranks)
            sweep(rank, next.above);
        for (auto it = level.ranks.rbegin(); it != level.ranks.rend(); ++it)
            sweep(*it, next.below);
    }
}

void placeColumns(Level& level, const LayoutOptions& options)
{
    for (const auto& rank : level.ranks) {
        if (rank.size() < 2)
            continue;
        const auto count = static_cast<double>(rank.size());
        const double share = (options.boxWidth - (count - 1) * options.columnGap) / count;
        for (const int node : rank) {
            LevelNode& n = level.nodes[at(node)];
            if (n.flexible) {
                n.width = std::min(n.width, std::max(options.leafWidth, share));
                n.anchor = n.width / 2;
            }
        }
    }
    const Neighbours next = neighbours(level);
    const std::vector<int> chain = mainChain(level, next);
    const auto sweep = [&](std::size_t r, const std::vector<std::vector<int>>* others) {
        const auto& rank = level.ranks[r];
        std::vector<double> wanted;
        for (const int node : rank) {
            double sum = 0, count = 0;
            if (others)
                for (const int other : (*others)[at(node)])
                    if (std::abs(level.nodes[at(other)].rank - level.nodes[at(node)].rank) == 1) {
                        sum += level.nodes[at(other)].x;
                        ++count;
                    }
            wanted.push_back(count > 0 ? sum / count : level.nodes[at(node)].x);
        }
        placeRank(level, rank, chain[r], wanted, options.columnGap);
    };
    for (std::size_t r = 0; r < level.ranks.size(); ++r)
        sweep(r, nullptr);
    for (int round = 0; round < 4; ++round) {
        checkCancelled(options);
        for (std::size_t r = 0; r < level.ranks.size(); ++r)
            sweep(r, &next.above);
        for (std::size_t r = level.ranks.size(); r-- > 0;)
            sweep(r, &next.below);
    }
    double left = std::numeric_limits<double>::max();
    for (LevelNode& node : level.nodes)
        left = std::min(left, node.x - node.anchor);
    // Whole numbers keep lines sharp on the screen, and equal columns equal.
    for (LevelNode& node : level.nodes)
        node.x = std::round(node.x - left);
    level.anchor = std::round(-left);
}

} // namespace octet::graph
