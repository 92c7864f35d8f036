// SPDX-License-Identifier: GPL-3.0-or-later
// Every command on a tiny model, from the model to the files that leave, with the fields that cli.md promises.
#include "cli_test.h"
#include "core/values/hash.h"

#include <QDir>
#include <QFile>
#include <QtTest>

#include <algorithm>

using namespace octet::test;
using nlohmann::json;

namespace {

std::string missing(const json& object, const std::vector<const char*>& keys)
{
    std::string text;
    for (const char* key : keys)
        if (!object.is_object() || !object.contains(key))
            text += std::string(key) + " ";
    return text;
}

} // namespace

class TestCommands : public QObject
{
    Q_OBJECT
    TinyProblem m_problem;

    QStringList with(const QStringList& first, const QStringList& rest = {}) const
    {
        return QStringList{first[0], m_problem.model()} + first.mid(1) + m_problem.data() + rest
            + QStringList{"--json"};
    }

private slots:
    void info()
    {
        const Outcome outcome = cli({"info", m_problem.model(), "--json"});
        QCOMPARE(outcome.status, 0);
        const json& document = outcome.json;
        QCOMPARE(missing(document, {"model", "inputs", "outputs", "op_types", "quantizable", "unsupported", "blocks"}),
            std::string());
        QCOMPARE(
            missing(document["model"], {"path", "sha256", "ir_version", "opset", "producer", "nodes", "weight_bytes"}),
            std::string());
        QCOMPARE(document["model"]["sha256"].get<std::string>(), octet::sha256File(m_problem.model().toStdString()));
        QCOMPARE(document["inputs"][0].dump(), std::string(R"({"dtype":"float32","name":"x","shape":["batch",16]})"));
        QCOMPARE(document["op_types"]["MatMul"].get<int>(), 2);
        QCOMPARE(document["quantizable"].size(), std::size_t(2));
        QVERIFY(document["unsupported"].empty());
        QCOMPARE(cli({"info", m_problem.model()}).status, 0);
    }

    void machineSaysWhatWouldRun()
    {
        const json document = cli({"machine", "--json"}).json;
        QCOMPARE(missing(document, {"machine", "features", "caches", "caps"}), std::string());
        QCOMPARE(document["caps"].size(), std::size_t(4));
        const Outcome capped = cli({"machine", "--isa", "avx2"});
        QCOMPARE(capped.status, 0);
        QVERIFY(capped.out.find("7 bits") != std::string::npos);
        QVERIFY(cli({"machine", "--isa", "mmx"}).status != 0);
    }

    void infoNamesUnsupportedNodes()
    {
        OnnxBuilder builder;
        builder.input("x", {-1, 16});
        builder.output("y", {-1, 16});
        builder.node("NonMaxSuppression", "/odd", {"x"}, {"y"});
        m_problem.write(builder.proto(), "odd.onnx");
        const json unsupported = cli({"info", m_problem.path("odd.onnx"), "--json"}).json["unsupported"];
        QCOMPARE(unsupported.size(), std::size_t(1));
        QCOMPARE(unsupported[0]["node"].get<std::string>(), std::string("/odd"));
        QCOMPARE(unsupported[0]["op_type"].get<std::string>(), std::string("NonMaxSuppression"));
        QVERIFY(!unsupported[0]["reason"].get<std::string>().empty());
    }

    void runWritesInsideTheFolder()
    {
        OnnxBuilder builder;
        builder.input("x", {-1, 16});
        builder.output("../../evil/a", {-1, 16});
        builder.output("__.._evil_a", {-1, 16});
        builder.node("Relu", "/r", {"x"}, {"../../evil/a"});
        builder.node("Neg", "/n", {"x"}, {"__.._evil_a"});
        m_problem.write(builder.proto(), "evil.onnx");
        const QString folder = m_problem.path("out/deep");
        const Outcome outcome = cli({"run", m_problem.path("evil.onnx"), "--input", "x=" + m_problem.path("test.npy"),
            "--output-dir", folder, "--json"});
        QVERIFY2(outcome.status == 0, outcome.err.c_str());
        QCOMPARE(outcome.json["outputs"].size(), std::size_t(2));
        QCOMPARE(QDir(folder).entryList(QDir::Files).size(), 2);
        for (const json& output : outcome.json["outputs"]) {
            QCOMPARE(missing(output, {"name", "file", "dtype", "shape"}), std::string());
            QVERIFY(QFileInfo(QString::fromStdString(output["file"].get<std::string>())).absolutePath() == folder);
        }
        QVERIFY(!QDir(m_problem.path("evil")).exists());
    }

