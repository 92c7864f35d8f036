// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/worker/serve_loop.h"

#include "core/values/json.h"
#include "core/worker/rpc.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <new>
#include <optional>
#include <poll.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace octet::worker {

using nlohmann::json;

namespace {

// JSON-RPC's codes, LSP's for a cancelled request, and ours for an octet::Error.
enum Code {
    ParseError = -32700,
    InvalidRequest = -32600,
    MethodNotFound = -32601,
    InvalidParams = -32602,
    RequestCancelled = -32800,
    OctetError = -32000
};

class Output
{
public:
    explicit Output(int fd)
        : m_fd(fd)
    {
    }
    void send(const json& message)
    {
        const std::string bytes = frame(message);
        const std::lock_guard guard(m_mutex);
        std::size_t sent = 0;
        while (!m_broken && sent < bytes.size()) {
            const ssize_t count = ::write(m_fd, bytes.data() + sent, bytes.size() - sent);
            if (count > 0)
                sent += static_cast<std::size_t>(count);
            else if (errno != EINTR)
                m_broken = true;
        }
    }
    bool broken() const { return m_broken; }
    void notify(const char* method, json params)
    {
        send({{"jsonrpc", "2.0"}, {"method", method}, {"params", std::move(params)}});
    }
    void answer(const json& id, json result)
    {
        if (!id.is_null())
            send({{"jsonrpc", "2.0"}, {"id", id}, {"result", std::move(result)}});
    }
    void refuse(const json& id, int code, const Error& error)
    {
        send({{"jsonrpc", "2.0"}, {"id", id},
            {"error", {{"code", code}, {"message", error.message()}, {"data", toJson(error)}}}});
    }

private:
    int m_fd;
    std::mutex m_mutex;
    std::atomic<bool> m_broken = false;
};

/// What is asked of the job that runs, from the reading thread to the computing one.
struct Wishes
{
    std::atomic<bool> cancel = false, pause = false;
    void setUpdate(std::optional<JobUpdate> update)
    {
        const std::lock_guard guard(m_mutex);
        m_update = std::move(update);
    }
    void watch(std::vector<std::string> values)
    {
        const std::lock_guard guard(m_mutex);
        m_watched = std::move(values);
    }
    std::vector<std::string> watched()
    {
        const std::lock_guard guard(m_mutex);
        return m_watched;
    }
    std::optional<JobUpdate> takeUpdate()
    {
        const std::lock_guard guard(m_mutex);
        return std::exchange(m_update, std::nullopt);
    }

private:
    std::mutex m_mutex;
    std::optional<JobUpdate> m_update;
    std::vector<std::string> m_watched;
};

/// Passes on what a job says; progress at most 20 times a second, the last one always.
class Reporter : public JobObserver
{
public:
    Reporter(Output& output, Wishes& wishes)
        : m_output(output)
        , m_wishes(wishes)
    {
    }
    ~Reporter() override { flush(); }
    bool cancelled() override { return m_wishes.cancel || m_output.broken(); }
    bool paused() override { return m_wishes.pause; }
    void pauseChanged(bool stands) override
    {
        flush();
        m_output.notify("job/paused", {{"paused", stands}});
    }
    std::optional<JobUpdate> update() override { return m_wishes.takeUpdate(); }
    void progress(const JobProgress& progress) override
    {
        m_pending = progress;
        if (Clock::now() - m_last >= std::chrono::milliseconds(50))
            flush();
    }
    void trialStarted(const Trial& trial) override { m_output.notify("step/started", toJson(trial)); }
    void trialFinished(const Trial& trial) override { m_output.notify("step/finished", toJson(trial)); }
    void sensitivityFound(const Sensitivity& found) override { m_output.notify("job/sensitivity", toJson(found)); }
    void rangesFound(const Ranges& ranges) override { m_output.notify("job/ranges", toJson(ranges)); }
    void evidenceFound(const CalibrationEvidence& found) override { m_output.notify("job/evidence", toJson(found)); }
    std::vector<std::string> watched() override { return m_wishes.watched(); }
    void partialEvidence(const CalibrationEvidence& soFar) override { m_output.notify("job/partial", toJson(soFar)); }
    void log(const std::string& line) override { m_output.notify("job/log", {{"line", line}}); }

private:
    using Clock = std::chrono::steady_clock;
    void flush()
    {
        if (m_pending)
            m_output.notify("job/progress", toJson(*m_pending));
        m_pending.reset();
        m_last = Clock::now();
    }
    Output& m_output;
    Wishes& m_wishes;
    std::optional<JobProgress> m_pending;
    Clock::time_point m_last{};
};

/// Of "job/watch".
std::vector<std::string> watchedValues(const json& params)
{
    constexpr std::size_t most = JobObserver::mostWatched;
    std::vector<std::string> values;
    const json list = params.value("values", json::array());
    if (!list.is_array() || list.size() > most)
        throw Error(ErrorKind::Format, fmt::format("\"values\" must be a list of at most {} names.", most));
    for (const json& value : list) {
        if (!value.is_string())
            throw Error(ErrorKind::Format, "\"values\" must be a list of names.");
        values.push_back(value.get<std::string>());
    }
    return values;
}

struct Task
{
    json id;
    bool isJob = false;
    JobRequest job;
    std::string path, hash; // model/open
};

class Loop
{
public:
    Loop(int in, int out, const Handlers& handlers)
        : m_in(in)
        , m_output(out)
        , m_handlers(handlers)
    {
    }
    int run();

private:
    void read();
    bool takeBytes(Deframer& deframer);
    void take(const json& message);
    void start(const json& id, const json& params);
    void open(const json& id, const json& params);
    void requireJob();
    void enqueue(Task task);
    void end(int status);
    json result(const Task& task);
    void compute(const Task& task);

