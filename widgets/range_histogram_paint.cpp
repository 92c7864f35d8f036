// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/range_histogram.h"
#include "widgets/theme.h"
#include "widgets/words.h"

#include <QPainter>

#include <algorithm>
#include <array>
#include <cmath>

namespace octet::widgets {

namespace {
constexpr double columnWidth = 4, gap = 1;
}

std::vector<double> RangeHistogram::columns() const
{
    const QRectF area = plot();
    const auto count = static_cast<std::size_t>(std::max(1.0, std::floor(area.width() / columnWidth)));
    std::vector<double> edges(count + 1), heights(count, 0);
    for (std::size_t i = 0; i <= count; ++i)
        edges[i] = valueAt(area.left() + area.width() * double(i) / double(count));
    // A bin's numbers are spread evenly over the columns that it touches.
    for (const HistogramBin& bin : m_bins) {
        const auto from = std::upper_bound(edges.begin() + 1, edges.end() - 1, bin.low) - edges.begin() - 1;
        for (auto i = static_cast<std::size_t>(from); i < count && (edges[i] < bin.high || bin.low == bin.high); ++i) {
            const double width = bin.high - bin.low;
            const double part = std::min(edges[i + 1], bin.high) - std::max(edges[i], bin.low);
            heights[i] += double(bin.count) * (width > 0 ? std::max(0.0, part) / width : 1);
            if (width <= 0)
                break;
        }
    }
    return heights;
}

void RangeHistogram::paintBars(QPainter& painter, const QRectF& area) const
{
    const Theme& theme = Theme::of(palette());
    const std::vector<double> counts = columns();
    const double tallest = std::log1p(*std::max_element(counts.begin(), counts.end()));
    const double width = area.width() / double(counts.size());
    for (std::size_t i = 0; i < counts.size() && tallest > 0; ++i) {
        if (!(counts[i] > 0))
            continue;
        const double height = std::max(1.0, std::log1p(counts[i]) / tallest * area.height());
        const QRectF bar(area.left() + double(i) * width, area.bottom() - height, width - gap, height);
        const double x = bar.center().x();
        if (x >= xOf(m_range.min) - 0.5 && x <= xOf(m_range.max) + 0.5) {
            painter.fillRect(bar, theme.otherMarks);
        } else { // cut off: hollow, so that no colour is needed to tell
            painter.setPen(QPen(theme.misses, 1));
            painter.setBrush(Qt::NoBrush);
            painter.drawRect(bar.adjusted(0.5, 0.5, -0.5, 0));
        }
    }
}

void RangeHistogram::paintAxis(QPainter& painter, const QRectF& area) const
{
    const Theme& theme = Theme::of(palette());
    painter.setPen(QPen(theme.border, 1));
    painter.drawLine(area.bottomLeft(), area.bottomRight());
    painter.setPen(QPen(theme.border, 1, Qt::DotLine));
    painter.drawLine(QPointF(xOf(0), area.top()), QPointF(xOf(0), area.bottom()));
    painter.setPen(theme.secondary);
    const QFontMetricsF metrics(painter.font());
    double free = 0;
    for (const double value : {m_low, m_high, 0.0}) {
        const QString text = QString::number(value, 'g', 3);
        const double width = metrics.horizontalAdvance(text);
        const double x = std::clamp(xOf(value) - width / 2, 0.0, this->width() - width);
        const bool isZero = value == 0;
        if (value == m_low)
            free = x + width + 6;
        // Zero only where it fits between the ends.
        if (isZero && m_low < 0 && m_high > 0) {
            const double last = this->width() - metrics.horizontalAdvance(QString::number(m_high, 'g', 3)) - 6;
            if (x < free || x + width > last)
                continue;
        }
        if (!isZero || (m_low < 0 && m_high > 0) || value == m_low || value == m_high)
            painter.drawText(QPointF(x, area.bottom() + 3 + metrics.ascent()), text);
    }
}

void RangeHistogram::paintCuts(QPainter& painter, const QRectF& area) const
{
    const Theme& theme = Theme::of(palette());
    const QFontMetricsF metrics(painter.font());
    std::array<double, 2> free{-1, -1}; // where each of two rows of names is free from
    struct Label
    {
        double x;
        QString name;
    };
    QVector<Label> labels;
    for (const Cut& cut : m_cuts) {
        painter.setPen(QPen(theme.secondary, 1, Qt::DashLine));
        for (const double at : {cut.range.min, cut.range.max})
            if (at != 0) // every range holds 0: that is no cut
                painter.drawLine(QPointF(xOf(at), area.top() - 2), QPointF(xOf(at), area.bottom()));
        labels << Label{xOf(cut.range.max != 0 ? cut.range.max : cut.range.min), cut.name};
    }
    std::sort(labels.begin(), labels.end(), [](const Label& a, const Label& b) { return a.x < b.x; });
    painter.setPen(theme.secondary);
    for (const Label& label : labels) {
        const double width = metrics.horizontalAdvance(label.name);
        const double x = std::clamp(label.x - width / 2, 0.0, this->width() - width);
        for (const std::size_t row : {std::size_t(0), std::size_t(1)}) { // a third beside them is in the tooltip
            if (x < free[row])
                continue;
            painter.drawText(QPointF(x, area.top() - 4 - double(row) * metrics.height() - metrics.descent()), label.name);
            free[row] = x + width + 4;
            break;
        }
    }
}

void RangeHistogram::paintHandles(QPainter& painter, const QRectF& area) const
{
    const Theme& theme = Theme::of(palette());
    for (const Handle handle : {Handle::Low, Handle::High}) {
        const double x = xOf(end(handle));
        painter.setPen(QPen(theme.misses, 1.5));
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
        if (!m_editable)
            continue;
        const bool active = handle == m_active && (hasFocus() || m_pressed);
        const QRectF grip(x - 4, area.center().y() - 8, 8, 16);
        painter.setBrush(active ? theme.misses : theme.panel);
        painter.drawRoundedRect(grip, 3, 3);
        if (active && hasFocus()) {
            painter.setBrush(Qt::NoBrush);
            painter.setPen(QPen(theme.accent, 1.5));
            painter.drawRoundedRect(grip.adjusted(-2.5, -2.5, 2.5, 2.5), 5, 5);
        }
    }
}

void RangeHistogram::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setFont(smallFont(font(), 2));
    const QRectF area = plot();
    paintCuts(painter, area);
    paintBars(painter, area);
    paintAxis(painter, area);
    painter.setRenderHint(QPainter::Antialiasing);
    paintHandles(painter, area);
}

} // namespace octet::widgets
