// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset.h"
#include "data_test.h"
#include "test_main.h"

using namespace octet;
using octet::test::Folder;

namespace {

DataSpec fullSpec()
{
    DataSpec spec;
    spec.kind = DataKind::Arrays;
    spec.testFile = "/a b/on.tsv";
    spec.calibFile = "/c\"d\\e\nf.csv";
    spec.textColumn = "yes";
    spec.textPairColumn = "null";
    spec.labelColumn = "1";
    spec.tokenizerDir = "/tokenizer: x";
    spec.maxLength = 77;
    spec.testInputs = {{"pixel: values", "/x.npy"}, {"on", "/y.npy"}};
    spec.calibInputs = {{"~", "/z.npy"}};
    spec.labelsFile = "/l\u00e4bels.npy";
    spec.mean = {0.1, 1.0 / 3.0, 0.485};
    spec.std = {1e-300, 12345678.9};
    spec.limit = 100;
    spec.calibLimit = 200;
    spec.batchSize = 4;
    spec.splitSeed = 7;
    spec.sharedRows = "leave_out";
    spec.labelNames = {"no", "", "#x", "true"};
    spec.hashes = {{"/x.npy", "00ff"}};
    return spec;
}

} // namespace

class TestSpecYaml : public QObject
{
    Q_OBJECT

private slots:
    void roundTrip()
    {
        for (const DataSpec& spec : {DataSpec(), fullSpec()}) {
            const std::string text = data::specToYaml(spec);
            QVERIFY2(data::specFromYaml(text) == spec, text.c_str());
            QCOMPARE(data::specToYaml(data::specFromYaml(text)), text);
            const Folder folder;
            const std::string path = folder.write("d.yaml", QByteArray::fromStdString(text));
            QVERIFY(data::loadSpec(path) == spec);
        }
    }

    void relativePaths()
    {
        const Folder folder;
        const std::string path =
            folder.write("d.yaml", "test: data/t.tsv\ncalib: ../c.tsv\ntokenizer: .\ninputs: {x: x.npy}\nlimit: 3\n");
        const DataSpec spec = data::loadSpec(path);
        QCOMPARE(spec.testFile, folder.path("data/t.tsv"));
        QCOMPARE(spec.testInputs.at("x"), folder.path("x.npy"));
        QVERIFY(!QString::fromStdString(spec.calibFile).contains(".."));
        QCOMPARE(spec.limit, 3L);
        const DataSpec again = data::specFromYaml(data::specToYaml(spec, folder.path()));
        QCOMPARE(again.testFile, std::string("data/t.tsv"));
        QCOMPARE(again.calibFile, spec.calibFile); // outside of the folder
        folder.write("e.yaml", QByteArray::fromStdString(data::specToYaml(spec, folder.path())));
        QVERIFY(data::loadSpec(folder.path("e.yaml")) == spec);
    }

    void refusals_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<bool>("syntax");
        QTest::addColumn<int>("line");
        QTest::addColumn<QString>("part");
        QTest::newRow("unknown key") << QByteArray("test: a\nlimt: 3\n") << false << 2
                                     << "line 2, column 1: there is no key limt, did you mean limit?";
        QTest::newRow("twice") << QByteArray("test: a\ntest: b\n") << false << 2 << "twice";
        QTest::newRow("no number") << QByteArray("limit: many\n") << false << 1 << "not \"many\"";
        QTest::newRow("half a number") << QByteArray("batch_size: 2.5\n") << false << 1 << "not \"2.5\"";
        QTest::newRow("list for text") << QByteArray("test: [a]\n") << false << 1 << "a text is expected";
        QTest::newRow("text for list") << QByteArray("\nmean: 1\n") << false << 2 << "a list is expected";
        QTest::newRow("text for map") << QByteArray("inputs: x.npy\n") << false << 1 << "lines are expected";
        QTest::newRow("kind") << QByteArray("kind: images\n") << false << 1 << "not \"images\"";
        QTest::newRow("a list") << QByteArray("- a\n") << false << 1 << "key: value";
        QTest::newRow("empty") << QByteArray() << false << 0 << "key: value";
        QTest::newRow("syntax") << QByteArray("test: a\n  b: [\n") << true << 2 << "line 2";
        QTest::newRow("deep") << QByteArray("test: " + QByteArray(100000, '[')) << true << 1 << "line 1";
    }
    void refusals()
    {
        QFETCH(const QByteArray, text);
        QFETCH(const bool, syntax);
        QFETCH(const int, line);
        QFETCH(const QString, part);
        const auto error = test::errorOf([&] { data::specFromYaml(text.toStdString(), "d.yaml"); });
        QVERIFY(error);
        QVERIFY2(QString::fromStdString(error->message()).contains(part), error->message().c_str());
        QVERIFY(error->kind() == (syntax ? ErrorKind::Format : ErrorKind::Setting));
        QCOMPARE(error->where().line, line);
    }
};

OCTET_TEST(TestSpecYaml)
#include "tst_spec_yaml.moc"
