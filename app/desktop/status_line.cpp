// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/status_line.h"

#include "app/desktop/document.h"
#include "app/desktop/job_control.h"
#include "app/desktop/style.h"
#include "app/desktop/words.h"
#include "core/tune/frontier.h"
#include "widgets/elided.h"
#include "widgets/text_height.h"

#include <QFileInfo>
#include <QFrame>
#include <QLabel>

namespace octet::desktop {

StatusLine::StatusLine(Document* document, JobControl* jobs, QWidget* parent)
    : QStatusBar(parent)
    , m_document(document)
    , m_jobs(jobs)
{
    setSizeGripEnabled(false);
    widgets::setTextHeight(this, 26);
    setContentsMargins(6, 0, 6, 0);
    for (QLabel** label : {&m_model, &m_today, &m_machine, &m_running, &m_project}) {
        *label = new widgets::ElidedLabel;
        style::keepFont(*label, style::smallFont);
        (*label)->setContentsMargins(4, 0, 8, 0);
        style::setSecondary(*label);
        addWidget(*label);
    }
    const auto update = [this] { refresh(); };
    connect(document, &Document::opened, this, update);
    connect(document, &Document::trialsChanged, this, update);
    connect(document, &Document::workloadChanged, this, update);
    connect(document, &Document::editableChanged, this, update);
    connect(jobs, &JobControl::started, this, update);
    connect(jobs, &JobControl::ended, this, update);
    connect(jobs, &JobControl::waitingChanged, this, update);
    refresh();
}

void StatusLine::refresh()
{
    const bool isOpen = m_document->isOpen();
    for (QLabel* label : {m_model, m_today, m_machine, m_running, m_project})
        label->setVisible(isOpen);
    if (!isOpen)
        return;
    const QString modelName = QFileInfo(m_document->modelPath()).fileName();
    m_model->setText(m_document->hasModel()
            ? tr("%1, opset %2, %3")
                  .arg(modelName)
                  .arg(m_document->model().opset())
                  .arg(words::count(long(m_document->model().nodes().size()), QStringLiteral("node")))
            : tr("%1, missing").arg(modelName));
    std::vector<const Trial*> comparable;
    for (const Trial& trial : m_document->shownTrials())
        if (trial.workload == m_document->workload())
            comparable.push_back(&trial);
    const Trial* today = tune::fp32Baseline(comparable);
    const words::Answers answers = today ? words::answers(*today) : words::Answers{};
    m_today->setText(answers.samples > 0 ? tr("Today %1 ms, %2 of %3 (%4)")
                                               .arg(words::ms(today->latency.p50))
                                               .arg(answers.correct)
                                               .arg(answers.samples)
                                               .arg(answers.where)
                                         : tr("Today: not measured yet"));
    m_machine->setVisible(today != nullptr);
    if (today) {
        const Machine& machine = today->manifest.machine;
        const QString words = m_document->recordedOn().isEmpty() ? tr("%1, %2, %3") : tr("recorded on %1, %2, %3");
        m_machine->setText(words
                               .arg(words::q(machine.cpu), words::q(machine.isa),
                                   words::count(machine.cores, QStringLiteral("core"))));
    }
    const qsizetype waiting = m_jobs->waiting().size();
    m_running->setText(waiting > 0 ? tr("1 job, %1 waiting").arg(waiting) : m_jobs->running() ? tr("1 job") : tr("no job"));
    const QString project = QFileInfo(m_document->projectPath()).fileName();
    m_project->setText(m_document->editable() ? tr("%1, always saved").arg(project) : tr("%1, review").arg(project));
    m_project->setToolTip(m_document->projectPath());
}

} // namespace octet::desktop
