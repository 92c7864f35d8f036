// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/precision_badge.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>

namespace octet::widgets {

namespace {
QString separator()
{
    return QStringLiteral(" \u00b7 ");
}
} // namespace

QString badgeName(Precision precision)
{
    switch (precision) {
    case Precision::Int8:
        return QStringLiteral("I8");
    case Precision::Bf16:
        return QStringLiteral("BF16");
    case Precision::Fp32:
        return QStringLiteral("F32");
    }
    return {};
}

QColor precisionColour(const Theme& theme, Precision precision)
{
    return precision == Precision::Int8 ? theme.int8 : precision == Precision::Bf16 ? theme.bf16 : theme.fp32;
}

QColor precisionTint(const Theme& theme, Precision precision)
{
    return precision == Precision::Int8 ? theme.int8Tint
        : precision == Precision::Bf16  ? theme.bf16Tint
                                        : theme.fp32Tint;
}

Badge badge(const BoxSummary& summary, bool alwaysCount)
{
    const PrecisionCounts& counts = summary.shown();
    const bool counted = summary.counted != PrecisionCounts{};
    const bool numbers = counted && (alwaysCount || counts.int8 + counts.bf16 + counts.fp32 > 1);
    Badge result;
    const auto part = [&](int count, Precision precision) {
        if (count > 0)
            result.append(
                {numbers ? QStringLiteral("%1 %2").arg(count).arg(badgeName(precision)) : badgeName(precision),
                    precision});
    };
    part(counts.int8, Precision::Int8);
    part(counts.bf16, Precision::Bf16);
    part(counts.fp32, Precision::Fp32);
    return result;
}

QString badgeText(const Badge& badge)
{
    QStringList texts;
    for (const BadgePart& part : badge)
        texts << part.text;
    return texts.join(separator());
}

QFont badgeFont(const QFont& base)
{
    QFont font(base);
    font.setPointSizeF(std::max(8.0, base.pointSizeF() - 2));
    font.setWeight(QFont::DemiBold);
    return font;
}

qreal badgeTextWidth(const Badge& badge, const QFont& font)
{
    const QFontMetricsF metrics(font);
    qreal width = 0;
    for (const BadgePart& part : badge)
        width += metrics.horizontalAdvance(part.text);
    return width + std::max<qsizetype>(0, badge.size() - 1) * metrics.horizontalAdvance(separator());
}

void paintBadgeText(QPainter& painter, const QRectF& rect, const Badge& badge, const QFont& font, const Theme& theme)
{
    const QFontMetricsF metrics(font);
    painter.setFont(font);
    qreal x = rect.left();
    const qreal baseline = rect.center().y() + metrics.capHeight() / 2;
    const auto draw = [&](const QString& text, const QColor& colour) {
        painter.setPen(colour);
        painter.drawText(QPointF(x, baseline), text);
        x += metrics.horizontalAdvance(text);
    };
    for (int i = 0; i < badge.size(); ++i) {
        if (i > 0)
            draw(separator(), theme.secondary);
        draw(badge[i].text, precisionColour(theme, badge[i].precision));
    }
}

void paintBadgeChip(QPainter& painter, const QRectF& rect, const Badge& badge, const QFont& font, const Theme& theme)
{
    painter.setPen(theme.line);
    painter.setBrush(theme.panel);
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3);
    paintBadgeText(painter, rect.adjusted(kBadgePadding, 0, 0, 0), badge, font, theme);
}

} // namespace octet::widgets
