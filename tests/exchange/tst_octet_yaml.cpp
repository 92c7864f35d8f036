// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exchange/atomic_file.h"
#include "core/exchange/inc_yaml.h"
#include "core/exchange/octet_yaml.h"
#include "core/exchange/yaml_tree.h"
#include "core/values/error.h"
#include "test_main.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

using namespace octet;
using namespace octet::exchange;

namespace {

OpLeaves allLeaves()
{
    OpLeaves leaves;
    leaves.precision = Precision::Int8;
    leaves.weightGranularity = Granularity::PerTensor;
    leaves.weightScheme = Scheme::Asym;
    leaves.weightBits = 7;
    leaves.approach = Approach::Dynamic;
    leaves.activationScheme = Scheme::Sym;
    leaves.rangeMethod = RangeMethod::Percentile;
    leaves.percentile = 99.9;
    leaves.locked = false;
    return leaves;
}

/// Every field away from its default, with texts and numbers that are easily lost.
Trial fullTrial()
{
    Trial trial;
    trial.config.model = allLeaves();
    trial.config.opTypes["Gemm"].precision = Precision::Fp32;
    trial.config.rules = {{"/layer\\.(1|2)/.*", allLeaves()}, {"on", {}}};
    trial.config.ops["/layer.0/x: y"].locked = true;
    trial.config.ops["empty"] = {};
    trial.config.manualRanges["/layer.0/x: y"] = {-1.0 / 3, 1e-7};
    trial.ranges[{"a", RangeMethod::MinMax, 0}] = {-1.0 / 3, 1e-7, RangeMethod::MinMax, 99.99, 256, 0, {}, 0, {}};
    trial.ranges[{"a", RangeMethod::Percentile, 99.9}] = {-0.25, 5e-324, RangeMethod::Percentile, 99.9, 12, 0, {}, 0, {}};
    trial.ranges[{"yes, [b]", RangeMethod::Kl, 0}] = {0, 3, RangeMethod::Mse, 0, 1, 0.5, {0.5f, 4}, 2, {0.1f}};
    trial.workload = {4, 128, 2, "vnni", 50};
    trial.accuracy[Split::Tuning] = {"F1", 0.8073394495412844, 352, 436, 0.76, 0.84, {1, 0, 1}, 3, 2, 5};
    trial.accuracy[Split::HeldOut] = {"", 0.8, 1, 2, 0, 1, {}, 0, 0, 0};
    trial.groups = {
        {"g", {"a", "b: c"}, "product", Precision::Int8, Precision::Fp32, "it's refused", "brg:avx512 + gelu", 0.123,
            {}, 0, 0, 0},
        {}};
    trial.outputDigest = "0123456789";
    trial.manifest = {"/a b/model.onnx", "1e10", "d", "c", {"Intel(R) Xeon(R) # 1", "avx512", 8}, 3, 4294967295u,
        {{"octet", "0.1"}}, "2026-01-02T03:04:05Z", 12.5};
    return trial;
}

DataSpec fullData()
{
    DataSpec data;
    data.kind = DataKind::Arrays;
    data.testFile = "test.tsv";
    data.textColumn = "no";
    data.testInputs = {{"x", "x.npy"}, {"1", "2"}};
    data.mean = {0.485, 0.1};
    data.std = {1};
    data.limit = 100;
    data.batchSize = 1;
    data.splitSeed = 7;
    data.sharedRows = "leave_out";
    data.labelNames = {"no", "yes", "", "3"};
    data.hashes = {{"f", "00"}};
    return data;
}

} // namespace

class TestOctetYaml : public QObject
{
    Q_OBJECT

private slots:
    void roundTrip()
    {
        const DataSpec data = fullData();
        Goal goal;
        goal.relative = false;
        goal.timeoutSeconds = 0.1;
        goal.strategy = "";
        OctetDocument document = documentOf(fullTrial(), &data, &goal);
        QVERIFY(document.accuracy[Split::Tuning].predictions.empty());
        const std::string text = writeOctetYaml(document);
        const OctetDocument back = readOctetYaml(text, "a.octet.yaml");
        QVERIFY2(back == document, text.c_str());
        QCOMPARE(writeOctetYaml(back), text);
        QVERIFY(readOctetYaml(writeOctetYaml({}), "a") == OctetDocument{});
        document.goal.reset();
        document.data.reset();
        QVERIFY(readOctetYaml(writeOctetYaml(document), "a") == document);
    }

