// SPDX-License-Identifier: GPL-3.0-or-later
// The graph as boxes: pan, zoom at the cursor, open and close in place, select. Layout comes from core/graph.
#pragma once

#include "core/graph/layout.h"
#include "widgets/op_view.h"

#include <QAbstractScrollArea>
#include <QPair>
#include <QStringList>

#include <memory>

namespace octet::widgets {

class GraphCanvas : public QAbstractScrollArea
{
    Q_OBJECT
public:
    /// Difference: which share of a box's products has another precision in the trial that is compared with.
    enum class Fill { Precision, Time, Sensitivity, OwnError, Difference };

    explicit GraphCanvas(QWidget* parent = nullptr);
    ~GraphCanvas() override;

    void setStructure(
        std::shared_ptr<const graph::Structure> structure, const QStringList& nodeNames); // name by node index
    void setOps(const OpViews& ops, double totalMs); // totalMs < 0 = not measured
    void setFill(Fill fill);
    void setSelection(const QStringList& nodes); // ONNX node names; scrolls into view; emits nothing
    void setMatches(const QStringList& nodes); // search hits: everything else dims; empty = no dimming
    void setHidePlumbing(bool hide);

    QStringList selection() const;
    QStringList expandedPaths() const; // for session restore
    void setExpandedPaths(const QStringList& paths);
    void expandTo(const QString& node);
    void fitAll();
    void fitSelection();
    double zoom() const;
    QPointF viewOrigin() const; // scene point at the top left
    bool isFitted() const; // as it was opened: the user has not moved the view
    /// Where somebody was before; far from the graph it is moved near to it.
    void setView(const QPointF& origin, double zoom);
    void setZoom(double zoom);
    QRectF boxRect(const QString& path) const; // viewport coordinates of a visible box, for tests
    int visibleBoxCount() const; // top-level boxes shown
    /// What the ramp of the current fill runs from and to: ms, sensitivity, error, share. (0, 0) = nothing measured.
    QPair<double, double> fillRange() const;
    /// Off: boxes jump to their new place. Without it the style's animation hint decides.
    void setAnimated(bool animated);
    /// ms that a frame may take to paint boxes anew; those left over follow in the next. 0 = all at once.
    void setFrameBudget(double ms);
    bool layoutPending() const; // a large layout is being computed; the picture is still the old one

signals:
    void selectionChanged(const QStringList& nodes); // by the user: all nodes of selected boxes
    void contextMenuRequested(const QPoint& globalPos);
    void hoveredChanged(const QString& path);

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void scrollContentsBy(int dx, int dy) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void changeEvent(QEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    bool viewportEvent(QEvent* event) override;
};

} // namespace octet::widgets
