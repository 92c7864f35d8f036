// SPDX-License-Identifier: GPL-3.0-or-later
// What the plot's axes show, decided from the marks alone: pure, so that it is tested without a window.
#pragma once

#include "widgets/frontier_plot.h"

#include <QPointF>
#include <QRectF>

namespace octet::widgets {

struct PlotScales
{
    double msLow = 0, msHigh = 1;
    double rightLow = 0, rightHigh = 1;
    QVector<bool> collapsed; // by mark: far below, shown at the bottom edge and never stretching the axis
};

/// 10 % stays free on every side. A mark collapsed when it lies below Today (or the best, without one) by more than
/// six times the allowed drop and by more than 4 % of the samples.
PlotScales plotScales(const PlotContent& content);

struct RatioTick
{
    double ms = 0;
    QString text; // "2.5x"
};
/// Round ratios of `todayMs` to the shown latencies, at least `minGapPx` apart; round numbers win over halves.
QVector<RatioTick> ratioTicks(double todayMs, const PlotScales& scales, double widthPx, double minGapPx);

/// Positions of marks from the fastest to the slowest, failed ones last: the way of the arrow keys.
QVector<int> walkingOrder(const QVector<Mark>& marks, bool withFailed);

/// "17 trials, best 2.2 times faster": for screen readers. Best = fastest mark at or above the floor.
QString plotSummary(const PlotContent& content);

/// Where the axes' area lies in the widget and what it shows.
struct PlotMap
{
    QRectF area;
    PlotScales scales;
    double x(double ms) const
    {
        return area.left() + (ms - scales.msLow) / (scales.msHigh - scales.msLow) * area.width();
    }
    double y(double right) const
    {
        return area.bottom() - (right - scales.rightLow) / (scales.rightHigh - scales.rightLow) * area.height();
    }
    QPointF of(const Mark& mark, bool collapsed) const;
};

} // namespace octet::widgets
