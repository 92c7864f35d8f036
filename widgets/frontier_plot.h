// SPDX-License-Identifier: GPL-3.0-or-later
// Accuracy against latency: product.md section 2, visual.md "Plot". QCustomPlot stays inside the .cpp.
#pragma once

#include <QString>
#include <QVector>
#include <QWidget>

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
    double right = 0, rightLow = 0, rightHigh = 0; // correct answers; paired interval against Today
    QString label; // words beside a labelled mark: "2.2x faster, none lost"
    QString tooltip; // lines of words
};

/// Where the draft would land by prediction: hollow, with its interval.
struct Ghost
{
    double ms = 0, msLow = 0, msHigh = 0;
    double right = 0, rightLow = 0, rightHigh = 0;
    QString tooltip;
};

struct PlotContent
{
    QVector<Mark> marks;
    QVector<int> frontier; // trial ids by rising ms
    std::optional<Ghost> ghost; // never stretches the axes
    long samples = 0; // of the split: axis title "Right answers, of 436 texts"
    QString sampleNoun; // "texts", "images"
    double floor = -1; // lowest acceptable right answers; < 0 = no goal yet
    double todayMs = -1; // for the upper scale; < 0 = none
    QString recordedOn; // CPU that the marks were recorded on, when that was not here; said on the axis of times
    QString emptyText; // shown when there are no marks, e.g. "No trials yet. Measure the baseline, F5"
    QString emptyAction = QStringLiteral("Measure the baseline"); // the button below it; empty = no button
};

class FrontierPlot : public QWidget
{
    Q_OBJECT
public:
    explicit FrontierPlot(QWidget* parent = nullptr);
    ~FrontierPlot() override;
    void setContent(const PlotContent& content);
    void setSelectedTrial(int trial); // 0 = none; emits nothing
    int selectedTrial() const;
    QPointF ghostPosition() const; // likewise
    QPointF markPosition(int trial) const; // widget coordinates, for tests; null if not shown
signals:
    void trialSelected(int trial);
    void trialActivated(int trial); // double click or Enter: make it the draft
    void trialHovered(int trial); // 0 = none
    void emptyActionRequested(); // the button of the empty state

protected:
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
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
