// SPDX-License-Identifier: GPL-3.0-or-later
// One worker process, one job at a time. A worker that dies costs one job: the next one gets a fresh worker.
#pragma once

#include "core/values/capability.h"
#include "core/values/job.h"
#include "widgets/background.h"

#include <QObject>
#include <QProcess>
#include <QTimer>

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <memory>
#include <optional>

namespace octet::worker {
class Deframer;
}

namespace octet::desktop {

class WorkerClient : public QObject
{
    Q_OBJECT
public:
    explicit WorkerClient(QObject* parent = nullptr);
    ~WorkerClient() override;

    /// Command line of the worker, with arguments; empty = settings, octet-cli beside the program, octet-cli in PATH.
    void setCommand(const QStringList& command);
    bool busy() const { return m_busy; }
    qint64 processId() const; // of the worker, 0 = none; for tests

    /// Must not be busy. Ends with exactly one of finished, cancelled, failed.
    void start(const JobRequest& request);
    /// Answers within about a second: a worker that does not is killed.
    void cancel();
    /// Answered by pauseChanged when the job stands or goes on; nothing happens when none runs.
    void pause(bool on);
    /// For the search that runs, from its next trial.
    void update(const JobUpdate& update);
    /// ONNX values whose partialEvidence is wanted from now on, in every job.
    void watch(const std::vector<std::string>& values);
    /// What the worker's machine can run; answered by capabilityFound or capabilityFailed, also while a job runs.
    void askCapability();

signals:
    void capabilityFound(const octet::Capability& capability);
    void capabilityFailed(const QString& reason);
    void trialStarted(const octet::Trial& trial);
    void trialFinished(const octet::Trial& trial);
    void progress(const octet::JobProgress& progress);
    void rangesFound(const octet::Ranges& ranges);
    void sensitivityFound(const octet::Sensitivity& sensitivity);
    void evidenceFound(const octet::CalibrationEvidence& evidence);
    void partialEvidence(const octet::CalibrationEvidence& soFar);
    void pauseChanged(bool stands);
    void logLine(const QString& line);
    void finished(const octet::JobResult& result);
    void cancelled();
    /// `died`: the worker is gone, with `reason` "worker ended: signal 9 (killed, perhaps out of memory)".
    void failed(const QString& reason, const QString& detail, bool died);

private:
    void launch(const std::string& isa);
    void stopProcess();
    void send(const QByteArray& frame);
    void sendWatched();
    void readOutput();
    void readErrors();
    using Said = std::function<void()>; // on this object's thread
    void later(int generation, Said said); // unless the worker is another one by then
    // On the reading thread.
    Said read(const nlohmann::json& message);
    Said readAnswer(const nlohmann::json& message);
    template <typename T>
    Said told(const nlohmann::json& value, void (WorkerClient::*signal)(const T&));
    void answer(const JobResult& result);
    void refused(const nlohmann::json& error);
    void answerCapability(const nlohmann::json& result, const nlohmann::json& error);
    void processEnded(int code, QProcess::ExitStatus status);
    void processError(QProcess::ProcessError error);
    void endJob();
    void endDead(const QString& reason);

    std::unique_ptr<QProcess> m_process;
    widgets::Crew m_line {1}; // reads what workers write
    std::shared_ptr<worker::Deframer> m_deframer; // of that thread
    QStringList m_command;
    QTimer m_cancelTimer;
    QString m_lastErrors; // tail of stderr, for the detail of a death
    std::vector<std::string> m_watched;
    std::string m_isa; // cap of the running worker: final for its life
    bool m_busy = false, m_cancelling = false;
    int m_requestId = 0, m_jobId = 0, m_capabilityId = 0, m_generation = 0;
};

} // namespace octet::desktop
