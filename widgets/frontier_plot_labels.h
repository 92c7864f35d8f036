// SPDX-License-Identifier: GPL-3.0-or-later
// Finds places for words beside marks: never over a mark, inside the area, as near as possible, else with a leader.
#pragma once

#include <QLineF>
#include <QPointF>
#include <QRectF>
#include <QSizeF>
#include <QVector>

namespace octet::widgets {

struct LabelSpace
{
    QRectF bounds;
    QVector<QRectF> obstacles; // marks, other words: never covered while any free place is left
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
