// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exchange/inc_yaml.h"
#include "core/exchange/yaml_tree.h"
#include "core/quantize/resolve.h"
#include "core/values/error.h"
#include "test_main.h"
#include "tiny_model.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include <random>

using namespace octet;
using namespace octet::exchange;

namespace {

/// What the schema can say of an op: a file has one approach, and only int8 ops have one.
Settings sayable(const graph::Model& model, const Config& config)
{
    Settings settings = quantize::resolve(model, config).settings();
    for (auto& [name, op] : settings) {
        op.locked = false;
        op.manualRanges.clear();
        op.weightBits = 8;
        op.percentile = OpSettings{}.percentile;
        op.smoothing = 0, op.biasCorrection = false;
        if (op.rangeMethod != RangeMethod::Kl)
            op.rangeMethod = RangeMethod::MinMax;
        if (op.precision != Precision::Int8)
            op.approach = Approach::Static;
    }
    return settings;
}

bool mentions(const std::vector<std::string>& losses, const std::string& part)
{
    return std::any_of(
        losses.begin(), losses.end(), [&](const std::string& loss) { return loss.find(part) != std::string::npos; });
}

} // namespace

class TestIncExport : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    std::shared_ptr<const graph::Model> m_model;

    /// The laws; returns the export for more.
    IncExport checked(const Config& config, const Goal& goal = {}, long samples = 256, const std::string& verbatim = {})
    {
        const IncExport first = writeIncYaml(*m_model, config, goal, samples, verbatim);
        for (const SchemaProblem& problem : validateIncYaml(first.yaml))
            if (problem.error)
                qFatal("%s: %s\n%s", problem.path.c_str(), problem.message.c_str(), first.yaml.c_str());
        const IncImport import = readIncYaml(first.yaml, "file.yaml", m_model.get());
        if (!(sayable(*m_model, import.config) == sayable(*m_model, config)))
            qFatal("other settings after the round trip:\n%s", first.yaml.c_str());
        for (const NameMatch& match : import.matches)
            if (match.nodes.size() != 1)
                qFatal("%s matches %zu nodes", match.key.c_str(), match.nodes.size());
        const IncExport second = writeIncYaml(*m_model, import.config, import.goal, samples, import.verbatim);
        const IncImport again = readIncYaml(second.yaml, "file.yaml", m_model.get());
        const IncExport third = writeIncYaml(*m_model, again.config, again.goal, samples, again.verbatim);
        if (second.yaml != third.yaml)
            qFatal("not idempotent:\n%s\n%s", second.yaml.c_str(), third.yaml.c_str());
        return first;
    }

