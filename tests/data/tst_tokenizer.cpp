// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/files.h"
#include "core/data/npy.h"
#include "core/data/tokenizer.h"
#include "core/data/word_piece.h"
#include "data_test.h"
#include "test_main.h"

#include <memory>

using namespace octet;
using octet::test::Folder;

namespace {

using Ids = std::vector<std::int64_t>;
using Tokens = std::vector<std::string>;

// A small tokenizer.json; %1 normalizer, %2 pre-tokenizer, %3 model type, %4 post-processor.
const char* const normalizer = R"({"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,
    "strip_accents":null,"lowercase":true})";
const char* const cased = R"({"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":false,
    "strip_accents":null,"lowercase":false})";
const char* const postProcessor = R"({"type":"BertProcessing","sep":["[SEP]",3],"cls":["[CLS]",2]})";

QByteArray tokenizerJson(const QString& normal = normalizer, const QString& pre = R"({"type":"BertPreTokenizer"})",
    const QString& model = "WordPiece", const QString& post = postProcessor)
{
    return QString(R"({"added_tokens":[
        {"id":0,"content":"[PAD]","special":true,"normalized":false},
        {"id":1,"content":"[UNK]","special":true,"normalized":false},
        {"id":2,"content":"[CLS]","special":true,"normalized":false},
        {"id":3,"content":"[SEP]","special":true,"normalized":false},
        {"id":4,"content":"[MASK]","special":true,"normalized":false,"lstrip":true},
        {"id":90,"content":"New York","special":false,"normalized":true},
        {"id":91,"content":"abc","special":false,"normalized":false,"single_word":true}],
      "normalizer":%1,"pre_tokenizer":%2,"post_processor":%4,
      "model":{"type":"%3","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":10,
        "vocab":{"[PAD]":0,"[UNK]":1,"[CLS]":2,"[SEP]":3,"[MASK]":4,"un":5,"##aff":6,"##able":7,"a":8,"b":9,"##b":10,
          "cafe":11,"中":12,"文":13,",":14,"!":15,"i":16,"Café":17,"ß":18,"—":19,"x":20,"##x":21,"e":22,"c":23,
          "##c":24}}})")
        .arg(normal, pre, model, post)
        .toUtf8();
}

std::shared_ptr<const data::Tokenizer> tokenizer(const QByteArray& json = tokenizerJson())
{
    const Folder folder;
    folder.write("tokenizer.json", json);
    return data::loadTokenizer(folder.path());
}

} // namespace

