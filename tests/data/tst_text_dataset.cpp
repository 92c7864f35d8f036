// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/npy.h"
#include "core/data/table.h"
#include "sample_model.h"
#include "test_main.h"

#include <set>

using namespace octet;
using octet::test::Folder;

namespace {

using Ids = std::vector<std::int64_t>;

Ids idsOf(const Tensor& tensor)
{
    return {tensor.data<std::int64_t>(), tensor.data<std::int64_t>() + tensor.count()};
}

DataSpec specOf(const std::string& test, const std::string& calib = {})
{
    DataSpec spec;
    spec.testFile = test;
    spec.calibFile = calib;
    return spec;
}

/// n rows of different texts, "a b b ..."
QByteArray numbered(int n)
{
    QByteArray table = "text\tlabel\n";
    for (int i = 0; i < n; ++i)
        table += "a" + QByteArray(" b").repeated(i) + '\t' + (i % 2 ? "1" : "0") + '\n';
    return table;
}

} // namespace

class TestTextDataset : public QObject
{
    Q_OBJECT

private slots:
    void tables_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QStringList>("rows"); // line:text|label
        QTest::newRow("tsv") << "t.tsv" << QByteArray("label\ttext\n0\ta \"b\n1\tb\n")
                             << QStringList{"2:a \"b|0", "3:b|1"};
        QTest::newRow("tsv, BOM, CRLF, empty lines, no last newline")
            << "t.TSV" << QByteArray("\xef\xbb\xbftext\tlabel\r\n\r\na\t0\r\n\r\nb\t1")
            << QStringList{"3:a|0", "5:b|1"};
        QTest::newRow("csv") << "t.csv" << QByteArray("text,label\na,0\n\"b, \"\"c\"\"\",1\n")
                             << QStringList{"2:a|0", "3:b, \"c\"|1"};
        QTest::newRow("csv, lines in a field")
            << "t.csv" << QByteArray("text,label\r\n\"a\nb\",0\r\n\"\",1\r\n") << QStringList{"2:a\nb|0", "4:|1"};
        QTest::newRow("jsonl")
            << "t.jsonl"
            << QByteArray("{\"text\":\"a\\u00e9\",\"label\":1,\"x\":[1]}\n\n{\"label\":\"0\",\"text\":\"b\"}")
            << QStringList{QString("1:a\u00e9|1"), "3:b|0"};
    }
    void tables()
    {
        QFETCH(const QString, name);
        QFETCH(const QByteArray, content);
        QFETCH(const QStringList, rows);
        const Folder folder;
        QStringList found;
        data::readTable(
            folder.write(name.toStdString(), content),
            [](const auto&) { return std::vector<std::string>{"text", "label"}; },
            [&](const data::TableRow& row) {
                found << QString("%1:%2|%3")
                             .arg(row.line)
                             .arg(QString::fromStdString(row.cells.at(0)), QString::fromStdString(row.cells.at(1)));
            });
        QCOMPARE(found, rows);
    }

    void badInput_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<int>("row");
        QTest::addColumn<QString>("part");
        QTest::newRow("empty") << "t.tsv" << QByteArray() << 0 << "is empty";
        QTest::newRow("blank") << "t.csv" << QByteArray("\r\n \n") << 0 << "is empty";
        QTest::newRow("header only") << "t.tsv" << QByteArray("text\tlabel\n") << 0 << "no rows";
        QTest::newRow("no text column") << "t.tsv" << QByteArray("sentance\tlabel\na\t0\n") << 0
                                        << "no column sentence or text; its columns are sentance, label";
        QTest::newRow("no label column") << "t.tsv" << QByteArray("text\tlable\na\t0\n") << 0
                                         << "no column label; its columns are text, lable, did you mean lable?";
        QTest::newRow("label out of range") << "t.tsv" << QByteArray("text\tlabel\na\t0\nb\t2\n") << 3
                                            << "row 3: the label 2 is out of range; the model has 2 classes";
        QTest::newRow("negative label") << "t.tsv" << QByteArray("text\tlabel\na\t-1\n") << 2 << "label -1";
        QTest::newRow("label no number") << "t.csv" << QByteArray("text,label\na,0\nb,x\n") << 3
                                         << "label \"x\" is not a number";
        QTest::newRow("label half a number") << "t.csv" << QByteArray("text,label\na,0.5\n") << 2 << "\"0.5\"";
        QTest::newRow("label empty") << "t.tsv" << QByteArray("text\tlabel\na\t\n") << 2 << "label \"\"";
        QTest::newRow("too few fields") << "t.tsv" << QByteArray("text\tlabel\na\t0\nb\n") << 3 << "1 fields";
        QTest::newRow("too many fields") << "t.tsv" << QByteArray("text\tlabel\na\tb\t0\n") << 2 << "3 fields";
        QTest::newRow("not UTF-8") << "t.tsv" << QByteArray("text\tlabel\na\t0\n\xff\xfe\t0\n") << 3 << "not UTF-8";
        QTest::newRow("open quote") << "t.csv" << QByteArray("text,label\na,0\n\"b,1\n") << 3 << "has no end";
        QTest::newRow("text behind a quote") << "t.csv" << QByteArray("text,label\n\"a\"b,1\n") << 2 << "closing quote";
        QTest::newRow("not JSON") << "t.jsonl" << QByteArray("{\"text\":\"a\",\"label\":0}\n{\"text\"") << 2
                                  << "not a JSON object";
        QTest::newRow("deep JSON") << "t.jsonl" << QByteArray(200000, '[') << 1 << "not a JSON object";
        QTest::newRow("JSON without text")
            << "t.jsonl" << QByteArray("{\"text\":\"a\",\"label\":0}\n{\"label\":0}") << 2 << "no \"text\"";
        QTest::newRow("JSON list as text")
            << "t.jsonl" << QByteArray("{\"text\":[],\"label\":0}") << 1 << "neither text";
        QTest::newRow("another ending") << "t.xlsx" << QByteArray("text\tlabel\na\t0\n") << -1
                                        << ".tsv, .csv or .jsonl";
    }
    void badInput()
    {
        QFETCH(const QString, name);
        QFETCH(const QByteArray, content);
        QFETCH(const int, row);
        QFETCH(const QString, part);
        const Folder folder;
        test::writeVocabulary(folder);
        const std::string path = folder.write(name.toStdString(), content);
        const auto error = test::errorOf([&] { data::open(specOf(path), test::textModel(folder)); });
        QVERIFY(error);
        QVERIFY2(QString::fromStdString(error->message()).contains(part), error->message().c_str());
        QCOMPARE(error->where().file, path);
        QCOMPARE(error->where().row, std::max(row, 0));
        QVERIFY(error->kind() == (row < 0 ? ErrorKind::Unsupported : ErrorKind::Data));
    }

    void badSettings()
    {
        const Folder folder;
        test::writeVocabulary(folder);
        const std::string path = folder.write("t.tsv", numbered(4));
        const data::Signature model = test::textModel(folder);
        COMPARE_ERROR(data::open(DataSpec(), model), ErrorKind::Data, "No data");
        COMPARE_ERROR(data::open(specOf(folder.path("none.tsv")), model), ErrorKind::File, "no such file");
        DataSpec spec = specOf(path);
        spec.textColumn = "txt";
        COMPARE_ERROR(data::open(spec, model), ErrorKind::Data, "did you mean text?");
        spec = specOf(path);
        spec.labelNames = {"a", "b", "c"};
        COMPARE_ERROR(data::open(spec, model), ErrorKind::Setting, "3 label names are given, but the model has 2");
        spec = specOf(path);
        spec.limit = -1;
        COMPARE_ERROR(data::open(spec, model), ErrorKind::Setting, "-1 test samples cannot be used");
        spec = specOf(path);
        spec.maxLength = 2;
        COMPARE_ERROR(data::open(spec, model), ErrorKind::Setting, "leaves no room");
        data::Signature other = model;
        other.inputs.push_back(test::value("bbox", DType::I64, {-1, -1}));
        COMPARE_ERROR(data::open(specOf(path), other), ErrorKind::Unsupported, "input bbox");
        other.inputs = {test::value("input_ids", DType::F32, {-1, -1})};
        COMPARE_ERROR(data::open(specOf(path), other), ErrorKind::Unsupported, "float32 [batch, sequence]");
        other.inputs = {test::value("attention_mask", DType::I64, {-1, -1})};
        COMPARE_ERROR(data::open(specOf(path), other), ErrorKind::Unsupported, "no input input_ids");
    }

    void batches()
    {
        const Folder folder;
        test::writeVocabulary(folder);
        const auto set =
            data::open(specOf(folder.write("t.tsv", "text\tlabel\nab\t1\nb\t0\n")), test::textModel(folder));
        QCOMPARE(set->length(Split::Test, 0), 4);
        QCOMPARE(set->length(Split::Test, 1), 3);
        const auto inputs = set->batch(Split::Test, {1, 0}, 5);
        QCOMPARE(inputs.size(), std::size_t(3));
        QCOMPARE(inputs.at("input_ids").shape, (Shape{2, 5}));
        QCOMPARE(idsOf(inputs.at("input_ids")), (Ids{2, 5, 3, 0, 0, 2, 4, 6, 3, 0}));
        QCOMPARE(idsOf(inputs.at("attention_mask")), (Ids{1, 1, 1, 0, 0, 1, 1, 1, 1, 0}));
        QCOMPARE(idsOf(inputs.at("token_type_ids")), Ids(10, 0));
        QCOMPARE(set->batch(Split::Test, {1}, 0).at("input_ids").shape, (Shape{1, 3}));
        QCOMPARE(set->label(Split::Test, 0), 1);
        QCOMPARE(set->classes(), 2);
        QVERIFY(set->hasLabels());
        COMPARE_ERROR(set->batch(Split::Test, {0}, 3), ErrorKind::Internal, "4 tokens");
        COMPARE_ERROR(set->batch(Split::Test, {2}, 3), ErrorKind::Internal, "Sample 2");
        COMPARE_ERROR(set->label(Split::Calibration, 0), ErrorKind::Internal, "which has 0");
    }

    void int32AndFixedLength()
    {
        const Folder folder;
        test::writeVocabulary(folder);
        const auto set =
            data::open(specOf(folder.write("t.tsv", "text\tlabel\nb\t0\n")), test::textModel(folder, DType::I32, 6));
        QCOMPARE(set->spec().maxLength, 6);
        QCOMPARE(set->length(Split::Test, 0), 6);
        const Tensor mask = set->batch(Split::Test, {0}, 16).at("attention_mask");
        QVERIFY(mask == test::array<std::int32_t>(DType::I32, {1, 6}, {1, 1, 1, 0, 0, 0}));
    }

    void pairsAndNames()
    {
        const Folder folder;
        test::writeVocabulary(folder);
        folder.write("config.json", R"({"id2label":{"0":"no","1":"yes"},"max_position_embeddings":6})");
        const std::string path = folder.write("t.csv", "sentence1,sentence2,label\na,b,yes\na b a b,a b a b,0\n");
        const auto set = data::open(specOf(path), test::textModel(folder));
        QCOMPARE(set->spec().textColumn, std::string("sentence1"));
        QCOMPARE(set->spec().textPairColumn, std::string("sentence2"));
        QCOMPARE(set->spec().labelColumn, std::string("label"));
        QCOMPARE(set->spec().labelNames, (std::vector<std::string>{"no", "yes"}));
        QCOMPARE(set->spec().maxLength, 6);
        QCOMPARE(set->label(Split::Test, 0), 1);
        const auto inputs = set->batch(Split::Test, {0, 1}, 6);
        QCOMPARE(idsOf(inputs.at("input_ids")), (Ids{2, 4, 3, 5, 3, 0, 2, 4, 3, 4, 5, 3}));
        QCOMPARE(idsOf(inputs.at("token_type_ids")), (Ids{0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1, 1}));
        folder.write("t.csv", "sentence1,sentence2,label\na,b,yess\n");
        COMPARE_ERROR(data::open(specOf(path), test::textModel(folder)), ErrorKind::Data,
            "neither a number nor one of the names no, yes, did you mean yes?");
    }

    void splits()
    {
        const Folder folder;
        test::writeVocabulary(folder);
        const QByteArray table = numbered(21) + "a\t0\na\t0\na\t1\n"; // 24 rows, some alike
        const auto set = data::open(specOf(folder.write("t.tsv", table)), test::textModel(folder));
        QCOMPARE(set->size(Split::Test), std::size_t(24));
        QCOMPARE(set->size(Split::Tuning), std::size_t(12));
        QCOMPARE(set->size(Split::HeldOut), std::size_t(12));
        QCOMPARE(set->size(Split::Calibration), std::size_t(0));
        std::set<std::size_t> all;
        for (const Split split : {Split::Tuning, Split::HeldOut})
            for (std::size_t i = 0; i < 12; ++i) {
                const std::size_t index = set->testIndex(split, i);
                all.insert(index);
                QVERIFY(i == 0 || index > set->testIndex(split, i - 1));
                QCOMPARE(set->label(split, i), set->label(Split::Test, index));
                QCOMPARE(set->length(split, i), set->length(Split::Test, index));
            }
        QCOMPARE(all.size(), std::size_t(24));
        // A text keeps its half wherever it stands in the file, and whatever its label.
        QByteArray turned = "label\ttext\n";
        for (int i = 20; i >= 0; --i)
            turned += "0\ta" + QByteArray(" b").repeated(i) + '\n';
        const auto first = data::open(specOf(folder.write("1.tsv", numbered(21))), test::textModel(folder));
        const auto second = data::open(specOf(folder.write("2.tsv", turned)), test::textModel(folder));
        QCOMPARE(first->size(Split::Tuning), std::size_t(10));
        QCOMPARE(first->size(Split::HeldOut), std::size_t(11));
        std::set<int> a, b;
        for (std::size_t i = 0; i < 10; ++i) {
            a.insert(first->length(Split::Tuning, i));
            b.insert(second->length(Split::Tuning, i));
        }
        QCOMPARE(a, b);
    }

    void limits()
    {
        const Folder folder;
        test::writeVocabulary(folder);
        const std::string test = folder.write("t.tsv", numbered(20));
        const std::string calib = folder.write("c.tsv", "text\nab\nb\nb b\n");
        DataSpec spec = specOf(test, calib);
        spec.limit = 7;
        spec.calibLimit = 2;
        const auto set = data::open(spec, test::textModel(folder));
        QCOMPARE(set->size(Split::Test), std::size_t(7));
        QCOMPARE(set->size(Split::Tuning), std::size_t(3));
        QCOMPARE(set->size(Split::Calibration), std::size_t(2));
        QCOMPARE(set->label(Split::Calibration, 1), -1);
        QCOMPARE(set->length(Split::Calibration, 0), 4);
        const auto rows = set->preview(Split::Calibration, 5);
        QCOMPARE(rows.size(), std::size_t(2));
        QCOMPARE(rows[0].row, 2L);
        QCOMPARE(rows[0].text, std::string("ab"));
        QCOMPARE(rows[0].tokens, (std::vector<std::string>{"[CLS]", "a", "##b", "[SEP]"}));
        QCOMPARE(rows[0].ids, (Ids{2, 4, 6, 3}));
        QCOMPARE(rows[0].length, 4);
        // What lies beyond the limit is checked all the same.
        folder.write("t.tsv", numbered(20) + "a\t7\n");
        COMPARE_ERROR(data::open(spec, test::textModel(folder)), ErrorKind::Data, "row 22");
    }

    void hashes()
    {
        const Folder folder;
        test::writeVocabulary(folder);
        const DataSpec spec = specOf(folder.write("t.tsv", numbered(6)), folder.write("c.tsv", numbered(3)));
        const data::Signature model = test::textModel(folder);
        const auto base = data::open(spec, model);
        QCOMPARE(data::open(spec, model)->hash(), base->hash());
        QCOMPARE(data::open(base->spec(), model)->hash(), base->hash());
        QVERIFY(data::open(base->spec(), model)->spec() == base->spec());
        QCOMPARE(base->spec().hashes.size(), std::size_t(3));
        std::set<std::string> seen = {base->hash()};
        const auto differs = [&](const DataSpec& changed) {
            return seen.insert(data::open(changed, model)->hash()).second;
        };
        DataSpec changed = spec;
        changed.batchSize = 3;
        QVERIFY(!differs(changed)); // never changes a result
        changed.limit = 4;
        QVERIFY(differs(changed));
        changed.calibLimit = 2;
        QVERIFY(differs(changed));
        changed.maxLength = 16;
        QVERIFY(differs(changed));
        folder.write("c.tsv", numbered(4));
        QVERIFY(differs(spec));
        folder.write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\nb\na\n");
        QVERIFY(differs(spec));
        const std::string moved = folder.write("moved.tsv", numbered(6));
        DataSpec elsewhere = spec;
        elsewhere.testFile = moved;
        QVERIFY(!differs(elsewhere));
    }

    void paddedLengths()
    {
        QCOMPARE(data::paddedLength(1, 128), 16);
        QCOMPARE(data::paddedLength(16, 128), 16);
        QCOMPARE(data::paddedLength(17, 128), 32);
        QCOMPARE(data::paddedLength(128, 128), 128);
        QCOMPARE(data::paddedLength(97, 100), 100);
        QCOMPARE(data::paddedLength(0, 128), 16);
    }
};

OCTET_TEST(TestTextDataset)
#include "tst_text_dataset.moc"
