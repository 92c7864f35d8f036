// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exchange/inc_yaml.h"
#include "core/exchange/yaml_scalar.h"
#include "core/exchange/yaml_tree.h"
#include "core/values/error.h"
#include "test_main.h"

#include <QDir>
#include <QFile>
#include <QtTest>

using namespace octet;
using namespace octet::exchange;

namespace {

const char* head = "model: {name: m, framework: onnxrt_qdq}\nversion: 1.0\n";

std::vector<SchemaProblem> errorsOf(const std::string& text)
{
    std::vector<SchemaProblem> errors;
    for (const SchemaProblem& problem : validateIncYaml(text))
        if (problem.error)
            errors.push_back(problem);
    return errors;
}

QString described(const std::vector<SchemaProblem>& problems)
{
    QString text;
    for (const auto& problem : problems)
        text += QStringLiteral("%1:%2 %3: %4\n")
                    .arg(problem.line)
                    .arg(problem.column)
                    .arg(QString::fromStdString(problem.path), QString::fromStdString(problem.message));
    return text;
}

} // namespace

class TestIncSchema : public QObject
{
    Q_OBJECT

private slots:
    void realFiles_data()
    {
        QTest::addColumn<QString>("file");
        const QDir folder(QStringLiteral(OCTET_SOURCE_DIR "/tests/data/inc"));
        const QStringList files = folder.entryList(QDir::Files);
        QVERIFY(files.size() >= 6);
        for (const QString& file : files)
            QTest::newRow(qPrintable(file)) << folder.filePath(file);
    }
    void realFiles()
    {
        QFETCH(QString, file);
        QFile stream(file);
        QVERIFY(stream.open(QIODevice::ReadOnly));
        const auto errors = errorsOf(stream.readAll().toStdString());
        QVERIFY2(errors.empty(), qPrintable(described(errors)));
    }

    void accepted_data()
    {
        QTest::addColumn<QString>("yaml");
        const auto row = [](const char* name, const char* yaml) { QTest::newRow(name) << QString::fromUtf8(yaml); };
        row("only the model", "");
        row("string lists",
            "quantization: {model_wise: {weight: {dtype: 'int8, fp32', granularity: per_channel per_tensor}}}");
        row("bit 7.0", "quantization: {model_wise: {weight: {bit: 7.0}}}");
        row("bit list of ints", "quantization: {model_wise: {weight: {bit: [7, 4]}}}");
        row("percent", "tuning: {accuracy_criterion: {relative: 1%}}");
        row("absolute int", "tuning: {accuracy_criterion: {absolute: 1}}");
        row("yes is a boolean", "tuning: {accuracy_criterion: {relative: 0.01, higher_is_better: yes}}");
        row("null is an empty map", "quantization:\nevaluation:\n  accuracy:\n  performance:\n");
        row("a bool is an int", "tuning: {random_seed: true}");
        row("string version", "version: '1.0'");
        row("tuple tag", "quantization: {calibration: {sampling_size: !!python/tuple [8, 16]}}");
        row("float(\"1e-4\")", "train: {criterion: {CrossEntropyLoss: {}}, optimizer: {SGD: {learning_rate: 1e-4}}}");
        row("shapes",
            "evaluation: {performance: {dataloader: {dataset: {dummy_v2: {input_shape: '3,224,224', low: 0, high: "
            "[1.0]}}}}}");
        row("topk", "evaluation: {accuracy: {metric: {topk: 1}}}");
        row("several metrics",
            "evaluation: {accuracy: {multi_metrics: {topk: 1, MSE: {compare_label: false}, weight: [0.5, 0.5]}}}");
        row("merge key", "x: &a {relative: 0.02}\ntuning: {accuracy_criterion: {<<: *a}}");
        row("pruner tag", "pruning: {approach: {weight_compression: {pruners: [!Pruner {prune_type: basic}]}}}");
    }
    void accepted()
    {
        QFETCH(QString, yaml);
        std::string text = head + yaml.toStdString();
        if (yaml.startsWith(QLatin1String("version")))
            text = "model: {name: m, framework: NA}\n" + yaml.toStdString();
        auto errors = errorsOf(text);
        if (yaml.startsWith(QLatin1String("x:"))) // the anchor has to stand somewhere
            errors.erase(errors.begin());
        QVERIFY2(errors.empty(), qPrintable(described(errors)));
    }

