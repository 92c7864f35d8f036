// SPDX-License-Identifier: GPL-3.0-or-later
// What a value was, log counts, and the range that int8 cuts out of it: two handles that can be dragged or moved with
// the keys, and marks where the range methods would cut.
#pragma once

#include "core/values/evidence.h"

#include <QString>
#include <QVector>
#include <QWidget>

#include <vector>

namespace octet::widgets {

class RangeHistogram : public QWidget
{
    Q_OBJECT
public:
    struct Cut
    {
        QString name; // "KL"
        Interval range;
    };

    explicit RangeHistogram(QWidget* parent = nullptr);
    /// Before setRange, which may widen the axis.
    void setHistogram(const std::vector<HistogramBin>& bins, const QVector<Cut>& cuts);
    /// Of the value in force. While a handle is being moved it waits until that ends.
    void setRange(const Interval& range);
    Interval range() const { return m_range; } // as shown: with a moved handle
    void setEditable(bool editable);
    void cancel(); // what is being moved goes back
    /// Equal widths for equal ratios: for values whose outliers are far away. Else equal widths for equal differences.
    void setLogAxis(bool log);

    double xOf(double value) const; // in this widget's coordinates
    double valueAt(double x) const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

signals:
    void dragged(double min, double max); // at every move
    void edited(double min, double max); // when it ends
    void cutRequested(int index); // double click near a mark

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void keyReleaseEvent(QKeyEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool event(QEvent* event) override;

private:
    enum class Handle { Low, High };
    QRectF plot() const;
    double toUnit(double value) const; // 0..1 along the axis
    double fromUnit(double unit) const;
    Handle nearest(double x) const;
    double end(Handle handle) const { return handle == Handle::Low ? m_range.min : m_range.max; }
    void move(Handle handle, double value);
    void finish();
    void describe();
    std::vector<double> columns() const; // count of each column of bars
    void paintBars(QPainter& painter, const QRectF& area) const;
    void paintCuts(QPainter& painter, const QRectF& area) const;
    void paintHandles(QPainter& painter, const QRectF& area) const;
    void paintAxis(QPainter& painter, const QRectF& area) const;
    QString cutsText() const;

    std::vector<HistogramBin> m_bins;
    QVector<Cut> m_cuts;
    Interval m_range, m_settled; // as shown; in force
    double m_low = 0, m_high = 0; // ends of the axis, 0 inside
    Handle m_active = Handle::High;
    double m_grip = 0; // from the handle to where it was taken
    bool m_editable = false, m_log = false, m_moving = false, m_pressed = false;
};

} // namespace octet::widgets
