// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/worker_client.h"

#include "app/desktop/background.h"
#include "app/desktop/settings.h"
#include "core/values/json.h"
#include "core/worker/rpc.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QStandardPaths>

#include <csignal>
#include <nlohmann/json.hpp>
#include <utility>

namespace octet::desktop {

using nlohmann::json;

namespace {

constexpr int cancelPatienceMs = 1000;
constexpr int keptErrors = 4000;

QStringList defaultCommand()
{
    const QString configured = settings::workerCommand();
    if (!configured.isEmpty())
        return QProcess::splitCommand(configured);
    const QString folder = QCoreApplication::applicationDirPath();
    // Tests lie in a folder beside the programs' one.
    for (const QString& candidate :
        {folder + QStringLiteral("/octet-cli"), folder + QStringLiteral("/../bin/octet-cli")})
        if (QFileInfo(candidate).isExecutable())
            return {candidate, QStringLiteral("serve")};
    const QString found = QStandardPaths::findExecutable(QStringLiteral("octet-cli"));
    return {found.isEmpty() ? QStringLiteral("octet-cli") : found, QStringLiteral("serve")};
}

QString signalText(int number)
{
    switch (number) {
    case SIGKILL:
        return QStringLiteral("signal 9 (killed, perhaps out of memory)");
    case SIGSEGV:
        return QStringLiteral("signal 11 (invalid memory access)");
    case SIGABRT:
        return QStringLiteral("signal 6 (aborted)");
    case SIGILL:
        return QStringLiteral("signal 4 (instruction that this CPU does not have)");
    default:
        return QStringLiteral("signal %1").arg(number);
    }
}

json request(int id, const char* method, json params)
{
    return {{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", std::move(params)}};
}

QByteArray framed(const json& message)
{
    return QByteArray::fromStdString(worker::frame(message));
}

} // namespace

WorkerClient::WorkerClient(QObject* parent)
    : QObject(parent)
{
    m_cancelTimer.setSingleShot(true);
    m_cancelTimer.setInterval(cancelPatienceMs);
    connect(&m_cancelTimer, &QTimer::timeout, this, [this] {
        if (m_process)
            m_process->kill();
    });
}

WorkerClient::~WorkerClient()
{
    stopProcess();
}

void WorkerClient::setCommand(const QStringList& command)
{
    m_command = command;
}

qint64 WorkerClient::processId() const
{
    return m_process ? m_process->processId() : 0;
}

void WorkerClient::start(const JobRequest& job)
{
    if (m_busy)
        return;
    m_busy = true;
    m_cancelling = false;
    if (m_process && (m_process->state() == QProcess::NotRunning || m_isa != job.workload.isa))
        stopProcess();
    if (!m_process)
        launch(job.workload.isa);
    m_jobId = ++m_requestId;
    // Hundreds of known trials are megabytes of text.
    background::run(
        this, [job, id = m_jobId] { return framed(request(id, "job/start", toJson(job))); },
        [this, generation = m_generation, id = m_jobId](const QByteArray& bytes) {
            if (generation == m_generation && id == m_jobId && m_busy)
                send(bytes);
        });
}

void WorkerClient::launch(const std::string& isa)
{
    ++m_generation;
    m_isa = isa;
    m_lastErrors.clear();
    m_deframer = std::make_unique<worker::Deframer>();
    m_process = std::make_unique<QProcess>();
    QStringList arguments = m_command.isEmpty() ? defaultCommand() : m_command;
    const QString program = arguments.takeFirst();
    if (!isa.empty())
        arguments << QStringLiteral("--isa") << QString::fromStdString(isa);
    connect(m_process.get(), &QProcess::readyReadStandardOutput, this, &WorkerClient::readOutput);
    connect(m_process.get(), &QProcess::readyReadStandardError, this, &WorkerClient::readErrors);
    connect(m_process.get(), &QProcess::finished, this, &WorkerClient::processEnded);
    connect(m_process.get(), &QProcess::errorOccurred, this, &WorkerClient::processError);
#ifdef Q_OS_UNIX
    // A job may go on without a window after its terminal was closed; the worker ends with its input, not with that.
    m_process->setChildProcessModifier([] { ::signal(SIGHUP, SIG_IGN); });
#endif
    m_process->start(program, arguments);
    sendWatched();
}

void WorkerClient::stopProcess()
{
    if (!m_process)
        return;
    ++m_generation;
    if (std::exchange(m_capabilityId, 0))
        emit capabilityFailed(tr("the worker was started anew"));
    m_process->disconnect(this);
    if (m_process->state() != QProcess::NotRunning) {
        // The worker ends at the end of its input; one that computes is not waited for.
        m_process->closeWriteChannel();
        if (m_busy || !m_process->waitForFinished(200)) {
            m_process->kill();
            m_process->waitForFinished(1000);
        }
    }
    m_process.reset();
}

void WorkerClient::send(const QByteArray& bytes)
{
    if (m_process)
        m_process->write(bytes);
}

void WorkerClient::cancel()
{
    if (!m_busy || m_cancelling)
        return;
    m_cancelling = true;
    send(framed(request(++m_requestId, "job/cancel", json::object())));
    m_cancelTimer.start();
}

void WorkerClient::pause(bool on)
{
    if (m_busy && !m_cancelling)
        send(framed(request(++m_requestId, on ? "job/pause" : "job/resume", json::object())));
}

void WorkerClient::update(const JobUpdate& update)
{
    if (m_busy && !m_cancelling)
        send(framed(request(++m_requestId, "job/update", toJson(update))));
}

void WorkerClient::watch(const std::vector<std::string>& values)
{
    if (values == m_watched)
        return;
    m_watched = values;
    sendWatched();
}

void WorkerClient::sendWatched()
{
    send(framed(request(++m_requestId, "job/watch", {{"values", m_watched}})));
}

void WorkerClient::askCapability()
{
    if (m_capabilityId)
        return;
    if (m_process && m_process->state() == QProcess::NotRunning)
        stopProcess();
    m_capabilityId = ++m_requestId;
    if (!m_process)
        launch(m_isa);
    send(framed(request(m_capabilityId, "machine/capability", json::object())));
}

void WorkerClient::answerCapability(const json& message)
{
    m_capabilityId = 0;
    if (message.contains("result"))
        emit capabilityFound(fromJson<Capability>(message.at("result")));
    else
        emit capabilityFailed(QString::fromStdString(
            message.value("error", json::object()).value("message", std::string("the worker gave no reason"))));
}

void WorkerClient::readOutput()
{
    const int generation = m_generation;
    static const json nothing = json::object();
    const QByteArray bytes = m_process->readAllStandardOutput();
    try {
        for (const json& message : m_deframer->feed(std::string_view(bytes.constData(), std::size_t(bytes.size())))) {
            if (message.contains("method"))
                dispatch(
                    message.at("method").get<std::string>(), message.contains("params") ? message.at("params") : nothing);
            else if (m_capabilityId && message.value("id", 0) == m_capabilityId)
                answerCapability(message);
            else if (message.value("id", 0) == m_jobId && m_busy)
                answer(message);
            // A slot may have started the next job with another worker.
            if (generation != m_generation)
                return;
        }
    } catch (const std::exception& error) {
        emit logLine(tr("worker: %1").arg(QString::fromUtf8(error.what())));
        endDead(tr("worker ended: it broke the protocol"));
    }
}

void WorkerClient::readErrors()
{
    const QString text = QString::fromUtf8(m_process->readAllStandardError());
    m_lastErrors = (m_lastErrors + text).right(keptErrors);
    for (const QString& line : text.split(QLatin1Char('\n'), Qt::SkipEmptyParts))
        emit logLine(line);
}

void WorkerClient::dispatch(const std::string& method, const json& value)
{
    if (method == "step/started")
        emit trialStarted(fromJson<Trial>(value));
    else if (method == "step/finished")
        emit trialFinished(fromJson<Trial>(value));
    else if (method == "job/progress")
        emit progress(fromJson<JobProgress>(value));
    else if (method == "job/ranges")
        emit rangesFound(fromJson<Ranges>(value));
    else if (method == "job/sensitivity")
        emit sensitivityFound(fromJson<Sensitivity>(value));
    else if (method == "job/evidence")
        emit evidenceFound(fromJson<CalibrationEvidence>(value));
    else if (method == "job/partial")
        emit partialEvidence(fromJson<CalibrationEvidence>(value));
    else if (method == "job/paused")
        emit pauseChanged(value.value("paused", false));
    else if (method == "job/log")
        emit logLine(QString::fromStdString(value.value("line", std::string())));
}

void WorkerClient::answer(const json& message)
{
    if (message.contains("result")) {
        const JobResult result = fromJson<JobResult>(message.at("result"));
        const bool wasCancelling = m_cancelling;
        endJob();
        // Cancel may have come too late: then the result stands.
        if (wasCancelling && result == JobResult{})
            emit cancelled();
        else
            emit finished(result);
        return;
    }
    const json error = message.value("error", json::object());
    const bool wasCancelling = m_cancelling;
    QString reason = QString::fromStdString(error.value("message", std::string("the worker gave no reason")));
    QString detail;
    ErrorKind kind = ErrorKind::Internal;
    if (error.contains("data") && error.at("data").is_object()) {
        const Error told = errorFromJson(error.at("data"));
        kind = told.kind();
        reason = QString::fromStdString(told.message());
        detail = QString::fromStdString(told.detail());
    }
    endJob();
    if (wasCancelling || kind == ErrorKind::Cancelled)
        emit cancelled();
    else
        emit failed(reason, detail, false);
}

void WorkerClient::endJob()
{
    m_cancelTimer.stop();
    m_busy = false;
    m_cancelling = false;
    m_jobId = 0;
}

void WorkerClient::processEnded(int code, QProcess::ExitStatus status)
{
    const int generation = m_generation;
    readOutput(); // what was written before the end
    if (generation != m_generation)
        return;
    endDead(status == QProcess::CrashExit ? tr("worker ended: %1").arg(signalText(code))
                                          : tr("worker ended: exit status %1").arg(code));
}

void WorkerClient::processError(QProcess::ProcessError error)
{
    if (error == QProcess::FailedToStart)
        endDead(tr("The worker could not be started: %1 (%2). Set its command in Run, Worker.")
                    .arg(m_process->program(), m_process->errorString()));
}

void WorkerClient::endDead(const QString& reason)
{
    const bool wasBusy = m_busy, wasCancelling = m_cancelling;
    const QString detail = m_lastErrors.trimmed();
    ++m_generation;
    if (m_process) {
        m_process->disconnect(this);
        if (m_process->state() != QProcess::NotRunning)
            m_process->kill();
        m_process.release()->deleteLater(); // we may be inside one of its signals
    }
    endJob();
    if (std::exchange(m_capabilityId, 0))
        emit capabilityFailed(reason);
    if (!wasBusy)
        return;
    if (wasCancelling)
        emit cancelled();
    else
        emit failed(reason, detail, true);
}

} // namespace octet::desktop
