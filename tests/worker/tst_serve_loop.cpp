// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/json.h"
#include "core/worker/rpc.h"
#include "core/worker/serve_loop.h"

#include "test_main.h"

#include <nlohmann/json.hpp>

#include <QtTest>

#include <array>
#include <atomic>
#include <csignal>
#include <deque>
#include <poll.h>
#include <thread>
#include <unistd.h>

using namespace octet;
using nlohmann::json;

namespace {

Capability capability()
{
    Capability machine;
    machine.machine = {"A CPU", "vnni", 2};
    machine.logicalCpus = 4;
    machine.virtualMachine = true;
    machine.features = {{"AVX2", "the least", true}};
    machine.caches = {{"L2", 2048, 2}};
    machine.caps = {{"amx", "vnni", {{"Attention", Precision::Bf16, Precision::Fp32, "k", "avx512", "why", true}}}};
    machine.versions = {{"octet", "1"}};
    return machine;
}

/// A loop on two pipes, with a job that does what its trialName says.
class Peer
{
public:
    Peer()
    {
        if (::pipe(m_to.data()) != 0 || ::pipe(m_from.data()) != 0)
            qFatal("no pipes");
        m_loop = std::thread([this] {
            m_status = worker::serveLoop(m_to[0], m_from[1], {job, open, capability});
            ::close(m_from[1]);
        });
    }
    ~Peer()
    {
        closeInput();
        closeOutput();
        if (m_loop.joinable())
            m_loop.join();
        ::close(m_to[0]);
    }
    void raw(const std::string& bytes)
    {
        QCOMPARE(::write(m_to[1], bytes.data(), bytes.size()), ssize_t(bytes.size()));
    }
    void send(int id, const char* method, const json& params = json::object())
    {
        raw(worker::frame({{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", params}}));
    }
    void startJob(int id, const std::string& what)
    {
        JobRequest request;
        request.trialName = what;
        send(id, "job/start", toJson(request));
    }
    /// The next message; null when none comes within two seconds or the loop ended.
    json next()
    {
        while (m_messages.empty()) {
            pollfd polled{m_from[0], POLLIN, 0};
            std::array<char, 4096> buffer;
            if (::poll(&polled, 1, 2000) <= 0)
                return {};
            const ssize_t count = ::read(m_from[0], buffer.data(), buffer.size());
            if (count <= 0)
                return {};
            for (json& message : m_deframer.feed({buffer.data(), std::size_t(count)}))
                m_messages.push_back(std::move(message));
        }
        const json message = m_messages.front();
        m_messages.pop_front();
        return message;
    }
    /// The answer to `id`; what came before it is counted by method.
    json answer(int id, std::map<std::string, int>* seen = nullptr)
    {
        for (;;) {
            const json message = next();
            if (message.is_null() || message.value("id", json()) == json(id))
                return message;
            if (seen)
                ++(*seen)[message.value("method", "")];
        }
    }
    void closeInput() { shut(m_to[1]); }
    void closeOutput() { shut(m_from[0]); }
    int wait()
    {
        m_loop.join();
        return m_status;
    }

private:
    static void shut(int& fd)
    {
        if (fd >= 0)
            ::close(fd);
        fd = -1;
    }
    static worker::OpenedModel open(const std::string& path, const std::string& hash)
    {
        if (path == "bad")
            throw Error(ErrorKind::File, "No such file.", {.file = path});
        return {path + "#" + hash, 12, 3};
    }
    static JobResult job(const JobRequest& request, JobObserver& observer)
    {
        JobResult result;
        result.summary = request.trialName;
        if (request.trialName == "report") {
            Trial trial;
            trial.id = 1;
            observer.trialStarted(trial);
            observer.trialFinished(trial);
            observer.rangesFound({{{"x", RangeMethod::MinMax, 0}, {}}});
            observer.evidenceFound({64, {{"x", 9, 0, {{-1, 2, 9}}, {}}}, {}});
            observer.log("line");
        } else if (request.trialName == "watched") {
            for (const std::string& value : observer.watched())
                observer.partialEvidence({8, {{value, 9, 0, {}, {}}}, {}});
        } else if (request.trialName == "forever") {
            observer.trialStarted({});
            while (!observer.cancelled())
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            throw Error(ErrorKind::Cancelled, "Cancelled.");
        } else if (request.trialName == "patient") { // as core/tune: stands while it is paused, then takes what changed
            observer.trialStarted({});
            while (!observer.paused() && !observer.cancelled())
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            observer.pauseChanged(true);
            while (observer.paused() && !observer.cancelled())
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            if (observer.cancelled())
                throw Error(ErrorKind::Cancelled, "Cancelled.");
            observer.pauseChanged(false);
            const std::optional<JobUpdate> update = observer.update();
            result.evaluations = update ? update->goal.maxTrials : -1;
            result.goalMet = observer.update().has_value(); // is there only once
        } else if (request.trialName == "chatty") {
            const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(220);
            long count = 0;
            while (std::chrono::steady_clock::now() < end)
                observer.progress({"Working", ++count, 0, 0, -1});
            observer.progress({"Working", -7, 0, 1, 0});
        } else if (request.trialName == "talk") {
            while (!observer.cancelled())
                observer.log(std::string(1000, 'x'));
        } else if (request.trialName == "memory") {
            throw std::bad_alloc();
        } else if (request.trialName == "bug") {
            throw std::runtime_error("oops");
        }
        return result;
    }

    std::array<int, 2> m_to{}, m_from{};
    worker::Deframer m_deframer;
    std::deque<json> m_messages;
    std::thread m_loop;
    std::atomic<int> m_status = -1;
};

} // namespace

class TestServeLoop : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase() { std::signal(SIGPIPE, SIG_IGN); }

    void opensAndShutsDown()
    {
        Peer peer;
        peer.send(1, "model/open", {{"path", "m.onnx"}, {"hash", "aa"}});
        QCOMPARE(peer.answer(1)["result"].dump(), std::string(R"({"hash":"m.onnx#aa","nodes":12,"products":3})"));
        peer.send(2, "model/open", {{"path", "bad"}});
        const json error = peer.answer(2)["error"];
        QCOMPARE(error["message"].get<std::string>(), std::string("No such file."));
        QVERIFY(errorFromJson(error["data"]).kind() == ErrorKind::File);
        QCOMPARE(error["data"]["where"]["file"].get<std::string>(), std::string("bad"));
        peer.send(3, "shutdown");
        QVERIFY(peer.answer(3).contains("result"));
        QCOMPARE(peer.wait(), 0);
    }

    void saysWhatTheMachineCanWhileAJobRuns()
    {
        Peer peer;
        peer.startJob(1, "forever");
        peer.send(2, "machine/capability");
        QVERIFY(fromJson<Capability>(peer.answer(2)["result"]) == capability());
        peer.send(3, "job/cancel");
        QVERIFY(peer.answer(1).contains("error"));
    }

    void passesEverythingOn()
    {
        Peer peer;
        std::map<std::string, int> seen;
        peer.startJob(1, "report");
        const json answer = peer.answer(1, &seen);
        QCOMPARE(fromJson<JobResult>(answer["result"]).summary, std::string("report"));
        QVERIFY((seen
            == std::map<std::string, int>{
                {"step/started", 1}, {"step/finished", 1}, {"job/ranges", 1}, {"job/evidence", 1},
                {"job/log", 1}}));
        peer.startJob(2, "again"); // one at a time, but one after the other
        QVERIFY(peer.answer(2).contains("result"));
    }

    void tellsAboutWatchedValues()
    {
        Peer peer;
        peer.send(1, "job/watch", {{"values", {"a", "b"}}}); // before the job, or while it runs
        QVERIFY(peer.answer(1).contains("result"));
        peer.startJob(2, "watched");
        for (const char* value : {"a", "b"}) {
            const json message = peer.next();
            QCOMPARE(message["method"].get<std::string>(), std::string("job/partial"));
            QCOMPARE(fromJson<CalibrationEvidence>(message["params"]).values.front().value, std::string(value));
        }
        QVERIFY(peer.answer(2).contains("result"));
        int id = 3;
        for (const json& wrong : {json("a"), json::array({1}), json(std::vector<std::string>(9, "a"))}) {
            peer.send(id, "job/watch", {{"values", wrong}});
            QCOMPARE(peer.answer(id++)["error"]["code"].get<int>(), -32602);
        }
        peer.send(9, "job/watch");
        peer.startJob(10, "watched");
        std::map<std::string, int> seen;
        QVERIFY(peer.answer(10, &seen).contains("result"));
        QVERIFY(!seen.contains("job/partial"));
    }

    void openThenStartWithoutWaiting()
    {
        Peer peer;
        peer.send(1, "model/open", {{"path", "m"}});
        peer.startJob(2, "x");
        QVERIFY(peer.answer(1).contains("result"));
        QVERIFY(peer.answer(2).contains("result"));
    }

    void cancels()
    {
        Peer peer;
        peer.startJob(1, "forever");
        QCOMPARE(peer.next()["method"].get<std::string>(), std::string("step/started"));
        peer.startJob(2, "second");
        QVERIFY(errorFromJson(peer.answer(2)["error"]["data"]).kind() == ErrorKind::Busy);
        peer.send(3, "job/cancel");
        QVERIFY(peer.answer(3).contains("result"));
        const json error = peer.answer(1)["error"];
        QCOMPARE(error["code"].get<int>(), -32800);
        QVERIFY(errorFromJson(error["data"]).kind() == ErrorKind::Cancelled);
        peer.startJob(4, "after"); // an old cancel does not reach the next job
        QVERIFY(peer.answer(4).contains("result"));
    }

    void pausesAndTakesUpdates()
    {
        Peer peer;
        peer.send(1, "job/pause");
        QCOMPARE(peer.answer(1)["error"]["code"].get<int>(), -32602); // nothing runs
        peer.startJob(2, "patient");
        QCOMPARE(peer.next()["method"].get<std::string>(), std::string("step/started"));
        peer.send(3, "job/pause");
        std::map<std::string, json> seen; // the answer and the notification come in any order
        for (int i = 0; i < 2; ++i) {
            const json message = peer.next();
            seen[message.value("method", "answer")] = message;
        }
        QVERIFY(seen["answer"].contains("result"));
        QCOMPARE(seen["job/paused"]["params"]["paused"].get<bool>(), true);
        JobUpdate update;
        for (const int trials : {7, 9}) { // the newest counts
            update.goal.maxTrials = trials;
            peer.send(10 + trials, "job/update", toJson(update));
            QVERIFY(peer.answer(10 + trials).contains("result"));
        }
        peer.send(4, "job/resume");
        const JobResult result = fromJson<JobResult>(peer.answer(2)["result"]);
        QCOMPARE(result.evaluations, 9L);
        QVERIFY(!result.goalMet);
        peer.startJob(5, "patient"); // an old pause does not reach the next job
        QCOMPARE(peer.next()["method"].get<std::string>(), std::string("step/started"));
        peer.send(6, "job/cancel");
        QVERIFY(peer.answer(5).contains("error"));
    }

    void throttlesProgress()
    {
        Peer peer;
        peer.startJob(1, "chatty");
        int count = 0;
        json last;
        for (json message = peer.next(); message.contains("method"); message = peer.next()) {
            last = message;
            ++count;
        }
        QVERIFY2(count >= 2 && count <= 7, qPrintable(QString::number(count)));
        QCOMPARE(last["params"]["done"].get<long>(), -7L);
    }

    void endOfInputCancels()
    {
        Peer peer;
        peer.startJob(1, "forever");
        peer.next();
        peer.closeInput();
        QCOMPARE(peer.wait(), 0);
    }

    void readerGone()
    {
        Peer peer;
        peer.startJob(1, "talk");
        peer.next();
        peer.closeOutput();
        QCOMPARE(peer.wait(), 1);
    }

    void failuresInJobs()
    {
        Peer peer;
        peer.startJob(1, "memory");
        QVERIFY(errorFromJson(peer.answer(1)["error"]["data"]).kind() == ErrorKind::Resource);
        peer.startJob(2, "bug");
        QVERIFY(errorFromJson(peer.answer(2)["error"]["data"]).kind() == ErrorKind::Internal);
    }

    void badMessages()
    {
        Peer peer;
        peer.send(1, "job/dance");
        QCOMPARE(peer.answer(1)["error"]["code"].get<int>(), -32601);
        peer.send(2, "job/start", {{"goal", {{"seed", "x"}}}});
        const json error = peer.answer(2)["error"];
        QCOMPARE(error["code"].get<int>(), -32602);
        QVERIFY(error["message"].get<std::string>().find("goal.seed") != std::string::npos);
        peer.send(3, "model/open");
        QCOMPARE(peer.answer(3)["error"]["code"].get<int>(), -32602);
        peer.send(4, "model/open", json::array());
        QCOMPARE(peer.answer(4)["error"]["code"].get<int>(), -32602);
        peer.raw(worker::frame(json::array({1, 2})));
        QCOMPARE(peer.next()["error"]["code"].get<int>(), -32600);
        peer.raw("rubbish\r\n\r\n");
        QCOMPARE(peer.next()["error"]["code"].get<int>(), -32700);
        QCOMPARE(peer.wait(), 1);
    }
};

OCTET_TEST(TestServeLoop)
#include "tst_serve_loop.moc"