    void runComputes()
    {
        const QString folder = m_problem.path("outputs");
        const Outcome outcome = cli(
            {"run", m_problem.model(), "--input", "x=" + m_problem.path("test.npy"), "--output-dir", folder, "--json"});
        QVERIFY2(outcome.status == 0, outcome.err.c_str());
        const octet::Tensor logits = octet::data::readNpy((folder + "/logits.npy").toStdString());
        QVERIFY((logits.shape == octet::Shape{80, 4}));
        const float* row = logits.data<float>() + 4; // sample 1 is of class 1
        QVERIFY(row[1] > row[0] && row[1] > row[2] && row[1] > row[3]);
    }

    void evaluate()
    {
        const Outcome fp32 = cli(with({"evaluate"}));
        QVERIFY2(fp32.status == 0, fp32.err.c_str());
        QCOMPARE(
            missing(fp32.json, {"metric", "value", "correct", "samples", "ci95", "precision_counts"}), std::string());
        QCOMPARE(fp32.json["samples"].get<int>(), 80);
        QVERIFY(fp32.json["correct"].get<int>() >= 60 && fp32.json["correct"].get<int>() <= 76); // 4 labels are wrong
        QCOMPARE(fp32.json["precision_counts"].dump(), std::string(R"({"bf16":0,"fp32":2,"int8":0})"));
        for (const char* preset : {"static", "dynamic"}) {
            const Outcome int8 = cli(with({"evaluate", "--preset", preset}));
            QVERIFY2(int8.status == 0, int8.err.c_str());
            QVERIFY(std::abs(int8.json["correct"].get<int>() - fp32.json["correct"].get<int>()) <= 3);
            QCOMPARE(int8.json["precision_counts"].dump(), std::string(R"({"bf16":0,"fp32":0,"int8":2})"));
        }
        QCOMPARE(cli(with({"evaluate", "--limit", "10"})).json["samples"].get<int>(), 10);
        QVERIFY(cli(QStringList{"evaluate", m_problem.model()} + m_problem.data()).out.find("of 80 right")
            != std::string::npos);
    }

    void projectIsNotComputedAgain()
    {
        const QStringList arguments = with({"evaluate", "--preset", "static", "--project", m_problem.path("e.octet")});
        json first = cli(arguments).json, second = cli(arguments).json;
        QCOMPARE(first["from_project"].get<bool>(), false);
        QCOMPARE(second["from_project"].get<bool>(), true);
        first.erase("from_project");
        second.erase("from_project");
        QCOMPARE(first.dump(), second.dump());
        // Another model does not get into it.
        OnnxBuilder builder;
        builder.input("x", {-1, 16});
        builder.output("y", {-1, 16});
        builder.node("Relu", "/r", {"x"}, {"y"});
        m_problem.write(builder.proto(), "other.onnx");
        QStringList other = arguments;
        other[1] = m_problem.path("other.onnx");
        QCOMPARE(cli(other).json["error"]["kind"].get<std::string>(), std::string("data"));
    }

    void benchmark()
    {
        const Outcome outcome = cli({"benchmark", m_problem.model(), "--preset", "fp32", "--preset", "static", "--runs",
            "5", "--threads", "1", "--ops", "--json"});
        QVERIFY2(outcome.status == 0, outcome.err.c_str());
        const json& document = outcome.json;
        QCOMPARE(missing(document, {"machine", "entries", "ratios"}), std::string());
        QCOMPARE(missing(document["machine"], {"cpu", "isa", "cores"}), std::string());
        QCOMPARE(document["entries"].size(), std::size_t(2));
        for (const json& entry : document["entries"]) {
            QCOMPARE(missing(entry,
                         {"name", "threads", "isa", "batch", "length", "runs", "p50_ms", "p90_ms", "p99_ms", "min_ms",
                             "ci95_ms", "ops"}),
                std::string());
            QVERIFY(!entry["ops"].empty());
            QCOMPARE(missing(entry["ops"][0], {"node", "group", "kernel", "precision", "ms"}), std::string());
        }
        QCOMPARE(missing(document["ratios"][0], {"a", "b", "ratio", "ci95"}), std::string());
        QVERIFY(outcome.err.find("seed") != std::string::npos); // it says that the inputs are its own
    }

