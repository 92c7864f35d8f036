// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/graph_painter.h"

#include "widgets/icons.h"

#include <QFontMetricsF>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace octet::widgets {

using namespace box_metrics;

namespace {

constexpr qreal kFillOnly = 0.25, kNoText = 0.45, kNoTime = 0.8;
constexpr qreal kRadius = 4;
constexpr qreal kDimmed = 0.35;

/// Left part of a rounded rectangle, so that the stripe follows the corners without a clip path.
QPainterPath leftPart(const QRectF& rect, qreal width, qreal radius)
{
    QPainterPath path;
    path.moveTo(rect.left() + width, rect.top());
    path.lineTo(rect.left() + radius, rect.top());
    path.quadTo(rect.topLeft(), QPointF(rect.left(), rect.top() + radius));
    path.lineTo(rect.left(), rect.bottom() - radius);
    path.quadTo(rect.bottomLeft(), QPointF(rect.left() + radius, rect.bottom()));
    path.lineTo(rect.left() + width, rect.bottom());
    path.closeSubpath();
    return path;
}

} // namespace

int timeStep(double ms, double high)
{
    return ms < 0 || high <= 0 ? -1 : std::clamp(int(5 * ms / high), 0, 4);
}

int sensitivityStep(double value, double low, double high)
{
    if (value < 0 || high <= 0)
        return -1;
    if (value <= low || high <= low)
        return value >= high ? 4 : 0;
    return std::clamp(int(5 * std::log(value / low) / std::log(high / low)), 0, 4);
}

int differenceStep(int differing, int products)
{
    return differing <= 0 || products <= 0 ? -1 : std::clamp((5 * differing - 1) / products, 0, 4);
}

void paintHatch(QPainter& painter, const QRectF& rect, const Theme& theme, qreal scale)
{
    painter.save();
    painter.setClipRect(rect, Qt::IntersectClip);
    painter.fillRect(rect, theme.panel);
    painter.setPen(QPen(theme.bf16, 1.75 * scale, Qt::SolidLine, Qt::FlatCap));
    const qreal step = 4.5 * scale, reach = rect.width() + 2 * scale;
    for (qreal y = rect.top(); y < rect.bottom() + reach; y += step)
        painter.drawLine(QPointF(rect.left() - scale, y + scale), QPointF(rect.left() + reach, y - reach));
    painter.restore();
}

GraphPainter::GraphPainter(
    QPainter& painter, const Theme& theme, const GraphFaces& faces, GraphCanvas::Fill fill, qreal zoom,
    GraphPictures* pictures)
    : m_painter(painter)
    , m_theme(theme)
    , m_faces(faces)
    , m_fill(fill)
    , m_zoom(zoom)
    , m_pictures(pictures)
{
}

int GraphPainter::rampStep(int box) const
{
    const BoxSummary& summary = m_faces.summary(box);
    if (m_fill == GraphCanvas::Fill::Time)
        return timeStep(summary.ms, m_faces.topMs());
    if (m_fill == GraphCanvas::Fill::Difference)
        return differenceStep(summary.differing, summary.products());
    const bool own = m_fill == GraphCanvas::Fill::OwnError;
    const auto [low, high] = own ? m_faces.ownErrorRange() : m_faces.sensitivityRange();
    return sensitivityStep(own ? summary.ownError : summary.sensitivity, low, high);
}

QColor GraphPainter::fillOf(int box) const
{
    const BoxSummary& summary = m_faces.summary(box);
    if (m_fill == GraphCanvas::Fill::Precision)
        return summary.hasProducts() ? precisionTint(m_theme, summary.majority()) : m_theme.nestedBox;
    const int step = rampStep(box);
    if (step < 0)
        return m_theme.nestedBox;
    return (m_fill == GraphCanvas::Fill::Time ? m_theme.timeRamp : m_theme.sensitivityRamp)[std::size_t(step)];
}

bool GraphPainter::onLoudFill(int box) const
{
    return m_fill != GraphCanvas::Fill::Precision && rampStep(box) >= 3;
}

void GraphPainter::box(const QRectF& rect, int box, const BoxState& state)
{
    m_painter.setOpacity(state.opacity * (state.dimmed && state.selected == Mark::None ? kDimmed : 1));
    if (state.expanded)
        frame(rect, box, state);
    else if (m_pictures && m_zoom >= kNoText)
        pictured(rect, box, state,
            [&](GraphPainter& painter, const QRectF& at) { painter.closedBox(at, box, state); });
    else
        closedBox(rect, box, state);
    rings(rect, box, state);
    m_painter.setOpacity(1);
}

