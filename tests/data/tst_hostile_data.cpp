// SPDX-License-Identifier: GPL-3.0-or-later
// Damaged arrays, tables and tokenizers: an Error or a consistent result, nothing else.
#include "core/data/dataset.h"
#include "core/data/npy.h"
#include "core/data/table.h"
#include "core/data/tokenizer.h"
#include "data_test.h"
#include "mutations.h"
#include "sample_model.h"
#include "test_main.h"

#include <onnx/onnx_pb.h>

using namespace octet;
using namespace octet::test;

namespace {

QString wrongTensor(const Tensor& tensor)
{
    if (elementSize(tensor.type) == 0)
        return QStringLiteral("a tensor of no type");
    const auto bytes = static_cast<std::size_t>(tensor.count()) * elementSize(tensor.type);
    return bytes == tensor.bytes.size() ? QString() : QStringLiteral("a tensor whose shape and bytes differ");
}

QByteArray content(const std::string& path)
{
    QFile file(QString::fromStdString(path));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QByteArray protoTensor(bool raw)
{
    onnx::TensorProto proto;
    proto.set_name("x");
    proto.set_data_type(onnx::TensorProto::FLOAT);
    proto.add_dims(2);
    proto.add_dims(3);
    const float values[] = {1, 2, 3, 4, 5, 6};
    if (raw)
        proto.set_raw_data(values, sizeof values);
    else
        proto.mutable_float_data()->Add(std::begin(values), std::end(values));
    const std::string text = proto.SerializeAsString();
    return QByteArray(text.data(), static_cast<qsizetype>(text.size()));
}

const char* const tokenizerJson = R"({"added_tokens":[
    {"id":0,"content":"[PAD]","special":true,"normalized":false},{"id":1,"content":"[UNK]","special":true,"normalized":false},
    {"id":2,"content":"[CLS]","special":true,"normalized":false},{"id":3,"content":"[SEP]","special":true,"normalized":false}],
  "normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true},
  "pre_tokenizer":{"type":"BertPreTokenizer"},
  "post_processor":{"type":"BertProcessing","sep":["[SEP]",3],"cls":["[CLS]",2]},
  "model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100,
    "vocab":{"[PAD]":0,"[UNK]":1,"[CLS]":2,"[SEP]":3,"un":4,"##aff":5,"##able":6,"a":7,"b":8,"##b":9}}})";

} // namespace

class TestHostileData : public QObject
{
    Q_OBJECT

private slots:
    void arrays()
    {
        const Folder folder;
        data::writeNpy(folder.path("x.npy"), array<float>(DType::F32, {2, 3}, {1, 2, 3, 4, 5, 6}));
        const QByteArray npy = content(folder.path("x.npy"));
        int errors = 0;
        const auto read = [&](const QByteArray& bytes) {
            return wrongTensor(data::readNpy(folder.write("y.npy", bytes)));
        };
        const QString complaint = firstComplaint(npy, 1, mutationCount(200), read, &errors);
        QVERIFY2(complaint.isEmpty(), qPrintable(complaint));
        QVERIFY2(errors > 0, "no mutation was refused");
    }

    void tensorProtos()
    {
        const Folder folder;
        const auto read = [&](const QByteArray& bytes) {
            return wrongTensor(data::readTensorProto(folder.write("y.pb", bytes)));
        };
        for (const bool raw : {true, false}) {
            int errors = 0;
            const QString complaint = firstComplaint(protoTensor(raw), 2, mutationCount(200), read, &errors);
            QVERIFY2(complaint.isEmpty(), qPrintable(complaint));
            QVERIFY2(errors > 0, "no mutation was refused");
        }
    }

    void tokenizers()
    {
        const Folder folder;
        int errors = 0;
        const auto read = [&](const QByteArray& bytes) {
            folder.write("tokenizer.json", bytes);
            const auto tokenizer = data::loadTokenizer(folder.path());
            const data::Encoding encoding = tokenizer->encode("un affable [SEP] a bb", "b a", 8);
            if (encoding.ids.size() > 8 || encoding.ids.size() != encoding.typeIds.size())
                return QStringLiteral("an encoding of %1 ids, %2 types").arg(encoding.ids.size()).arg(encoding.typeIds.size());
            return QString();
        };
        const QString complaint = firstComplaint(tokenizerJson, 3, mutationCount(200), read, &errors);
        QVERIFY2(complaint.isEmpty(), qPrintable(complaint));
        QVERIFY2(errors > 0, "no mutation was refused");
    }

    void tables_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("x.tsv") << QByteArray("sentence\tlabel\na b\t0\nb \xc3\xa9\t1\nab\t1\n");
        QTest::newRow("x.csv") << QByteArray("sentence,label\n\"a, \"\"b\"\"\",0\r\nb,1\n\"a\nb\",1\n");
        QTest::newRow("x.jsonl") << QByteArray("{\"sentence\": \"a\", \"label\": 0}\n{\"sentence\": \"b\", \"label\": 1}\n");
    }
    void tables()
    {
        QFETCH(const QByteArray, text);
        const Folder folder;
        int errors = 0;
        const auto read = [&](const QByteArray& bytes) {
            std::size_t chosen = 0, rows = 0, odd = 0;
            const auto all = [&](const std::vector<std::string>& columns) {
                chosen = columns.size();
                return columns;
            };
            data::readTable(folder.write(QTest::currentDataTag(), bytes), all, [&](const data::TableRow& row) {
                ++rows;
                odd += row.cells.size() != chosen;
            });
            return odd > 0 ? QStringLiteral("%1 rows of another number of cells").arg(odd)
                : rows == 0 ? QStringLiteral("no rows")
                            : QString();
        };
        const QString complaint = firstComplaint(text, 4, mutationCount(150), read, &errors);
        QVERIFY2(complaint.isEmpty(), qPrintable(complaint));
        QVERIFY2(errors > 0, "no mutation was refused");
    }

    void specs()
    {
        int errors = 0;
        DataSpec spec;
        spec.kind = DataKind::Arrays;
        spec.testInputs = {{"x", "a.npy"}};
        spec.mean = {0.5, 0.25};
        spec.labelNames = {"no", "yes"};
        spec.limit = 12;
        const auto read = [&](const QByteArray& bytes) {
            const std::string text = data::specToYaml(data::specFromYaml(bytes.toStdString()));
            return data::specToYaml(data::specFromYaml(text)) == text ? QString() : QStringLiteral("it is written in two ways");
        };
        const QString complaint = firstComplaint(
            QByteArray::fromStdString(data::specToYaml(spec)), 5, mutationCount(150), read, &errors);
        QVERIFY2(complaint.isEmpty(), qPrintable(complaint));
        QVERIFY2(errors > 0, "no mutation was refused");
    }
};

OCTET_TEST(TestHostileData)
#include "tst_hostile_data.moc"
