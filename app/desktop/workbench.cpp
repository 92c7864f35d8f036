// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/workbench.h"

#include "app/desktop/actions.h"
#include "app/desktop/advice_control.h"
#include "app/desktop/document.h"
#include "app/desktop/graph_panel.h"
#include "app/desktop/job_control.h"
#include "app/desktop/present_precisions.h"
#include "app/desktop/present_sensitivity.h"
#include "app/desktop/present_trials.h"
#include "app/desktop/settings.h"
#include "app/desktop/what_if_control.h"
#include "app/desktop/range_control.h"
#include "app/desktop/words.h"
#include "app/desktop/workload_menu.h"
#include "core/measure/verdict.h"
#include "widgets/advice_list.h"
#include "widgets/elided.h"
#include "widgets/frontier_plot.h"
#include "widgets/goal_line.h"
#include "widgets/graph_canvas.h"
#include "widgets/inspector.h"
#include "widgets/main_part.h"
#include "widgets/model_tree.h"
#include "widgets/panel.h"
#include "widgets/precision_summary.h"
#include "widgets/segmented.h"
#include "widgets/sensitivity_view.h"
#include "widgets/text_height.h"
#include "widgets/trials_view.h"

#include <QHBoxLayout>
#include <QJsonArray>
#include <QJsonDocument>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QSet>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace octet::desktop {

Workbench::Workbench(Document* document, JobControl* jobs, Actions* actions, QWidget* parent)
    : QWidget(parent)
    , m_document(document)
    , m_jobs(jobs)
    , m_columns(new QSplitter(Qt::Horizontal))
    , m_left(new QSplitter(Qt::Vertical))
    , m_right(new QSplitter(Qt::Vertical))
    , m_graph(new GraphPanel(document))
    , m_whatIf(new WhatIfControl(document, this))
{
    m_left->addWidget(makeTree());
    m_left->addWidget(makeInspector());
    m_right->addWidget(makePlot());
    m_right->addWidget(makeTrials());
    m_columns->addWidget(m_left);
    m_columns->addWidget(m_graph);
    m_columns->addWidget(m_right);
    m_columns->setStretchFactor(2, 1);
    for (QSplitter* splitter : {m_columns, m_left, m_right}) {
        splitter->setHandleWidth(4);
        splitter->setChildrenCollapsible(false);
    }
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_columns);
    resetSplitters();

    for (QTimer* timer : {&m_opsTimer, &m_trialsTimer}) {
        timer->setSingleShot(true);
        timer->setInterval(0);
    }
    m_opsTimer.setObjectName(QStringLiteral("ops"));
    m_trialsTimer.setObjectName(QStringLiteral("trials"));
    connect(&m_opsTimer, &QTimer::timeout, this, &Workbench::refreshOps);
    connect(&m_trialsTimer, &QTimer::timeout, this, &Workbench::refreshTrials);
    connectDocument();
    connectViews(actions);
    for (QWidget* widget : {static_cast<QWidget*>(m_graph), static_cast<QWidget*>(m_left),
             static_cast<QWidget*>(m_sensitivityView)})
        widget->addActions(actions->marks());
    m_graph->addActions(actions->fits());
    widgets::setMainPart(this, m_graph->canvas());
}

widgets::Panel* Workbench::makeTree()
{
    auto* panel = new widgets::Panel(tr("Model"));
    m_tree = new widgets::ModelTree;
    panel->body()->addWidget(m_tree);
    widgets::setMainPart(panel, m_tree);
    return panel;
}

widgets::Panel* Workbench::makeInspector()
{
    auto* panel = new widgets::Panel(tr("Inspector"));
    m_inspector = new widgets::Inspector;
    new RangeControl(m_document, m_jobs, m_inspector->rangeView());
    panel->body()->addWidget(m_inspector);
    return panel;
}

