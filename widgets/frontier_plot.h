// SPDX-License-Identifier: GPL-3.0-or-later
// Accuracy against latency: product.md section 2, visual.md "Plot". QCustomPlot stays inside the .cpp.
#pragma once

#include <QString>
#include <QVector>
#include <QWidget>

#include <functional>
#include <memory>
#include <optional>

namespace octet::widgets {

struct Mark
{
    enum class Kind { Static, Dynamic, Bf16, Fp32 };
    enum class Role { Other, Today, EverythingInt8, Chosen, BestSoFar };
    int trial = 0;
    Kind kind = Kind::Static;
    Role role = Role::Other;
    bool failed = false;
    double ms = 0, msLow = 0, msHigh = 0; // median and interval
    double right = 0, rightLow = 0, rightHigh = 0; // of the score; paired interval against Today
    QString label; // words beside a labelled mark: "2.2x faster, none lost"
    QString tooltip; // lines of words
};

/// Where the draft would land by prediction: hollow, with its interval.
struct Ghost
{
    double ms = 0, msLow = 0, msHigh = 0;
    double right = 0, rightLow = 0, rightHigh = 0;
    QString label; // "3.4 ms, 353 right"
    QString tooltip;
};

/// Where the draft would land if one op ran otherwise.
struct WhatIf
{
    double ms = 0, right = 0;
    QString label; // "dense in layer 3 to FP32"
    QString tooltip; // lines of words
};

struct WhatIfs
{
    double ms = 0, right = 0; // the draft: its ghost, or its mark when it was measured
    QVector<WhatIf> lines;
};

/// What the vertical axis counts: right answers, or the value of a metric.
struct Score
{
    QString title; // of the axis: "Macro F1"; empty = "Right answers, of 436 texts"
    QString word = QStringLiteral("right"); // after a number: "350 or more right"
    int decimals = 0; // 0 = answers are counted; else 1 is the best there is
    QString text(double value) const;
};

struct PlotContent
{
    QVector<Mark> marks;
    QVector<int> frontier; // trial ids by rising ms
    std::optional<Ghost> ghost; // never stretches the axes
    Score score;
    long samples = 0; // of the split
    QString sampleNoun; // "texts", "images"
    double floor = -1; // lowest acceptable score; < 0 = no goal yet
    double highestFloor = -1; // no goal asks for more; < 0 = no limit
    /// Lines of words of a goal whose floor would be there, "345 or more right: lose 2.3 % relative"; null = the line stays.
    std::function<QString(double floor)> floorWords;
    QString whyNoGoal; // such a goal can only be asked about, for this reason; empty = it can be set
    double todayMs = -1; // for the upper scale; < 0 = none
    /// Words of a trial whose mark brings none: made when somebody points at it, not for thousands.
    std::function<QString(int trial)> tooltipOf;
    QString recordedOn; // CPU that the marks were recorded on, when that was not here; said on the axis of times
    QString emptyText; // shown when there are no marks, e.g. "No trials yet. Measure the baseline, F5"
    QString emptyAction = QStringLiteral("Measure the baseline"); // the button below it; empty = no button
};

/// Wheel, + and - zoom, dragging moves what is shown; Esc or a double click beside the marks shows all again.
/// Dragging the goal's line, Page Up and Page Down ask what if it were elsewhere; Enter or the button there sets it.
class FrontierPlot : public QWidget
{
    Q_OBJECT
public:
    explicit FrontierPlot(QWidget* parent = nullptr);
    ~FrontierPlot() override;
    void setContent(const PlotContent& content);
    /// Short lines from the draft. Apart from the content: they follow the selection.
    void setWhatIfs(const WhatIfs& whatIfs);
    void setSelectedTrial(int trial); // 0 = none; emits nothing
    int selectedTrial() const;
    // Widget coordinates, for tests; null if not shown.
    QPointF ghostPosition() const;
    QPointF whatIfPosition(int index) const; // its tip
    QPointF markPosition(int trial) const;
    QPointF floorPosition() const; // a point of the goal's line
    std::optional<double> whatIfFloor() const; // while a goal is asked about
signals:
    void trialSelected(int trial);
    void trialActivated(int trial); // double click or Enter: make it the draft
    void trialHovered(int trial); // 0 = none
    void whatIfActivated(int index); // click, or W and Enter: mark the op
    void floorSet(double floor); // the goal shall be there
    void emptyActionRequested(); // the button of the empty state

protected:
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace octet::widgets