    void readable()
    {
        OctetDocument document;
        document.config = presetConfig("static");
        document.config.ops["/layer.0/MatMul"].precision = Precision::Fp32;
        document.config.manualRanges["/layer.0/Add_output_0"] = {-4, 6.5};
        const std::string text = writeOctetYaml(document);
        QVERIFY(text.starts_with("#"));
        QVERIFY(
            text.find(
                "octet: 1\nconfig:\n  model:\n    precision: int8\n    approach: static\n  ops:\n    /layer.0/MatMul:\n"
                "      precision: fp32\n  manual_ranges:\n    /layer.0/Add_output_0:\n      min: -4.0\n"
                "      max: 6.5\n")
            != std::string::npos);
    }

    void theConfigAloneToBeEdited()
    {
        const Config config = fullTrial().config;
        const std::string text = writeConfigYaml(config);
        const ConfigText read = readConfigYaml(text, "Draft");
        QVERIFY2(read.config == config, text.c_str());
        QVERIFY(readOctetYaml(text, "a").config == config); // it is an .octet.yaml too
        QVERIFY(readConfigYaml(writeConfigYaml({}), "Draft").config == Config{});
        // Every level is found again by the path that quantize::resolve names.
        std::vector<std::string> lines;
        for (std::size_t from = 0, to; (to = text.find('\n', from)) != std::string::npos; from = to + 1)
            lines.push_back(text.substr(from, to - from));
        const auto at = [&](const std::string& path) {
            const Location place = read.places.at(path);
            return lines.at(std::size_t(place.line - 1)).substr(std::size_t(place.column - 1));
        };
        QCOMPARE(at("model"), std::string("model:"));
        QCOMPARE(at("opTypes.Gemm"), std::string("Gemm:"));
        QCOMPARE(at("rules[1]").substr(0, 8), std::string("pattern:"));
        QVERIFY(at("ops./layer.0/x: y").find("/layer.0/x: y") <= 1); // within quotes
        // What would not become part of the draft is refused where it stands.
        try {
            readConfigYaml(text + "goal:\n  max_drop: 0.5\n", "Draft");
            QFAIL("a goal was dropped without a word");
        } catch (const Error& error) {
            QCOMPARE(error.where().line, int(lines.size()) + 1);
            QCOMPARE(error.where().column, 1);
            QVERIFY(error.message().find("goal") != std::string::npos);
        }
    }

