// SPDX-License-Identifier: GPL-3.0-or-later
// The axes and marks of the presentation.
#pragma once

#include "widgets/frontier_plot_labels.h"
#include "widgets/frontier_plot_scales.h"
#include "widgets/presentation.h"

namespace octet::widgets {

struct Theme;

class PresentationChart : public QWidget
{
    Q_OBJECT
public:
    explicit PresentationChart(QWidget* parent = nullptr);
    void setContent(const PresentationContent& content);
    void setStep(int step); // marks of later steps are not shown yet
    void setScale(double scale); // of marks and lines
    QPointF position(int step) const;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    double unit(double px) const { return px * m_scale; }
    PlotMap map() const;
    double todayMs() const;
    void paintAxes(QPainter& painter, const PlotMap& map, const Theme& theme) const;
    void paintBand(QPainter& painter, const PlotMap& map, const Theme& theme, LabelSpace& space) const;
    void paintArrow(QPainter& painter, const Theme& theme, LabelSpace& space) const;
    void paintStep(QPainter& painter, int step, const Theme& theme, LabelSpace& space) const;

    PresentationContent m_content;
    PlotScales m_scales; // of all steps, so that nothing moves between them
    int m_step = 0;
    double m_scale = 1;
};

} // namespace octet::widgets