widgets::Panel* Workbench::makePlot()
{
    auto* panel = m_plotPanel = new widgets::Panel(tr("Accuracy and latency"));
    m_workload = new widgets::ElidedButton;
    m_workload->setObjectName(QStringLiteral("workload"));
    m_workload->setToolTip(tr("What a latency means. Another workload is another plot."));
    widgets::setTextHeight(m_workload, 24);
    m_workloadMenu = new QMenu(m_workload);
    m_workload->setMenu(m_workloadMenu);
    connect(m_workloadMenu, &QMenu::aboutToShow, this, [this] { fillWorkloadMenu(m_workloadMenu, m_document); });
    auto* split = new widgets::ElidedLabel(tr("Split  tuning half"));
    split->setToolTip(tr("The search and this plot read the tuning half; only a verdict reads the held-out half."));
    panel->header()->addWidget(m_workload);
    panel->header()->addWidget(split);
    panel->header()->addSpacing(6);
    m_goal = new widgets::GoalLine;
    m_plot = new widgets::FrontierPlot;
    panel->body()->addWidget(m_goal);
    panel->body()->addWidget(m_plot, 1);
    widgets::setMainPart(panel, m_plot);
    auto* advice = new widgets::AdviceList;
    panel->body()->addWidget(advice);
    m_advice = new AdviceControl(m_document, m_jobs, advice, this);
    return panel;
}

widgets::Panel* Workbench::makeTrials()
{
    m_trialsPanel = new widgets::Panel(tr("Trials"));
    m_trialsModel = new widgets::TrialsModel(this);
    m_trialsView = new widgets::TrialsView(m_trialsModel);
    m_sensitivityView = new widgets::SensitivityView;
    m_lowerPages = new QStackedWidget;
    m_trialsView->setShownColumns(QString::fromUtf8(settings::state(QLatin1String(columnsKey))).split(QLatin1Char(','), Qt::SkipEmptyParts));
    m_lowerPages->addWidget(m_trialsView);
    m_lowerPages->addWidget(m_sensitivityView);
    m_precisions = new widgets::PrecisionSummary;
    m_lowerPages->addWidget(m_precisions);
    m_lower = new widgets::Segmented;
    m_lower->setAccessibleName(tr("Trials, sensitivity or precisions"));
    m_lower->setOptions({{tr("Trials"), QStringLiteral("trials"), tr("What was measured")},
        {tr("Sensitivity"), QStringLiteral("sensitivity"), tr("What each op alone does to the output, F7")},
        {tr("Precisions"), QStringLiteral("precisions"), tr("Where int8 and fp32 meet, and what that costs, Ctrl+6")}});
    connect(m_lower, &widgets::Segmented::valueChanged, this, &Workbench::showLower);
    m_trialsPanel->header()->addWidget(m_lower);
    m_trialsPanel->body()->addWidget(m_lowerPages);
    showLower(QStringLiteral("trials"));
    return m_trialsPanel;
}

void Workbench::showLower(const QString& view)
{
    m_lower->setValue(view);
    m_lowerPages->setCurrentWidget(view == QLatin1String("sensitivity") ? static_cast<QWidget*>(m_sensitivityView)
            : view == QLatin1String("precisions")                      ? static_cast<QWidget*>(m_precisions)
                                                                        : static_cast<QWidget*>(m_trialsView));
    widgets::setMainPart(m_trialsPanel, m_lowerPages->currentWidget());
    refreshPrecisions();
    nameLower();
}

/// The panel is called after what it shows.
void Workbench::nameLower()
{
    const QWidget* shown = m_lowerPages->currentWidget();
    const Sensitivity& sensitivity = m_document->sensitivity();
    m_trialsPanel->setTitle(shown == m_sensitivityView ? tr("Sensitivity")
            : shown == m_precisions                    ? tr("Precisions")
                                                       : tr("Trials"));
    m_trialsPanel->setNote(shown == m_trialsView ? m_trialsSummary
            : shown == m_precisions              ? tr("where int8 and fp32 meet, and what that costs")
            : sensitivity.samples > 0
                ? tr("what each op alone does in int8, over %1")
                      .arg(words::count(sensitivity.samples, words::sampleNoun(m_document->data()->spec())))
                : tr("what each op alone does in int8"));
}

void Workbench::refreshPrecisions()
{
    if (m_lowerPages->currentWidget() == m_precisions && m_document->isOpen())
        m_precisions->setContent(presentPrecisions(*m_document));
}

