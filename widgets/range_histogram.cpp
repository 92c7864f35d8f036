// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/range_histogram.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace octet::widgets {

namespace {

constexpr double reach = 12; // px around a handle in which it is taken: a target of 24
constexpr double keyStep = 0.01; // of the axis
// Below this share of the further end a logarithmic axis is linear: a value just above 0 is far below one step of 8 bits.
constexpr double linearShare = 1.0 / 256;

} // namespace

RangeHistogram::RangeHistogram(QWidget* parent)
    : QWidget(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Histogram and range"));
    describe();
}

QSize RangeHistogram::sizeHint() const
{
    return {240, 132};
}

QSize RangeHistogram::minimumSizeHint() const
{
    return {120, 132};
}

void RangeHistogram::setHistogram(const std::vector<HistogramBin>& bins, const QVector<Cut>& cuts)
{
    m_bins = bins;
    m_cuts = cuts;
    m_low = m_high = 0;
    if (!bins.empty()) {
        m_low = std::min(0.0, bins.front().low);
        m_high = std::max(0.0, bins.back().high);
    }
    if (m_moving) {
        m_low = std::min(m_low, m_range.min);
        m_high = std::max(m_high, m_range.max);
    }
    update();
}

void RangeHistogram::setRange(const Interval& range)
{
    m_settled = range;
    m_low = std::min(m_low, range.min);
    m_high = std::max(m_high, range.max);
    if (!m_moving)
        m_range = range;
    describe();
    update();
}

void RangeHistogram::setEditable(bool editable)
{
    m_editable = editable;
    if (!editable)
        cancel();
    setFocusPolicy(editable ? Qt::StrongFocus : Qt::NoFocus);
    update();
}

void RangeHistogram::setLogAxis(bool log)
{
    m_log = log;
    update();
}

QRectF RangeHistogram::plot() const
{
    const double above = 2 * fontMetrics().height(), below = fontMetrics().height() + 4;
    return QRectF(rect()).adjusted(6, above, -6, -below);
}

double RangeHistogram::toUnit(double value) const
{
    if (!(m_high > m_low))
        return 0.5;
    if (!m_log)
        return (value - m_low) / (m_high - m_low);
    const double scale = linearShare * std::max(-m_low, m_high);
    const double from = std::asinh(m_low / scale), to = std::asinh(m_high / scale);
    return (std::asinh(value / scale) - from) / (to - from);
}

double RangeHistogram::fromUnit(double unit) const
{
    unit = std::clamp(unit, 0.0, 1.0);
    if (!m_log)
        return m_low + unit * (m_high - m_low);
    const double scale = linearShare * std::max(-m_low, m_high);
    const double from = std::asinh(m_low / scale), to = std::asinh(m_high / scale);
    return scale * std::sinh(from + unit * (to - from));
}

double RangeHistogram::xOf(double value) const
{
    const QRectF area = plot();
    return area.left() + toUnit(value) * area.width();
}

double RangeHistogram::valueAt(double x) const
{
    const QRectF area = plot();
    return fromUnit(area.width() > 0 ? (x - area.left()) / area.width() : 0.5);
}

RangeHistogram::Handle RangeHistogram::nearest(double x) const
{
    const double low = std::abs(x - xOf(m_range.min)), high = std::abs(x - xOf(m_range.max));
    if (low == high)
        return x < xOf(0) ? Handle::Low : Handle::High;
    return low < high ? Handle::Low : Handle::High;
}

void RangeHistogram::move(Handle handle, double value)
{
    m_active = handle;
    Interval moved = m_range;
    if (handle == Handle::Low)
        moved.min = std::clamp(value, m_low, 0.0);
    else
        moved.max = std::clamp(value, 0.0, m_high);
    if (moved == m_range || !(moved.max > moved.min))
        return;
    m_range = moved;
    m_moving = true;
    describe();
    update();
    emit dragged(m_range.min, m_range.max);
}

void RangeHistogram::finish()
{
    m_pressed = false;
    if (!m_moving)
        return;
    m_moving = false;
    if (m_range == m_settled)
        return;
    m_settled = m_range;
    emit edited(m_range.min, m_range.max);
}