    void calibrateThenUseIt()
    {
        const QString file = m_problem.path("ranges.octet.yaml");
        const Outcome outcome = cli(with({"calibrate", "-o", file}));
        QVERIFY2(outcome.status == 0, outcome.err.c_str());
        QCOMPARE(outcome.json["tensors"].size(), std::size_t(2));
        QCOMPARE(missing(outcome.json["tensors"][0], {"name", "min", "max", "method", "samples"}), std::string());
        const Outcome direct = cli(with({"evaluate", "--preset", "static"}));
        QStringList arguments = with({"evaluate", "--config", file});
        arguments.removeAt(arguments.indexOf("--calib-input") + 1); // the ranges come from the file
        arguments.removeAt(arguments.indexOf("--calib-input"));
        const Outcome fromFile = cli(arguments);
        QVERIFY2(fromFile.status == 0, fromFile.err.c_str());
        QCOMPARE(fromFile.json["output_digest"], direct.json["output_digest"]);
    }

    void calibrateAnswersIsItEnough()
    {
        const QString file = m_problem.path("enough.octet.yaml");
        const Outcome outcome = cli(with({"calibrate", "-o", file}));
        QVERIFY2(outcome.status == 0, outcome.err.c_str());
        const auto& found = outcome.json["sufficiency"];
        QCOMPARE(missing(found, {"enough", "sentence", "worst_change", "worst_value", "suggested_samples"}), std::string());
        QVERIFY(found["sentence"].get<std::string>().find("32 samples are") == 0);
        const auto& tensor = outcome.json["tensors"][0];
        QCOMPARE(tensor["growth"].size(), std::size_t(3)); // 8, 16, 32
        QCOMPARE(tensor["growth"][2]["max"], tensor["max"]);
        long long numbers = 0;
        for (const auto& bin : outcome.json["values"][0]["histogram"])
            numbers += bin[2].get<long long>();
        QCOMPARE(numbers, outcome.json["values"][0]["count"].get<long long>());
        QCOMPARE(numbers, 32LL * 16);
    }

    void calibrateDrawsAHistogram()
    {
        QStringList arguments = with({"calibrate", "-o", m_problem.path("drawn.octet.yaml"), "--histogram", "hidden"});
        arguments.removeAll("--json");
        const auto name = arguments.indexOf("--histogram") + 1;
        const Outcome drawn = cli(arguments);
        QVERIFY2(drawn.status == 0, drawn.err.c_str());
        QVERIFY(drawn.out.find("hidden: 512 numbers") == 0);
        for (const char* part : {"####", "minmax", "percentile 99.99", "kl", "mse", "samples are"})
            QVERIFY2(drawn.out.find(part) != std::string::npos, part);
        arguments[name] = "/net/second/MatMul"; // the op that reads it
        QCOMPARE(cli(arguments).out.substr(0, 30), drawn.out.substr(0, 30));
        arguments[name] = "hiden";
        const Outcome wrong = cli(arguments);
        QCOMPARE(wrong.status, 1);
        QVERIFY(wrong.err.find("nearest is \"hidden\"") != std::string::npos);
    }

    void calibrateSpeaksOfBadSamples()
    {
        octet::Tensor samples(octet::DType::F32, {20, 16});
        for (int i = 0; i < 20 * 16; ++i)
            samples.data<float>()[i] = float(i % 7) - 3;
        const QString file = m_problem.path("few.npy");
        octet::data::writeNpy(file.toStdString(), samples);
        QStringList arguments = with({"calibrate", "-o", m_problem.path("few.octet.yaml"), "--calib-limit", "50"});
        arguments[arguments.indexOf("--calib-input") + 1] = "x=" + file;
        const Outcome few = cli(arguments);
        QVERIFY2(few.status == 0, few.err.c_str());
        QCOMPARE(few.json["warnings"].size(), std::size_t(1));
        QVERIFY(few.err.find("50 calibration samples were asked for, but there are only 20") != std::string::npos);
        samples.data<float>()[37] = std::numeric_limits<float>::quiet_NaN();
        octet::data::writeNpy(file.toStdString(), samples);
        const Outcome none = cli(arguments);
        QCOMPARE(none.status, 1);
        QVERIFY(none.err.find("few.npy, row 3: a value is not a finite number") != std::string::npos);
    }