void Workbench::refreshSensitivity()
{
    const QString reason = m_jobs->whyNot(JobKind::Sensitivity);
    m_sensitivityView->setRows(presentSensitivity(*m_document),
        tr("What does each op alone do to the output?\nNot measured yet."),
        reason.isEmpty() ? tr("Measure sensitivity, F7") : QString());
    m_sensitivityView->setSelectedNodes(m_document->selection()->nodes());
}

void Workbench::connectDocument()
{
    const auto ops = [this] { m_opsTimer.start(); };
    const auto trials = [this] { m_trialsTimer.start(); };
    connect(m_document, &Document::opened, this, &Workbench::modelOpened);
    connect(m_document, &Document::draftChanged, this, ops);
    connect(m_document, &Document::editableChanged, this, ops);
    connect(m_document, &Document::draftChanged, this, trials); // the ghost point follows
    connect(m_document, &Document::sensitivityChanged, this, trials);
    connect(m_document, &Document::sensitivityChanged, this, ops);
    connect(m_document, &Document::trialsChanged, this, trials);
    connect(m_document, &Document::predictorChanged, this, trials);
    connect(m_document, &Document::goalChanged, this, trials);
    connect(m_document, &Document::workloadChanged, this, trials);
    connect(m_document->data(), &DataSource::changed, this, trials);
    Selection* selection = m_document->selection();
    connect(selection, &Selection::shownChanged, this, ops);
    connect(selection, &Selection::hoverChanged, this, ops);
    connect(selection, &Selection::nodesChanged, this, [this] {
        const QStringList& nodes = m_document->selection()->nodes();
        m_tree->setSelection(nodes);
        m_sensitivityView->setSelectedNodes(nodes);
        m_graph->showSelection();
        m_inspector->setContent(inspect(*m_document));
    });
    connect(selection, &Selection::trialChanged, this, [this] {
        const int trial = m_document->selection()->trial();
        m_plot->setSelectedTrial(trial);
        m_trialsView->setSelectedTrial(trial);
        m_opsTimer.start();
    });
}

void Workbench::modelOpened()
{
    if (m_document->hasModel()) {
        m_tree->setStructure(m_document->loaded().structure, m_document->loaded().nodeNames);
        m_graph->showModel();
    }
    m_goal->setReadOnly(!m_document->editable());
    refreshTrials();
    refreshOps();
    // Something ran, though not here: the graph shows it at once.
    if (!m_document->recordedOn().isEmpty() && m_document->selection()->trial() == 0)
        m_document->selection()->setTrial(presentTrials(*m_document).best);
}

void Workbench::refreshOps()
{
    m_opsTimer.stop();
    if (!m_document->hasModel()) {
        m_inspector->setContent(inspect(*m_document)); // a trial can be read without its model
        return;
    }
    const OpsContent content = shownOps(*m_document);
    m_graph->showOps(content);
    m_tree->setOps(content.ops);
    m_graph->showShown();
    m_inspector->setContent(inspect(*m_document));
    refreshPrecisions();
}

