// SPDX-License-Identifier: GPL-3.0-or-later
// The Workbench page: model left (tree over inspector, tall graph), result right (plot over trials). Wires views to
// the one selection.
#pragma once

#include <QJsonObject>
#include <QSplitter>
#include <QTimer>
#include <QWidget>

class QMenu;
class QPushButton;
class QStackedWidget;

namespace octet::widgets {
class AdviceList;
class FrontierPlot;
class GoalLine;
class Inspector;
class ModelTree;
class Panel;
class PrecisionSummary;
class Segmented;
class SensitivityView;
class TrialsModel;
class TrialsView;
} // namespace octet::widgets

namespace octet::desktop {

class Actions;
class AdviceControl;
class Document;
class GraphPanel;
class JobControl;
class WhatIfControl;

class Workbench : public QWidget
{
    Q_OBJECT
public:
    Workbench(Document* document, JobControl* jobs, Actions* actions, QWidget* parent = nullptr);

    GraphPanel* graph() { return m_graph; }
    widgets::FrontierPlot* plot() { return m_plot; }
    widgets::TrialsView* trialsView() { return m_trialsView; }
    widgets::TrialsModel* trialsModel() { return m_trialsModel; }
    widgets::SensitivityView* sensitivityView() { return m_sensitivityView; }
    widgets::PrecisionSummary* precisionSummary() { return m_precisions; }
    void showLower(const QString& view); // "trials", "sensitivity", "precisions"
    widgets::ModelTree* tree() { return m_tree; }
    widgets::Inspector* inspector() { return m_inspector; }
    AdviceControl* advice() { return m_advice; }

    QByteArray splitters() const;
    void setSplitters(const QByteArray& state);
    void resetLayout(); // splitters and columns
    /// What is selected and how it is looked at.
    QJsonObject viewState() const;
    void setViewState(const QJsonObject& state);
    void showProgress(double share, const QString& stage); // of the running trial

signals:
    void draftFromTrialRequested(int trial);
    void emptyActionRequested();
    void sensitivityRequested();

private:
    static constexpr const char* columnsKey = "trialColumns"; // among the settings
    widgets::Panel* makeTree();
    widgets::Panel* makeInspector();
    widgets::Panel* makePlot();
    widgets::Panel* makeTrials();
    void connectDocument();
    void connectViews(Actions* actions);
    void modelOpened();
    void refreshOps();
    void refreshTrials();
    void refreshSensitivity();
    void resetSplitters();
    void refreshPrecisions();
    void nameLower();
    void popupOpMenu(Actions* actions, const QPoint& at);

    Document* m_document;
    JobControl* m_jobs;
    QSplitter *m_columns, *m_left, *m_right;
    GraphPanel* m_graph;
    widgets::ModelTree* m_tree;
    widgets::Inspector* m_inspector;
    widgets::FrontierPlot* m_plot;
    WhatIfControl* m_whatIf;
    widgets::GoalLine* m_goal;
    AdviceControl* m_advice;
    widgets::TrialsModel* m_trialsModel;
    widgets::TrialsView* m_trialsView;
    widgets::SensitivityView* m_sensitivityView;
    widgets::PrecisionSummary* m_precisions;
    widgets::Segmented* m_lower;
    QStackedWidget* m_lowerPages;
    widgets::Panel* m_plotPanel = nullptr;
    widgets::Panel* m_trialsPanel = nullptr;
    QString m_trialsSummary;
    QPushButton* m_workload;
    QMenu* m_workloadMenu;
    // Several signals of one change make one repaint.
    QTimer m_opsTimer{this}, m_trialsTimer{this};
};

} // namespace octet::desktop