    void tuneExportReplay()
    {
        const QString project = m_problem.path("tune.octet");
        const Outcome tuned = cli(with({"tune", "--project", project, "--absolute", "0.5", "--search-on",
            "--max-trials", "8", "--timeout", "20"}));
        QVERIFY2(tuned.status == 0 || tuned.status == 3, tuned.err.c_str());
        QCOMPARE(
            missing(tuned.json, {"baseline", "trials", "best", "verdict", "held_out", "met", "evaluations", "seconds"}),
            std::string());
        QCOMPARE(tuned.status == 0, tuned.json["met"].get<bool>());
        QVERIFY(tuned.json["trials"].size() >= 3);
        QCOMPARE(missing(tuned.json["trials"][0],
                     {"id", "state", "accuracy", "p50_ms", "precision_counts", "strategy_note"}),
            std::string());

        const Outcome listed = cli({"trials", project, "--json"});
        QCOMPARE(listed.status, 0);
        QCOMPARE(listed.json["trials"].size(), tuned.json["trials"].size());
        const auto int8 = std::ranges::find_if(
            listed.json["trials"], [](const json& trial) { return trial["origin"] == "baseline:static"; });
        QVERIFY(int8 != listed.json["trials"].end());
        const QString id = QString::number((*int8)["id"].get<int>());

        for (const char* format : {"inc", "octet", "qdq", "csv", "report"}) {
            const QString file =
                m_problem.path(QString("t.") + (format == std::string("octet") ? "octet.yaml" : format));
            const Outcome outcome = cli({"export", project, "--trial", id, "--format", format, "-o", file, "--json"});
            QVERIFY2(outcome.status == 0, outcome.err.c_str());
            QCOMPARE(outcome.json["sha256"].get<std::string>(), octet::sha256File(file.toStdString()));
        }
        QCOMPARE(cli({"export", project, "--trial", "999", "--format", "octet", "-o", m_problem.path("x")}).status, 1);
        QCOMPARE(cli({"export", project, "--trial", id, "--format", "octet", "-o", "/dev/full"}).status, 1);

        const Outcome replayed = cli({"replay", m_problem.path("t.octet.yaml"), "--json"});
        QVERIFY2(replayed.status == 0, (replayed.out + replayed.err).c_str());
        QVERIFY(replayed.json["identical"].get<bool>() && replayed.json["differences"].empty());
        const Outcome other = cli({"replay", m_problem.path("t.octet.yaml"), "--limit", "20", "--json"});
        QCOMPARE(other.status, 3);
        QVERIFY(!other.json["identical"].get<bool>() && !other.json["differences"].empty());

        // The INC YAML comes back as the same config.
        const Outcome imported = cli(with({"evaluate", "--config", m_problem.path("t.inc")}));
        QVERIFY2(imported.status == 0, imported.err.c_str());
        QCOMPARE(imported.json["output_digest"], cli(with({"evaluate", "--preset", "static"})).json["output_digest"]);
        QVERIFY(cli({"check", m_problem.path("t.inc"), "--model", m_problem.model(), "--json"}).status == 0);
        QCOMPARE(cli({"info", m_problem.path("t.qdq"), "--json"}).status, 0);
    }

    void check()
    {
        m_problem.write("good.yaml",
            "model: {name: m, framework: onnxrt_integerops}\n"
            "quantization: {op_wise: {'/net/first/MatMul': {weight: {dtype: [fp32]}, activation: {dtype: [fp32]}}}}\n");
        const Outcome good = cli({"check", m_problem.path("good.yaml"), "--model", m_problem.model(), "--json"});
        QVERIFY2(good.status == 0, good.out.c_str());
        QCOMPARE(good.json["resolved"].size(), std::size_t(1));
        QCOMPARE(good.json["resolved"][0]["nodes"].dump(), std::string(R"(["/net/first/MatMul"])"));
        QCOMPARE(missing(good.json["resolved"][0], {"key", "nodes", "rule"}), std::string());
        m_problem.write("wrong.yaml", "model: {name: m, framework: onnxrt_integerops}\nquantisation: {}\n");
        const Outcome wrong = cli({"check", m_problem.path("wrong.yaml"), "--json"});
        QCOMPARE(wrong.status, 1);
        QVERIFY(!wrong.json["problems"].empty());
        QCOMPARE(missing(wrong.json["problems"][0], {"severity", "line", "column", "path", "message"}), std::string());
        const auto error =
            std::ranges::find_if(wrong.json["problems"], [](const json& p) { return p["severity"] == "error"; });
        QVERIFY(error != wrong.json["problems"].end());
        QCOMPARE((*error)["line"].get<int>(), 2);
    }
};

OCTET_TEST(TestCommands)
#include "tst_commands.moc"