private slots:
    void initTestCase()
    {
        QVERIFY(m_folder.isValid());
        m_model = test::save(test::tinyProto(), m_folder.filePath(QStringLiteral("tiny.onnx")).toStdString());
    }

    void presets()
    {
        QVERIFY(checked(presetConfig("static")).yaml.find("framework: onnxrt_qdq") != std::string::npos);
        QVERIFY(checked(presetConfig("dynamic")).yaml.find("framework: onnxrt_integerops") != std::string::npos);
        QVERIFY(checked(presetConfig("fp32")).yaml.find("dtype: [fp32]") != std::string::npos);
        checked(presetConfig("bf16"));
        checked(Config{});
    }

    void text()
    {
        Config config = presetConfig("static");
        config.ops["/layer.1/dense/MatMul"].precision = Precision::Fp32;
        const IncExport result = checked(config);
        QVERIFY(result.yaml.find("    '/layer\\.1/dense/MatMul':\n      weight:\n        dtype: [fp32]\n      "
                                 "activation:\n        dtype: [fp32]\n")
            != std::string::npos);
        QVERIFY(result.yaml.find("sampling_size: [256]") != std::string::npos);
        QVERIFY(result.yaml.find("INC 1.14.1") != std::string::npos);
        QCOMPARE(result.yaml.find("query"), std::string::npos); // what does not differ is not written
    }

    void losses()
    {
        Config config = presetConfig("static");
        config.ops["/layer.1/dense/MatMul"].rangeMethod = RangeMethod::Percentile;
        config.ops["/layer.1/dense/MatMul"].percentile = 99.9;
        config.manualRanges["x"] = {-1, 2};
        config.ops["/layer.0/key/MatMul"].weightBits = 7;
        config.ops["/layer.0/key/MatMul"].locked = true;
        Goal goal;
        goal.strategy = "pareto";
        goal.keepWeights = true;
        const IncExport result = checked(config, goal);
        QVERIFY(mentions(result.losses, "percentile 99.9"));
        QVERIFY(mentions(result.losses, "a range set by hand"));
        QVERIFY(mentions(result.losses, "7 bit"));
        QVERIFY(mentions(result.losses, "locks on 1 op"));
        QVERIFY(mentions(result.losses, "pareto"));
        QVERIFY(mentions(result.losses, "keep the weights"));
        QVERIFY(mentions(checked(presetConfig("dynamic")).losses, "a token"));
        QVERIFY(!mentions(checked(presetConfig("static")).losses, "not what was measured"));
        QVERIFY(mentions(checked(presetConfig("smoothed")).losses, "smoothing"));
        Config corrected = presetConfig("static");
        corrected.model.biasCorrection = true;
        QVERIFY(mentions(checked(corrected).losses, "bias correction"));
        for (const std::string& loss : result.losses)
            QVERIFY(result.yaml.find("# - " + loss) != std::string::npos);
    }

    void mixedApproach()
    {
        Config config = presetConfig("static");
        config.ops["/layer.1/dense/MatMul"].approach = Approach::Dynamic;
        const IncExport result = writeIncYaml(*m_model, config, {}, 100);
        QVERIFY(mentions(result.losses, "one approach a file"));
        QVERIFY(result.yaml.find("onnxrt_qdq") != std::string::npos);
    }

    void goal()
    {
        for (const double drop : {0.0, 1e-5, 0.01, 0.5, -0.01}) {
            for (const bool relative : {true, false}) {
                Goal wanted;
                wanted.relative = relative;
                wanted.maxDrop = drop;
                wanted.maxTrials = 12;
                wanted.timeoutSeconds = 90;
                wanted.seed = 7;
                wanted.strategy = "mse";
                const IncExport result = checked(presetConfig("static"), wanted);
                QVERIFY(readIncYaml(result.yaml, "file", nullptr).goal == wanted);
            }
        }
        Goal bad;
        bad.maxDrop = 1;
        QVERIFY_EXCEPTION_THROWN(writeIncYaml(*m_model, {}, bad, 1), Error);
        bad.maxDrop = 0.01;
        bad.timeoutSeconds = -1;
        QVERIFY_EXCEPTION_THROWN(writeIncYaml(*m_model, {}, bad, 1), Error);
        bad.timeoutSeconds = 0;
        bad.strategy = "on\n: evil";
        checked({}, bad);
    }

    void verbatimSurvives()
    {
        const QDir folder(QStringLiteral(OCTET_SOURCE_DIR "/tests/data/inc"));
        for (const QString& name : folder.entryList(QDir::Files)) {
            QFile file(folder.filePath(name));
            QVERIFY(file.open(QIODevice::ReadOnly));
            const IncImport import = readIncYaml(file.readAll().toStdString(), name.toStdString(), m_model.get());
            const IncExport result = checked(import.config, import.goal, 100, import.verbatim);
            const IncImport again = readIncYaml(result.yaml, name.toStdString(), m_model.get());
            QCOMPARE(again.verbatim, import.verbatim);
            QVERIFY(again.goal == import.goal);
        }
    }

    void randomConfigs()
    {
        std::mt19937 random(1); // NOLINT: the same configs every time
        const auto pick = [&](int count) { return static_cast<int>(random() % static_cast<unsigned>(count)); };
        for (int round = 0; round < 200; ++round) {
            Config config;
            const Approach approach = pick(2) ? Approach::Static : Approach::Dynamic;
            const auto leaves = [&] {
                OpLeaves result;
                if (pick(2))
                    result.precision = static_cast<Precision>(pick(3));
                if (pick(2))
                    result.weightGranularity = static_cast<Granularity>(pick(2));
                if (pick(2))
                    result.activationScheme = static_cast<Scheme>(pick(2));
                if (pick(3) == 0)
                    result.rangeMethod = static_cast<RangeMethod>(pick(4));
                if (pick(3) == 0)
                    result.weightBits = 7 + pick(2);
                return result;
            };
            config.model = leaves();
            config.model.approach = approach;
            config.opTypes["Gemm"] = leaves();
            config.rules.push_back({"/layer\\.0/.*", leaves()});
            config.ops["/layer.1/dense/MatMul"] = leaves();
            checked(config);
        }
    }

    void hostileNames()
    {
        auto proto = test::tinyProto();
        const std::vector<std::string> names{"on", "1", "a: b", "a.*(b)[c]{d}|e", "don't \\ do", "x\ny", "", "~"};
        for (int i = 0; i < 4; ++i)
            proto.mutable_graph()->mutable_node(i)->set_name(names[static_cast<std::size_t>(i)]);
        proto.mutable_graph()->mutable_node(4)->set_name(names[4]);
        const auto plain = m_model;
        m_model = test::save(proto, m_folder.filePath(QStringLiteral("names.onnx")).toStdString());
        Config config = presetConfig("static");
        for (const auto& node : m_model->nodes())
            if (node.opType != "Add")
                config.ops[node.name].precision = Precision::Fp32;
        config.ops[m_model->nodes()[0].name].precision = Precision::Int8;
        checked(config);
        m_model = plain;
    }

    void realModel()
    {
        if (test::modelsFolder().isEmpty())
            QSKIP("the folder of real models is not there");
        const auto plain = m_model;
        m_model = graph::load((test::modelsFolder() + QStringLiteral("/sst2-bert-l6-h384")).toStdString());
        Config config = presetConfig("static");
        config.rules.push_back({".*/attention/output/dense/MatMul", {}});
        config.rules.back().leaves.precision = Precision::Fp32;
        const IncExport result = checked(config);
        QVERIFY(result.yaml.find("name: sst2-bert-l6-h384") != std::string::npos);
        QVERIFY(result.yaml.find("layer\\.5/attention/output/dense/MatMul") != std::string::npos);
        m_model = plain;
    }
};

OCTET_TEST(TestIncExport)
#include "tst_inc_export.moc"
