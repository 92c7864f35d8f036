// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/frontier_plot_labels.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace octet::widgets {

namespace {

constexpr double coverCost = 1000; // of covering a mark: above any detour
constexpr double crossCost = 60;

bool crosses(const QRectF& rect, const QLineF& line)
{
    // Most of a crowd is far away.
    if (std::max(line.x1(), line.x2()) < rect.left() || std::min(line.x1(), line.x2()) > rect.right()
        || std::max(line.y1(), line.y2()) < rect.top() || std::min(line.y1(), line.y2()) > rect.bottom())
        return false;
    if (rect.contains(line.p1()) || rect.contains(line.p2()))
        return true;
    const QLineF sides[] = {{rect.topLeft(), rect.topRight()}, {rect.topRight(), rect.bottomRight()},
        {rect.bottomRight(), rect.bottomLeft()}, {rect.bottomLeft(), rect.topLeft()}};
    return std::any_of(std::begin(sides), std::end(sides),
        [&](const QLineF& side) { return side.intersects(line, nullptr) == QLineF::BoundedIntersection; });
}

/// Stops adding where it is no better than `limit`.
double occupied(const LabelSpace& space, const QRectF& rect, double cost, double limit)
{
    for (const QRectF& obstacle : space.obstacles) {
        if (obstacle.intersects(rect))
            cost += coverCost;
        if (cost >= limit)
            return cost;
    }
    for (const QLineF& line : space.lines)
        if (crosses(rect, line))
            cost += crossCost;
    return cost;
}

double withLeader(const LabelSpace& space, const QLineF& leader, double cost, double limit)
{
    for (const QRectF& obstacle : space.obstacles) {
        if (cost >= limit)
            return cost;
        if (crosses(obstacle.adjusted(1, 1, -1, -1), leader))
            cost += coverCost / 4;
    }
    return cost;
}

QPointF nearestOn(const QRectF& rect, QPointF point)
{
    return {std::clamp(point.x(), rect.left(), rect.right()), std::clamp(point.y(), rect.top(), rect.bottom())};
}

/// The rectangle of `size` whose side faces the anchor in direction (dx, dy), `distance` px away.
QRectF rectTowards(QPointF anchor, double dx, double dy, double distance, QSizeF size)
{
    const QPointF near = anchor + QPointF(dx, dy) * distance;
    const double left = dx > 0.35 ? near.x() : dx < -0.35 ? near.x() - size.width() : near.x() - size.width() / 2;
    const double top = dy > 0.35 ? near.y() : dy < -0.35 ? near.y() - size.height() : near.y() - size.height() / 2;
    return {QPointF(left, top), size};
}

} // namespace

PlacedLabel placeLabel(const LabelSpace& space, QPointF anchor, double radius, QSizeF size)
{
    PlacedLabel best;
    best.cost = std::numeric_limits<double>::infinity();
    for (const double gap : {5.0, 14.0, 26.0, 40.0, 58.0, 80.0, 110.0}) {
        for (int step = 0; step < 12; ++step) {
            // To the right first, then around: words read best beside their mark.
            const int turn = step % 2 == 0 ? step / 2 : -(step + 1) / 2;
            const double angle = turn * std::numbers::pi / 6;
            const double dx = std::cos(angle), dy = std::sin(angle);
            const QRectF rect = rectTowards(anchor, dx, dy, radius + gap, size);
            if (!space.bounds.contains(rect))
                continue;
            const QPointF end = nearestOn(rect, anchor);
            QLineF line(anchor, end);
            const bool leader = line.length() > radius + 12;
            line.setP1(line.pointAt(std::min(1.0, (radius + 1) / std::max(1.0, line.length()))));
            double cost = gap * 1.2 + std::abs(turn) * 2.0 + (leader ? 12 : 0);
            cost = occupied(space, rect, cost, best.cost);
            if (leader)
                cost = withLeader(space, line, cost, best.cost);
            if (cost < best.cost)
                best = {rect, leader, line, cost};
        }
    }
    if (!std::isfinite(best.cost)) {
        QRectF rect = rectTowards(anchor, 1, 0, radius + 5, size);
        rect.moveLeft(std::clamp(
            rect.left(), space.bounds.left(), std::max(space.bounds.left(), space.bounds.right() - size.width())));
        rect.moveTop(std::clamp(
            rect.top(), space.bounds.top(), std::max(space.bounds.top(), space.bounds.bottom() - size.height())));
        best = {rect, false, {}, coverCost};
    }
    return best;
}

QRectF placeBox(const LabelSpace& space, QSizeF size)
{
    constexpr int steps = 8;
    const double freeX = space.bounds.width() - size.width();
    const double freeY = space.bounds.height() - size.height();
    if (freeX < 0 || freeY < 0)
        return {};
    QRectF best;
    double bestCost = coverCost;
    for (int row = 0; row <= steps; ++row) {
        for (int column = 0; column <= steps; ++column) {
            const QRectF rect(space.bounds.left() + freeX * (steps - column) / steps,
                space.bounds.top() + freeY * (steps - row) / steps, size.width(), size.height());
            const double cost = occupied(space, rect, row * 3 + column * 4, bestCost);
            if (cost < bestCost) {
                best = rect;
                bestCost = cost;
            }
        }
    }
    return best;
}

} // namespace octet::widgets
