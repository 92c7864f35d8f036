// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/job_control.h"

#include "app/desktop/document.h"
#include "app/desktop/words.h"
#include "core/tune/frontier.h"

namespace octet::desktop {

using words::q;
using words::s;

JobControl::JobControl(Document* document, QObject* parent)
    : QObject(parent)
    , m_document(document)
    , m_worker(this)
{
    connect(&m_worker, &WorkerClient::progress, this, &JobControl::progress);
    connect(&m_worker, &WorkerClient::pauseChanged, this, &JobControl::pauseChanged);
    connect(m_document, &Document::opsMarked, this, &JobControl::followMarks);
    connect(m_document, &Document::goalChanged, this, &JobControl::followGoal);
    connect(m_document, &Document::opened, this, &JobControl::takeLeft);
    connect(&m_worker, &WorkerClient::logLine, this, &JobControl::logLine);
    connect(&m_worker, &WorkerClient::rangesFound, m_document, &Document::addRanges);
    connect(&m_worker, &WorkerClient::sensitivityFound, m_document, &Document::setSensitivity);
    connect(&m_worker, &WorkerClient::evidenceFound, this, [this](const CalibrationEvidence& found) {
        m_document->addEvidence(found);
        setPartial({});
    });
    connect(&m_worker, &WorkerClient::partialEvidence, this, &JobControl::setPartial);
    connect(&m_worker, &WorkerClient::trialStarted, this, [this](const Trial& trial) {
        const Trial mine = ours(trial);
        m_runningTrial = mine.id;
        m_document->putTrial(mine);
    });
    connect(&m_worker, &WorkerClient::trialFinished, this, [this](const Trial& trial) {
        const Trial mine = ours(trial);
        if (mine.id == m_runningTrial)
            m_runningTrial = 0;
        m_trialsDone += trial.state == TrialState::Done ? 1 : 0;
        m_document->putTrial(mine);
        emit trialFinished(mine);
    });
    connect(&m_worker, &WorkerClient::finished, this, [this](JobResult result) {
        abandonRunning(TrialState::Cancelled, {});
        result.bestTrial = m_ids.value(result.bestTrial, result.bestTrial);
        if (!result.ranges.empty())
            m_document->addRanges(result.ranges);
        end(q(result.summary), false);
        emit finished(result);
    });
    connect(&m_worker, &WorkerClient::cancelled, this, [this] {
        abandonRunning(TrialState::Cancelled, tr("stopped by you"));
        const bool makesTrials = m_kind != JobKind::Sensitivity && m_kind != JobKind::Calibrate;
        end(makesTrials ? tr("stopped by you, %1 kept").arg(words::count(m_trialsDone, QStringLiteral("trial")))
                        : tr("stopped by you"),
            false);
    });
    connect(&m_worker, &WorkerClient::failed, this, [this](const QString& reason, const QString& detail, bool died) {
        abandonRunning(died ? TrialState::Crashed : TrialState::Failed, reason);
        end(tr("failed: %1").arg(reason), true);
        emit notice({Notice::Kind::Error, tr("%1 failed: %2").arg(title(m_kind), reason), detail});
    });
}

QString JobControl::title(JobKind kind)
{
    switch (kind) {
    case JobKind::Baseline:
        return tr("Baseline");
    case JobKind::Calibrate:
        return tr("Calibrate");
    case JobKind::Measure:
        return tr("Measure draft");
    case JobKind::Sensitivity:
        return tr("Sensitivity");
    case JobKind::Tune:
        return tr("Tune");
    case JobKind::Judge:
        return tr("Verdict");
    }
    return {};
}

QString JobControl::whyNot(JobKind kind) const
{
    if (const QString reason = whyNotAtAll(kind); !reason.isEmpty())
        return reason;
    if (!running() && m_queue.jobs().isEmpty())
        return {};
    const QueuedJob job = asked(kind);
    if (running() && m_running.sameAs(job))
        return tr("%1 is running").arg(title(kind));
    return m_queue.holds(job) ? tr("%1 waits for its turn").arg(title(kind)) : QString();
}

QString JobControl::whyNotAtAll(JobKind kind) const
{
    if (!m_document->isOpen())
        return tr("open a model first");
    if (!m_document->editable())
        return m_document->reviewReason();
    if (!m_document->hasModel())
        return tr("the model is missing");
    if (const QString reason = m_document->data()->whyNot(); !reason.isEmpty())
        return reason;
    if (m_document->modelHash().empty())
        return tr("the model's hash is being computed");
    if (kind == JobKind::Judge && !m_document->chosenTrial())
        return tr("no trial is chosen");
    if (kind == JobKind::Calibrate && m_document->data()->calibrationSamples() == 0)
        return tr("there is no calibration data");
    return {};
}

QString JobControl::draftName() const
{
    const PrecisionCounts counts = m_document->resolution().counts();
    const Config& draft = m_document->draft();
    const bool dynamic = draft.model.approach == Approach::Dynamic;
    if (counts.int8 == 0)
        return counts.bf16 == 0 ? tr("All fp32")
            : counts.fp32 == 0  ? tr("All bf16")
                                : tr("bf16, %1 in fp32").arg(counts.fp32);
    const bool smoothed = draft.model.smoothing.value_or(0) != 0;
    QStringList parts{dynamic ? tr("Dynamic") : smoothed ? tr("Smoothed") : tr("Static")};
    if (dynamic && smoothed)
        parts << tr("smoothed");
    if (!dynamic && !smoothed && draft.model.rangeMethod.value_or(RangeMethod::MinMax) != RangeMethod::MinMax)
        parts << tr("%1 ranges").arg(words::q(toString(*draft.model.rangeMethod)));
    if (!dynamic && !draft.manualRanges.empty())
        parts << words::count(long(draft.manualRanges.size()), tr("range")) + tr(" by hand");
    if (counts.fp32 > 0)
        parts << tr("%1 in fp32").arg(words::count(counts.fp32, QStringLiteral("product")));
    if (counts.bf16 > 0)
        parts << tr("%1 in bf16").arg(words::count(counts.bf16, QStringLiteral("product")));
    return parts.join(QStringLiteral(", "));
}

JobRequest JobControl::request(JobKind kind) const
{
    JobRequest job;
    job.kind = kind;
    job.modelPath = s(m_document->modelPath());
    job.modelHash = m_document->modelHash();
    job.data = m_document->data()->spec();
    job.draft = m_document->draft();
    job.goal = m_document->goal();
    job.workload = m_document->workload();
    job.ranges = m_document->ranges();
    if (kind == JobKind::Calibrate) // a range that is known alone has no histogram
        std::erase_if(job.ranges, [this](const auto& range) {
            return !m_document->evidence().value(range.first.value)
                && !m_document->loaded().importedRanges.contains(range.first);
        });
    job.sensitivity = m_document->sensitivity();
    for (const Trial& trial : m_document->trials())
        if (trial.state != TrialState::Running && trial.workload == job.workload
            && (trial.manifest.dataHash.empty() || trial.manifest.dataHash == m_document->data()->hash()))
            job.known.push_back(trial);
    return job;
}

bool JobControl::start(JobKind kind)
{
    if (const QString reason = whyNot(kind); !reason.isEmpty()) {
        emit notice({Notice::Kind::Warning, tr("%1: %2.").arg(title(kind), reason), {}});
        return false;
    }
    runOrWait(asked(kind));
    return true;
}

void JobControl::runOrWait(const QueuedJob& job)
{
    if (m_left.removeIf([&](const QueuedJob& left) { return left.sameAs(job); }) > 0) // asked for anew
        queueChanged();
    if (!running() && m_queue.jobs().isEmpty()) {
        run(job, false);
        return;
    }
    m_queue.add(job);
    emit logLine(tr("%1 waits for its turn.").arg(job.title));
    queueChanged();
}

QString JobControl::titleOf(const WaitingJob& job)
{
    return job.trialName.empty() ? title(job.kind) : tr("%1: %2").arg(title(job.kind), q(job.trialName));
}

void JobControl::takeLeft()
{
    m_queue.clear(); // they were for another project, which keeps them
    m_left.clear();
    for (const WaitingJob& job : m_document->waitingJobs())
        m_left.push_back({job, titleOf(job)});
    emit waitingChanged();
}

bool JobControl::queueLeft()
{
    if (m_left.isEmpty())
        return true;
    const JobKind first = m_left.first().kind;
    if (const QString reason = whyNotAtAll(first); !reason.isEmpty()) {
        emit notice({Notice::Kind::Warning, tr("%1: %2.").arg(title(first), reason), {}});
        return false;
    }
    for (const QueuedJob& job : std::exchange(m_left, {}))
        if (!(running() && m_running.sameAs(job)) && !m_queue.holds(job))
            runOrWait(job);
    queueChanged();
    return true;
}

void JobControl::forgetLeft()
{
    m_left.clear();
    queueChanged();
}

void JobControl::queueChanged()
{
    std::vector<WaitingJob> jobs(m_queue.jobs().begin(), m_queue.jobs().end());
    jobs.insert(jobs.end(), m_left.begin(), m_left.end());
    m_document->setWaitingJobs(jobs);
    emit waitingChanged();
}

QueuedJob JobControl::asked(JobKind kind) const
{
    QueuedJob job;
    job.kind = kind;
    job.draft = m_document->draft();
    if (kind == JobKind::Measure)
        job.trialName = s(draftName());
    job.title = titleOf(job);
    if (const Trial* chosen = m_document->chosenTrial(); chosen && kind == JobKind::Judge)
        job.judged = chosen->id;
    return job;
}

void JobControl::run(const QueuedJob& asked, bool waited)
{
    m_kind = asked.kind;
    m_running = asked;
    m_ids.clear();
    m_runningTrial = m_trialsDone = 0;
    m_paused = false;
    JobRequest job = request(asked.kind);
    if (asked.kind == JobKind::Measure || asked.kind == JobKind::Calibrate)
        job.draft = asked.draft;
    job.trialName = asked.trialName;
    job.judged = asked.judged;
    m_sent = {job.draft, job.goal};
    for (const Trial& known : job.known)
        m_ids.insert(known.id, known.id);
    m_document->setUnfinishedJob(q(toString(asked.kind)));
    m_worker.start(job);
    emit started(asked.kind, waited);
}

/// What can no longer run by now says so and lets the next one have its turn.
void JobControl::runNext()
{
    while (!running()) {
        const std::optional<QueuedJob> job = m_queue.takeFirst();
        if (!job)
            return;
        queueChanged();
        if (const QString reason = whyNotAtAll(job->kind); !reason.isEmpty())
            emit notice({Notice::Kind::Warning, tr("%1: %2.").arg(job->title, reason), {}});
        else
            run(*job, true);
    }
}

void JobControl::removeWaiting(int id)
{
    if (m_queue.remove(id))
        queueChanged();
}

void JobControl::leaveWaiting()
{
    m_left = m_queue.jobs() + m_left;
    m_queue.clear();
    queueChanged();
}

void JobControl::stop()
{
    m_worker.cancel();
}

QString JobControl::whyNotPause() const
{
    return running() ? QString() : tr("nothing is running");
}

void JobControl::pause(bool on)
{
    if (!running() || on == m_paused)
        return;
    m_paused = on;
    m_worker.pause(on);
    emit logLine(on ? tr("Paused by you.") : tr("Resumed by you."));
}

/// Only what was marked: the draft may be another one by now, which is none of the search's business.
void JobControl::followMarks(const Config& before, const Config& after)
{
    if (!searching())
        return;
    const auto follow = [](const auto& from, const auto& to, auto& sent) {
        for (const auto& [name, leaves] : from)
            if (!to.count(name))
                sent.erase(name);
        for (const auto& [name, leaves] : to)
            if (const auto it = from.find(name); it == from.end() || it->second != leaves)
                sent[name] = leaves;
    };
    follow(before.ops, after.ops, m_sent.draft.ops);
    follow(before.opTypes, after.opTypes, m_sent.draft.opTypes);
    if (before.rules != after.rules)
        m_sent.draft.rules = after.rules;
    m_worker.update(m_sent);
    emit searchUpdated(tr("the search follows what you marked from its next trial"));
}

void JobControl::followGoal()
{
    if (!searching() || m_sent.goal == m_document->goal())
        return;
    m_sent.goal = m_document->goal();
    m_worker.update(m_sent);
    emit searchUpdated(tr("the search follows the new goal from its next trial"));
}

Trial JobControl::ours(const Trial& trial)
{
    // The worker numbers after what it was told; the project may hold more (other workloads, other data).
    Trial mine = trial;
    const bool seen = m_ids.contains(trial.id);
    mine.id = seen ? m_ids.value(trial.id) : m_document->nextTrialId();
    m_ids.insert(trial.id, mine.id);
    if (const Trial* known = seen ? m_document->trial(mine.id) : nullptr) {
        mine.name = known->name; // renamed while it ran
        mine.pinned = known->pinned;
        mine.chosen = known->chosen;
        if (mine.note.empty())
            mine.note = known->note;
    }
    return mine;
}

void JobControl::abandonRunning(TrialState state, const QString& reason)
{
    const Trial* running = m_runningTrial ? m_document->trial(m_runningTrial) : nullptr;
    m_runningTrial = 0;
    if (!running || running->state != TrialState::Running)
        return;
    Trial ended = *running;
    ended.state = state;
    ended.error = s(reason);
    m_document->putTrial(ended);
}

void JobControl::setPartial(const CalibrationEvidence& soFar)
{
    if (soFar == m_partial)
        return;
    m_partial = soFar;
    emit partialEvidenceChanged();
}

void JobControl::end(const QString& summary, bool failed)
{
    setPartial({});
    m_paused = false;
    m_document->setUnfinishedJob({});
    emit ended(summary, failed);
    // Not at once: others hear of the end after this.
    QMetaObject::invokeMethod(this, &JobControl::runNext, Qt::QueuedConnection);
}

} // namespace octet::desktop
