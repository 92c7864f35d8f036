// SPDX-License-Identifier: GPL-3.0-or-later
// The result told to a room: one headline, three marks on large axes, stepped from today over everything int8 to the
// chosen trial. No ghosts, percentiles or trial numbers.
#pragma once

#include "widgets/frontier_plot.h"

#include <QStringList>
#include <QWidget>

class QLabel;
class QHBoxLayout;
class QPushButton;

namespace octet::widgets {

class PresentationChart;
class VerdictChip;

struct PresentationContent
{
    struct Step
    {
        Mark mark; // role, ms and score count
        QString name; // of its button: "Everything int8"
        QString detail; // under its word in the chart: "2.1 ms, 673 right: 32 fewer"
        QString headline; // "2.2 times faster, and no answer lost"
        QString arrow; // along the way from today: "2.2x faster, the same 705 right"; empty = no arrow
        QString verdict; // "meets", "too close to call", "misses", ""
        QString note; // "2.2x is between 2.1x and 2.3x"
    };
    QVector<Step> steps; // today first; at least one
    QString subtitle; // model, data and machine
    QStringList notes; // of all steps
    Score score;
    long samples = 0;
    QString sampleNoun; // "texts"
    double floor = -1; // < 0 = none
};

class Presentation : public QWidget
{
    Q_OBJECT
public:
    explicit Presentation(QWidget* parent = nullptr);
    void setContent(const PresentationContent& content); // at the last step
    int step() const { return m_step; }
    void setStep(int step); // wraps around

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override; // the next step, as a click is in any slide show
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void showStep();
    void fitType();

    PresentationContent m_content;
    int m_step = 0;
    QLabel *m_headline, *m_subtitle, *m_notes;
    VerdictChip* m_verdict;
    PresentationChart* m_chart;
    QHBoxLayout* m_stepRow;
    QVector<QPushButton*> m_buttons;
};

} // namespace octet::widgets
