// SPDX-License-Identifier: GPL-3.0-or-later
// One level of the layout: the children of one box. See layout.cpp for the whole.
#pragma once

#include "core/graph/layout.h"

namespace octet::graph {

struct LevelNode
{
    int box = -1; // -1: the frame's own border (source above, sink below)
    bool frame = false; // expanded: edges enter at the top and leave at the bottom only
    bool flexible = false; // width may shrink to LayoutOptions::leafWidth beside others
    double width = 0, height = 0;
    double anchor = 0; // x of its main column, from its left side: where edges enter and leave
    int rank = 0;
    double x = 0; // of the anchor; after placing, relative to the level's left side
    double y = 0; // of the top
};

struct LevelEdge
{
    int from = 0, to = 0; // level nodes
    std::vector<std::string> values;
    bool backward = false; // closes a cycle: left out of ranking
    bool stub = false;
    std::vector<Point> points;
};

struct Level
{
    std::vector<LevelNode> nodes;
    std::vector<LevelEdge> edges;
    int source = -1, sink = -1; // the frame's border nodes, -1 = none
    std::vector<std::vector<int>> ranks; // nodes of each rank, left to right
    double width = 0, height = 0;
    double anchor = 0; // x of the main column
};

/// Ranks by longest path, orders by barycenters, places columns. Deterministic.
void rankLevel(Level& level);
void orderLevel(Level& level, const LayoutOptions& options);
void placeColumns(Level& level, const LayoutOptions& options);
/// Lanes, channels, heights of the rows, and the points of every edge.
void routeLevel(Level& level, const LayoutOptions& options);

/// Throws Error(Cancelled) when the options say so.
void checkCancelled(const LayoutOptions& options);

} // namespace octet::graph
