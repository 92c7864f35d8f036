// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/glyphs.h"

#include "widgets/theme.h"

#include <QIconEngine>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace octet::widgets {

namespace {

QPainterPath starPath(QPointF centre, double radius)
{
    QPainterPath path;
    for (int i = 0; i < 10; ++i) {
        const double angle = -std::numbers::pi / 2 + i * std::numbers::pi / 5;
        const double r = i % 2 == 0 ? radius : radius * 0.42;
        const QPointF point = centre + QPointF(r * std::cos(angle), r * std::sin(angle));
        if (i == 0)
            path.moveTo(point);
        else
            path.lineTo(point);
    }
    path.closeSubpath();
    return path;
}

QPolygonF trianglePolygon(QPointF centre, double half, bool down)
{
    const double sign = down ? -1 : 1;
    return QPolygonF({centre + QPointF(0, -sign * half), centre + QPointF(half, sign * half * 0.8),
        centre + QPointF(-half, sign * half * 0.8)});
}

void paintHollow(QPainter& painter, MarkShape shape, QPointF c, double h)
{
    switch (shape) {
    case MarkShape::Ring:
        painter.drawEllipse(c, h - 1, h - 1);
        break;
    case MarkShape::HollowStar:
        painter.drawPath(starPath(c, h));
        break;
    case MarkShape::DownTriangle:
        painter.drawPolygon(trianglePolygon(c, h, true));
        break;
    default:
        break;
    }
}

void paintSolid(QPainter& painter, MarkShape shape, QPointF c, double h)
{
    switch (shape) {
    case MarkShape::Circle:
        painter.drawEllipse(c, h, h);
        break;
    case MarkShape::Diamond:
        painter.drawPolygon(QPolygonF({c + QPointF(0, -h * 1.15), c + QPointF(h * 1.15, 0), c + QPointF(0, h * 1.15),
            c + QPointF(-h * 1.15, 0)}));
        break;
    case MarkShape::Triangle:
        painter.drawPolygon(trianglePolygon(c, h, false));
        break;
    case MarkShape::Square:
        painter.drawRect(QRectF(c.x() - h, c.y() - h, 2 * h, 2 * h));
        break;
    case MarkShape::Star:
        painter.drawPath(starPath(c, h));
        break;
    default:
        break;
    }
}

} // namespace

void paintMark(
    QPainter& painter, MarkShape shape, QPointF centre, double size, const QColor& colour, const QColor& background)
{
    const double half = size / 2;
    switch (shape) {
    case MarkShape::Ring:
    case MarkShape::HollowStar:
    case MarkShape::DownTriangle: {
        QPen pen(colour, shape == MarkShape::Ring ? std::min(2.2, size / 5) : 1.4);
        pen.setJoinStyle(Qt::RoundJoin);
        painter.setPen(pen);
        painter.setBrush(background);
        paintHollow(painter, shape, centre, half);
        return;
    }
    case MarkShape::Cross: {
        QPen pen(colour, 1.9, Qt::SolidLine, Qt::RoundCap);
        painter.setPen(pen);
        const double d = half * 0.75;
        painter.drawLine(centre + QPointF(-d, -d), centre + QPointF(d, d));
        painter.drawLine(centre + QPointF(-d, d), centre + QPointF(d, -d));
        return;
    }
    case MarkShape::Dotted: {
        QPen pen(colour, 1.5, Qt::CustomDashLine);
        pen.setDashPattern({1.6, 1.4});
        painter.setPen(pen);
        painter.setBrush(Qt::NoBrush);
        painter.drawEllipse(centre, half - 0.5, half - 0.5);
        return;
    }
    default:
        painter.setPen(QPen(background, 1));
        painter.setBrush(colour);
        paintSolid(painter, shape, centre, half);
    }
}

MarkLook markLook(Mark::Kind kind, Mark::Role role, const Theme& theme)
{
    switch (role) {
    case Mark::Role::Today:
        return {MarkShape::Square, 13, theme.today, QStringLiteral("Today (fp32)")};
    case Mark::Role::EverythingInt8:
        return {MarkShape::Ring, 13, theme.everythingInt8, QStringLiteral("Everything int8")};
    case Mark::Role::Chosen:
        return {MarkShape::Star, 22, theme.accent, QStringLiteral("Chosen")};
    case Mark::Role::BestSoFar:
        return {MarkShape::HollowStar, 22, theme.accent, QStringLiteral("Best so far")};
    case Mark::Role::Other:
        break;
    }
    MarkLook look{MarkShape::Circle, 9, theme.otherMarks, {}};
    if (kind == Mark::Kind::Dynamic)
        look.shape = MarkShape::Diamond;
    else if (kind == Mark::Kind::Bf16)
        look.shape = MarkShape::Triangle;
    else if (kind == Mark::Kind::Fp32)
        look.shape = MarkShape::Square, look.size = 8;
    return look;
}

