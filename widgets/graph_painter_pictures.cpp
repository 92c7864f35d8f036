// SPDX-License-Identifier: GPL-3.0-or-later
// What makes a busy graph cheap to paint again: pictures of boxes, and frames of which only the corners are round.
#include "widgets/graph_painter.h"
#include "widgets/graph_pictures.h"

#include <QPainter>

#include <cmath>

namespace octet::widgets {

QRectF GraphPainter::snapped(const QRectF& rect) const
{
    const qreal ratio = m_painter.device()->devicePixelRatioF();
    const auto snap = [ratio](qreal x) { return std::round(x * ratio) / ratio; };
    return {QPointF(snap(rect.left()), snap(rect.top())), QPointF(snap(rect.right()), snap(rect.bottom()))};
}

/// Between pixels a picture would blur: it goes to the next one.
void GraphPainter::pictured(const QRectF& rect, int box, const BoxState& state,
    const std::function<void(GraphPainter&, const QRectF&)>& paint)
{
    const double topMs = m_faces.topMs();
    const GraphPictures::Look look {m_faces.version(box), rect.size(), m_zoom, m_painter.device()->devicePixelRatioF(),
        fillOf(box).rgba(), onLoudFill(box), m_fill == GraphCanvas::Fill::Precision,
        topMs > 0 ? m_faces.summary(box).ms / topMs : 0, state.hovered, state.expanded, &m_theme};
    const QPixmap* picture = m_pictures->picture(box, look, [&](QPainter& painter) {
        GraphPainter inner(painter, m_theme, m_faces, m_fill, m_zoom);
        paint(inner, {QPointF(GraphPictures::bleed, GraphPictures::bleed), rect.size()});
    });
    const QPointF corner = snapped(rect).topLeft() - QPointF(GraphPictures::bleed, GraphPictures::bleed);
    const QSizeF size = rect.size() + QSizeF(2 * GraphPictures::bleed, 2 * GraphPictures::bleed);
    if (!picture) // there was no time for words
        m_painter.fillRect(snapped(rect), state.expanded ? m_theme.nestedBox : fillOf(box));
    else if (const QSizeF off = picture->deviceIndependentSize() - size; std::abs(off.width()) + std::abs(off.height()) > 2)
        m_painter.drawPixmap(QRectF(corner, size), *picture, QRectF(picture->rect())); // of another zoom
    else
        m_painter.drawPixmap(corner, *picture);
}

/// A rounded rectangle in nestedBox of which only the corners are antialiased: frames are tall, and an outline costs by
/// its length.
void GraphPainter::panel(const QRectF& rect, qreal wantedRadius, const QColor& line)
{
    const QRectF r = snapped(rect);
    const qreal radius = std::floor(wantedRadius) + 0.5, corner = radius + 0.5;
    if (r.width() < 4 * corner || r.height() < 4 * corner) {
        m_painter.setBrush(m_theme.nestedBox);
        m_painter.setPen(QPen(line, 1));
        m_painter.drawRoundedRect(r.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius);
        return;
    }
    m_painter.setRenderHint(QPainter::Antialiasing, false);
    m_painter.fillRect(r.adjusted(corner, 1, -corner, -1), m_theme.nestedBox);
    m_painter.fillRect(r.adjusted(1, corner, -1, -corner), m_theme.nestedBox);
    const QRectF across = r.adjusted(corner, 0, -corner, 0), down = r.adjusted(0, corner, 0, -corner);
    m_painter.fillRect(QRectF(across.left(), r.top(), across.width(), 1), line);
    m_painter.fillRect(QRectF(across.left(), r.bottom() - 1, across.width(), 1), line);
    m_painter.fillRect(QRectF(r.left(), down.top(), 1, down.height()), line);
    m_painter.fillRect(QRectF(r.right() - 1, down.top(), 1, down.height()), line);
    m_painter.setRenderHint(QPainter::Antialiasing, true);
    const QRectF inner = r.adjusted(corner, corner, -corner, -corner);
    int angle = 0;
    for (const QPointF& centre : {inner.topRight(), inner.topLeft(), inner.bottomLeft(), inner.bottomRight()}) {
        const QRectF circle(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius);
        m_painter.setPen(Qt::NoPen);
        m_painter.setBrush(m_theme.nestedBox);
        m_painter.drawPie(circle, angle * 16, 90 * 16);
        m_painter.setPen(QPen(line, 1, Qt::SolidLine, Qt::FlatCap));
        m_painter.drawArc(circle, angle * 16, 90 * 16);
        angle += 90;
    }
}

} // namespace octet::widgets