void GraphPainter::closedBox(const QRectF& rect, int box, const BoxState& state)
{
    if (m_zoom < kFillOnly) {
        QColor fill = fillOf(box);
        // A plain box has nearly the panel's colour: without an outline it would vanish.
        m_painter.fillRect(rect, fill == m_theme.nestedBox ? m_theme.line : fill);
        return;
    }
    const BoxSummary& summary = m_faces.summary(box);
    const qreal radius = kRadius * std::min(m_zoom, 1.5);
    const QRectF inner = rect.adjusted(0.5, 0.5, -0.5, -0.5);
    m_painter.setPen(Qt::NoPen);
    m_painter.setBrush(fillOf(box));
    m_painter.drawRoundedRect(inner, radius, radius);
    if (m_fill == GraphCanvas::Fill::Precision && summary.hasProducts())
        stripe(inner, summary.shown());
    m_painter.setBrush(Qt::NoBrush);
    if (summary.keptOut) {
        const qreal width = std::max(1.5, 2.5 * std::min(m_zoom, 1.0));
        m_painter.setPen(QPen(m_theme.fp32, width));
        const qreal inset = width / 2;
        m_painter.drawRoundedRect(rect.adjusted(inset, inset, -inset, -inset), radius, radius);
    } else {
        m_painter.setPen(QPen(state.hovered ? m_theme.text : m_theme.border, 1));
        m_painter.drawRoundedRect(inner, radius, radius);
    }
    if (m_zoom >= kNoText)
        contents(rect, box);
}

void GraphPainter::stripe(const QRectF& rect, const PrecisionCounts& counts)
{
    const qreal width = kStripe * m_zoom + 0.5;
    const int total = counts.int8 + counts.bf16 + counts.fp32;
    const QPainterPath path = leftPart(rect, width, kRadius * std::min(m_zoom, 1.5));
    qreal top = rect.top();
    for (const auto& [count, precision] : {std::pair{counts.int8, Precision::Int8},
             std::pair{counts.bf16, Precision::Bf16}, std::pair{counts.fp32, Precision::Fp32}}) {
        if (count == 0)
            continue;
        const QRectF part(rect.left(), top, width, rect.height() * count / total);
        top = part.bottom();
        if (count == total && precision != Precision::Bf16) {
            m_painter.fillPath(path, precisionColour(m_theme, precision));
            continue;
        }
        m_painter.save();
        m_painter.setClipRect(part);
        if (precision == Precision::Bf16)
            paintHatch(m_painter, part.adjusted(0.5, 0.5, 0, -0.5), m_theme, m_zoom);
        else
            m_painter.fillPath(path, precisionColour(m_theme, precision));
        m_painter.restore();
    }
}

qreal GraphPainter::chipHeight() const
{
    return std::max(16.0, QFontMetricsF(m_faces.chipFont()).height());
}

void GraphPainter::contents(const QRectF& rect, int box)
{
    const BoxFace& face = m_faces.face(box);
    // Where time and reason are left out there is room for a larger name: it stays readable further out.
    const qreal enlarge = m_zoom >= kNoTime
        ? 1
        : std::max(1.0, std::min({1.35, 0.85 / m_zoom, rect.width() / m_zoom / (face.rowWidth + 2)}));
    m_painter.save();
    m_painter.translate(rect.topLeft());
    m_painter.scale(m_zoom * enlarge, m_zoom * enlarge);
    const QSizeF size = rect.size() / (m_zoom * enlarge);
    const bool full = m_zoom >= kNoTime;
    const qreal firstRow = std::max(m_faces.nameHeight(), 16.0);
    const qreal top = full && (!face.time.isEmpty() || !face.reason.isEmpty()) ? kTop : (size.height() - firstRow) / 2;
    qreal right = size.width() - kRight;
    if (!face.badge.isEmpty() && face.badgeWidth < size.width() - kLeft - 24) {
        right -= face.badgeWidth;
        paintBadgeChip(m_painter, QRectF(right, std::round(top + (firstRow - chipHeight()) / 2), face.badgeWidth, chipHeight()), face.badge,
            m_faces.chipFont(), m_theme);
        right -= kGap;
    }
    m_painter.setFont(m_faces.nameFont());
    m_painter.setPen(onLoudFill(box) ? m_theme.panel : m_theme.text);
    const QFontMetricsF metrics(m_faces.nameFont());
    const QString name = metrics.elidedText(face.name, Qt::ElideMiddle, right - kLeft + 0.5);
    m_painter.drawText(QPointF(kLeft, top + (firstRow - metrics.height()) / 2 + metrics.ascent()), name);
    if (full) {
        qreal y = top + firstRow - 1;
        if (!face.time.isEmpty()) {
            timeRow(size, y, face, face.ownTime ? m_faces.summary(box).ms : -1);
            y += m_faces.smallHeight();
        }
        if (!face.reason.isEmpty()) {
            const QFontMetricsF small(m_faces.smallFont());
            m_painter.setFont(m_faces.smallFont());
            m_painter.setPen(onLoudFill(box) ? m_theme.panel : m_theme.text);
            m_painter.drawText(QPointF(kLeft, y + small.ascent()),
                small.elidedText(face.reason, Qt::ElideRight, size.width() - kLeft - kRight));
        }
    }
    m_painter.restore();
}

