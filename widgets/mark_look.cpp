// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/mark_look.h"

#include "widgets/icons.h"
#include "widgets/theme.h"

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

MarkStamps::MarkStamps(QPainter& painter)
    : m_painter(painter)
    , m_scale(painter.device()->devicePixelRatioF())
{
}

void MarkStamps::paint(MarkShape shape, QPointF centre, double size, const QColor& colour, const QColor& background)
{
    auto stamp = std::find_if(m_stamps.begin(), m_stamps.end(), [&](const Stamp& s) {
        return s.shape == shape && s.size == size && s.colour == colour && s.background == background;
    });
    const double half = std::ceil(size * 0.7) + 2;
    if (stamp == m_stamps.end()) {
        QPixmap pixmap(QSizeF(2 * half, 2 * half).toSize() * m_scale);
        pixmap.setDevicePixelRatio(m_scale);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        painter.setRenderHint(QPainter::Antialiasing);
        paintMark(painter, shape, {half, half}, size, colour, background);
        painter.end();
        stamp = m_stamps.insert(m_stamps.end(), {shape, size, colour, background, pixmap});
    }
    const auto whole = [&](double value) { return std::round((value - half) * m_scale) / m_scale; };
    m_painter.drawPixmap(QPointF(whole(centre.x()), whole(centre.y())), stamp->pixmap);
}

Mark::Kind markKind(const Trial& trial)
{
    if (trial.counts.int8 == 0 && trial.state == TrialState::Done)
        return trial.counts.bf16 > 0 ? Mark::Kind::Bf16 : Mark::Kind::Fp32;
    int dynamic = 0, fixed = 0;
    const auto count = [&](const OpLeaves& leaves) {
        if (leaves.approach)
            ++(*leaves.approach == Approach::Dynamic ? dynamic : fixed);
    };
    count(trial.config.model);
    for (const auto& [type, leaves] : trial.config.opTypes)
        count(leaves);
    return dynamic > fixed ? Mark::Kind::Dynamic : Mark::Kind::Static;
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

void paintIcon(QPainter& painter, const QString& name, const QRectF& rect, const QColor& colour)
{
    const QPixmap pixmap = iconPixmap(name, colour, qRound(rect.width()), painter.device()->devicePixelRatioF());
    painter.drawPixmap(rect.topLeft(), pixmap);
}

} // namespace octet::widgets
