// SPDX-License-Identifier: GPL-3.0-or-later
// What CI does with a config: meets, misses, too close to call, cannot be checked.
#include "cli_test.h"

#include <QFile>
#include <QXmlStreamReader>
#include <QtTest>

using namespace octet::test;
using nlohmann::json;

class TestGate : public QObject
{
    Q_OBJECT
    TinyProblem m_problem;

    QStringList gate(const QStringList& rest) const
    {
        return QStringList{"gate", m_problem.model()} + m_problem.data() + rest + QStringList{"--json"};
    }
    /// Attributes of the elements of that name.
    static QStringList attributes(const QString& file, const QString& element, const QString& attribute)
    {
        QFile xml(file);
        QStringList found;
        if (!xml.open(QIODevice::ReadOnly))
            return found;
        QXmlStreamReader reader(&xml);
        while (!reader.atEnd())
            if (reader.readNext() == QXmlStreamReader::StartElement && reader.name() == element)
                found.append(reader.attributes().value(attribute).toString());
        return reader.hasError() ? QStringList{reader.errorString()} : found;
    }

private slots:
    void meets()
    {
        const Outcome outcome = cli(gate({"--preset", "static", "--max-drop", "0.2", "--min-int8", "2"}));
        QVERIFY2(outcome.status == 0, outcome.err.c_str());
        const json& document = outcome.json;
        QCOMPARE(document["verdict"].get<std::string>(), std::string("meets"));
        QCOMPARE(document["checks"].size(), std::size_t(3));
        for (const json& check : document["checks"]) {
            for (const char* key : {"name", "value", "limit", "ci95", "passed"})
                QVERIFY2(check.contains(key), key);
            QVERIFY(check["passed"].get<bool>());
        }
        QVERIFY(document["checks"][1]["value"].get<double>() > 0); // timed, without a limit
        QVERIFY(document["checks"][1]["limit"].is_null());
        QCOMPARE(document["suspects"].size(), std::size_t(0));
        const Outcome again = cli(gate({"--preset", "static", "--max-drop", "0.2", "--min-int8", "2"}));
        QCOMPARE(again.json["digest"].get<std::string>(), document["digest"].get<std::string>());
        const Outcome other = cli(gate({"--preset", "dynamic", "--max-drop", "0.2", "--min-int8", "2"}));
        QVERIFY(other.json["digest"] != document["digest"]);
    }

    void tooCloseToCall()
    {
        // Of 80 samples not even unchanged answers show that nothing is lost.
        const Outcome outcome = cli(gate({"--preset", "fp32", "--max-drop", "0"}));
        QVERIFY2(outcome.status == 4, outcome.err.c_str());
        QCOMPARE(outcome.json["verdict"].get<std::string>(), std::string("too close to call"));
    }

    void missesAndNamesSuspects()
    {
        const QString junit = m_problem.path("misses.xml");
        const Outcome outcome = cli(
            gate({"--preset", "static", "--range", "hidden=-10000:10000", "--max-drop", "0.1", "--junit", junit}));
        QVERIFY2(outcome.status == 3, outcome.err.c_str());
        QVERIFY(!outcome.json["checks"][0]["passed"].get<bool>());
        QVERIFY(!outcome.json["suspects"].empty());
        QCOMPARE(attributes(junit, "testcase", "name"), (QStringList{"accuracy", "latency", "coverage"}));
        QCOMPARE(attributes(junit, "testsuite", "failures"), QStringList{"1"});
        QCOMPARE(attributes(junit, "failure", "message").size(), 1);
        QVERIFY(attributes(junit, "failure", "message").first().startsWith("misses: "));
    }

    void onlyLatencyFails()
    {
        const Outcome outcome = cli(gate({"--preset", "static", "--max-drop", "0.2", "--min-speedup", "1000"}));
        QCOMPARE(outcome.status, 3);
        QVERIFY(outcome.json["checks"][0]["passed"].get<bool>());
        QVERIFY(!outcome.json["checks"][1]["passed"].get<bool>());
        QCOMPARE(outcome.json["checks"][1]["ci95"].size(), std::size_t(2));
    }

    void onlyCoverageFails()
    {
        const Outcome outcome = cli(gate({"--preset", "static", "--max-drop", "0.2", "--min-int8", "3"}));
        QCOMPARE(outcome.status, 3);
        QCOMPARE(outcome.json["checks"][2]["value"].get<int>(), 2);
    }

    void namesOfTheConfig()
    {
        const auto yaml = [&](const std::string& key) {
            m_problem.write("names.yaml",
                "version: 1.0\nmodel: {name: m, framework: onnxrt_qdq}\nquantization:\n  op_wise:\n    \"" + key
                    + "\":\n      activation: {dtype: [fp32]}\n      weight: {dtype: [fp32]}\n");
            return cli(gate({"--config", m_problem.path("names.yaml"), "--max-drop", "0.2"}));
        };
        const Outcome one = yaml("/net/fir.*");
        QVERIFY2(one.status == 0, one.err.c_str());
        QCOMPARE(one.json["matched_ops"].get<int>(), 1);
        QCOMPARE(one.json["precision_counts"].dump(), std::string(R"({"bf16":0,"fp32":1,"int8":1})"));
        const Outcome none = yaml("/net/third/MatMul");
        QCOMPARE(none.status, 1);
        QVERIFY(none.json["error"]["message"].get<std::string>().find("/net/first/MatMul") != std::string::npos);
    }

    void whatCannotBeChecked()
    {
        const QString junit = m_problem.path("error.xml");
        QCOMPARE(cli(gate({"--preset", "static", "--config", "x"})).status, 2);
        QCOMPARE(cli(gate({})).status, 2); // nothing to accept
        octet::Tensor labels(octet::DType::I32, {80});
        for (int i = 0; i < 80; ++i)
            labels.data<std::int32_t>()[i] = (i + 2) % 4; // permuted
        octet::data::writeNpy(m_problem.path("permuted.npy").toStdString(), labels);
        QStringList arguments = gate({"--preset", "static", "--junit", junit});
        arguments.replaceInStrings("test_labels.npy", "permuted.npy");
        const Outcome outcome = cli(arguments);
        QCOMPARE(outcome.status, 1);
        QVERIFY(outcome.json["error"]["message"].get<std::string>().find("close to chance") != std::string::npos);
        QCOMPARE(attributes(junit, "testsuite", "errors"), QStringList{"1"});
        QCOMPARE(attributes(junit, "error", "message").size(), 1);
    }
};

OCTET_TEST(TestGate)
#include "tst_gate.moc"
