// SPDX-License-Identifier: GPL-3.0-or-later
// Layered layout (Sugiyama) of the visible boxes: top-down, deterministic, cancellable. No Qt.
#pragma once

#include "core/graph/structure.h"

#include <functional>
#include <set>

namespace octet::graph {

struct Point
{
    double x = 0, y = 0;
};
struct Rect
{
    double x = 0, y = 0, width = 0, height = 0;
};

struct LayoutOptions
{
    double boxWidth = 256, boxHeight = 34, leafWidth = 96; // see the mock-ups; heights grow with the lines asked for
    double rowGap = 18, columnGap = 14, padding = 12, headerHeight = 26;
    bool hidePlumbing = true;
    /// Size of a collapsed box; default: boxWidth x boxHeight.
    std::function<std::pair<double, double>(const Box&)> size;
    std::function<bool()> cancelled; // polled; a cancelled layout throws Error(Cancelled)
};

struct PlacedBox
{
    int box = 0;
    Rect rect; // scene coordinates; an expanded box is a frame around its children
    bool expanded = false;
};
struct PlacedEdge
{
    /// Placed boxes of one level, or one of them and the frame around it: an edge from a frame starts below its header,
    /// one to a frame ends at its bottom.
    int from = 0, to = 0;
    std::vector<std::string> values; // ONNX values that it carries
    std::vector<Point> points; // polyline with right angles, arrow at the end
    bool stub = false; // long fan-out (mask to every layer), drawn as a named stub
};
struct Layout
{
    std::vector<PlacedBox> boxes; // a frame before what is in it
    std::vector<PlacedEdge> edges;
    Rect bounds;
};

/// Shows the root's children, and the children of every box in `expanded`.
Layout layout(const Structure& structure, const std::set<int>& expanded, const LayoutOptions& options = {});

/// The visible box that stands for `box` (itself or its nearest collapsed ancestor).
int visibleBox(const Structure& structure, const std::set<int>& expanded, int box);

} // namespace octet::graph