    int m_in;
    Output m_output;
    const Handlers& m_handlers;
    std::array<int, 2> m_wake{-1, -1}; // ends the reader when the output broke
    Wishes m_wishes;
    std::mutex m_mutex; // guards what follows
    std::condition_variable m_changed;
    std::deque<Task> m_tasks;
    bool m_jobActive = false; // queued or running
    bool m_ended = false;
    int m_status = 0;
};

void Loop::end(int status)
{
    m_wishes.cancel = true;
    const std::lock_guard guard(m_mutex);
    if (!m_ended)
        m_status = status;
    m_ended = true;
    m_changed.notify_all();
}

void Loop::enqueue(Task task)
{
    {
        const std::lock_guard guard(m_mutex);
        if (!m_jobActive) {
            m_jobActive = task.isJob;
            if (task.isJob) {
                m_wishes.cancel = m_wishes.pause = false;
                m_wishes.setUpdate({});
            }
            m_tasks.push_back(std::move(task));
            m_changed.notify_all();
            return;
        }
    }
    m_output.refuse(
        task.id, OctetError, Error(ErrorKind::Busy, "A job is running already; cancel it or wait until it is done."));
}

void Loop::start(const json& id, const json& params)
{
    Task task;
    task.id = id;
    task.isJob = true;
    task.job = fromJson<JobRequest>(params);
    enqueue(std::move(task));
}

void Loop::open(const json& id, const json& params)
{
    const auto text = [&](const char* key) -> std::string {
        const auto it = params.find(key);
        if (it == params.end())
            return {};
        if (!it->is_string())
            throw Error(ErrorKind::Format, fmt::format("\"{}\" must be text.", key));
        return it->get<std::string>();
    };
    Task task;
    task.id = id;
    task.path = text("path");
    task.hash = text("hash");
    if (task.path.empty())
        throw Error(ErrorKind::Format, "\"path\" is missing.");
    enqueue(std::move(task));
}

void Loop::requireJob()
{
    const std::lock_guard guard(m_mutex);
    if (!m_jobActive)
        throw Error(ErrorKind::Setting, "No job is running.");
}

void Loop::take(const json& message)
{
    const json id = message.is_object() ? message.value("id", json()) : json();
    if (!message.is_object() || !message.contains("method") || !message["method"].is_string()
        || !(id.is_null() || id.is_string() || id.is_number())) {
        m_output.refuse(nullptr, InvalidRequest, Error(ErrorKind::Format, "The message is no JSON-RPC request."));
        return;
    }
    const auto method = message["method"].get<std::string>();
    const json params = message.value("params", json::object());
    try {
        if (!params.is_object())
            throw Error(ErrorKind::Format, "\"params\" must be an object.");
        if (method == "job/start") {
            start(id, params);
        } else if (method == "model/open") {
            open(id, params);
        } else if (method == "job/cancel") {
            m_wishes.cancel = true;
            m_output.answer(id, json::object());
        } else if (method == "job/pause" || method == "job/resume") {
            requireJob();
            m_wishes.pause = method == "job/pause";
            m_output.answer(id, json::object());
        } else if (method == "job/update") {
            auto update = fromJson<JobUpdate>(params);
            requireJob();
            m_wishes.setUpdate(std::move(update));
            m_output.answer(id, json::object());
        } else if (method == "job/watch") {
            m_wishes.watch(watchedValues(params));
            m_output.answer(id, json::object());
        } else if (method == "machine/capability" && m_handlers.capability) {
            m_output.answer(id, toJson(m_handlers.capability()));
        } else if (method == "shutdown") {
            end(0);
            m_output.answer(id, json::object());
        } else {
            m_output.refuse(id, MethodNotFound,
                Error(ErrorKind::Unsupported, fmt::format("This worker has no method \"{}\".", method)));
        }
    } catch (const Error& error) {
        m_output.refuse(id, InvalidParams, error);
    }
}

/// False at the end of input.
bool Loop::takeBytes(Deframer& deframer)
{
    std::array<char, 65536> buffer;
    const ssize_t count = ::read(m_in, buffer.data(), buffer.size());
    if (count < 0 && (errno == EINTR || errno == EAGAIN))
        return true;
    if (count <= 0)
        return false;
    for (const json& message : deframer.feed({buffer.data(), static_cast<std::size_t>(count)}))
        take(message);
    return true;
}

void Loop::read()
{
    Deframer deframer;
    std::array<pollfd, 2> polled{{{m_in, POLLIN, 0}, {m_wake[0], POLLIN, 0}}};
    int status = 0;
    try {
        for (;;) {
            if (::poll(polled.data(), polled.size(), -1) < 0 && errno != EINTR)
                break;
            if (polled[1].revents)
                return;
            if (polled[0].revents && !takeBytes(deframer))
                break;
            const std::lock_guard guard(m_mutex);
            if (m_ended)
                return;
        }
    } catch (const Error& error) { // after a broken frame nothing that follows can be told apart
        m_output.refuse(nullptr, ParseError, error);
        status = 1;
    } catch (const std::bad_alloc&) {
        m_output.refuse(nullptr, ParseError, Error(ErrorKind::Resource, "Not enough memory for a message."));
        status = 1;
    }
    end(status);
}

/// The result of a task as JSON; an octet::Error whatever went wrong.
json Loop::result(const Task& task)
{
    try {
        if (!task.isJob) {
            const OpenedModel opened = m_handlers.open(task.path, task.hash);
            return {{"hash", opened.hash}, {"nodes", opened.nodes}, {"products", opened.products}};
        }
        Reporter reporter(m_output, m_wishes);
        return toJson(m_handlers.run(task.job, reporter));
    } catch (const Error&) {
        throw;
    } catch (const std::bad_alloc&) {
        throw Error(
            ErrorKind::Resource, "Not enough memory for this; close other programs or use fewer samples a run.");
    } catch (const std::exception& error) {
        throw Error(ErrorKind::Internal, "Something unexpected went wrong in the worker.", {}, error.what());
    }
}

void Loop::compute(const Task& task)
{
    json answer;
    std::optional<Error> failure;
    try {
        answer = result(task);
    } catch (const Error& error) {
        failure = error;
    }
    if (task.isJob) { // before the answer, since whoever reads it may start the next job at once
        const std::lock_guard guard(m_mutex);
        m_jobActive = false;
    }
    if (!failure)
        m_output.answer(task.id, std::move(answer));
    else
        m_output.refuse(task.id, failure->kind() == ErrorKind::Cancelled ? RequestCancelled : OctetError, *failure);
}

int Loop::run()
{
    if (::pipe(m_wake.data()) != 0)
        throw Error(ErrorKind::Resource, "The worker cannot make a pipe; too many files are open.");
    std::thread reader([this] { read(); });
    for (;;) {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [this] { return m_ended || !m_tasks.empty(); });
        if (m_ended)
            break;
        const Task task = std::move(m_tasks.front());
        m_tasks.pop_front();
        lock.unlock();
        compute(task);
        if (m_output.broken())
            end(1);
    }
    ::close(m_wake[1]);
    reader.join();
    ::close(m_wake[0]);
    return m_status;
}

} // namespace

int serveLoop(int in, int out, const Handlers& handlers)
{
    return Loop(in, out, handlers).run();
}

} // namespace octet::worker
