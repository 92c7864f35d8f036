// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/worker_client.h"

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
    m_line.wait();
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
    widgets::background::run(
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
    m_deframer = std::make_shared<worker::Deframer>();
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
    if (m_process && m_process->state() != QProcess::NotRunning)
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
    if (m_process && !m_busy && m_process->state() == QProcess::NotRunning)
        stopProcess();
    m_capabilityId = ++m_requestId;
    if (!m_process)
        launch(m_isa);
    send(framed(request(m_capabilityId, "machine/capability", json::object())));
}

/// Megabytes of a trial are read on another thread; what they say is said on this one, in their order.
void WorkerClient::readOutput()
{
    const QByteArray bytes = m_process->readAllStandardOutput();
    m_line.start([this, bytes, deframer = m_deframer, generation = m_generation] {
        std::vector<Said> all;
        QString broken;
        try {
            for (const json& message : deframer->feed(std::string_view(bytes.constData(), std::size_t(bytes.size()))))
                all.push_back(read(message));
        } catch (const std::exception& error) {
            broken = QString::fromUtf8(error.what());
        }
        later(generation, [this, all = std::move(all), broken, generation] {
            for (const Said& said : all) {
                said();
                if (generation != m_generation) // a slot may have started the next job with another worker
                    return;
            }
            if (broken.isEmpty())
                return;
            emit logLine(tr("worker: %1").arg(broken));
            endDead(tr("worker ended: it broke the protocol"));
        });
    });
}

void WorkerClient::later(int generation, Said said)
{
    widgets::background::later(
        this, [this, generation, said = std::move(said)] { generation == m_generation ? said() : void(); });
}

void WorkerClient::readErrors()
{
    const QString text = QString::fromUtf8(m_process->readAllStandardError());
    m_lastErrors = (m_lastErrors + text).right(keptErrors);
    for (const QString& line : text.split(QLatin1Char('\n'), Qt::SkipEmptyParts))
        emit logLine(line);
}

template <typename T>
WorkerClient::Said WorkerClient::told(const json& value, void (WorkerClient::*signal)(const T&))
{
    return [this, told = std::make_shared<const T>(fromJson<T>(value)), signal] { emit(this->*signal)(*told); };
}

WorkerClient::Said WorkerClient::read(const json& message)
{
    if (!message.contains("method"))
        return readAnswer(message);
    const std::string method = message.at("method").get<std::string>();
    const json value = message.value("params", json::object());
    if (method == "step/started")
        return told(value, &WorkerClient::trialStarted);
    if (method == "step/finished")
        return told(value, &WorkerClient::trialFinished);
    if (method == "job/progress")
        return told(value, &WorkerClient::progress);
    if (method == "job/ranges")
        return told(value, &WorkerClient::rangesFound);
    if (method == "job/sensitivity")
        return told(value, &WorkerClient::sensitivityFound);
    if (method == "job/evidence")
        return told(value, &WorkerClient::evidenceFound);
    if (method == "job/partial")
        return told(value, &WorkerClient::partialEvidence);
    if (method == "job/paused")
        return [this, stands = value.value("paused", false)] { emit pauseChanged(stands); };
    if (method == "job/log")
        return [this, line = QString::fromStdString(value.value("line", std::string()))] { emit logLine(line); };
    return [] {}; // of a newer worker
}

WorkerClient::Said WorkerClient::readAnswer(const json& message)
{
    const int id = message.value("id", 0);
    const json result = message.value("result", json()), error = message.value("error", json::object());
    std::shared_ptr<const JobResult> job;
    if (result.is_object() && result.contains("summary"))
        job = std::make_shared<const JobResult>(fromJson<JobResult>(result));
    return [this, id, result = job ? json() : result, error, job] {
        if (m_capabilityId && id == m_capabilityId)
            answerCapability(result, error);
        else if (id == m_jobId && m_busy)
            job ? answer(*job) : refused(error);
    };
}

void WorkerClient::answerCapability(const json& result, const json& error)
{
    m_capabilityId = 0;
    try {
        if (result.is_object()) {
            emit capabilityFound(fromJson<Capability>(result));
            return;
        }
    } catch (const Error& unreadable) {
        emit capabilityFailed(QString::fromStdString(unreadable.message()));
        return;
    }
    emit capabilityFailed(QString::fromStdString(error.value("message", std::string("the worker gave no reason"))));
}

void WorkerClient::answer(const JobResult& result)
{
    const bool wasCancelling = m_cancelling;
    endJob();
    // Cancel may have come too late: then the result stands.
    if (wasCancelling && result == JobResult{})
        emit cancelled();
    else
        emit finished(result);
}

void WorkerClient::refused(const json& error)
{
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
    const QString reason = status == QProcess::CrashExit ? tr("worker ended: %1").arg(signalText(code))
                                                         : tr("worker ended: exit status %1").arg(code);
    readOutput(); // what was written before the end comes first
    m_line.start(
        [this, reason, generation = m_generation] { later(generation, [this, reason] { endDead(reason); }); });
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
