// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/convergence_curve.h"

#include "widgets/theme.h"
#include "widgets/words.h"

#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace octet::widgets {

ConvergenceCurve::ConvergenceCurve(QWidget* parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Range by number of samples"));
}

QSize ConvergenceCurve::sizeHint() const
{
    return {240, 72};
}

QSize ConvergenceCurve::minimumSizeHint() const
{
    return {120, 72};
}

void ConvergenceCurve::setSteps(const std::vector<RangeStep>& steps)
{
    m_steps = steps;
    m_low = m_high = 0;
    QStringList lines;
    for (const RangeStep& step : steps) {
        m_low = std::min(m_low, step.min);
        m_high = std::max(m_high, step.max);
        lines << tr("%1 samples: %2 to %3").arg(step.samples).arg(step.min, 0, 'g', 4).arg(step.max, 0, 'g', 4);
    }
    setAccessibleDescription(lines.join(QStringLiteral("; ")));
    setToolTip(lines.join(QLatin1Char('\n')));
    update();
}

QRectF ConvergenceCurve::plot() const
{
    const double label = QFontMetricsF(smallFont(font(), 2)).height();
    return QRectF(rect()).adjusted(8, 6, -8, -label - 6);
}

QPointF ConvergenceCurve::pointOf(std::size_t step, bool upper) const
{
    const QRectF area = plot();
    const double first = std::log2(std::max(1L, m_steps.front().samples));
    const double last = std::log2(std::max(1L, m_steps.back().samples));
    const double at = std::log2(std::max(1L, m_steps[step].samples));
    const double share = last > first ? (at - first) / (last - first) : 1;
    const double value = upper ? m_steps[step].max : m_steps[step].min;
    const double height = m_high > m_low ? (m_high - value) / (m_high - m_low) : 0.5;
    return {area.left() + share * area.width(), area.top() + height * area.height()};
}

void ConvergenceCurve::paintEvent(QPaintEvent*)
{
    if (m_steps.empty())
        return;
    const Theme& theme = Theme::of(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF area = plot();
    QPolygonF upper, lower;
    for (std::size_t i = 0; i < m_steps.size(); ++i) {
        upper << pointOf(i, true);
        lower << pointOf(i, false);
    }
    QPolygonF band = upper;
    for (auto point = lower.rbegin(); point != lower.rend(); ++point)
        band << *point;
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.grid);
    painter.drawPolygon(band);
    const double zero = m_high > m_low ? area.top() + m_high / (m_high - m_low) * area.height() : area.center().y();
    painter.setPen(QPen(theme.border, 1, Qt::DotLine));
    painter.drawLine(QPointF(area.left(), zero), QPointF(area.right(), zero));
    painter.setPen(QPen(theme.frontier, 1.5));
    painter.setBrush(theme.frontier);
    for (const QPolygonF& line : {upper, lower}) {
        painter.drawPolyline(line);
        for (const QPointF& point : line)
            painter.drawEllipse(point, 2, 2);
    }
    painter.setFont(smallFont(font(), 2));
    painter.setPen(theme.secondary);
    const QFontMetricsF metrics(painter.font());
    double free = 0;
    for (std::size_t i = m_steps.size(); i-- > 0;) { // the last first: it is the number that counts
        const QString text = QString::number(m_steps[i].samples);
        const double width = metrics.horizontalAdvance(text);
        const double x = std::clamp(upper[qsizetype(i)].x() - width / 2, 0.0, this->width() - width);
        if (i + 1 < m_steps.size() && x + width > free)
            continue;
        painter.drawText(QPointF(x, height() - metrics.descent() - 1), text);
        free = x - 8;
    }
}

void ConvergenceCurve::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    update();
}

} // namespace octet::widgets
