// SPDX-License-Identifier: GPL-3.0-or-later
// Which part of the scene a viewport shows.
#pragma once

#include <QPointF>
#include <QRectF>
#include <QSizeF>

#include <algorithm>
#include <cmath>

namespace octet::widgets {

struct GraphCamera
{
    static constexpr qreal kMin = 0.02, kMax = 4;

    QPointF origin; // scene point at the viewport's top left
    qreal zoom = 1;

    QPointF toScene(const QPointF& view) const { return origin + view / zoom; }
    QPointF toView(const QPointF& scene) const { return (scene - origin) * zoom; }
    QRectF toScene(const QRectF& view) const { return {toScene(view.topLeft()), view.size() / zoom}; }
    /// Snapped to whole pixels: box outlines stay crisp at every zoom.
    QRectF toView(const QRectF& scene) const
    {
        const QPointF a = toView(scene.topLeft()), b = toView(scene.bottomRight());
        const QPointF c(std::round(a.x()), std::round(a.y()));
        return {c, QSizeF(std::max(1.0, std::round(b.x()) - c.x()), std::max(1.0, std::round(b.y()) - c.y()))};
    }
    void zoomAt(const QPointF& view, qreal newZoom)
    {
        const QPointF kept = toScene(view);
        zoom = std::clamp(newZoom, kMin, kMax);
        origin = kept - view / zoom;
    }
    /// Centres `area` at the largest zoom up to `maxZoom` that shows all of it.
    void fit(const QRectF& area, const QSizeF& view, qreal margin, qreal maxZoom)
    {
        const qreal w = std::max(1.0, view.width() - 2 * margin), h = std::max(1.0, view.height() - 2 * margin);
        zoom = std::clamp(
            std::min({w / std::max(1.0, area.width()), h / std::max(1.0, area.height()), maxZoom}), kMin, kMax);
        origin = area.center() - QPointF(view.width(), view.height()) / (2 * zoom);
    }
    /// The shortest way to have `area` in view; its top left wins when it is larger than the view.
    void reveal(const QRectF& area, const QSizeF& view, qreal margin)
    {
        const QRectF wanted = area.adjusted(-margin / zoom, -margin / zoom, margin / zoom, margin / zoom);
        const QSizeF size = view / zoom;
        origin.setX(shifted(origin.x(), size.width(), wanted.left(), wanted.right()));
        origin.setY(shifted(origin.y(), size.height(), wanted.top(), wanted.bottom()));
    }

    /// Keeps at least a corner of the graph in view: nobody gets lost in nothing.
    void keepNear(const QRectF& bounds, const QSizeF& view)
    {
        const qreal reach = 80 / zoom;
        const QSizeF size = view / zoom;
        const auto clamp = [reach](qreal at, qreal from, qreal to, qreal length) {
            const qreal low = from + reach - length, high = to - reach;
            return low > high ? at : std::clamp(at, low, high);
        };
        origin.setX(clamp(origin.x(), bounds.left(), bounds.right(), size.width()));
        origin.setY(clamp(origin.y(), bounds.top(), bounds.bottom(), size.height()));
    }

private:
    static qreal shifted(qreal at, qreal length, qreal from, qreal to)
    {
        if (to > at + length)
            at = to - length;
        return from < at ? from : at;
    }
};

} // namespace octet::widgets