    void refused_data()
    {
        QTest::addColumn<QString>("yaml"); // after two lines of head
        QTest::addColumn<int>("line");
        QTest::addColumn<int>("column");
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("part"); // of the message
        const auto row = [](const char* name, const char* yaml, int line, int column, const char* path,
                             const char* part) {
            QTest::newRow(name) << QString::fromUtf8(yaml) << line << column << QString::fromUtf8(path)
                                << QString::fromUtf8(part);
        };
        row("unknown top key", "quantisation: {}", 3, 1, "quantisation", "did you mean \"quantization\"");
        row("unknown leaf", "quantization:\n  model_wise:\n    weight:\n      granularty: [per_channel]", 6, 7,
            "quantization.model_wise.weight.granularty", "did you mean \"granularity\"");
        row("wrong value", "quantization:\n  model_wise:\n    activation:\n      algorithm: klx", 6, 18,
            "quantization.model_wise.activation.algorithm", "did you mean \"kl\"");
        row("value in a list", "quantization: {model_wise: {weight: {dtype: [int8, int4]}}}", 3, 52,
            "quantization.model_wise.weight.dtype[1]", "int4");
        row("a string in op_wise", "quantization:\n  op_wise:\n    a:\n      weight: {dtype: fp32}", 6, 23,
            "quantization.op_wise.a.weight.dtype", "write [fp32]");
        row("a string in optype_wise", "quantization: {optype_wise: {MatMul: {activation: {dtype: 'uint8, fp32'}}}}", 3,
            59, "quantization.optype_wise.MatMul.activation.dtype", "list");
        row("bit as an int", "quantization: {model_wise: {weight: {bit: 7}}}", 3, 43,
            "quantization.model_wise.weight.bit", "decimal point");
        row("bit too large", "quantization: {model_wise: {weight: {bit: 8.0}}}", 3, 43,
            "quantization.model_wise.weight.bit", "at most 7");
        row("bit zero", "quantization: {model_wise: {weight: {bit: [0.0]}}}", 3, 44,
            "quantization.model_wise.weight.bit[0]", "above 0");
        row("null leaf", "quantization:\n  model_wise:\n    weight:\n      dtype:", 6, 7,
            "quantization.model_wise.weight.dtype", "nothing");
        row("two criteria", "tuning:\n  accuracy_criterion:\n    relative: 0.01\n    absolute: 0.01", 6, 15,
            "tuning.accuracy_criterion.absolute", "exactly one");
        row("no criterion", "tuning: {accuracy_criterion: {higher_is_better: true}}", 3, 30,
            "tuning.accuracy_criterion", "exactly one of relative, absolute");
        row("relative as an int", "tuning: {accuracy_criterion: {relative: 1}}", 3, 41,
            "tuning.accuracy_criterion.relative", "percentage");
        row("relative too large", "tuning: {accuracy_criterion: {relative: 100%}}", 3, 41,
            "tuning.accuracy_criterion.relative", "between -1 and 1");
        row("no percentage", "tuning: {accuracy_criterion: {absolute: one}}", 3, 41,
            "tuning.accuracy_criterion.absolute", "percentage");
        row("a float where an int belongs", "tuning: {exit_policy: {timeout: 1.5}}", 3, 33,
            "tuning.exit_policy.timeout", "integer");
        row("unknown strategy", "tuning: {strategy: {name: basik}}", 3, 27, "tuning.strategy.name", "\"basic\"");
        row("strategy of INC 2", "tuning: {strategy: {name: mse_v2}}", 3, 27, "tuning.strategy.name", "INC 2");
        row("strategy without name", "tuning: {strategy: {accuracy_weight: 1.0}}", 3, 20, "tuning.strategy.name",
            "mandatory");
        row("weight as an int", "tuning: {strategy: {name: tpe, accuracy_weight: 1}}", 3, 49,
            "tuning.strategy.accuracy_weight", "decimal point");
        row("no data set", "quantization: {calibration: {dataloader: {batch_size: 1}}}", 3, 42,
            "quantization.calibration.dataloader.dataset", "mandatory");
        row("two data sets",
            "quantization: {calibration: {dataloader: {dataset: {Imagenet: {root: a}, ImageFolder: {root: b}}}}}", 3,
            52, "quantization.calibration.dataloader.dataset", "exactly one");
        row("batch size zero",
            "quantization: {calibration: {dataloader: {batch_size: 0, dataset: {ImageFolder: {root: b}}}}}", 3, 55,
            "quantization.calibration.dataloader.batch_size", "at least 1");
        row("topk as a map", "evaluation: {accuracy: {metric: {topk: {k: 1}}}}", 3, 40,
            "evaluation.accuracy.metric.topk", "integer");
        row("topk 2", "evaluation: {accuracy: {metric: {topk: 2}}}", 3, 40, "evaluation.accuracy.metric.topk",
            "one of 1, 5");
        row("two metrics", "evaluation: {accuracy: {metric: {topk: 1, Accuracy: {}}}}", 3, 33,
            "evaluation.accuracy.metric", "only one");
        row("metric and multi_metrics", "evaluation: {accuracy: {metric: {topk: 1}, multi_metrics: {topk: 1}}}", 3, 59,
            "evaluation.accuracy.multi_metrics", "excludes");
        row("metric weights", "evaluation: {accuracy: {multi_metrics: {topk: 1, F1: {}, weight: [1.0]}}}", 3, 66,
            "evaluation.accuracy.multi_metrics.weight", "each of the 2 metrics");
        row("GLUE without model", "evaluation: {performance: {dataloader: {dataset: {GLUE: {data_dir: a}}}}}", 3, 57,
            "evaluation.performance.dataloader.dataset.GLUE.model_name_or_path", "mandatory");
        row("no map", "tuning: [1]", 3, 9, "tuning", "a map");
        row("key that is no string", "quantization: {op_wise: {1: {weight: {dtype: [fp32]}}}}", 3, 26,
            "quantization.op_wise", "quotes");
        row("use_bf16 is not a key", "use_bf16: true", 3, 1, "use_bf16", "unknown key");
        row("a boolean word as a device", "device: on", 3, 9, "device", "boolean");
        row("unknown tag", "device: !custom cpu", 3, 9, "device", "!custom");
    }
    void refused()
    {
        QFETCH(QString, yaml);
        const auto errors = errorsOf(head + yaml.toStdString());
        QVERIFY2(errors.size() == 1, qPrintable(described(errors)));
        QTEST(errors[0].line, "line");
        QTEST(errors[0].column, "column");
        QTEST(QString::fromStdString(errors[0].path), "path");
        QFETCH(QString, part);
        QVERIFY2(QString::fromStdString(errors[0].message).contains(part), errors[0].message.c_str());
        // The import refuses the same, with the same place, unless it can make sense of it.
        try {
            readIncYaml(head + yaml.toStdString(), "file.yaml", nullptr);
            QVERIFY2(yaml.contains(QLatin1String("op_wise")) || yaml.contains(QLatin1String("optype_wise"))
                    || yaml.contains(QLatin1String("mse_v2")),
                "the import accepted it");
        } catch (const Error& error) {
            QVERIFY(error.kind() == ErrorKind::Setting);
            QTEST(error.where().line, "line");
            QTEST(error.where().column, "column");
        }
    }