class TestTokenizer : public QObject
{
    Q_OBJECT

private slots:
    void words_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("tokens");
        QTest::newRow("pieces") << "unaffable"
                                << "un ##aff ##able";
        QTest::newRow("upper case and blanks") << "  UNaffable \t a"
                                               << "un ##aff ##able a";
        QTest::newRow("unmatched rest") << "unaffz a"
                                        << "[UNK] a";
        QTest::newRow("accents") << "Cafe\u0301 caf\u00e9 CAF\u00c9"
                                 << "cafe cafe cafe";
        QTest::newRow("chinese") << QString::fromUtf8("a中文b") << QString::fromUtf8("a 中 文 b");
        QTest::newRow("punctuation") << "a,b!!"
                                     << "a , b ! !";
        QTest::newRow("unicode punctuation") << QString::fromUtf8("a—b") << QString::fromUtf8("a — b");
        QTest::newRow("control characters vanish") << QString("a\u0007b\u200b\u00ad\ufffd") << "a ##b";
        QTest::newRow("private use vanishes") << QString("a\ue000b") << "a ##b";
        QTest::newRow("other blanks") << QString("a\u00a0b\u3000a\u2028b") << "a b a b";
        QTest::newRow("dotted capital I") << QString("\u0130") << "i";
        QTest::newRow("sharp s stays") << QString("\u00df") << QString("\u00df");
        QTest::newRow("longest word that is read") << "xxxxxxxxxx"
                                                   << "x ##x ##x ##x ##x ##x ##x ##x ##x ##x";
        QTest::newRow("one longer") << "xxxxxxxxxxx"
                                    << "[UNK]";
        QTest::newRow("length counts characters") << QString("\u00e9").repeated(10) << "[UNK]"; // ##e is unknown
        QTest::newRow("special token in text") << "a [SEP] b[SEP]"
                                               << "a [SEP] b [SEP]";
        QTest::newRow("special tokens are exact") << "[sep]"
                                                  << "[UNK] [UNK] [UNK]";
        QTest::newRow("strips to the left") << "a  [MASK]b"
                                            << "a [MASK] b";
        QTest::newRow("normalized token") << "a NEW YORK b"
                                          << "a new york b";
        QTest::newRow("single word") << "abc a abcb"
                                     << "abc a a ##b ##c ##b";
        QTest::newRow("empty") << ""
                               << "";
    }
    void words()
    {
        QFETCH(const QString, text);
        QFETCH(const QString, tokens);
        const data::Encoding encoding = tokenizer()->encode(text.toStdString(), "", 64);
        QStringList found;
        for (const std::string& token : encoding.tokens)
            found << QString::fromStdString(token);
        QCOMPARE(found.join(' '), QString("[CLS] %1 [SEP]").arg(tokens).simplified());
        QCOMPARE(encoding.ids.size(), encoding.tokens.size());
        QCOMPARE(encoding.typeIds, Ids(encoding.ids.size(), 0));
    }

    void nulCharacterVanishes()
    {
        QCOMPARE(tokenizer()->encode(std::string("a\0b", 3), "", 64).tokens, (Tokens{"[CLS]", "a", "##b", "[SEP]"}));
    }

    void casedKeepsAccents()
    {
        const auto found = tokenizer(tokenizerJson(cased))->encode("Caf\u00e9 A", "", 64);
        QCOMPARE(found.ids, (Ids{2, 17, 1, 3}));
    }

    void pairs()
    {
        const auto found = tokenizer()->encode("a b", "un", 64);
        QCOMPARE(found.ids, (Ids{2, 8, 9, 3, 5, 3}));
        QCOMPARE(found.typeIds, (Ids{0, 0, 0, 0, 1, 1}));
    }

    void truncation()
    {
        QCOMPARE(tokenizer()->encode("a b a b a b", "", 5).ids, (Ids{2, 8, 9, 8, 3}));
        QCOMPARE(tokenizer()->encode("a b a b a b", "un", 7).ids, (Ids{2, 8, 9, 8, 3, 5, 3}));
        QCOMPARE(tokenizer()->encode("un", "a b a b", 6).ids, (Ids{2, 5, 3, 8, 9, 3}));
        COMPARE_ERROR(tokenizer()->encode("a", "", 2), ErrorKind::Setting, "leaves no room");
    }

    void longestFirst()
    {
        using Lengths = std::pair<std::size_t, std::size_t>;
        QCOMPARE(data::longestFirst(3, 4, 7), Lengths(3, 4));
        QCOMPARE(data::longestFirst(3, 9, 7), Lengths(3, 4));
        QCOMPARE(data::longestFirst(9, 2, 7), Lengths(5, 2));
        QCOMPARE(data::longestFirst(9, 9, 7), Lengths(3, 4));
        QCOMPARE(data::longestFirst(9, 8, 7), Lengths(4, 3));
        QCOMPARE(data::longestFirst(9, 0, 7), Lengths(7, 0));
    }

    void refusals_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<bool>("unsupported");
        QTest::addColumn<QString>("part");
        const QString pre = R"({"type":"BertPreTokenizer"})";
        QTest::newRow("model") << tokenizerJson(normalizer, pre, "BPE") << true << "the model BPE";
        QTest::newRow("unigram") << tokenizerJson(normalizer, pre, "Unigram") << true << "the model Unigram";
        QTest::newRow("normalizer") << tokenizerJson(R"({"type":"NFKC"})") << true << "the normalizer NFKC";
        QTest::newRow("pre-tokenizer") << tokenizerJson(normalizer, R"({"type":"ByteLevel"})") << true
                                       << "the pre-tokenizer ByteLevel";
        QTest::newRow("post-processor") << tokenizerJson(
            normalizer, pre, "WordPiece", R"({"type":"RobertaProcessing"})")
                                        << true << "the post-processor RobertaProcessing";
        QTest::newRow("undefined special token") << tokenizerJson(normalizer, pre, "WordPiece",
            R"({"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"[X]","type_id":0}}]})")
                                                 << false << "\"[X]\"";
        QTest::newRow("not JSON") << QByteArray("{\"model\":") << false << "not valid JSON";
        QTest::newRow("a list") << QByteArray("[]") << false << "not a JSON object";
        QTest::newRow("wrong type") << tokenizerJson(R"({"type":"BertNormalizer","lowercase":"yes"})") << false
                                    << "\"lowercase\"";
        QTest::newRow("no vocabulary") << QByteArray(R"({"model":{"type":"WordPiece"}})") << false << "no vocabulary";
        QTest::newRow("deep") << QByteArray(100000, '[') << false << "not valid JSON";
    }
    void refusals()
    {
        QFETCH(const QByteArray, json);
        QFETCH(const bool, unsupported);
        QFETCH(const QString, part);
        COMPARE_ERROR(tokenizer(json), unsupported ? ErrorKind::Unsupported : ErrorKind::Format, part.toUtf8());
    }

    void noTokenizer()
    {
        const Folder folder;
        COMPARE_ERROR(data::loadTokenizer(folder.path()), ErrorKind::File, "no tokenizer.json and no vocab.txt");
    }

    void vocabularyFile()
    {
        const Folder folder;
        folder.write("vocab.txt", "[PAD]\r\n[UNK]\n[CLS]\n[SEP]\n\u00c4\na\n##b\n");
        const auto lower = data::loadTokenizer(folder.path());
        QCOMPARE(lower->encode("AB \u00c4", "a", 64).ids, (Ids{2, 5, 6, 5, 3, 5, 3}));
        QCOMPARE(lower->encode("AB \u00c4", "a", 64).typeIds, (Ids{0, 0, 0, 0, 0, 1, 1}));
        QCOMPARE(lower->description(), std::string("vocab.txt, WordPiece, 7 tokens"));
        folder.write("tokenizer_config.json", R"({"do_lower_case":false,"tokenizer_class":"BertTokenizer"})");
        QCOMPARE(data::loadTokenizer(folder.path())->encode("AB \u00c4", "", 64).ids, (Ids{2, 1, 4, 3}));
        folder.write("tokenizer_config.json", R"({"tokenizer_class":"CTRLTokenizer"})");
        COMPARE_ERROR(data::loadTokenizer(folder.path()), ErrorKind::Unsupported, "CTRLTokenizer");
    }

    /// Every sentence of the real models' data, against the ids that Hugging Face's tokenizers gave.
    void golden_data()
    {
        QTest::addColumn<QString>("model");
        QTest::addColumn<QString>("file");
        QTest::addColumn<bool>("vocabularyOnly");
        for (const char* model : {"sst2-bert-l6-h384", "emotion-bert-l4-h256"})
            for (const char* file : {"test", "calib"})
                for (const bool vocabularyOnly : {false, true})
                    QTest::addRow("%s %s%s", model, file, vocabularyOnly ? " vocab.txt" : "")
                        << model << file << vocabularyOnly;
    }
    void golden()
    {
        QFETCH(const QString, model);
        QFETCH(const QString, file);
        QFETCH(const bool, vocabularyOnly);
        if (test::modelsFolder().isEmpty())
            QSKIP("the folder of real models is not there");
        const QString folder = test::modelsFolder() + '/' + model;
        Folder other;
        for (const char* name : {"vocab.txt", "tokenizer_config.json"})
            QVERIFY(QFile::copy(folder + '/' + name, QString::fromStdString(other.path(name))));
        const auto subject = data::loadTokenizer(vocabularyOnly ? other.path() : folder.toStdString());
        const Tensor ids = data::readNpy((folder + '/' + file + "_input_ids.npy").toStdString());
        const Tensor mask = data::readNpy((folder + '/' + file + "_attention_mask.npy").toStdString());
        QFile table(folder + '/' + file + ".tsv");
        QVERIFY(table.open(QIODevice::ReadOnly));
        table.readLine();
        const auto columns = static_cast<std::size_t>(ids.shape.at(1));
        std::size_t row = 0;
        for (; !table.atEnd(); ++row) {
            const QByteArray text = table.readLine().split('\t').at(0);
            const data::Encoding found = subject->encode(text.toStdString(), "", static_cast<int>(columns));
            Ids expected;
            for (std::size_t column = row * columns; column < (row + 1) * columns; ++column)
                if (mask.data<std::int64_t>()[column] != 0)
                    expected.push_back(ids.data<std::int64_t>()[column]);
            QVERIFY2(found.ids == expected, text.constData());
        }
        QCOMPARE(row, static_cast<std::size_t>(ids.shape.at(0)));
    }
};

OCTET_TEST(TestTokenizer)
#include "tst_tokenizer.moc"
