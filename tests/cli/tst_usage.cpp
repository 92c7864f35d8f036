// SPDX-License-Identifier: GPL-3.0-or-later
// Exit status, streams and error sentences: what scripts rely on whatever the command.
#include "cli_test.h"
#include "core/worker/rpc.h"

#include <QtTest>

#include <algorithm>
#include <csignal>

using namespace octet::test;
using nlohmann::json;

namespace {

bool oneSentence(const std::string& text)
{
    return text.starts_with("octet-cli: ") && text.ends_with(".\n") && std::ranges::count(text, '\n') == 1;
}

} // namespace

class TestUsage : public QObject
{
    Q_OBJECT
    TinyProblem m_problem;

private slots:
    void wrongUsage_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::newRow("nothing") << QStringList{};
        QTest::newRow("unknown command") << QStringList{"dance"};
        QTest::newRow("no model") << QStringList{"info"};
        QTest::newRow("unknown option") << QStringList{"info", "m.onnx", "--fast"};
        QTest::newRow("no number") << QStringList{"evaluate", "m.onnx", "--limit", "x"};
        QTest::newRow("out of range") << QStringList{"evaluate", "m.onnx", "--threads", "0"};
        QTest::newRow("no data") << QStringList{"evaluate", m_problem.model()};
        QTest::newRow("both kinds") << QStringList{"evaluate", m_problem.model(), "--test", "a", "--input", "x=b"};
        QTest::newRow("no NAME=") << QStringList{"evaluate", m_problem.model(), "--input", "b.npy"};
        QTest::newRow("mean alone") << QStringList{"evaluate", m_problem.model(), "--input", "x=b", "--mean", "0.5"};
        QTest::newRow("config and preset")
            << QStringList{"evaluate", "m", "--test", "a", "--config", "c", "--preset", "static"};
        QTest::newRow("gate of nothing")
            << QStringList{"gate", m_problem.model(), "--max-drop", "0.01"} + m_problem.data();
        QTest::newRow("unknown format") << QStringList{"export", "p.octet", "--format", "pdf", "-o", "x"};
    }
    void wrongUsage()
    {
        QFETCH(QStringList, arguments);
        const Outcome plain = cli(arguments);
        QCOMPARE(plain.status, 2);
        QVERIFY(plain.out.empty() && plain.err.starts_with("octet-cli: "));
        const Outcome withJson = cli(arguments + QStringList{"--json"});
        QCOMPARE(withJson.status, 2);
        QCOMPARE(withJson.json["error"]["kind"].get<std::string>(), std::string("usage"));
    }

    void help()
    {
        QCOMPARE(cli({"--help"}).status, 0);
        QCOMPARE(cli({"--version"}).status, 0);
        const Outcome outcome = cli({"evaluate", "--help"});
        QCOMPARE(outcome.status, 0);
        QVERIFY(outcome.out.find("--calib-limit") != std::string::npos && outcome.err.empty());
    }

    void errors_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("kind");
        m_problem.write("empty.onnx", "");
        m_problem.write("noise.onnx", std::string(5000, '\xd7'));
        m_problem.write("noise.octet", std::string(5000, 'x'));
        m_problem.write("bad.yaml", "model: {name: a\n  - b");
        const auto path = [&](const char* name) { return m_problem.path(name); };
        QTest::newRow("missing model") << QStringList{"info", path("none.onnx")} << "file";
        QTest::newRow("empty model") << QStringList{"info", path("empty.onnx")} << "format";
        QTest::newRow("random model") << QStringList{"info", path("noise.onnx")} << "format";
        QTest::newRow("missing project") << QStringList{"trials", path("none.octet")} << "file";
        QTest::newRow("random project") << QStringList{"trials", path("noise.octet")} << "format";
        QTest::newRow("missing config") << QStringList{"evaluate", m_problem.model(), "--config", path("none.yaml")}
                + m_problem.data() << "file";
        QTest::newRow("bad config") << QStringList{"evaluate", m_problem.model(), "--config", path("bad.yaml")}
                + m_problem.data() << "format";
        QTest::newRow("unknown preset") << QStringList{"evaluate", m_problem.model(), "--preset", "fast"}
                + m_problem.data() << "setting";
        QTest::newRow("missing array") << QStringList{"run", m_problem.model(), "--input", "x=" + path("none.npy"),
            "--output-dir", path("o")} << "file";
        QTest::newRow("unknown input") << QStringList{"run", m_problem.model(), "--input", "z=" + path("test.npy"),
            "--output-dir", path("o")} << "data";
        QTest::newRow("wrong type") << QStringList{"run", m_problem.model(), "--input", "x=" + path("test_labels.npy"),
            "--output-dir", path("o")}
                                    << "data";
        QTest::newRow("missing file") << QStringList{"replay", path("none.octet.yaml")} << "file";
    }
    void errors()
    {
        QFETCH(QStringList, arguments);
        QFETCH(QString, kind);
        const Outcome plain = cli(arguments);
        QCOMPARE(plain.status, 1);
        QVERIFY2(plain.out.empty() && oneSentence(plain.err), (plain.out + plain.err).c_str());
        const Outcome withJson = cli(arguments + QStringList{"--json"});
        QCOMPARE(withJson.status, 1);
        const json error = withJson.json["error"];
        QCOMPARE(QString::fromStdString(error["kind"].get<std::string>()), kind);
        QCOMPARE("octet-cli: " + error["message"].get<std::string>() + "\n", plain.err);
        QVERIFY(error.contains("detail") && error["where"].contains("file"));
    }

    void fullStandardOutput()
    {
        for (const bool withJson : {false, true}) {
            const Outcome outcome =
                cli(QStringList{"info", m_problem.model()} + (withJson ? QStringList{"--json"} : QStringList{}),
                    "/dev/full");
            QCOMPARE(outcome.status, 1);
            QVERIFY2(outcome.err.find("standard output") != std::string::npos, outcome.err.c_str());
        }
    }

    void interrupt()
    {
        QProcess process;
        process.setReadChannel(QProcess::StandardError);
        process.start(cliPath(),
            {"benchmark", m_problem.model(), "--runs", "1000000", "--batch", "2048", "--threads", "1", "--json"});
        QVERIFY(process.waitForStarted());
        QVERIFY(process.waitForReadyRead(20'000));
        QTest::qWait(300);
        QCOMPARE(process.state(), QProcess::Running);
        ::kill(pid_t(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(1500));
        QCOMPARE(process.exitCode(), 130);
        const json document = json::parse(process.readAllStandardOutput().toStdString());
        QCOMPARE(document["error"]["kind"].get<std::string>(), std::string("cancelled"));
    }

    void serve()
    {
        QProcess process;
        process.start(cliPath(), {"serve"});
        QVERIFY(process.waitForStarted());
        const json request = {{"jsonrpc", "2.0"}, {"id", 1}, {"method", "model/open"},
            {"params", {{"path", m_problem.model().toStdString()}}}};
        process.write(QByteArray::fromStdString(octet::worker::frame(request)));
        octet::worker::Deframer deframer;
        std::vector<json> answers;
        while (answers.empty() && process.waitForReadyRead(10'000))
            answers = deframer.feed(process.readAllStandardOutput().toStdString());
        QCOMPARE(answers.size(), std::size_t(1));
        QCOMPARE(answers[0]["result"]["nodes"].get<int>(), 2);
        QCOMPARE(answers[0]["result"]["products"].get<int>(), 2);
        process.closeWriteChannel(); // the end of input ends the worker
        QVERIFY(process.waitForFinished(5000));
        QCOMPARE(process.exitCode(), 0);
    }
};

OCTET_TEST(TestUsage)
#include "tst_usage.moc"
