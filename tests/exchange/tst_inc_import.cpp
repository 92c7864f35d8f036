// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exchange/inc_names.h"
#include "core/exchange/inc_yaml.h"
#include "core/quantize/resolve.h"
#include "core/values/error.h"
#include "test_main.h"
#include "tiny_model.h"

#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

using namespace octet;
using namespace octet::exchange;

namespace {

std::string fileText(const char* name)
{
    QFile file(QStringLiteral(OCTET_SOURCE_DIR "/tests/data/inc/") + QString::fromUtf8(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll().toStdString() : std::string();
}

bool says(const IncImport& import, const std::string& path, const std::string& part)
{
    for (const SchemaProblem& problem : import.problems)
        if (problem.path == path && problem.message.find(part) != std::string::npos && problem.line > 0)
            return true;
    return false;
}

std::string withOps(const std::string& opWise, const std::string& modelWise = "{}")
{
    return "model: {name: m, framework: onnxrt_qdq}\nversion: 1.0\nquantization:\n  model_wise: " + modelWise
        + "\n  op_wise:\n" + opWise;
}

} // namespace

class TestIncImport : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    std::shared_ptr<const graph::Model> m_model;

    IncImport read(const std::string& text) const { return readIncYaml(text, "file.yaml", m_model.get()); }

private slots:
    void initTestCase()
    {
        QVERIFY(m_folder.isValid());
        m_model = test::save(test::tinyProto(), m_folder.filePath(QStringLiteral("tiny.onnx")).toStdString());
    }

    void bertStatic()
    {
        const IncImport import = read(fileText("bert_static.yaml"));
        QVERIFY(import.config.model.precision == Precision::Int8);
        QVERIFY(import.config.model.approach == Approach::Static);
        QCOMPARE(import.samplingSizes, (std::vector<long>{8, 16, 32}));
        QCOMPARE(import.goal.seed, 9527u);
        QCOMPARE(import.goal.maxDrop, 0.01);
        QCOMPARE(import.goal.timeoutSeconds, 0.0);
        QCOMPARE(import.goal.maxTrials, 100);
        QVERIFY(says(import, "quantization.op_wise.MatMul_851", "nearest"));
        QVERIFY(says(import, "quantization.op_wise.MatMul_851", "Optimized_model.onnx"));
        QVERIFY(says(import, "quantization.calibration.sampling_size", "in turn"));
        QVERIFY(says(import, "quantization.calibration.dataloader.dataset.GLUE.evaluate", "evaluation split"));
        QCOMPARE(import.matches.size(), 1u);
        QCOMPARE(import.matches[0].rule, std::string("nothing"));
        QCOMPARE(import.matches[0].line, 24);
        QCOMPARE(import.config.rules.size(), 1u); // kept: resolve() says again that it matches nothing
        QVERIFY(import.verbatim.find("cores_per_instance: 4") != std::string::npos);
    }

    void bertDynamic()
    {
        const IncImport import = read(fileText("bert_dynamic.yaml"));
        QVERIFY(import.config.model.approach == Approach::Dynamic);
        QCOMPARE(import.goal.maxDrop, 0.01);
        QVERIFY(says(import, "quantization.approach", "a token"));
    }

    void dirtySquad()
    {
        const IncImport import = read(fileText("bert_squad_dirty.yaml"));
        QVERIFY(import.config.model.approach == Approach::Dynamic);
        QVERIFY(says(import, "version", "missing"));
        QVERIFY(says(import, "quantization.calibration.dataloader.dataset.ImageFolder", "kept"));
        QCOMPARE(import.config.rules.size(), 2u);
        // Transforms run in the order of the file, so they are kept in it.
        QVERIFY(import.verbatim.find("RandomResizedCrop") < import.verbatim.find("RandomHorizontalFlip"));
        QVERIFY(import.verbatim.find("RandomHorizontalFlip") < import.verbatim.find("Normalize"));
    }

    void qdqAndOptimum()
    {
        QVERIFY(read(fileText("bert_qdq.yaml")).config.model.approach == Approach::Static);
        const IncImport import = read(fileText("optimum.yml"));
        QVERIFY(import.config.model.approach == Approach::Dynamic);
        QCOMPARE(import.goal.maxTrials, 1200);
        QCOMPARE(import.framework, std::string("pytorch"));
    }

    void fxDefaultQconfig()
    {
        const IncImport import = read(fileText("fx_static.yaml"));
        QVERIFY(import.config.model.precision == Precision::Fp32);
        QVERIFY(says(import, "quantization.op_wise.default_qconfig", "model level"));
        const auto resolution = quantize::resolve(*m_model, import.config);
        QVERIFY(resolution.find("/layer.0/query/MatMul")->settings.precision == Precision::Int8);
        QVERIFY(resolution.find("/layer.1/dense/MatMul")->settings.precision == Precision::Fp32);
    }

    void nameRules_data()
    {
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("rule");
        QTest::addColumn<int>("nodes");
        QTest::addColumn<bool>("named"); // becomes an op, not a rule
        QTest::newRow("exact") << "/layer.0/query/MatMul"
                               << "exact" << 1 << true;
        QTest::newRow("escaped") << "/layer\\.0/query/MatMul"
                                 << "full match" << 1 << true;
        QTest::newRow("expression") << "/layer.0/.*/MatMul"
                                    << "full match" << 2 << false;
        QTest::newRow("alternatives") << "/layer\\.(0|1)/(query|dense)/MatMul"
                                      << "full match" << 2 << false;
        QTest::newRow("prefix") << "/layer.0"
                                << "prefix match" << 3 << false;
        QTest::newRow("nothing") << "/layer.7/query/MatMul"
                                 << "nothing" << 0 << false;
        QTest::newRow("renamed by INC") << "MatMul_nc_rename_3"
                                        << "nothing" << 0 << false;
        QTest::newRow("no expression") << "/layer(0"
                                       << "nothing" << 0 << false;
    }
    void nameRules()
    {
        QFETCH(QString, key);
        QFETCH(bool, named);
        const IncImport import =
            read(withOps("    '" + key.toStdString() + "': {weight: {dtype: [fp32]}, activation: {dtype: [fp32]}}\n"));
        QCOMPARE(import.matches.size(), 1u);
        QTEST(QString::fromStdString(import.matches[0].rule), "rule");
        QTEST(static_cast<int>(import.matches[0].nodes.size()), "nodes");
        QCOMPARE(import.matches[0].line, 6);
        QCOMPARE(import.matches[0].column, 5);
        QCOMPARE(import.config.ops.size(), named ? 1u : 0u);
        QCOMPARE(import.config.rules.size(), named ? 0u : 1u);
        const auto resolution = quantize::resolve(*m_model, import.config);
        for (const auto& node : import.matches[0].nodes)
            if (const auto* op = resolution.find(node))
                QVERIFY(op->asked.precision == Precision::Fp32);
    }

    void laterKeysWin()
    {
        // INC merges in file order; a named op that a later expression overrides must lose here as well.
        const IncImport import = read(withOps("    '/layer.0/query/MatMul': {weight: {dtype: [fp32]}}\n"
                                              "    '/layer.0/.*': {weight: {dtype: [int8]}}\n"
                                              "    '/layer.1/dense/MatMul': {weight: {dtype: [fp32]}}\n"));
        const auto resolution = quantize::resolve(*m_model, import.config);
        QVERIFY(resolution.find("/layer.0/query/MatMul")->settings.precision == Precision::Int8);
        QVERIFY(resolution.find("/layer.1/dense/MatMul")->settings.precision == Precision::Fp32);
        QCOMPARE(import.config.rules.size(), 2u);
        QCOMPARE(import.config.ops.size(), 1u);
    }

    void leaves()
    {
        const IncImport import = read(withOps("    '/layer.1/dense/MatMul':\n"
                                              "      weight: {granularity: [per_tensor], scheme: [sym], bit: 7.0}\n"
                                              "      activation: {scheme: [sym], algorithm: [minmax]}\n",
            "{weight: {dtype: 'int8, fp32', granularity: per_channel, bit: [4.0]}, activation: {algorithm: kl, scheme: "
            "asym}}"));
        const OpLeaves& model = import.config.model;
        QVERIFY(model.precision == Precision::Int8); // a mix is int8 with a fall-back
        QVERIFY(model.weightGranularity == Granularity::PerChannel);
        QVERIFY(model.rangeMethod == RangeMethod::Kl);
        QVERIFY(!model.weightBits); // 4 bits: said, not pretended
        QVERIFY(says(import, "quantization.model_wise.weight.bit", "not supported"));
        const OpLeaves& op = import.config.ops.at("/layer.1/dense/MatMul");
        QVERIFY(op.weightGranularity == Granularity::PerTensor);
        QVERIFY(op.activationScheme == Scheme::Sym);
        QVERIFY(!op.precision && !op.weightBits);
        for (const auto& problem : import.problems)
            QVERIFY2(problem.path.find("dense") == std::string::npos, problem.message.c_str()); // bit 7.0 is plain int8
    }

    void precisions_data()
    {
        QTest::addColumn<QString>("weight");
        QTest::addColumn<QString>("activation");
        QTest::addColumn<int>("precision");
        const auto row = [](const char* weight, const char* activation, Precision precision) {
            QTest::newRow(qPrintable(QStringLiteral("%1 / %2").arg(weight, activation)))
                << weight << activation << static_cast<int>(precision);
        };
        row("fp32", "fp32", Precision::Fp32);
        row("bf16", "bf16", Precision::Bf16);
        row("fp16", "fp16", Precision::Fp32);
        row("int8", "uint8", Precision::Int8);
        row("int8, fp32", "uint8, fp32", Precision::Int8);
        row("int8", "fp32", Precision::Fp32);
        row("fp32", "uint8", Precision::Fp32);
        row("bf16, fp32", "fp32", Precision::Bf16);
    }
    void precisions()
    {
        QFETCH(QString, weight);
        QFETCH(QString, activation);
        const IncImport import = read(withOps("    '/layer.1/dense/MatMul': {weight: {dtype: [" + weight.toStdString()
            + "]}, activation: {dtype: [" + activation.toStdString() + "]}}\n"));
        QTEST(static_cast<int>(*import.config.ops.at("/layer.1/dense/MatMul").precision), "precision");
    }

    void strings()
    {
        // INC refuses strings in op_wise; the import takes them and says so.
        const IncImport import = read(withOps("    '/layer.1/dense/MatMul': {weight: {dtype: fp32}}\n"));
        QVERIFY(import.config.ops.at("/layer.1/dense/MatMul").precision == Precision::Fp32);
        QVERIFY(says(import, "quantization.op_wise./layer.1/dense/MatMul.weight.dtype", "must be a list"));
    }

    void approaches()
    {
        const auto with = [this](const char* framework, const char* approach) {
            return read(std::string("version: 1.0\nmodel: {name: m, framework: ") + framework
                + "}\nquantization: {approach: " + approach + "}\n");
        };
        QVERIFY(with("onnxrt_integerops", "post_training_static_quant").config.model.approach == Approach::Dynamic);
        QVERIFY(says(with("onnxrt_integerops", "post_training_static_quant"), "quantization.approach", "contradicts"));
        QVERIFY(with("onnxrt_qdq", "post_training_dynamic_quant").config.model.approach == Approach::Static);
        QVERIFY(says(with("onnxrt_qdq", "post_training_dynamic_quant"), "quantization.approach", "contradicts"));
        QVERIFY(says(with("pytorch", "post_training_auto_quant"), "quantization.approach", "static is used"));
        try {
            with("pytorch_fx", "quant_aware_training");
            QFAIL("accepted");
        } catch (const Error& error) {
            QVERIFY(error.kind() == ErrorKind::Setting);
            QCOMPARE(error.where().line, 3);
            QVERIFY(error.message().find("post_training_static_quant") != std::string::npos);
        }
    }

    void goal()
    {
        const IncImport import =
            read("version: 1.0\nmodel: {name: m, framework: NA}\ntuning:\n  strategy: {name: mse}\n"
                 "  accuracy_criterion: {absolute: 2%}\n  exit_policy: {timeout: 600, max_trials: 7}\n");
        QVERIFY(!import.goal.relative);
        QCOMPARE(import.goal.maxDrop, 0.02);
        QCOMPARE(import.goal.timeoutSeconds, 600.0);
        QCOMPARE(import.goal.maxTrials, 7);
        QCOMPARE(import.goal.strategy, std::string("mse"));
        QCOMPARE(import.goal.seed, 1978u);
        QVERIFY_EXCEPTION_THROWN(
            read("version: 1.0\nmodel: {name: m, framework: NA}\ntuning: {exit_policy: {timeout: -1}}\n"), Error);
        QVERIFY_EXCEPTION_THROWN(
            read("version: 1.0\nmodel: {name: m, framework: NA}\nquantization: {calibration: {sampling_size: many}}\n"),
            Error);
    }

    void withoutModel()
    {
        const IncImport import = readIncYaml(fileText("bert_qdq.yaml"), "file.yaml", nullptr);
        QCOMPARE(import.config.rules.size(), 1u);
        QCOMPARE(import.config.rules[0].pattern, std::string("MatMul_673"));
        QVERIFY(import.matches.empty());
    }

    void escapes()
    {
        for (const std::string name : {"/bert/layer.0/x", "a(b)[c]{d}^$|?*+\\.", "ünï code", ""}) {
            const auto back = literalName(escapedName(name));
            QVERIFY(back);
            QCOMPARE(*back, name);
        }
        QVERIFY(!literalName("a.b"));
        QVERIFY(!literalName("\\d"));
        QVERIFY(!literalName("a\\"));
    }
};

OCTET_TEST(TestIncImport)
#include "tst_inc_import.moc"
