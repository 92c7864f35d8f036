// SPDX-License-Identifier: GPL-3.0-or-later
// The small editors that open below a part of the goal. Enter commits, Esc or a click elsewhere leaves all as it was.
#pragma once

#include "core/values/goal.h"
#include "core/values/label_kind.h"

#include <QFrame>

#include <functional>

class QLabel;
class QVBoxLayout;

namespace octet::widgets {

class GoalPopup : public QFrame
{
    Q_OBJECT
public:
    /// Offers the metrics that fit the labels of the data.
    static GoalPopup* forDrop(const Goal& goal, LabelKind labels, QWidget* parent);
    static GoalPopup* forLatency(const Goal& goal, QWidget* parent);
    static GoalPopup* forBudget(const Goal& goal, QWidget* parent);
    void openBelow(QWidget* anchor);

signals:
    void committed(const octet::Goal& goal);

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    GoalPopup(const Goal& goal, const QString& title, QWidget* parent);
    void finishLayout();
    void commit();

    Goal m_goal;
    QVBoxLayout* m_layout = nullptr;
    QLabel* m_error = nullptr;
    QWidget* m_first = nullptr;
    std::function<QString(Goal&)> m_read; // editors -> goal; a sentence when something cannot be
};

} // namespace octet::widgets
