// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/graph_walk.h"

#include <cmath>
#include <limits>

namespace octet::widgets {

namespace {

int parentOf(const graph::Structure& structure, int box)
{
    return structure.boxes[std::size_t(box)].parent;
}

struct Found
{
    int box = -1; // the nearest on the same level
    bool border = false; // an edge leads to or comes from the frame around
};

/// A layout's edges belong to one level: what crosses a frame ends at its border, and starts there anew inside.
Found alongEdges(const GraphScene& scene, const graph::Structure& structure, int from, bool down)
{
    const QPointF centre = scene.rect(from).center();
    Found found;
    double best = std::numeric_limits<double>::max();
    for (const graph::PlacedEdge& edge : scene.layout().edges) {
        const int near = down ? edge.from : edge.to, far = down ? edge.to : edge.from;
        if (near != from || parentOf(structure, far) == from)
            continue; // the latter is a frame's own border, seen from inside
        if (far == parentOf(structure, from)) {
            found.border = true;
            continue;
        }
        const QPointF delta = scene.rect(far).center() - centre;
        const double distance = std::abs(delta.y()) + 0.5 * std::abs(delta.x());
        if (distance < best)
            best = distance, found.box = far;
    }
    return found;
}

bool hasFrame(const GraphScene& scene, const graph::Structure& structure, int box)
{
    return parentOf(structure, box) > 0 && scene.placed(parentOf(structure, box)) >= 0;
}

int below(const GraphScene& scene, const graph::Structure& structure, int from)
{
    for (int box = from;;) {
        const Found found = alongEdges(scene, structure, box, true);
        if (found.box >= 0 || !hasFrame(scene, structure, box))
            return found.box;
        box = parentOf(structure, box);
    }
}

/// The lowest box in an open frame, which its consumers read.
int lastChild(const GraphScene& scene, int frame, const graph::Structure& structure)
{
    int last = -1;
    for (const int child : structure.boxes[std::size_t(frame)].children)
        if (scene.placed(child) >= 0 && (last < 0 || scene.rect(child).bottom() > scene.rect(last).bottom()))
            last = child;
    return last;
}

int above(const GraphScene& scene, const graph::Structure& structure, int from)
{
    const Found found = alongEdges(scene, structure, from, false);
    if (found.box < 0)
        return hasFrame(scene, structure, from) ? parentOf(structure, from) : -1;
    int box = found.box;
    while (scene.expanded(box)) {
        const int last = lastChild(scene, box, structure);
        if (last < 0)
            break;
        box = last;
    }
    return box;
}

int firstChild(const GraphScene& scene, int frame, const graph::Structure& structure)
{
    for (const int child : structure.boxes[std::size_t(frame)].children)
        if (scene.placed(child) >= 0)
            return child;
    return -1;
}

int nearestAside(const GraphScene& scene, int from, bool right)
{
    const QRectF rect = scene.rect(from);
    int best = -1;
    double bestDistance = std::numeric_limits<double>::max();
    for (const int index :
        scene.boxesIn(QRectF(scene.bounds().left(), rect.top(), scene.bounds().width(), rect.height()))) {
        const graph::PlacedBox& other = scene.layout().boxes[std::size_t(index)];
        const double delta = toQt(other.rect).center().x() - rect.center().x();
        if (other.box == from || other.expanded || (right ? delta < 1 : delta > -1))
            continue;
        if (std::abs(delta) < bestDistance)
            bestDistance = std::abs(delta), best = other.box;
    }
    return best;
}

} // namespace

int walk(const GraphScene& scene, const graph::Structure& structure, int from, Step step)
{
    if (scene.isEmpty())
        return -1;
    if (scene.placed(from) < 0)
        return scene.layout().boxes.front().box;
    switch (step) {
    case Step::Left:
    case Step::Right:
        return nearestAside(scene, from, step == Step::Right);
    case Step::Down:
        if (scene.expanded(from))
            if (const int child = firstChild(scene, from, structure); child >= 0)
                return child;
        return below(scene, structure, from);
    case Step::Up:
        return above(scene, structure, from);
    }
    return -1;
}

} // namespace octet::widgets
