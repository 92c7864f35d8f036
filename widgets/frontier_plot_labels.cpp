// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/frontier_plot_labels.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace octet::widgets {

namespace {

constexpr int columns = 64, rows = 48; // what lies beyond belongs to the outermost cells
constexpr double cellSize = 24;

constexpr double coverCost = 1000; // of covering a mark: above any detour
constexpr double crossCost = 200; // of words struck through by a line: above most detours

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

int cellOf(double place, int count)
{
    return std::clamp(int(place / cellSize), 0, count - 1);
}

bool overlap(const QRectF& a, const QRectF& b)
{
    return a.left() < b.right() && b.left() < a.right() && a.top() < b.bottom() && b.top() < a.bottom();
}

/// Obstacles that a cost may grow by before it is no better than `limit`.
int enough(double cost, double limit, double each)
{
    return int(std::clamp((limit - cost) / each + 1, 0.0, 1e6));
}

double occupied(const LabelSpace& space, const QRectF& rect, double cost, double limit)
{
    cost += coverCost * space.obstacles.under(rect, enough(cost, limit, coverCost));
    if (cost >= limit)
        return cost;
    for (const QLineF& line : space.lines)
        if (crosses(rect, line))
            cost += crossCost;
    return cost;
}

double withLeader(const LabelSpace& space, const QLineF& leader, double cost, double limit)
{
    return cost + coverCost / 4 * space.obstacles.under(leader, enough(cost, limit, coverCost / 4));
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

void Obstacles::append(const QRectF& rect)
{
    if (m_cells.isEmpty())
        m_cells.resize(columns * rows);
    const int index = int(m_all.size());
    m_all.append(rect);
    for (int row = cellOf(rect.top(), rows); row <= cellOf(rect.bottom(), rows); ++row)
        for (int column = cellOf(rect.left(), columns); column <= cellOf(rect.right(), columns); ++column)
            m_cells[row * columns + column].append(index);
}

template <typename Hit> int Obstacles::count(const QRectF& near, int enough, Hit hit) const
{
    int found = 0;
    if (m_cells.isEmpty())
        return found;
    const int left = cellOf(near.left(), columns), top = cellOf(near.top(), rows);
    for (int row = top; row <= cellOf(near.bottom(), rows); ++row)
        for (int column = left; column <= cellOf(near.right(), columns); ++column)
            for (const int index : m_cells[row * columns + column]) {
                const QRectF& rect = m_all[index];
                // One that lies in several of these cells counts in the first.
                const bool first = column == std::max(left, cellOf(rect.left(), columns))
                    && row == std::max(top, cellOf(rect.top(), rows));
                if (first && hit(rect) && ++found >= enough)
                    return found;
            }
    return found;
}

int Obstacles::under(const QRectF& rect, int enough) const
{
    return count(rect, enough, [&](const QRectF& obstacle) { return overlap(obstacle, rect); });
}

int Obstacles::under(const QLineF& line, int enough) const
{
    return count(QRectF(line.p1(), line.p2()).normalized(), enough,
        [&](const QRectF& obstacle) { return crosses(obstacle.adjusted(1, 1, -1, -1), line); });
}

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
            // Past the mark's own place, which it must cross.
            const double own = std::min(1.0, (1.5 * radius + 5) / std::max(1.0, QLineF(anchor, end).length()));
            if (leader)
                cost = withLeader(space, {QLineF(anchor, end).pointAt(own), end}, cost, best.cost);
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
