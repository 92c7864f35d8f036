// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/graph_canvas_impl.h"

#include "widgets/graph_walk.h"

#include <QApplication>
#include <QContextMenuEvent>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QNativeGestureEvent>
#include <QScrollBar>
#include <QToolTip>
#include <QWheelEvent>

#include <cmath>

namespace octet::widgets {

namespace {
constexpr qreal kZoomStep = 1.2;
}

int GraphCanvas::Impl::boxUnder(const QPoint& viewPos) const
{
    return scene.boxAt(camera.toScene(QPointF(viewPos)));
}

bool GraphCanvas::Impl::onChevron(const QPoint& viewPos, int index) const
{
    if (index < 0 || !scene.expanded(index))
        return false;
    const QRectF frame = camera.toView(scene.rect(index));
    const qreal side = box_metrics::kHeader * camera.zoom;
    return QRectF(frame.topLeft(), QSizeF(side, side)).contains(viewPos);
}

void GraphCanvas::Impl::hover(int index)
{
    if (std::exchange(hovered, index) == index)
        return;
    q->viewport()->update();
    emit q->hoveredChanged(index < 0 ? QString() : QString::fromStdString(box(index).path));
}

void GraphCanvas::Impl::walkTo(int index, bool add)
{
    if (index < 0)
        return;
    focusShown = true;
    selectBox(index, add);
    reveal(index);
}

int GraphCanvas::Impl::outermost(bool first) const
{
    int found = -1;
    for (const graph::PlacedBox& placed : scene.layout().boxes) {
        if (box(placed.box).parent != 0)
            continue;
        const QRectF rect = scene.rect(placed.box), best = scene.rect(found);
        if (found < 0 || (first ? rect.top() < best.top() : rect.bottom() > best.bottom()))
            found = placed.box;
    }
    return found;
}

void GraphCanvas::Impl::goUp()
{
    const int from = scene.placed(current) >= 0 ? current : -1;
    int frame = from >= 0 && scene.expanded(from) ? from : from >= 0 ? box(from).parent : -1;
    if (from < 0 && !expanded.empty())
        frame = *expanded.rbegin();
    if (frame <= 0)
        return;
    toggle(frame);
    selectBox(frame, false);
    reveal(frame);
}

void GraphCanvas::Impl::zoomBy(qreal factor, const QPointF& at)
{
    moved();
    camera.zoomAt(at, camera.zoom * factor);
    viewMoved();
}

void GraphCanvas::Impl::mapTo(const QPoint& pos)
{
    const QRectF map = minimap.rect(scene, camera, viewSize());
    if (map.isNull())
        return;
    moved();
    camera.origin =
        GraphMinimap::toScene(pos, map, scene) - QPointF(viewSize().width(), viewSize().height()) / (2 * camera.zoom);
    viewMoved();
}

QString GraphCanvas::Impl::toolTipOf(int index) const
{
    const QString path = QString::fromStdString(box(index).path);
    return QStringLiteral("<p style='white-space:pre'>%1\n%2</p>")
        .arg(path.toHtmlEscaped(), faces.spoken(index).toHtmlEscaped());
}

void GraphCanvas::resizeEvent(QResizeEvent* event)
{
    QAbstractScrollArea::resizeEvent(event);
    Impl& d = *m_impl;
    const QSizeF grown = d.lastSize.isEmpty() ? QSizeF() : d.viewSize() - d.lastSize;
    d.lastSize = d.viewSize();
    if (d.autoFit) {
        d.fitInitially();
    } else if (const auto fitted = d.fitted) {
        d.fit(fitted->area, fitted->margin);
    } else if (!d.scene.isEmpty()) {
        d.camera.origin -= QPointF(grown.width(), grown.height()) / (2 * d.camera.zoom); // the middle stays
        d.camera.keepNear(d.scene.bounds(), d.viewSize());
    }
    d.viewMoved();
}

void GraphCanvas::scrollContentsBy(int dx, int dy)
{
    Impl& d = *m_impl;
    if (d.updatingBars)
        return;
    d.moved();
    d.camera.origin -= QPointF(dx, dy) / d.camera.zoom;
    viewport()->update();
}

void GraphCanvas::wheelEvent(QWheelEvent* event)
{
    Impl& d = *m_impl;
    const QPoint pixels = event->pixelDelta(), angle = event->angleDelta();
    if (event->modifiers() & Qt::ControlModifier) {
        const qreal steps = angle.y() != 0 ? angle.y() / 120.0 : pixels.y() / 60.0;
        d.zoomBy(std::pow(kZoomStep, steps), event->position());
    } else {
        QPointF delta = pixels.isNull() ? QPointF(angle) * 0.6 : QPointF(pixels);
        if (event->modifiers() & Qt::ShiftModifier)
            delta = QPointF(delta.y() + delta.x(), 0);
        d.moved();
        d.camera.origin -= delta / d.camera.zoom;
        d.camera.keepNear(d.scene.bounds(), d.viewSize());
        d.viewMoved();
    }
    event->accept();
}

void GraphCanvas::mousePressEvent(QMouseEvent* event)
{
    Impl& d = *m_impl;
    d.focusShown = false;
    d.pressed = d.last = event->pos();
    if (event->button() == Qt::LeftButton) {
        const bool onMap = d.minimap.rect(d.scene, d.camera, d.viewSize()).contains(event->pos());
        d.drag = onMap ? Impl::Drag::Map : Impl::Drag::Press;
        if (onMap)
            d.mapTo(event->pos());
    } else if (event->button() == Qt::MiddleButton) {
        d.drag = Impl::Drag::Pan;
        viewport()->setCursor(Qt::ClosedHandCursor);
    }
    viewport()->update();
}

void GraphCanvas::mouseMoveEvent(QMouseEvent* event)
{
    Impl& d = *m_impl;
    if (d.drag == Impl::Drag::None) {
        d.hover(d.boxUnder(event->pos()));
        return;
    }
    if (d.drag == Impl::Drag::Press
        && (event->pos() - d.pressed).manhattanLength() >= QApplication::startDragDistance()) {
        const bool band = event->modifiers() & Qt::ShiftModifier;
        d.drag = band ? Impl::Drag::Band : Impl::Drag::Pan;
        viewport()->setCursor(band ? Qt::CrossCursor : Qt::ClosedHandCursor);
    }
    if (d.drag == Impl::Drag::Pan) {
        d.moved();
        d.camera.origin -= QPointF(event->pos() - d.last) / d.camera.zoom;
        d.camera.keepNear(d.scene.bounds(), d.viewSize());
        d.viewMoved();
    } else if (d.drag == Impl::Drag::Band) {
        d.band = QRect(d.pressed, event->pos());
        viewport()->update();
    } else if (d.drag == Impl::Drag::Map) {
        d.mapTo(event->pos());
    }
    if (d.drag != Impl::Drag::Press)
        d.last = event->pos();
}

void GraphCanvas::mouseReleaseEvent(QMouseEvent* event)
{
    Impl& d = *m_impl;
    const Impl::Drag drag = std::exchange(d.drag, Impl::Drag::None);
    viewport()->unsetCursor();
    viewport()->update();
    if (drag == Impl::Drag::Band) {
        d.selectBand();
        return;
    }
    if (drag != Impl::Drag::Press || event->button() != Qt::LeftButton)
        return;
    const int box = d.boxUnder(event->pos());
    const bool add = event->modifiers() & (Qt::ControlModifier | Qt::ShiftModifier);
    if (d.onChevron(event->pos(), box))
        d.toggle(box);
    else if (box >= 0)
        d.selectBox(box, add);
    else if (!add)
        d.clearSelection();
}

void GraphCanvas::mouseDoubleClickEvent(QMouseEvent* event)
{
    Impl& d = *m_impl;
    const int box = d.boxUnder(event->pos());
    if (event->button() == Qt::LeftButton && box >= 0 && !d.onChevron(event->pos(), box))
        d.toggle(box);
}

void GraphCanvas::keyPressEvent(QKeyEvent* event)
{
    Impl& d = *m_impl;
    if (d.boxCount() == 0 || event->modifiers() & (Qt::AltModifier | Qt::MetaModifier)) {
        QWidget::keyPressEvent(event);
        return;
    }
    const bool shift = event->modifiers() & Qt::ShiftModifier;
    const QPointF centre(d.viewSize().width() / 2, d.viewSize().height() / 2);
    const auto step = [&](Step way) { d.walkTo(walk(d.scene, *d.structure, d.current, way), shift); };
    switch (event->key()) {
    case Qt::Key_Up:
        return step(Step::Up);
    case Qt::Key_Down:
        return step(Step::Down);
    case Qt::Key_Left:
        return step(Step::Left);
    case Qt::Key_Right:
        return step(Step::Right);
    case Qt::Key_Return:
    case Qt::Key_Enter:
        return d.toggle(d.current);
    case Qt::Key_Backspace:
        return d.goUp();
    case Qt::Key_F:
        if (event->modifiers() & Qt::ControlModifier)
            break;
        return shift ? fitSelection() : fitAll();
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        return d.zoomBy(kZoomStep, centre);
    case Qt::Key_Minus:
        return d.zoomBy(1 / kZoomStep, centre);
    case Qt::Key_Escape:
        if (d.selectedArea().isNull() && d.current < 0)
            break;
        return d.clearSelection();
    case Qt::Key_Home:
    case Qt::Key_End:
        return d.walkTo(d.outermost(event->key() == Qt::Key_Home), shift);
    case Qt::Key_PageUp:
    case Qt::Key_PageDown:
        return verticalScrollBar()->triggerAction(
            event->key() == Qt::Key_PageUp ? QAbstractSlider::SliderPageStepSub : QAbstractSlider::SliderPageStepAdd);
    default:
        break;
    }
    // Not the scroll area's: it would take the arrow keys for scrolling.
    QWidget::keyPressEvent(event);
}

void GraphCanvas::contextMenuEvent(QContextMenuEvent* event)
{
    Impl& d = *m_impl;
    QPoint global = event->globalPos();
    if (event->reason() == QContextMenuEvent::Keyboard) {
        if (d.scene.placed(d.current) >= 0)
            global = viewport()->mapToGlobal(d.camera.toView(d.scene.rect(d.current)).center().toPoint());
    } else if (const int box = d.boxUnder(event->pos()); box >= 0 && d.marks[std::size_t(box)] == Mark::None) {
        d.selectBox(box, false);
    }
    emit contextMenuRequested(global);
    event->accept();
}

void GraphCanvas::changeEvent(QEvent* event)
{
    Impl& d = *m_impl;
    if (event->type() == QEvent::FontChange) {
        d.faces.setFont(font());
        d.relayout(d.anchorInView(), false);
    } else if (event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange) {
        d.minimap.invalidate();
        viewport()->update();
    }
    QAbstractScrollArea::changeEvent(event);
}

void GraphCanvas::focusInEvent(QFocusEvent* event)
{
    // A ring after a mouse click would only repeat what the hand just did.
    m_impl->focusShown = event->reason() != Qt::MouseFocusReason && event->reason() != Qt::PopupFocusReason
        && event->reason() != Qt::ActiveWindowFocusReason;
    QAbstractScrollArea::focusInEvent(event);
    announceCurrentPart(this);
    viewport()->update();
}

void GraphCanvas::focusOutEvent(QFocusEvent* event)
{
    QAbstractScrollArea::focusOutEvent(event);
    viewport()->update();
}

bool GraphCanvas::viewportEvent(QEvent* event)
{
    Impl& d = *m_impl;
    switch (event->type()) {
    case QEvent::Leave:
        d.hover(-1);
        break;
    case QEvent::ToolTip: {
        const auto* help = static_cast<QHelpEvent*>(event);
        const int box = d.boxUnder(help->pos());
        if (box >= 0)
            QToolTip::showText(help->globalPos(), d.toolTipOf(box), viewport());
        else
            QToolTip::hideText();
        return true;
    }
    case QEvent::NativeGesture: {
        const auto* gesture = static_cast<QNativeGestureEvent*>(event);
        if (gesture->gestureType() == Qt::ZoomNativeGesture) {
            d.zoomBy(1 + gesture->value(), gesture->position());
            return true;
        }
        break;
    }
    default:
        break;
    }
    return QAbstractScrollArea::viewportEvent(event);
}

} // namespace octet::widgets
