// SPDX-License-Identifier: GPL-3.0-or-later
// Where the camera looks: fit, reveal, scroll bars.
#include "widgets/graph_canvas_impl.h"

#include <QScrollBar>

#include <algorithm>

namespace octet::widgets {

namespace {
constexpr qreal kMargin = 16, kReadable = 0.8, kMaxFit = 1.5;
} // namespace

void GraphCanvas::Impl::fitInitially()
{
    if (scene.isEmpty() || viewSize().width() < 2 || viewSize().height() < 2)
        return;
    const QRectF bounds = scene.bounds();
    camera.fit(bounds, viewSize(), kMargin, 1);
    camera.zoom = std::max(camera.zoom, kReadable);
    // From the top, as text is read; the middle of the width, or its start when it is wider than the view.
    const qreal width = viewSize().width() / camera.zoom;
    camera.origin.setX(bounds.center().x() - width / 2);
    camera.origin.setY(bounds.top() - kMargin / camera.zoom);
}

void GraphCanvas::Impl::updateBars()
{
    const QRectF bounds = scene.bounds();
    const QSizeF view = viewSize();
    const auto set = [](QScrollBar* bar, qreal from, qreal to, qreal at, qreal page) {
        // The range grows to where the view is: zooming at the cursor may leave the graph's own extent.
        const int value = qRound(at);
        const int low = std::min(qFloor(from), value), high = std::max(qCeil(to - page), value);
        bar->setPageStep(int(page));
        bar->setSingleStep(24);
        bar->setRange(low, high);
        bar->setValue(value);
    };
    const qreal z = camera.zoom, m = kMargin - 4; // less than a fit leaves free, else a bar would follow every fit
    set(q->horizontalScrollBar(), bounds.left() * z - m, bounds.right() * z + m, camera.origin.x() * z, view.width());
    set(q->verticalScrollBar(), bounds.top() * z - m, bounds.bottom() * z + m, camera.origin.y() * z, view.height());
}

void GraphCanvas::Impl::viewMoved()
{
    q->viewport()->update();
    // A bar that comes or goes resizes the viewport, which leads back here.
    if (updatingBars)
        return;
    updatingBars = true;
    for (int i = 0; i < 3; ++i) {
        const QSizeF before = viewSize();
        updateBars();
        if (viewSize() == before)
            break;
    }
    updatingBars = false;
}

void GraphCanvas::Impl::fit(const QRectF& area, qreal margin)
{
    moved();
    camera.fit(area, viewSize(), margin, kMaxFit);
    viewMoved();
    fitted = Fitted{area, margin};
}

void GraphCanvas::Impl::reveal(int index)
{
    if (scene.placed(index) < 0)
        return;
    QRectF area = scene.rect(index);
    if (scene.expanded(index))
        area.setHeight(box_metrics::kHeader);
    const QPointF before = camera.origin;
    camera.reveal(area, viewSize(), kMargin);
    if (camera.origin != before)
        moved();
    viewMoved();
}

QRectF GraphCanvas::Impl::selectedArea() const
{
    QRectF area;
    for (const graph::PlacedBox& placed : scene.layout().boxes) {
        const Mark mark = marks[std::size_t(placed.box)];
        if (mark == Mark::Selected || (mark == Mark::Partly && !placed.expanded))
            area |= toQt(placed.rect);
    }
    return area;
}

void GraphCanvas::fitAll()
{
    m_impl->fit(m_impl->scene.bounds(), kMargin);
}

void GraphCanvas::fitSelection()
{
    const QRectF area = m_impl->selectedArea();
    if (!area.isNull())
        m_impl->fit(area, 3 * kMargin);
}

double GraphCanvas::zoom() const
{
    return m_impl->camera.zoom;
}

void GraphCanvas::setZoom(double zoom)
{
    m_impl->moved();
    m_impl->camera.zoomAt(QPointF(viewport()->width() / 2.0, viewport()->height() / 2.0), zoom);
    m_impl->viewMoved();
}

QPointF GraphCanvas::viewOrigin() const
{
    return m_impl->camera.origin;
}

bool GraphCanvas::isFitted() const
{
    return m_impl->autoFit;
}

void GraphCanvas::setView(const QPointF& origin, double zoom)
{
    Impl& d = *m_impl;
    d.moved();
    d.camera.zoom = std::clamp(zoom, GraphCamera::kMin, GraphCamera::kMax);
    d.camera.origin = origin;
    d.lastSize = d.viewSize();
    d.restored = true;
    // Before it is laid out the view has no size to speak of; its resize looks again.
    if (!d.scene.isEmpty())
        d.camera.keepNear(d.scene.bounds(), isVisible() ? d.viewSize() : QSizeF(4000, 4000));
    d.viewMoved();
}

} // namespace octet::widgets