void GraphPainter::timeRow(const QSizeF& size, qreal y, const BoxFace& face, double ms)
{
    const bool loud = m_painter.pen().color() == m_theme.panel;
    const QColor ink = loud ? m_theme.panel : m_theme.text;
    const QFontMetricsF small(m_faces.smallFont());
    const bool wide = size.width() >= kWideRow;
    const bool alone = !face.ownTime || !wide;
    m_painter.setFont(m_faces.smallFont());
    m_painter.setPen(m_fill == GraphCanvas::Fill::Precision ? m_theme.secondary : ink);
    const qreal textX = alone ? kLeft : size.width() - kRight - face.timeWidth;
    m_painter.drawText(QPointF(textX, y + small.ascent()),
        small.elidedText(face.time, Qt::ElideRight, size.width() - kLeft - kRight + 0.5));
    if (ms < 0 || m_faces.topMs() <= 0)
        return;
    const qreal length = std::max(1.0, kTrack * ms / m_faces.topMs());
    const qreal barY = wide ? std::round(y + small.height() / 2 - 1) : size.height() - kBar - 2;
    if (wide) {
        QColor track = ink;
        track.setAlphaF(0.14f);
        m_painter.fillRect(QRectF(kLeft, barY, std::min(kTrack, textX - kGap - kLeft), kBar), track);
    }
    m_painter.fillRect(
        QRectF(kLeft, barY, std::min(length, (wide ? textX - kGap : size.width() - kRight) - kLeft), kBar), ink);
}

void GraphPainter::frame(const QRectF& rect, int box, const BoxState& state)
{
    const QColor& line = state.hovered ? m_theme.text : m_theme.border;
    if (m_zoom < kFillOnly) {
        m_painter.setBrush(m_theme.nestedBox);
        m_painter.setPen(QPen(line, 1));
        m_painter.drawRect(rect.adjusted(0.5, 0.5, -0.5, -0.5));
        return;
    }
    panel(rect, kRadius * std::min(m_zoom, 1.5), line);
    if (m_zoom < kNoText)
        return;
    const QRectF top(rect.topLeft(), QSizeF(rect.width(), kHeader * m_zoom));
    if (m_pictures)
        pictured(top, box, state, [&](GraphPainter& painter, const QRectF& at) { painter.header(at, box); });
    else
        header(top, box);
}

void GraphPainter::header(const QRectF& rect, int box)
{
    const BoxFace& face = m_faces.face(box);
    m_painter.save();
    m_painter.translate(rect.topLeft());
    const qreal scale = m_zoom >= kNoTime ? m_zoom : std::min(m_zoom * 1.35, 0.85);
    m_painter.scale(scale, scale);
    const qreal width = rect.width() / scale;
    const qreal header = kHeader * m_zoom / scale;
    const qreal ratio = m_painter.device()->devicePixelRatioF() * scale;
    m_painter.drawPixmap(
        QRectF(9, (header - 14) / 2, 14, 14), iconPixmap(QStringLiteral("chevron"), m_theme.text, 14, ratio), QRectF());
    qreal right = width - kRight;
    if (!face.badge.isEmpty() && face.badgeWidth < width - 60) {
        right -= face.badgeWidth;
        paintBadgeChip(m_painter, QRectF(right, (header - chipHeight()) / 2 + 1, face.badgeWidth, chipHeight()), face.badge,
            m_faces.chipFont(), m_theme);
        right -= kGap;
    }
    const QFontMetricsF metrics(m_faces.nameFont());
    const QString name = metrics.elidedText(face.name, Qt::ElideMiddle, right - 27);
    const qreal baseline = (header - metrics.height()) / 2 + metrics.ascent();
    m_painter.setFont(m_faces.nameFont());
    m_painter.setPen(m_theme.text);
    m_painter.drawText(QPointF(27, baseline), name);
    const qreal timeX = 27 + metrics.horizontalAdvance(name) + 12;
    if (m_zoom >= kNoTime && face.ownTime && timeX + face.timeWidth <= right) {
        m_painter.setFont(m_faces.smallFont());
        m_painter.setPen(m_theme.secondary);
        m_painter.drawText(QPointF(timeX, baseline), face.time);
    }
    m_painter.restore();
}

