// SPDX-License-Identifier: GPL-3.0-or-later
// Damaged config files and quantized models: an Error or something that can be written again, nothing else.
#include "core/exchange/inc_yaml.h"
#include "core/exchange/octet_yaml.h"
#include "mutations.h"
#include "test_main.h"
#include "tiny_model.h"

#include <QDir>
#include <QTemporaryDir>
#include <QtTest>

using namespace octet;
using namespace octet::exchange;
using namespace octet::test;

namespace {

QByteArray octetYaml()
{
    OctetDocument document;
    document.config = presetConfig("static");
    document.config.rules = {{"/layer\\.(1|2)/.*", document.config.model}};
    document.config.ops["/classifier/Gemm"].precision = Precision::Fp32;
    document.ranges[{"sum", RangeMethod::Percentile, 99.9}] = {-0.25, 3, RangeMethod::Mse, 0, 12, 0.5, {0.5f, 4}, 2, {0.1f}};
    document.data = DataSpec();
    document.data->testInputs = {{"x", "x.npy"}};
    document.goal = Goal();
    document.workload = {4, 128, 2, "vnni", 50};
    document.accuracy[Split::Tuning] = {"F1", 0.807, 352, 436, 0.76, 0.84, {}, 3, 2, 5};
    document.groups = {{"g", {"a", "b"}, "product", Precision::Int8, Precision::Fp32, "refused", "brg", 0.1, {}, 0, 0, 0}};
    return QByteArray::fromStdString(writeOctetYaml(document));
}

} // namespace

class TestHostileConfigs : public QObject
{
    Q_OBJECT
    QTemporaryDir m_folder;
    std::shared_ptr<const graph::Model> m_model;

private slots:
    void initTestCase() { m_model = save(tinyProto(), m_folder.filePath(QStringLiteral("tiny.onnx")).toStdString()); }

    void octetFiles()
    {
        int errors = 0;
        const auto read = [&](const QByteArray& bytes) {
            const OctetDocument document = readOctetYaml(bytes.toStdString(), "x.octet.yaml");
            const std::string text = writeOctetYaml(document);
            if (writeOctetYaml(readOctetYaml(text, "y")) != text)
                return QStringLiteral("what was read is written in another way the second time");
            quantize::resolve(*m_model, document.config);
            return QString();
        };
        const QString complaint = firstComplaint(octetYaml(), 6, mutationCount(150), read, &errors);
        QVERIFY2(complaint.isEmpty(), qPrintable(complaint));
        QVERIFY2(errors > 0, "no mutation was refused");
    }

    void incFiles_data()
    {
        QTest::addColumn<QByteArray>("text");
        const QDir folder(QStringLiteral(OCTET_SOURCE_DIR "/tests/data/inc"));
        for (const QString& name : folder.entryList(QDir::Files)) {
            QFile file(folder.filePath(name));
            QVERIFY(file.open(QIODevice::ReadOnly));
            QTest::newRow(qPrintable(name)) << file.readAll();
        }
    }
    void incFiles()
    {
        QFETCH(const QByteArray, text);
        int errors = 0;
        const auto read = [&](const QByteArray& bytes) {
            validateIncYaml(bytes.toStdString());
            const IncImport import = readIncYaml(bytes.toStdString(), "x.yaml", m_model.get());
            quantize::resolve(*m_model, import.config);
            return QString();
        };
        const QString complaint = firstComplaint(text, 7, mutationCount(40), read, &errors);
        QVERIFY2(complaint.isEmpty(), qPrintable(complaint));
        QVERIFY2(errors > 0, "no mutation was refused");
    }
};

OCTET_TEST(TestHostileConfigs)
#include "tst_hostile_configs.moc"
