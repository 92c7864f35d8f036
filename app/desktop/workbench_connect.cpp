// SPDX-License-Identifier: GPL-3.0-or-later
// From the views to the one selection and to the commands.
#include "app/desktop/workbench.h"

#include "app/desktop/actions.h"
#include "app/desktop/document.h"
#include "app/desktop/edit_commands.h"
#include "app/desktop/goal_floor.h"
#include "app/desktop/graph_panel.h"
#include "app/desktop/marking.h"
#include "app/desktop/present_trials.h"
#include "app/desktop/settings.h"
#include "app/desktop/trial_edits.h"
#include "app/desktop/what_if_control.h"
#include "widgets/frontier_plot.h"
#include "widgets/goal_line.h"
#include "widgets/graph_canvas.h"
#include "widgets/inspector.h"
#include "widgets/model_tree.h"
#include "widgets/precision_summary.h"
#include "widgets/sensitivity_view.h"
#include "widgets/trials_view.h"

#include <QMenu>

namespace octet::desktop {

void Workbench::connectViews(Actions* actions)
{
    Selection* selection = m_document->selection();
    connect(m_tree, &widgets::ModelTree::selectionChanged, selection, &Selection::setNodes);
    connect(m_graph->canvas(), &widgets::GraphCanvas::selectionChanged, selection, &Selection::setNodes);
    connect(m_tree, &widgets::ModelTree::contextMenuRequested, this,
        [this, actions](const QPoint& at) { popupOpMenu(actions, at); });
    connect(m_graph->canvas(), &widgets::GraphCanvas::contextMenuRequested, this,
        [this, actions](const QPoint& at) { popupOpMenu(actions, at); });

    connect(m_sensitivityView, &widgets::SensitivityView::selectionChanged, this, [this, selection](const QStringList& nodes) {
        selection->setNodes(nodes);
        if (nodes.size() == 1)
            m_graph->canvas()->expandTo(nodes.front()); // an op, not a box that holds it somewhere
    });
    connect(m_precisions, &widgets::PrecisionSummary::selectionChanged, selection, &Selection::setNodes);
    connect(m_sensitivityView, &widgets::SensitivityView::emptyActionRequested, this,
        &Workbench::sensitivityRequested);
    connect(m_plot, &widgets::FrontierPlot::trialSelected, selection, &Selection::setTrial);
    connect(m_plot, &widgets::FrontierPlot::trialHovered, selection, &Selection::setHoveredTrial);
    connect(m_plot, &widgets::FrontierPlot::trialActivated, this, &Workbench::draftFromTrialRequested);
    connect(m_whatIf, &WhatIfControl::changed, m_plot, [this] { m_plot->setWhatIfs(m_whatIf->answer().shown); });
    connect(m_plot, &widgets::FrontierPlot::whatIfActivated, m_whatIf, &WhatIfControl::apply);
    connect(m_plot, &widgets::FrontierPlot::floorSet, this, [this](double floor) {
        if (const Trial* fp32 = presentTrials(*m_document).fp32)
            m_document->undoStack()->push(
                new SetGoal(m_document, goalWithFloor(m_document->goal(), *fp32->tuning(), floor)));
    });
    connect(m_graph->canvas(), &widgets::GraphCanvas::hoveredChanged, this, [this](const QString& path) {
        m_whatIf->setHovered(m_document->nodesOf(path));
    });
    connect(m_plot, &widgets::FrontierPlot::emptyActionRequested, this, &Workbench::emptyActionRequested);
    connect(m_trialsView, &widgets::TrialsView::trialSelected, selection, &Selection::setTrial);
    connect(m_trialsView, &widgets::TrialsView::trialHovered, selection, &Selection::setHoveredTrial);
    connect(m_trialsView, &widgets::TrialsView::trialActivated, this, &Workbench::draftFromTrialRequested);
    connect(m_trialsView, &widgets::TrialsView::pinRequested, this, [this](int id, bool pinned) {
        trial_edits::setPinned(m_document, id, pinned);
    });
    connect(m_trialsModel, &widgets::TrialsModel::renameRequested, this,
        [this](int id, const QString& name) { trial_edits::rename(m_document, id, name); });
    connect(m_trialsView, &widgets::TrialsView::shownColumnsChanged, this, [this] {
        settings::setState(QLatin1String(columnsKey), m_trialsView->shownColumns().join(QLatin1Char(',')).toUtf8());
    });
    connect(
        m_trialsView, &widgets::TrialsView::contextMenuRequested, this, [this, actions](int trial, const QPoint& at) {
            m_document->selection()->setTrial(trial);
            QMenu menu;
            actions->fillTrialMenu(&menu);
            menu.exec(at);
        });
    m_trialsView->addTool(actions->choose, tr("Choose..."));
    m_trialsView->addTool(actions->compare, tr("Compare"));
    connect(m_goal, &widgets::GoalLine::goalEdited, this, [this](const Goal& goal) {
        if (goal != m_document->goal())
            m_document->undoStack()->push(new SetGoal(m_document, goal));
    });
    connect(m_inspector, &widgets::Inspector::precisionRequested, this, [this](Precision precision) {
        marking::apply(m_document, marking::mark(*m_document, m_document->selection()->nodes(), precision));
    });
    connect(m_inspector, &widgets::Inspector::inheritRequested, this, [this] {
        marking::apply(m_document, marking::mark(*m_document, m_document->selection()->nodes(), std::nullopt));
    });
    connect(m_inspector, &widgets::Inspector::lockRequested, this, [this](bool locked) {
        marking::apply(m_document, marking::lock(*m_document, m_document->selection()->nodes(), locked));
    });
}

void Workbench::popupOpMenu(Actions* actions, const QPoint& at)
{
    QMenu menu;
    actions->fillOpMenu(&menu);
    menu.exec(at);
}

} // namespace octet::desktop
