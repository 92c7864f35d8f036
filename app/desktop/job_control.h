// SPDX-License-Identifier: GPL-3.0-or-later
// Jobs of the open project: what is asked of the worker, and how its answers reach the project.
#pragma once

#include "app/desktop/job_queue.h"
#include "app/desktop/notice.h"
#include "app/desktop/worker_client.h"

#include <QElapsedTimer>
#include <QHash>
#include <QObject>

namespace octet::desktop {

class Document;

class JobControl : public QObject
{
    Q_OBJECT
public:
    explicit JobControl(Document* document, QObject* parent = nullptr);

    /// Why a job of this kind can neither start nor wait for the one that runs; empty = it can.
    QString whyNot(JobKind kind) const;
    /// Starts it, or lets it wait while another runs. False, with a notice, when whyNot() says something.
    bool start(JobKind kind);
    /// Those that wait, first in turn first.
    const QVector<QueuedJob>& waiting() const { return m_queue.jobs(); }
    void removeWaiting(int id);
    /// Nothing that waits runs any more; the project keeps it for its next opening.
    void leaveWaiting();
    /// Those that waited when the project was last open. They run when somebody asks for them again.
    const QVector<QueuedJob>& left() const { return m_left; }
    /// Starts or queues them. False, with a notice, when nothing can run yet: they are kept.
    bool queueLeft();
    void forgetLeft();
    void stop();
    void pause(bool on);
    bool paused() const { return m_paused; } // as asked; the worker follows within a second
    /// Why there is nothing to pause or to resume; empty = there is.
    QString whyNotPause() const;
    bool running() const { return m_worker.busy(); }
    JobKind kind() const { return m_kind; }
    /// What the values of watch() are so far, while the calibration data runs; empty otherwise.
    const CalibrationEvidence& partialEvidence() const { return m_partial; }
    void watch(const std::vector<std::string>& values) { m_worker.watch(values); }
    int runningTrial() const { return m_runningTrial; } // project's id, 0 = none
    WorkerClient* worker() { return &m_worker; }
    /// Name of the trial that measuring the draft makes, e.g. "Static, 6 products in fp32".
    QString draftName() const;

    static QString title(JobKind kind); // "Tune"

signals:
    void started(octet::JobKind kind, bool waited); // `waited`: its turn came, nobody asked just now
    void waitingChanged();
    void progress(const octet::JobProgress& progress);
    void trialFinished(const octet::Trial& trial); // as it stands in the project
    void partialEvidenceChanged();
    void pauseChanged(bool stands);
    /// The running search was told of a change in the draft or the goal.
    void searchUpdated(const QString& what);
    void logLine(const QString& line);
    void ended(const QString& summary, bool failed);
    void finished(const octet::JobResult& result); // with the project's trial ids
    void notice(const octet::desktop::Notice& notice);

private:
    JobRequest request(JobKind kind) const;
    QueuedJob asked(JobKind kind) const;
    QString whyNotAtAll(JobKind kind) const;
    static QString titleOf(const WaitingJob& job);
    void runOrWait(const QueuedJob& job);
    void run(const QueuedJob& asked, bool waited);
    void runNext();
    void takeLeft();
    void queueChanged();
    bool searching() const { return running() && m_kind == JobKind::Tune; }
    void followMarks(const Config& before, const Config& after);
    void followGoal();
    Trial ours(const Trial& trial);
    void abandonRunning(TrialState state, const QString& reason);
    void end(const QString& summary, bool failed);
    void setPartial(const CalibrationEvidence& soFar);

    Document* m_document;
    WorkerClient m_worker;
    JobKind m_kind = JobKind::Baseline;
    QueuedJob m_running; // or the last one that ran
    JobQueue m_queue;
    QVector<QueuedJob> m_left;
    QHash<int, int> m_ids; // the worker's trial ids -> the project's
    CalibrationEvidence m_partial;
    JobUpdate m_sent; // what the running search was last told
    bool m_paused = false;
    int m_runningTrial = 0, m_trialsDone = 0;
};

} // namespace octet::desktop