    void mandatory()
    {
        auto errors = errorsOf("version: 1.0\n");
        QCOMPARE(errors.size(), 1u);
        QCOMPARE(errors[0].path, std::string("model"));
        errors = errorsOf("");
        QCOMPARE(errors.size(), 1u);
        QCOMPARE(errors[0].line, 1);
        errors = errorsOf("version: 1.0\nmodel:\n  name: m\n");
        QCOMPARE(errors.size(), 1u);
        QCOMPARE(errors[0].path, std::string("model.framework"));
        QCOMPARE(errors[0].line, 3);
        errors = errorsOf("version: 2.0\nmodel: {name: m, framework: NA}\n");
        QCOMPARE(errors.size(), 1u);
        QCOMPARE(errors[0].path, std::string("version"));
        errors = errorsOf("model: {name: 12, framework: onnxrt_integer}\nversion: 1.0");
        QCOMPARE(errors.size(), 2u);
        QVERIFY(errors[1].message.find("onnxrt_integerops") != std::string::npos);
    }

    void warnings()
    {
        const auto problems = validateIncYaml("model: {name: m, framework: NA, name: n}\n");
        QCOMPARE(problems.size(), 2u);
        for (const auto& problem : problems)
            QVERIFY(!problem.error);
    }

    void syntax_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<int>("line");
        QTest::newRow("unclosed") << QByteArray("model:\n  name: [a\nversion: 1.0\n") << 3;
        QTest::newRow("tab") << QByteArray("model:\n\tname: a\n") << 2;
        QTest::newRow("bad alias") << QByteArray("model: *nobody\n") << 1;
        QTest::newRow("two documents") << QByteArray("model: a\n---\nmodel: b\n") << 3;
        QTest::newRow("random") << QByteArray("\x7f\x45\x4c\x46\x02\x01\x01\x00{[}", 11) << 0;
        QTest::newRow("deep flow") << QByteArray(200'000, '[') << 1;
        QTest::newRow("deep map") << QByteArray("a: ").append(QByteArray("{a: ").repeated(5000)) << 1;
        QByteArray block;
        for (int i = 0; i < 2000; ++i)
            block += QByteArray(i, ' ') + "a:\n";
        QTest::newRow("deep block") << block << 65;
        QByteArray bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
        for (int i = 1; i < 12; ++i) {
            const QByteArray last = "*a" + QByteArray::number(i - 1);
            bomb += "a" + QByteArray::number(i) + ": &a" + QByteArray::number(i) + " [" + (last + ",").repeated(9)
                + last + "]\n";
        }
        QTest::newRow("alias bomb") << bomb << 0;
        QTest::newRow("self alias") << QByteArray("a: &a [*a]\n") << 1;
        QTest::newRow("too large") << QByteArray(17 << 20, '#') << 0;
    }
    void syntax()
    {
        QFETCH(QByteArray, text);
        QFETCH(int, line);
        for (const bool import : {false, true}) {
            try {
                if (import)
                    readIncYaml(text.toStdString(), "file.yaml", nullptr);
                else
                    validateIncYaml(text.toStdString());
                QFAIL("accepted");
            } catch (const Error& error) {
                QVERIFY(error.kind() == ErrorKind::Format);
                QVERIFY2(line == 0 || error.where().line == line,
                    qPrintable(QStringLiteral("%1: %2").arg(error.where().line).arg(error.what())));
            }
        }
    }

    void damagedFiles()
    {
        QFile file(QStringLiteral(OCTET_SOURCE_DIR "/tests/data/inc/bert_static.yaml"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const std::string whole = file.readAll().toStdString();
        const auto survives = [](const std::string& text) {
            try {
                readIncYaml(text, "file.yaml", nullptr);
            } catch (const Error& error) {
                return error.kind() == ErrorKind::Format || error.kind() == ErrorKind::Setting;
            }
            return true;
        };
        for (std::size_t size = 0; size < whole.size(); size += 3)
            QVERIFY2(survives(whole.substr(0, size)), qPrintable(QString::number(size)));
        const std::string bytes("\0:-[{]}*&!|>'\"%@`,#?\t\n\xff\xc3", 25);
        for (std::size_t at = 0; at < whole.size(); at += 2) {
            std::string text = whole;
            text[at] = bytes[at / 2 % bytes.size()];
            QVERIFY2(survives(text), qPrintable(QString::number(at)));
        }
    }

    void scalarTypes_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("type");
        const auto row = [](const char* text, ScalarType type) {
            QTest::newRow(text) << QString::fromUtf8(text) << static_cast<int>(type);
        };
        for (const char* text : {"yes", "No", "on", "OFF", "true"})
            row(text, ScalarType::Bool);
        for (const char* text : {"0", "-12", "1_000", "0x1F", "0b101", "017", "1:30"})
            row(text, ScalarType::Int);
        for (const char* text : {"1.0", "-.5", "1.", "1.5e+3", ".inf", "-.INF", ".nan", "1:30.5"})
            row(text, ScalarType::Float);
        for (const char* text : {"1e-4", "1.0e5", "y", "n", "09", "0o17", "nUll", "1.2.3", "-", "+", "abc"})
            row(text, ScalarType::String);
        row("2001-12-14", ScalarType::Date);
        row("~", ScalarType::Null);
    }
    void scalarTypes()
    {
        QFETCH(QString, text);
        QTEST(static_cast<int>(scalarType(YamlNode::scalar(text.toStdString(), true))), "type");
        QCOMPARE(scalarType(YamlNode::scalar(text.toStdString(), false)), ScalarType::String);
    }

    void textsSurvive()
    {
        const std::vector<std::string> texts{"on", "yes", "1e-4", "0.1", "null", "~", "", " a", "a ", "a: b", "a #b",
            "'", "\"", "\\d+\\.x", "- a", "[a]", "{a}", "/bert/layer.0/MatMul", "line\nbreak", "tab\t", "\x01", "ünï",
            "<<", "=", "?", "!tag", "&a", "*a", "%x", "@", "`", "0o17", "1_0", "2001-12-14", "a,b"};
        YamlNode list = YamlNode::sequence(false), flow = YamlNode::sequence(true), map = YamlNode::map();
        for (const auto& text : texts) {
            list.items.push_back(YamlNode::string(text));
            flow.items.push_back(YamlNode::string(text));
            map[text] = YamlNode::string(text);
        }
        YamlNode root = YamlNode::map();
        root["list"] = list;
        root["flow"] = flow;
        root["map"] = map;
        const YamlNode back = parseYaml(yamlText(root), "text");
        for (std::size_t i = 0; i < texts.size(); ++i) {
            QCOMPARE(back.find("list")->items[i].text, texts[i]);
            QCOMPARE(back.find("flow")->items[i].text, texts[i]);
            QCOMPARE(scalarType(back.find("list")->items[i]), ScalarType::String);
            QVERIFY(back.find("map")->find(texts[i]));
        }
        QCOMPARE(yamlText(back), yamlText(root));
    }

    void doublesSurvive()
    {
        for (const double value : {0.0, 0.1, 1.0, 1e-5, 1e300, -2.5e-308, 5e-324, 1.0 / 3, 123456789.123, 1e16}) {
            const YamlNode node = YamlNode::scalar(floatText(value), true);
            QCOMPARE(scalarType(node), ScalarType::Float);
            QCOMPARE(*floatValue(node), value);
        }
    }
};

OCTET_TEST(TestIncSchema)
#include "tst_inc_schema.moc"
