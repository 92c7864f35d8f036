// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/job_bar.h"

#include "app/desktop/document.h"
#include "app/desktop/job_control.h"
#include "app/desktop/present_trials.h"
#include "app/desktop/words.h"

namespace octet::desktop {

JobBar::JobBar(Document* document, JobControl* jobs, QWidget* parent)
    : widgets::JobStrip(parent)
    , m_document(document)
{
    hide(); // until something is open
    connect(document, &Document::opened, this, &QWidget::show);
    connect(jobs, &JobControl::started, this, [this](JobKind kind) {
        show();
        start(JobControl::title(kind));
    });
    connect(jobs, &JobControl::progress, this, &JobStrip::setProgress);
    connect(jobs, &JobControl::logLine, this, &JobStrip::appendLog);
    connect(jobs, &JobControl::trialFinished, this, &JobBar::noteBest);
    connect(jobs, &JobControl::ended, this, [this, jobs](const QString& summary, bool failed) {
        finish(words::withShortOps(summary), failed);
        appendLog(tr("%1: %2").arg(JobControl::title(jobs->kind()), summary)); // stays when the next one starts
    });
    connect(jobs, &JobControl::waitingChanged, this, [this, jobs] {
        QVector<widgets::WaitingJob> waiting;
        for (const QueuedJob& job : jobs->waiting())
            waiting << widgets::WaitingJob{job.id, job.title};
        setWaiting(waiting);
    });
    connect(this, &JobStrip::removeRequested, jobs, &JobControl::removeWaiting);
    connect(jobs, &JobControl::pauseChanged, this, &JobStrip::setPaused);
    connect(jobs, &JobControl::searchUpdated, this, [this](const QString& what) {
        setNote(what);
        appendLog(what);
    });
    connect(this, &JobStrip::pauseRequested, jobs, &JobControl::pause);
    connect(this, &JobStrip::stopRequested, jobs, &JobControl::stop);
}

void JobBar::noteBest()
{
    const TrialsContent content = presentTrials(*m_document);
    for (std::size_t i = 0; i < content.trials.size(); ++i)
        if (content.best && content.trials[i]->id == content.best)
            setNote(tr("best so far: trial %1, %2")
                        .arg(content.best)
                        .arg(content.judgements[i].verdict == QLatin1String("meets") ? tr("meets the goal")
                                                                                     : content.judgements[i].verdict));
}

} // namespace octet::desktop
