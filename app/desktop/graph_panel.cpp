// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/graph_panel.h"

#include "app/desktop/document.h"
#include "app/desktop/find_bar.h"
#include "app/desktop/mark_by_pattern.h"
#include "app/desktop/node_search.h"
#include "app/desktop/style.h"
#include "app/desktop/words.h"
#include "widgets/graph_canvas.h"
#include "widgets/graph_legend.h"
#include "widgets/main_part.h"
#include "widgets/segmented.h"
#include "widgets/wrap_layout.h"

#include <QAbstractItemView>
#include <QComboBox>
#include <QJsonArray>
#include <QLabel>

namespace octet::desktop {

namespace {

const QString shownTrial = QStringLiteral("trial");
const QString shownDraft = QStringLiteral("draft");

} // namespace

GraphPanel::GraphPanel(Document* document, QWidget* parent)
    : widgets::Panel(tr("Graph"), parent)
    , m_document(document)
    , m_find(new FindBar)
    , m_byPattern(new MarkByPattern(document))
    , m_shown(new widgets::Segmented)
    , m_fill(new QComboBox)
    , m_other(new QComboBox)
    , m_canvas(new widgets::GraphCanvas)
    , m_legend(new widgets::GraphLegend)
{
    header()->addWidget(m_find, 4);
    m_shown->setOptions(
        {{tr("No trial selected"), shownTrial, tr("Select a trial in the plot or the table"), {}, false},
            {tr("Draft, planned"), shownDraft, tr("What the draft plans"), {}, true}});
    m_shown->setValue(shownDraft);
    m_shown->setAccessibleName(tr("Shown in the graph"));
    widgets::setMainPart(this, m_canvas);
    m_canvas->setFrameBudget(6); // of the 16 ms that a turn of the window may take
    m_fill->addItem(tr("Precision"));
    m_fill->addItem(tr("Time"));
    m_fill->addItem(tr("Sensitivity"));
    m_fill->addItem(tr("Own error"));
    m_fill->addItem(tr("Difference to"));
    m_other->setAccessibleName(tr("Trial to compare with"));
    m_other->setToolTip(tr("The graph shows which products have another precision there"));
    m_other->setMaximumWidth(170);
    m_other->hide();
    m_fill->setAccessibleName(tr("Fill"));
    auto* fillLabel = new QLabel(tr("Fill"));
    fillLabel->setBuddy(m_fill);
    style::setSecondary(fillLabel);
    auto* row = new widgets::WrapLayout;
    row->setContentsMargins(8, 4, 8, 4);
    row->setSpacing(6);
    row->addWidget(m_shown);
    row->addWidget(fillLabel);
    row->addWidget(m_fill);
    row->addWidget(m_other);
    body()->addLayout(row);
    body()->addWidget(m_byPattern);
    body()->addWidget(m_canvas, 1);
    body()->addWidget(m_legend);

    m_find->setSearch([this](const QString& query) {
        return m_document->hasModel() ? searchNodes(m_document->model(), m_content.ops, query) : QStringList();
    });
    connect(m_find, &FindBar::matchesChanged, m_canvas, &widgets::GraphCanvas::setMatches);
    connect(m_byPattern, &MarkByPattern::matchesChanged, m_canvas, &widgets::GraphCanvas::setMatches);
    connect(m_find, &FindBar::selectRequested, this, [this](const QStringList& nodes) {
        // One match is walked to; many are for marking, and stay where they are.
        if (nodes.size() == 1)
            m_canvas->expandTo(nodes.front());
        m_document->selection()->setNodes(nodes);
        if (nodes.size() > 1)
            m_canvas->setFocus(); // the next key marks them
    });
    connect(m_shown, &widgets::Segmented::valueChanged, this,
        [this](const QString& value) { m_document->selection()->setShowsDraft(value == shownDraft); });
    connect(m_fill, &QComboBox::currentIndexChanged, this, &GraphPanel::fillChosen);
    connect(m_document, &Document::trialsChanged, this, [this] {
        if (m_other->isVisibleTo(this))
            fillChosen();
    });
    connect(m_other, &QComboBox::activated, this,
        [this] { m_document->selection()->setComparedTrial(m_other->currentData().toInt()); });
}

void GraphPanel::showModel()
{
    m_find->clear();
    m_byPattern->hide();
    m_canvas->setStructure(m_document->loaded().structure, m_document->loaded().nodeNames);
}

void GraphPanel::fillChosen()
{
    const auto fill =
        static_cast<widgets::GraphCanvas::Fill>(std::clamp(m_fill->currentIndex(), 0, 4)); // in the order of the items
    const bool difference = fill == widgets::GraphCanvas::Fill::Difference;
    m_other->setVisible(difference);
    if (difference)
        listOthers();
    m_document->selection()->setComparedTrial(difference ? m_other->currentData().toInt() : 0);
    m_canvas->setFill(fill);
    m_legend->setFill(fill);
    const auto range = m_canvas->fillRange();
    m_legend->setRange(range.first, range.second);
}

void GraphPanel::listOthers()
{
    const int wanted = m_other->currentData().toInt();
    if (m_other->view()->isVisible())
        return; // not under the hand that is choosing
    m_other->clear();
    for (const Trial& trial : m_document->shownTrials())
        if (trial.state == TrialState::Done)
            m_other->addItem(trial.name.empty() ? tr("Trial %1").arg(trial.id)
                                                : tr("%1, trial %2").arg(words::q(trial.name)).arg(trial.id),
                trial.id);
    m_other->setCurrentIndex(std::max(0, m_other->findData(wanted)));
    m_other->setEnabled(m_other->count() > 0);
    if (m_other->count() == 0)
        m_other->addItem(tr("no trial yet"), 0);
}

void GraphPanel::showOps(const OpsContent& content)
{
    m_content = content;
    m_canvas->setOps(content.ops, content.totalMs);
    m_legend->setCounts(content.counts);
    m_legend->setDifference(
        content.differing, content.compared, content.other ? tr("trial %1").arg(content.other) : QString());
    m_legend->setMeasured(content.totalMs >= 0);
    m_fill->setToolTip(content.totalMs >= 0 ? QString() : tr("Times are known of measured trials: select one"));
    fillChosen();
}

void GraphPanel::showSelection()
{
    m_canvas->setSelection(m_document->selection()->nodes());
}

/// From the view's corner to its middle, in the scene's units. The middle is kept: tomorrow's window may have another size.
static QPointF toMiddle(const widgets::GraphCanvas& canvas, double zoom)
{
    return QPointF(canvas.viewport()->width(), canvas.viewport()->height()) / (2 * zoom);
}

QJsonObject GraphPanel::viewState() const
{
    const QPointF at = m_canvas->viewOrigin() + toMiddle(*m_canvas, m_canvas->zoom());
    return {{QStringLiteral("expanded"), QJsonArray::fromStringList(m_canvas->expandedPaths())},
        {QStringLiteral("zoom"), m_canvas->zoom()}, {QStringLiteral("x"), at.x()}, {QStringLiteral("y"), at.y()},
        {QStringLiteral("fitted"), m_canvas->isFitted()}, {QStringLiteral("fill"), m_fill->currentIndex()}};
}

void GraphPanel::setViewState(const QJsonObject& state)
{
    QStringList expanded;
    for (const auto& path : state[QStringLiteral("expanded")].toArray())
        expanded << path.toString();
    m_canvas->setExpandedPaths(expanded);
    m_fill->setCurrentIndex(std::clamp(state[QStringLiteral("fill")].toInt(), 0, m_fill->count() - 1));
    const double zoom = state[QStringLiteral("zoom")].toDouble();
    // A view that nobody moved fits itself to the window of today.
    if (zoom > 0 && !state[QStringLiteral("fitted")].toBool())
        m_canvas->setView(QPointF(state[QStringLiteral("x")].toDouble(), state[QStringLiteral("y")].toDouble())
                - toMiddle(*m_canvas, zoom),
            zoom);
}

void GraphPanel::showShown()
{
    const Selection& selection = *m_document->selection();
    const Trial* trial = m_document->trial(selection.trial());
    QString text = tr("No trial selected");
    if (trial)
        text = trial->state == TrialState::Running ? tr("Trial %1, running").arg(trial->id)
            : trial->groups.empty()                ? tr("Trial %1, asked").arg(trial->id)
            : !m_document->recordedOn().isEmpty()  ? tr("Trial %1, recorded").arg(trial->id)
                                                   : tr("Trial %1, ran").arg(trial->id);
    m_shown->setOptionText(shownTrial, text);
    m_shown->setOptionEnabled(
        shownTrial, trial != nullptr, trial ? m_document->recordedOn().isEmpty() ? tr("What ran") : tr("What ran on %1").arg(m_document->recordedOn()) : tr("Select a trial in the plot or the table"));
    m_shown->setValue(selection.showsDraft() ? shownDraft : shownTrial);
}

} // namespace octet::desktop