void RangeHistogram::cancel()
{
    m_pressed = false;
    if (!m_moving)
        return;
    m_moving = false;
    m_range = m_settled;
    describe();
    update();
    emit dragged(m_range.min, m_range.max);
}

void RangeHistogram::mousePressEvent(QMouseEvent* event)
{
    const double x = event->position().x();
    const Handle handle = nearest(x);
    if (!m_editable || event->button() != Qt::LeftButton || std::abs(x - xOf(end(handle))) > reach)
        return;
    m_active = handle;
    m_pressed = true;
    m_grip = x - xOf(end(handle));
    update();
}

void RangeHistogram::mouseMoveEvent(QMouseEvent* event)
{
    const double x = event->position().x();
    if (m_pressed)
        move(m_active, valueAt(x - m_grip));
    else if (m_editable && std::abs(x - xOf(end(nearest(x)))) <= reach)
        setCursor(Qt::SizeHorCursor);
    else
        unsetCursor();
}

void RangeHistogram::mouseReleaseEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton)
        finish();
}

void RangeHistogram::mouseDoubleClickEvent(QMouseEvent* event)
{
    if (!m_editable || event->button() != Qt::LeftButton)
        return;
    int found = -1;
    double best = 2 * reach;
    for (int i = 0; i < m_cuts.size(); ++i)
        for (const double at : {m_cuts[i].range.min, m_cuts[i].range.max})
            if (const double away = std::abs(event->position().x() - xOf(at)); at != 0 && away < best) {
                best = away;
                found = i;
            }
    if (found < 0)
        return;
    cancel();
    emit cutRequested(found);
}

void RangeHistogram::keyPressEvent(QKeyEvent* event)
{
    const double step = event->modifiers().testFlag(Qt::ShiftModifier) ? keyStep / 10
        : event->modifiers().testFlag(Qt::ControlModifier)             ? keyStep * 10
                                                                       : keyStep;
    const Handle other = m_active == Handle::Low ? Handle::High : Handle::Low;
    switch (m_editable ? event->key() : 0) {
    case Qt::Key_Left:
        move(m_active, fromUnit(toUnit(end(m_active)) - step));
        return;
    case Qt::Key_Right:
        move(m_active, fromUnit(toUnit(end(m_active)) + step));
        return;
    case Qt::Key_Up:
    case Qt::Key_Down:
    case Qt::Key_Space:
        m_active = other;
        describe();
        update();
        return;
    case Qt::Key_Home:
    case Qt::Key_End: // as far out as it was seen
        move(m_active, m_active == Handle::Low ? m_low : m_high);
        return;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        finish();
        return;
    case Qt::Key_Escape:
        if (m_moving) {
            cancel();
            return;
        }
        break;
    default:
        break;
    }
    QWidget::keyPressEvent(event);
}

void RangeHistogram::keyReleaseEvent(QKeyEvent* event)
{
    if (!event->isAutoRepeat() && !m_pressed)
        finish();
    QWidget::keyReleaseEvent(event);
}

void RangeHistogram::focusOutEvent(QFocusEvent* event)
{
    finish();
    QWidget::focusOutEvent(event);
    update();
}

void RangeHistogram::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    update();
}

bool RangeHistogram::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        QToolTip::showText(static_cast<QHelpEvent*>(event)->globalPos(), cutsText(), this);
        return true;
    }
    return QWidget::event(event);
}

QString RangeHistogram::cutsText() const
{
    QStringList lines;
    for (const Cut& cut : m_cuts)
        lines << tr("%1 cuts at %2 and %3").arg(cut.name).arg(cut.range.min, 0, 'g', 4).arg(cut.range.max, 0, 'g', 4);
    if (m_editable)
        lines << tr("Drag a handle, or double click near a mark. Keys: left and right, up and down change the handle.");
    return lines.join(QLatin1Char('\n'));
}

void RangeHistogram::describe()
{
    setAccessibleDescription(tr("Range from %1 to %2; the keys move its %3 end")
                                 .arg(m_range.min, 0, 'g', 4)
                                 .arg(m_range.max, 0, 'g', 4)
                                 .arg(m_active == Handle::Low ? tr("lower") : tr("upper")));
}

} // namespace octet::widgets