void GraphPainter::rings(const QRectF& rect, int box, const BoxState& state)
{
    m_painter.setBrush(Qt::NoBrush);
    const auto ring = [&](const QPen& pen, qreal gap) {
        const qreal reach = gap + pen.widthF() / 2;
        m_painter.setPen(pen);
        m_painter.drawRoundedRect(rect.adjusted(-reach, -reach, reach, reach), kRadius + gap, kRadius + gap);
    };
    if (m_faces.summary(box).differs && !state.expanded) {
        QPen dots(m_theme.text, 1.75, Qt::CustomDashLine, Qt::RoundCap);
        dots.setDashPattern({0.1, 2.0});
        ring(dots, state.selected == Mark::None ? 3 : 6);
    }
    if (state.companion)
        ring(QPen(m_theme.text, 1, Qt::DashLine), 3);
    if (state.selected == Mark::Selected)
        ring(QPen(m_theme.text, 2), 3);
    else if (state.selected == Mark::Partly)
        ring(QPen(m_theme.text, 1), 3);
    if (state.current && state.selected == Mark::None)
        ring(QPen(m_theme.accent, 1.5, Qt::DashLine), 3);
}

void GraphPainter::edge(const QPolygonF& points, Edge kind, bool dimmed, qreal opacity)
{
    if (points.size() < 2)
        return;
    m_painter.setOpacity(opacity * (dimmed ? kDimmed : 1));
    const qreal width = 1.25 * std::clamp(m_zoom, 0.6, 1.5);
    m_painter.setPen(
        QPen(m_theme.border, width, kind == Edge::Stub ? Qt::DotLine : Qt::SolidLine, Qt::FlatCap, Qt::MiterJoin));
    m_painter.setBrush(Qt::NoBrush);
    if (kind == Edge::ToBorder) {
        m_painter.drawPolyline(points);
        m_painter.setOpacity(1);
        return;
    }
    const qreal head = 8 * std::clamp(m_zoom, 0.35, 1.5);
    const QPointF tip = points.last();
    QPointF before = points[points.size() - 2];
    for (qsizetype i = points.size() - 2; i > 0 && QLineF(before, tip).length() < 0.5; --i)
        before = points[i - 1];
    const QLineF last(before, tip);
    const QPointF direction = last.length() > 0 ? QPointF(last.dx(), last.dy()) / last.length() : QPointF(0, 1);
    QPolygonF line(points);
    line.last() = tip - direction * std::min(head, last.length());
    m_painter.drawPolyline(line);
    const QPointF across(-direction.y(), direction.x());
    m_painter.setPen(Qt::NoPen);
    m_painter.setBrush(m_theme.border);
    m_painter.drawConvexPolygon(
        QPolygonF({tip, tip - direction * head + across * head * 0.45, tip - direction * head - across * head * 0.45}));
    m_painter.setOpacity(1);
}

void GraphPainter::stubName(const QPointF& top, const QString& name)
{
    if (m_zoom < kNoTime)
        return;
    QFont font = m_faces.chipFont();
    font.setWeight(QFont::Normal);
    font.setPointSizeF(font.pointSizeF() * m_zoom);
    m_painter.setFont(font);
    m_painter.setPen(m_theme.secondary);
    const QFontMetricsF metrics(font);
    const QString text = metrics.elidedText(name, Qt::ElideMiddle, 96 * m_zoom);
    m_painter.drawText(top + QPointF(-7 * m_zoom - metrics.horizontalAdvance(text), metrics.capHeight()), text);
}

void GraphPainter::farEdges(const QVector<QLineF>& lines)
{
    m_painter.setRenderHint(QPainter::Antialiasing, false);
    m_painter.setPen(QPen(m_theme.border, 0));
    m_painter.drawLines(lines);
    m_painter.setRenderHint(QPainter::Antialiasing, true);
}

} // namespace octet::widgets