void Workbench::refreshTrials()
{
    m_trialsTimer.stop();
    const TrialsContent content = presentTrials(*m_document);
    QStringList notes;
    if (m_document->hasModel())
        notes << words::q(graph::fixtureNote(m_document->model().path()));
    if (const QString cpu = m_document->recordedOn(); !cpu.isEmpty())
        notes << tr("recorded on %1").arg(cpu);
    notes.removeAll(QString());
    m_plotPanel->setNote(notes.join(QStringLiteral("; ")));
    m_plot->setContent(content.plot);
    refreshSensitivity();
    refreshPrecisions();
    m_trialsModel->setTrials(content.trials, content.judgements);
    m_trialsSummary = content.summary;
    nameLower();
    const int selected = m_document->selection()->trial();
    m_plot->setSelectedTrial(selected);
    m_trialsView->setSelectedTrial(selected);
    const words::Answers today = content.fp32 ? words::answers(*content.fp32) : words::Answers{};
    const DataSource& source = *m_document->data();
    m_goal->setGoal(m_document->goal(), today.samples > 0 ? today.samples : source.testSamples(),
        today.samples > 0 ? today.correct : -1, words::sampleNoun(source.spec()) + QLatin1Char('s'));
    const Accuracy* measured = content.fp32 ? content.fp32->tuning() : nullptr;
    const double fp32 = measured ? measured->value : 1;
    const QString tooFew =
        words::q(measure::tooFewSamples(source.testSamples() - source.tuningSamples(), fp32, m_document->goal()));
    const long needed = measure::samplesToTell(fp32, m_document->goal());
    m_goal->setWarning(tooFew.isEmpty() ? QString()
            : needed > 0                ? tr("Too few to tell: it takes %1").arg(2 * needed)
                                        : tr("No number of samples can tell that"),
        tooFew);
    m_goal->setLabels(source.usable() ? source.labels() : LabelKind::Classes);
    m_goal->setReadOnly(!m_document->editable());
    m_trialsModel->setEditable(m_document->editable() && m_document->recordedOn().isEmpty());
    m_workload->setText(tr("Workload  %1").arg(words::workload(m_document->workload())));
    // The graph may show the trial that has just finished.
    if (!m_document->selection()->showsDraft())
        m_opsTimer.start();
    if (!m_opsTimer.isActive())
        m_inspector->setContent(inspect(*m_document));
}

void Workbench::showProgress(double share, const QString& stage)
{
    if (const int trial = m_jobs->runningTrial())
        m_trialsModel->setProgress(trial, share, stage);
}

QByteArray Workbench::splitters() const
{
    QJsonArray states;
    for (const QSplitter* splitter : {m_columns, m_left, m_right})
        states << QString::fromLatin1(splitter->saveState().toBase64());
    return QJsonDocument(states).toJson(QJsonDocument::Compact);
}

void Workbench::setSplitters(const QByteArray& state)
{
    const QJsonArray states = QJsonDocument::fromJson(state).array();
    int i = 0;
    if (states.size() == 3)
        for (QSplitter* splitter : {m_columns, m_left, m_right})
            splitter->restoreState(QByteArray::fromBase64(states[i++].toString().toLatin1()));
    // A state brings these along, and settings may hold anything.
    for (QSplitter* splitter : {m_columns, m_left, m_right}) {
        splitter->setHandleWidth(4);
        splitter->setChildrenCollapsible(false);
    }
}

void Workbench::resetLayout()
{
    resetSplitters();
    m_trialsView->setShownColumns({});
}

void Workbench::resetSplitters()
{
    m_columns->setSizes({324, 444, 816}); // the first as wide as the inspector's switch of precisions
    m_left->setSizes({400, 450});
    m_right->setSizes({480, 370});
}

QJsonObject Workbench::viewState() const
{
    QJsonObject state = m_graph->viewState();
    state[QStringLiteral("trial")] = m_document->selection()->trial();
    state[QStringLiteral("draft")] = m_document->selection()->showsDraft();
    state[QStringLiteral("nodes")] = QJsonArray::fromStringList(m_document->selection()->nodes());
    state[QStringLiteral("lower")] = m_lower->value();
    return state;
}

void Workbench::setViewState(const QJsonObject& state)
{
    Selection* selection = m_document->selection();
    if (const int trial = state[QStringLiteral("trial")].toInt(); m_document->trial(trial))
        selection->setTrial(trial);
    if (state[QStringLiteral("draft")].toBool())
        selection->setShowsDraft(true);
    QStringList nodes;
    if (m_document->hasModel()) {
        const QStringList& names = m_document->loaded().nodeNames;
        const QSet<QString> known(names.begin(), names.end());
        for (const auto& name : state[QStringLiteral("nodes")].toArray())
            if (known.contains(name.toString()))
                nodes << name.toString();
    }
    selection->setNodes(nodes);
    m_graph->setViewState(state); // last: a selection scrolls into view
    const QString lower = state[QStringLiteral("lower")].toString();
    showLower(lower == QLatin1String("sensitivity") || lower == QLatin1String("precisions") ? lower : QStringLiteral("trials"));
}

} // namespace octet::desktop
