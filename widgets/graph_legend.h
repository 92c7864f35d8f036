// SPDX-License-Identifier: GPL-3.0-or-later
// Under the graph: what the fill means and its unit; for precisions also the count of weight products.
#pragma once

#include "core/values/trial.h"
#include "widgets/graph_canvas.h"

#include <QWidget>

namespace octet::widgets {

class GraphLegend : public QWidget
{
    Q_OBJECT
public:
    explicit GraphLegend(QWidget* parent = nullptr);
    void setFill(GraphCanvas::Fill fill);
    void setCounts(const PrecisionCounts& counts); // see countProducts
    void setRange(double low, double high); // GraphCanvas::fillRange
    /// `other`: what is compared with, "trial 4"; empty = nothing.
    void setDifference(int differing, int compared, const QString& other);
    void setMeasured(bool measured); // times are shown, so their bar needs a word

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    QString headline() const;
    QString aside() const;
    void describe();
    void paintSwatches(QPainter& painter, qreal y) const;
    void paintRamp(QPainter& painter, qreal y) const;
    qreal paintKeptOut(QPainter& painter, qreal x, qreal y) const;

    GraphCanvas::Fill m_fill = GraphCanvas::Fill::Precision;
    PrecisionCounts m_counts;
    int m_differing = 0, m_compared = 0;
    QString m_other;
    double m_low = 0, m_high = 0;
    bool m_measured = false;
};

} // namespace octet::widgets
