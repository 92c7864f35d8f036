// SPDX-License-Identifier: GPL-3.0-or-later
// What the files of FrontierPlot share.
#pragma once

#include "widgets/frontier_plot.h"
#include "widgets/frontier_plot_accessible.h"
#include "widgets/frontier_plot_painter.h"

#include <QLabel>
#include <QPushButton>

#include <qcustomplot.h>

#include <optional>

namespace octet::widgets {

struct FrontierPlot::Impl
{
    using Target = FrontierPlotPainter::Target;
    using Kind = Target::Kind;

    explicit Impl(FrontierPlot* plot)
        : q(plot)
    {
    }
    void build();
    void applyTheme();
    void applyContent();
    void labelAxes();
    void showRanges();
    void select(int index);
    void walk(int step);
    void zoom(double factor, QPointF at); // what is at this point stays there
    void pan(QPointF pixels);
    void showAll();
    void viewChanged();
    void setHovered(Target target);
    void walkWhatIfs(int step);
    void setWhatIfFloor(std::optional<double> floor); // null = the goal's own
    void stepFloor(int steps);
    void placeGoalButton();
    void setGoal(); // to what is asked about
    void repaintOverlay() { canvas->layer(QStringLiteral("overlay"))->replot(); }
    int trialOf(Target target) const; // 0 = no mark
    void describe();
    const Theme& theme() const { return Theme::of(q->palette()); }

    FrontierPlot* q;
    QCustomPlot* canvas = nullptr;
    QWidget* emptyPage = nullptr;
    QLabel* emptyLabel = nullptr;
    QPushButton* emptyButton = nullptr;
    QSharedPointer<QCPAxisTickerFixed> msTicker, rightTicker;
    QSharedPointer<QCPAxisTickerText> ratioTicker;
    FrontierPlotPainter painter;
    int selected = 0;
    Target hovered;
    bool focusRing = false;
    QPushButton* wholeButton = nullptr; // while only a part is shown
    std::optional<QPointF> dragged; // where the pointer was, while the view is dragged
    QPushButton* goalButton = nullptr; // while another goal is asked about
    bool draggingFloor = false;
    std::optional<AccessibleEntry> accessible; // last: it reads all the others
};

} // namespace octet::widgets
