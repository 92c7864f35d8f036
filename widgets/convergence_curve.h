// SPDX-License-Identifier: GPL-3.0-or-later
// How a range grew with the number of calibration samples: both ends over a logarithmic axis.
#pragma once

#include "core/values/evidence.h"

#include <QWidget>

#include <vector>

namespace octet::widgets {

class ConvergenceCurve : public QWidget
{
    Q_OBJECT
public:
    explicit ConvergenceCurve(QWidget* parent = nullptr);
    void setSteps(const std::vector<RangeStep>& steps);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;
    /// Where the upper or lower end of a step is drawn, for tests.
    QPointF pointOf(std::size_t step, bool upper) const;

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    QRectF plot() const;
    std::vector<RangeStep> m_steps;
    double m_low = 0, m_high = 0; // of all steps
};

} // namespace octet::widgets