namespace {

/// All signs are drawn on a 16 x 16 grid.
void strokeGlyph(QPainter& p, Glyph glyph)
{
    switch (glyph) {
    case Glyph::Check:
        p.drawPolyline(QPolygonF({{3, 8.5}, {6.5, 12}, {13, 4.5}}));
        break;
    case Glyph::Approx:
        for (const double y : {5.8, 10.2}) {
            QPainterPath wave(QPointF(2.5, y + 0.8));
            wave.cubicTo({5.5, y - 2.8}, {8, y + 2.8}, {13.5, y - 0.8});
            p.drawPath(wave);
        }
        break;
    case Glyph::Cross:
        p.drawLine(QPointF(4, 4), QPointF(12, 12));
        p.drawLine(QPointF(12, 4), QPointF(4, 12));
        break;
    case Glyph::Warning:
        p.drawPolygon(QPolygonF({{8, 2}, {14.5, 13.5}, {1.5, 13.5}}));
        p.drawLine(QPointF(8, 6.5), QPointF(8, 9.5));
        p.drawPoint(QPointF(8, 11.6));
        break;
    case Glyph::Info:
        p.drawEllipse(QPointF(8, 8), 6.2, 6.2);
        p.drawLine(QPointF(8, 7.6), QPointF(8, 11));
        p.drawPoint(QPointF(8, 5.2));
        break;
    case Glyph::Pin:
        p.drawPolyline(QPolygonF({{5.6, 2.5}, {5.6, 7.2}, {4, 9.8}, {12, 9.8}, {10.4, 7.2}, {10.4, 2.5}}));
        p.drawLine(QPointF(4.8, 2.5), QPointF(11.2, 2.5));
        p.drawLine(QPointF(8, 9.8), QPointF(8, 14));
        break;
    case Glyph::Log:
        for (const double y : {4.0, 8.0, 12.0})
            p.drawLine(QPointF(2.5, y), QPointF(y > 11 ? 9 : 13.5, y));
        break;
    case Glyph::Stop:
        p.drawRoundedRect(QRectF(3.5, 3.5, 9, 9), 1, 1);
        break;
    case Glyph::Folder:
    case Glyph::Open:
        p.drawPolyline(QPolygonF({{2, 12.8}, {2, 3.5}, {6.2, 3.5}, {7.8, 5.4}, {12.6, 5.4}, {12.6, 7.6}}));
        p.drawPolygon(QPolygonF({{2, 12.8}, {4.4, 7.6}, {14.6, 7.6}, {12.2, 12.8}}));
        break;
    case Glyph::Search:
        p.drawEllipse(QPointF(7, 7), 4.5, 4.5);
        p.drawLine(QPointF(10.4, 10.4), QPointF(13.8, 13.8));
        break;
    case Glyph::ChevronDown:
        p.drawPolyline(QPolygonF({{4, 6}, {8, 10}, {12, 6}}));
        break;
    }
}

class GlyphEngine : public QIconEngine
{
public:
    GlyphEngine(Glyph glyph, QColor colour, QColor disabled)
        : m_glyph(glyph)
        , m_colour(std::move(colour))
        , m_disabled(std::move(disabled))
    {
    }
    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override
    {
        paintGlyph(*painter, m_glyph, rect, mode == QIcon::Disabled ? m_disabled : m_colour);
    }
    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override
    {
        QPixmap pixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paint(&painter, QRect({0, 0}, size), mode, state);
        return pixmap;
    }
    QIconEngine* clone() const override { return new GlyphEngine(*this); }

private:
    Glyph m_glyph;
    QColor m_colour, m_disabled;
};

} // namespace

void paintGlyph(QPainter& painter, Glyph glyph, const QRectF& rect, const QColor& colour)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.translate(rect.topLeft());
    painter.scale(rect.width() / 16, rect.height() / 16);
    painter.setPen(QPen(colour, 1.5 * 16 / std::max(16.0, rect.width()), Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.setBrush(Qt::NoBrush);
    strokeGlyph(painter, glyph);
    painter.restore();
}

QIcon glyphIcon(Glyph glyph, const QColor& colour, const QColor& disabled)
{
    return QIcon(new GlyphEngine(glyph, colour, disabled));
}

} // namespace octet::widgets
