// SPDX-License-Identifier: GPL-3.0-or-later
// The plot's marks for a screen reader, by trial. Internal to FrontierPlot.
#pragma once

#include "widgets/accessible_parts.h"
#include "widgets/frontier_plot_painter.h"

#include <functional>

namespace octet::widgets {

class AccessibleMarks : public AccessibleParts
{
public:
    AccessibleMarks(const FrontierPlot* plot, const FrontierPlotPainter* painter, std::function<void(int index)> select)
        : m_plot(plot)
        , m_painter(painter)
        , m_select(std::move(select))
    {
    }
    QAccessible::Role widgetRole() const override { return QAccessible::Chart; }
    QAccessible::Role partRole() const override { return QAccessible::ListItem; }
    QVector<int> keys() const override;
    AccessiblePart part(int trial) const override;
    int current() const override { return m_plot->selectedTrial() ? m_plot->selectedTrial() : -1; }
    int at(const QPoint& point) const override;
    void press(int trial) override { m_select(m_painter->indexOf(trial)); }

private:
    const FrontierPlot* m_plot;
    const FrontierPlotPainter* m_painter;
    std::function<void(int)> m_select;
};

} // namespace octet::widgets
