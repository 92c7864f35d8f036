// SPDX-License-Identifier: GPL-3.0-or-later
// Mouse and keys of FrontierPlot.
#include "widgets/frontier_plot_impl.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>
#include <utility>

namespace octet::widgets {

void FrontierPlot::Impl::select(int index)
{
    const int trial = painter.content().marks[index].trial;
    q->setSelectedTrial(trial);
    emit q->trialSelected(trial);
}

void FrontierPlot::Impl::walk(int step)
{
    const QVector<int> order = walkingOrder(painter.content().marks, false);
    if (order.isEmpty())
        return;
    const auto at = order.indexOf(painter.indexOf(selected));
    const auto next =
        at < 0 ? (step > 0 ? 0 : order.size() - 1) : std::clamp<qsizetype>(at + step, 0, order.size() - 1);
    if (next != at)
        select(order[next]);
}

void FrontierPlot::Impl::walkWhatIfs(int step)
{
    const auto count = int(painter.whatIfs().lines.size());
    for (int tries = 0, at = hovered.kind == Kind::WhatIf ? hovered.index : step > 0 ? -1 : count; tries < count; ++tries) {
        at = (at + step + count) % count;
        if (!painter.whatIfLine(at).isNull()) {
            setHovered({Kind::WhatIf, at});
            return;
        }
    }
}

void FrontierPlot::Impl::setHovered(Target target)
{
    if (target == hovered)
        return;
    const int before = trialOf(hovered);
    hovered = target;
    q->setCursor(target.kind == Kind::Mark || target.kind == Kind::WhatIf ? Qt::PointingHandCursor
            : target.kind == Kind::Floor                                  ? Qt::SizeVerCursor
                                                                          : Qt::ArrowCursor);
    repaintOverlay();
    describe();
    if (trialOf(target) != before)
        emit q->trialHovered(trialOf(target));
}

int FrontierPlot::Impl::trialOf(Target target) const
{
    return target.kind == Kind::Mark ? painter.content().marks.value(target.index).trial : 0;
}

void FrontierPlot::Impl::zoom(double factor, QPointF at)
{
    painter.zoom(factor, at);
    viewChanged();
}

void FrontierPlot::Impl::pan(QPointF pixels)
{
    painter.pan(pixels);
    viewChanged();
}

void FrontierPlot::Impl::showAll()
{
    if (!painter.zoomed())
        return;
    painter.showAll();
    viewChanged();
}

void FrontierPlot::Impl::viewChanged()
{
    wholeButton->setVisible(painter.zoomed());
    showRanges();
}

void FrontierPlot::mouseMoveEvent(QMouseEvent* event)
{
    if (m_impl->draggingFloor) {
        m_impl->setWhatIfFloor(m_impl->painter.floorAt(event->position().y()));
        return;
    }
    if (m_impl->dragged) {
        constexpr double slack = 4; // a click beside the marks moves nothing
        if (!m_impl->painter.zoomed() && QLineF(*m_impl->dragged, event->position()).length() < slack)
            return;
        m_impl->pan(event->position() - *m_impl->dragged);
        m_impl->dragged = event->position();
        return;
    }
    m_impl->setHovered(m_impl->painter.hit(event->position()));
}

void FrontierPlot::mousePressEvent(QMouseEvent* event)
{
    const auto target = event->button() == Qt::LeftButton ? m_impl->painter.hit(event->position()) : Impl::Target{};
    if (target.kind == Impl::Kind::Mark)
        m_impl->select(target.index);
    else if (target.kind == Impl::Kind::WhatIf)
        emit whatIfActivated(target.index);
    else if (target.kind == Impl::Kind::Floor) {
        m_impl->draggingFloor = true;
        m_impl->goalButton->hide();
    } else if (event->button() == Qt::LeftButton && !m_impl->painter.content().marks.isEmpty()) {
        m_impl->setHovered({});
        m_impl->dragged = event->position();
        setCursor(Qt::ClosedHandCursor);
    } else {
        QWidget::mousePressEvent(event);
    }
}

void FrontierPlot::mouseReleaseEvent(QMouseEvent* event)
{
    if (std::exchange(m_impl->draggingFloor, false))
        m_impl->goalButton->setVisible(m_impl->painter.whatIfFloor().has_value());
    if (m_impl->dragged.has_value())
        setCursor(Qt::ArrowCursor);
    m_impl->dragged.reset();
    QWidget::mouseReleaseEvent(event);
}

void FrontierPlot::wheelEvent(QWheelEvent* event)
{
    if (event->angleDelta().y() != 0)
        m_impl->zoom(std::pow(1.2, -event->angleDelta().y() / 120.0), event->position());
    event->accept();
}

void FrontierPlot::mouseDoubleClickEvent(QMouseEvent* event)
{
    const auto target = event->button() == Qt::LeftButton ? m_impl->painter.hit(event->position()) : Impl::Target{};
    if (target.kind == Impl::Kind::None)
        m_impl->showAll();
    if (target.kind != Impl::Kind::Mark)
        return;
    m_impl->select(target.index);
    emit trialActivated(m_impl->painter.content().marks[target.index].trial);
}

void FrontierPlot::leaveEvent(QEvent*)
{
    m_impl->setHovered({});
}

void FrontierPlot::keyPressEvent(QKeyEvent* event)
{
    constexpr int all = 1 << 20;
    switch (event->key()) {
    case Qt::Key_Left:
    case Qt::Key_Up:
        m_impl->walk(-1);
        return;
    case Qt::Key_Right:
    case Qt::Key_Down:
        m_impl->walk(1);
        return;
    case Qt::Key_Home:
        m_impl->walk(-all);
        return;
    case Qt::Key_End:
        m_impl->walk(all);
        return;
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        m_impl->zoom(1 / 1.2, m_impl->painter.map().area.center());
        return;
    case Qt::Key_Minus:
        m_impl->zoom(1.2, m_impl->painter.map().area.center());
        return;
    case Qt::Key_PageUp:
        m_impl->stepFloor(1);
        return;
    case Qt::Key_PageDown:
        m_impl->stepFloor(-1);
        return;
    case Qt::Key_Escape:
        if (m_impl->painter.whatIfFloor()) {
            m_impl->draggingFloor = false;
            m_impl->setWhatIfFloor({});
            return;
        }
        if (m_impl->painter.zoomed()) {
            m_impl->showAll();
            return;
        }
        break;
    case Qt::Key_W:
        m_impl->walkWhatIfs(event->modifiers().testFlag(Qt::ShiftModifier) ? -1 : 1);
        return;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (m_impl->painter.whatIfFloor()) {
            m_impl->setGoal();
            return;
        }
        if (m_impl->hovered.kind == Impl::Kind::WhatIf) {
            emit whatIfActivated(m_impl->hovered.index);
            return;
        }
        if (m_impl->painter.indexOf(m_impl->selected) >= 0) {
            emit trialActivated(m_impl->selected);
            return;
        }
        break;
    default:
        break;
    }
    QWidget::keyPressEvent(event);
}

void FrontierPlot::focusInEvent(QFocusEvent* event)
{
    m_impl->focusRing = event->reason() == Qt::TabFocusReason || event->reason() == Qt::BacktabFocusReason;
    announceCurrentPart(this);
    m_impl->repaintOverlay();
}

void FrontierPlot::focusOutEvent(QFocusEvent*)
{
    m_impl->focusRing = false;
    m_impl->repaintOverlay();
}

} // namespace octet::widgets
