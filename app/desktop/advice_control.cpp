// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/advice_control.h"

#include "app/desktop/document.h"
#include "app/desktop/job_control.h"
#include "app/desktop/marking.h"
#include "app/desktop/present_trials.h"
#include "app/desktop/words.h"
#include "widgets/advice_list.h"

namespace octet::desktop {

using words::q;

AdviceControl::AdviceControl(Document* document, JobControl* jobs, widgets::AdviceList* list, QObject* parent)
    : QObject(parent)
    , m_document(document)
    , m_jobs(jobs)
    , m_list(list)
{
    m_timer.setSingleShot(true);
    m_timer.setInterval(0);
    connect(&m_timer, &QTimer::timeout, this, &AdviceControl::refresh);
    const auto later = [this] { m_timer.start(); };
    connect(document, &Document::opened, this, [this] {
        m_dismissed.clear();
        m_timer.start();
    });
    connect(document, &Document::draftChanged, this, later);
    connect(document, &Document::goalChanged, this, later);
    connect(document, &Document::workloadChanged, this, later);
    connect(document, &Document::sensitivityChanged, this, later);
    connect(document, &Document::evidenceChanged, this, later);
    connect(document, &Document::trialsChanged, this, later);
    connect(document, &Document::editableChanged, this, later);
    connect(document->data(), &DataSource::changed, this, later);
    connect(jobs, &JobControl::started, this, later);
    connect(jobs, &JobControl::ended, this, later);
    connect(list, &widgets::AdviceList::pressed, this, &AdviceControl::follow);
    connect(list, &widgets::AdviceList::dismissed, this, [this](int row) {
        m_dismissed.insert(q(m_advice[std::size_t(row)].sentence));
        m_timer.start();
    });
}

void AdviceControl::refresh()
{
    m_advice.clear();
    // While a job runs each of its results would change what there is to say.
    if (m_document->hasModel() && !m_jobs->running()) {
        tune::AdviceFacts facts;
        facts.draft = m_document->draft();
        facts.goal = m_document->goal();
        facts.trials = shownTrials(*m_document);
        facts.sensitivity = &m_document->sensitivity();
        facts.evidence = &m_document->evidence();
        facts.judgedSamples = m_document->data()->testSamples() - m_document->data()->tuningSamples();
        facts.resolve = [this](const Config& config) { return m_document->resolve(config); };
        m_advice = tune::advise(facts);
    }
    std::erase_if(m_advice, [this](const tune::Advice& a) { return m_dismissed.contains(q(a.sentence)); });
    QVector<widgets::AdviceRow> rows;
    for (const tune::Advice& a : m_advice)
        rows << widgets::AdviceRow{words::withShortOps(q(a.sentence)), q(a.button)};
    m_list->setRows(rows, m_document->editable() ? QString() : m_document->reviewReason());
}

void AdviceControl::follow(int row)
{
    const tune::Advice advice = m_advice.at(std::size_t(row)); // the edit makes new ones
    switch (advice.command) {
    case tune::Advice::Command::Edit: {
        marking::Mark mark;
        mark.draft = advice.draft;
        mark.text = q(advice.button);
        mark.ofOps = !advice.ops.empty();
        QStringList nodes;
        for (const std::string& op : advice.ops)
            nodes << q(op);
        if (marking::apply(m_document, mark) && !nodes.isEmpty())
            m_document->selection()->setNodes(nodes);
        break;
    }
    case tune::Advice::Command::MeasureSensitivity:
        m_jobs->start(JobKind::Sensitivity);
        break;
    case tune::Advice::Command::OpenData:
        emit dataPageRequested();
        break;
    case tune::Advice::Command::None:
        break;
    }
}

} // namespace octet::desktop
