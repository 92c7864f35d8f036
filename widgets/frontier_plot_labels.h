// SPDX-License-Identifier: GPL-3.0-or-later
// Finds places for words beside marks: never over a mark, inside the area, as near as possible, else with a leader.
#pragma once

#include <QLineF>
#include <QPointF>
#include <QRectF>
#include <QSizeF>
#include <QVector>

namespace octet::widgets {

/// Rectangles in a grid: of a crowd only those nearby are looked at, for each of the many places that are tried.
class Obstacles
{
public:
    void append(const QRectF& rect);
    const QVector<QRectF>& all() const { return m_all; }
    /// How many intersect `rect`; stops counting at `enough`.
    int under(const QRectF& rect, int enough = 1 << 30) const;
    /// How many `line` crosses by more than a pixel, likewise.
    int under(const QLineF& line, int enough) const;

private:
    template <typename Hit> int count(const QRectF& near, int enough, Hit hit) const;

    QVector<QRectF> m_all;
    QVector<QVector<int>> m_cells; // indices, row by row
};

struct LabelSpace
{
    QRectF bounds;
    Obstacles obstacles; // marks, other words: never covered while any free place is left
    QVector<QLineF> lines; // the frontier: better not crossed
};

struct PlacedLabel
{
    QRectF rect;
    bool leader = false; // the words are far enough away to need a line to the mark
    QLineF leaderLine;
    double cost = 0;
};

/// Greedy: the nearest free of 12 directions at growing distances. Deterministic.
PlacedLabel placeLabel(const LabelSpace& space, QPointF anchor, double radius, QSizeF size);

/// The emptiest place for a box of `size` on a coarse grid, preferring the lower right corner.
QRectF placeBox(const LabelSpace& space, QSizeF size);

} // namespace octet::widgets
