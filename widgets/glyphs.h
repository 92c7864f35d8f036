// SPDX-License-Identifier: GPL-3.0-or-later
// Shapes that are painted into plots, tables and chips, where the colour depends on the row and an icon file would not
// do: the marks of trials, and small signs on a 16 px grid with a 1.5 px stroke.
#pragma once

#include "widgets/frontier_plot.h"

#include <QColor>
#include <QIcon>
#include <QPointF>
#include <QRectF>

class QPainter;
class QPalette;

namespace octet::widgets {

struct Theme;

enum class MarkShape { Circle, Diamond, Triangle, Square, Ring, Star, HollowStar, DownTriangle, Cross, Dotted };

/// `size` is the shape's width in px; `background` fills hollow shapes and the thin halo that keeps neighbours apart.
void paintMark(
    QPainter& painter, MarkShape shape, QPointF centre, double size, const QColor& colour, const QColor& background);

struct MarkLook
{
    MarkShape shape = MarkShape::Circle;
    double size = 9;
    QColor colour;
    QString word; // "Chosen", "Today (fp32)"; empty for Role::Other
};
/// Shape, size, colour and word of a trial, the same in plot and table. Hue belongs to the labelled roles only.
MarkLook markLook(Mark::Kind kind, Mark::Role role, const Theme& theme);

enum class Glyph { Check, Approx, Cross, Warning, Info, Pin, Log, Stop, Folder, Search, ChevronDown, Open };
void paintGlyph(QPainter& painter, Glyph glyph, const QRectF& rect, const QColor& colour);
/// As an icon in `colour`, sharp at every scale factor.
QIcon glyphIcon(Glyph glyph, const QColor& colour, const QColor& disabled);

} // namespace octet::widgets
