// SPDX-License-Identifier: GPL-3.0-or-later
// "I8", "F32", "5 I8 · 1 F32": words for precisions, each in its own colour, on a chip or bare.
#pragma once

#include "widgets/graph_summary.h"
#include "widgets/theme.h"

#include <QFont>
#include <QVector>

class QPainter;
class QRectF;

namespace octet::widgets {

struct BadgePart
{
    QString text; // "5 I8"
    Precision precision = Precision::Fp32;
};
using Badge = QVector<BadgePart>; // empty = no product here

QString badgeName(Precision precision); // "I8", "BF16", "F32"
QColor precisionColour(const Theme& theme, Precision precision);
QColor precisionTint(const Theme& theme, Precision precision);

/// A single product has no number unless `alwaysCount`; products that are not counted never have one.
Badge badge(const BoxSummary& summary, bool alwaysCount);
QString badgeText(const Badge& badge);

/// 8 pt, 600, as visual.md has it; `base` gives the family.
QFont badgeFont(const QFont& base);
/// Of the text alone, in the units of `font`.
qreal badgeTextWidth(const Badge& badge, const QFont& font);
/// The parts, left to right from the left edge of `rect`, vertically centred. Draws no chip.
void paintBadgeText(QPainter& painter, const QRectF& rect, const Badge& badge, const QFont& font, const Theme& theme);
/// The same on a chip that fills `rect`.
void paintBadgeChip(QPainter& painter, const QRectF& rect, const Badge& badge, const QFont& font, const Theme& theme);

constexpr qreal kBadgePadding = 7; // left and right of the text on a chip

} // namespace octet::widgets