    void refused_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("line");
        QTest::addColumn<int>("column");
        QTest::addColumn<bool>("setting"); // else Format
        QTest::addColumn<QString>("part");
        QTest::newRow("unknown top key") << "octet: 1\nconfigs: {}\n" << 2 << 1 << true << "did you mean \"config\"";
        QTest::newRow("unknown leaf") << "octet: 1\nconfig:\n  model: {precison: int8}\n"
                                      << 3 << 11 << true << "\"precision\"";
        QTest::newRow("unknown key of a rule") << "octet: 1\nconfig: {rules: [{pattern: a, lock: true}]}\n"
                                               << 2 << 31 << true << "\"locked\"";
        QTest::newRow("value") << "octet: 1\nconfig: {model: {precision: int9}}\n" << 2 << 29 << true << "int8";
        QTest::newRow("type") << "octet: 1\nworkload: {batch: many}\n" << 2 << 19 << false << "integer";
        QTest::newRow("range") << "octet: 1\nworkload: {batch: 99999999999}\n" << 2 << 19 << false << "integer";
        QTest::newRow("seed") << "octet: 1\ngoal: {seed: -1}\n" << 2 << 14 << false << "integer";
        QTest::newRow("number") << "octet: 1\ngoal: {max_drop: [1]}\n" << 2 << 18 << false << "number";
        QTest::newRow("boolean") << "octet: 1\ngoal: {relative: 1}\n" << 2 << 18 << false << "true or false";
        QTest::newRow("manual range") << "octet: 1\nconfig: {manual_ranges: {x: {low: 1}}}\n"
                                      << 2 << 30 << true << "min, max";
        QTest::newRow("map") << "octet: 1\nconfig: [a]\n" << 2 << 9 << false << "map";
        QTest::newRow("list") << "octet: 1\nranges: {a: b}\n" << 2 << 9 << false << "list";
        QTest::newRow("split") << "octet: 1\naccuracy: {train: {}}\n" << 2 << 12 << true << "held_out";
        QTest::newRow("twice") << "octet: 1\ngoal: {}\ngoal: {}\n" << 3 << 1 << false << "twice";
        QTest::newRow("op twice") << "octet: 1\nconfig: {ops: {a: {}, a: {}}}\n" << 2 << 23 << false << "twice";
        QTest::newRow("range twice") << "octet: 1\nranges:\n- {value: a}\n- {value: a}\n" << 4 << 3 << false << "twice";
        QTest::newRow("min above max") << "octet: 1\nranges:\n- {value: a, min: 2, max: 1}\n"
                                       << 3 << 3 << true << "min above";
        QTest::newRow("nan") << "octet: 1\nranges:\n- {value: a, min: .nan, max: 1}\n" << 3 << 3 << true << "min above";
        QTest::newRow("newer") << "octet: 2\n" << 1 << 8 << false << "newer";
        QTest::newRow("no version") << "octet: x\n" << 1 << 8 << false << "version";
        QTest::newRow("no octet") << "config: {}\n" << 1 << 1 << false << "octet";
        QTest::newRow("syntax") << "octet: [1\n" << 2 << 1 << false << "syntax";
    }
    void refused()
    {
        QFETCH(QString, text);
        QFETCH(QString, part);
        QFETCH(bool, setting);
        try {
            readOctetYaml(text.toStdString(), "a.octet.yaml");
            QFAIL("accepted");
        } catch (const Error& error) {
            QVERIFY2(QString::fromStdString(error.message()).contains(part), error.what());
            QVERIFY2(error.kind() == (setting ? ErrorKind::Setting : ErrorKind::Format), error.what());
            QCOMPARE(error.where().file, std::string("a.octet.yaml"));
            QTEST(error.where().line, "line");
            QTEST(error.where().column, "column");
        }
    }

    void configFiles()
    {
        QTemporaryDir folder;
        const auto path = [&](const char* name) { return folder.filePath(QString::fromUtf8(name)).toStdString(); };
        OctetDocument document;
        document.config = presetConfig("dynamic");
        document.ranges[{"a", RangeMethod::MinMax, 0}] = {0, 1, RangeMethod::MinMax, 0, 3, 0, {}, 0, {}};
        // The content decides, not the name.
        writeAtomically(path("inc.yaml"), writeOctetYaml(document));
        const ConfigFile ours = readConfigFile(path("inc.yaml"), nullptr);
        QVERIFY(!ours.isInc && ours.config == document.config && ours.ranges == document.ranges);
        const ConfigFile inc = readConfigFile(OCTET_SOURCE_DIR "/tests/data/inc/bert_qdq.yaml", nullptr);
        QVERIFY(inc.isInc && !inc.warnings.empty());
        writeAtomically(path("other.yaml"), "services: {web: {}}\n");
        writeAtomically(path("empty.yaml"), "");
        for (const char* name : {"other.yaml", "empty.yaml"}) {
            try {
                readConfigFile(path(name), nullptr);
                QFAIL("accepted");
            } catch (const Error& error) {
                QVERIFY(error.kind() == ErrorKind::Format);
                QVERIFY(error.message().find("octet") != std::string::npos
                    && error.message().find("INC") != std::string::npos);
            }
        }
        for (const std::string& missing : {path("none.yaml"), folder.path().toStdString()}) {
            try {
                readConfigFile(missing, nullptr);
                QFAIL("accepted");
            } catch (const Error& error) {
                QVERIFY(error.kind() == ErrorKind::File);
            }
        }
        QVERIFY_EXCEPTION_THROWN(readConfigFile("/dev/zero", nullptr), Error); // endless
    }

    void filesAppearWhole()
    {
        QTemporaryDir folder;
        const std::string path = folder.filePath(QStringLiteral("a.yaml")).toStdString();
        writeAtomically(path, "old");
        QVERIFY_EXCEPTION_THROWN(writeAtomically(path, [](int) { return ENOSPC; }), Error);
        QCOMPARE(readYamlFile(path), std::string("old"));
        QCOMPARE(QDir(folder.path()).entryList(QDir::Files).size(), 1); // nothing lies beside it
        writeAtomically(path, "new");
        QCOMPARE(readYamlFile(path), std::string("new"));
        try {
            writeAtomically("/dev/full", "x");
            QFAIL("accepted");
        } catch (const Error& error) {
            QVERIFY(error.kind() == ErrorKind::Resource);
        }
        QVERIFY(QFile::exists(QStringLiteral("/dev/full")));
        try {
            writeAtomically(folder.filePath(QStringLiteral("none/a")).toStdString(), "x");
            QFAIL("accepted");
        } catch (const Error& error) {
            QVERIFY(error.kind() == ErrorKind::File);
        }
    }
};

OCTET_TEST(TestOctetYaml)
#include "tst_octet_yaml.moc"
