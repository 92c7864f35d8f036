// SPDX-License-Identifier: GPL-3.0-or-later
// The marks of trials: shape, size, colour and word, the same in the plot and in the table.
#pragma once

#include "core/values/trial.h"
#include "widgets/frontier_plot.h"

#include <QColor>
#include <QPixmap>
#include <QPointF>
#include <QRectF>
#include <QVector>

class QPainter;

namespace octet::widgets {

struct Theme;

enum class MarkShape { Circle, Diamond, Triangle, Square, Ring, Star, HollowStar, DownTriangle, Cross, Dotted };

/// `size` is the shape's width in px; `background` fills hollow shapes and the thin halo that keeps neighbours apart.
void paintMark(
    QPainter& painter, MarkShape shape, QPointF centre, double size, const QColor& colour, const QColor& background);

/// Many marks of a few looks: each look is painted once and then copied, to the nearest pixel.
class MarkStamps
{
public:
    explicit MarkStamps(QPainter& painter);
    void paint(MarkShape shape, QPointF centre, double size, const QColor& colour, const QColor& background);

private:
    struct Stamp
    {
        MarkShape shape;
        double size;
        QColor colour, background;
        QPixmap pixmap;
    };
    QPainter& m_painter;
    double m_scale;
    QVector<Stamp> m_stamps; // a handful: searched from the front
};

/// By what it ran in, or was to run in.
Mark::Kind markKind(const Trial& trial);

struct MarkLook
{
    MarkShape shape = MarkShape::Circle;
    double size = 9;
    QColor colour;
    QString word; // "Chosen", "Today (fp32)"; empty for Role::Other
};
/// Shape, size, colour and word of a trial, the same in plot and table. Hue belongs to the labelled roles only.
MarkLook markLook(Mark::Kind kind, Mark::Role role, const Theme& theme);

/// An icon of resources/icons in `colour`, sharp at the painter's scale factor.
void paintIcon(QPainter& painter, const QString& name, const QRectF& rect, const QColor& colour);

} // namespace octet::widgets
