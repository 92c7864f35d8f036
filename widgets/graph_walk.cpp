// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/graph_walk.h"

#include <cmath>
#include <limits>

namespace octet::widgets {

namespace {

bool isBelow(const graph::Structure& structure, int box, int ancestor)
{
    for (; box > 0; box = structure.boxes[std::size_t(box)].parent)
        if (box == ancestor)
            return true;
    return ancestor == 0;
}

int nearestAlongEdges(const GraphScene& scene, const graph::Structure& structure, int from, bool down)
{
    const QPointF centre = scene.rect(from).center();
    int best = -1;
    double bestDistance = std::numeric_limits<double>::max();
    for (const graph::PlacedEdge& edge : scene.layout().edges) {
        const int near = down ? edge.from : edge.to, far = down ? edge.to : edge.from;
        // An open frame stands for everything in it: leaving it follows the edges that cross its border.
        if (!isBelow(structure, near, from) || isBelow(structure, far, from))
            continue;
        const QPointF delta = scene.rect(far).center() - centre;
        const double distance = std::abs(delta.y()) + 0.5 * std::abs(delta.x());
        if (distance < bestDistance)
            bestDistance = distance, best = far;
    }
    return best;
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
        return nearestAlongEdges(scene, structure, from, true);
    case Step::Up: {
        const int producer = nearestAlongEdges(scene, structure, from, false);
        const int parent = structure.boxes[std::size_t(from)].parent;
        // From the first box of a frame the way up leads to the frame itself, else it could not be reached by keys.
        if (parent > 0 && scene.placed(parent) >= 0 && (producer < 0 || !isBelow(structure, producer, parent)))
            return parent;
        return producer;
    }
    }
    return -1;
}

} // namespace octet::widgets
