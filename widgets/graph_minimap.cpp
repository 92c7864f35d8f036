// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/graph_minimap.h"

#include <QPainter>

namespace octet::widgets {

namespace {
constexpr qreal kMaxWidth = 132, kMaxHeight = 148, kMargin = 10, kPadding = 6, kTolerance = 4;

/// Scene to minimap: scale and offset of the graph inside the padded frame.
qreal scaleOf(const QRectF& rect, const GraphScene& scene)
{
    const QRectF bounds = scene.bounds();
    return std::min((rect.width() - 2 * kPadding) / std::max(1.0, bounds.width()),
        (rect.height() - 2 * kPadding) / std::max(1.0, bounds.height()));
}
} // namespace

QRectF GraphMinimap::rect(const GraphScene& scene, const GraphCamera& camera, const QSizeF& view) const
{
    if (scene.isEmpty() || view.width() < 2.2 * kMaxWidth || view.height() < 2 * kMaxHeight)
        return {};
    const QRectF seen =
        camera.toScene(QRectF(QPointF(), view)).adjusted(-kTolerance, -kTolerance, kTolerance, kTolerance);
    const QRectF bounds = scene.bounds();
    if (seen.contains(bounds))
        return {};
    const qreal scale = std::min((kMaxWidth - 2 * kPadding) / std::max(1.0, bounds.width()),
        (kMaxHeight - 2 * kPadding) / std::max(1.0, bounds.height()));
    const QSizeF size(std::max(24.0, std::ceil(bounds.width() * scale + 2 * kPadding)),
        std::max(24.0, std::ceil(bounds.height() * scale + 2 * kPadding)));
    return {QPointF(view.width() - size.width() - kMargin, view.height() - size.height() - kMargin), size};
}

QPointF GraphMinimap::toScene(const QPointF& point, const QRectF& rect, const GraphScene& scene)
{
    return scene.bounds().center() + (point - rect.center()) / scaleOf(rect, scene);
}

void GraphMinimap::paint(QPainter& painter, const QRectF& rect, const GraphScene& scene, const GraphCamera& camera,
    const QSizeF& view, const GraphFaces& faces, GraphCanvas::Fill fill, const Theme& theme)
{
    const qreal scale = scaleOf(rect, scene);
    const QPointF centre = scene.bounds().center();
    const auto place = [&](const QRectF& area, const QPointF& middle) {
        return QRectF(middle + (area.topLeft() - centre) * scale, area.size() * scale);
    };
    const qreal ratio = painter.device()->devicePixelRatioF();
    if (m_picture.isNull() || m_picture.deviceIndependentSize() != rect.size()) {
        m_picture = QPixmap((rect.size() * ratio).toSize());
        m_picture.setDevicePixelRatio(ratio);
        m_picture.fill(theme.panel);
        QPainter inner(&m_picture);
        GraphPainter colours(inner, theme, faces, fill, 0.1);
        const QPointF middle(rect.width() / 2, rect.height() / 2);
        for (const graph::PlacedBox& box : scene.layout().boxes) {
            if (box.expanded)
                continue;
            QRectF small = place(toQt(box.rect), middle);
            small.setSize(small.size().expandedTo(QSizeF(1, 1)));
            const QColor colour = faces.summary(box.box).keptOut ? theme.fp32 : colours.fillOf(box.box);
            inner.fillRect(small, colour == theme.nestedBox ? theme.line : colour);
        }
    }
    painter.setOpacity(0.94);
    painter.drawPixmap(rect.topLeft(), m_picture);
    painter.setOpacity(1);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(theme.border);
    painter.drawRect(rect.adjusted(0.5, 0.5, -0.5, -0.5));
    painter.save();
    painter.setClipRect(rect.adjusted(1, 1, -1, -1));
    painter.setPen(QPen(theme.text, 1.5));
    painter.drawRect(place(camera.toScene(QRectF(QPointF(), view)), rect.center()));
    painter.restore();
}

} // namespace octet::widgets
