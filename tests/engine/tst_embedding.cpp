// SPDX-License-Identifier: GPL-3.0-or-later
// Embeddings are one group that computes what the operators one by one compute, bit for bit, and names wrong ids.
#include "core/engine/passes/passes.h"
#include "core/engine/program.h"
#include "core/values/error.h"
#include "onnx_builder.h"
#include "test_main.h"

#include <QtTest>

#include <random>

using namespace octet;
using namespace octet::engine;
using octet::test::OnnxBuilder;

namespace {

constexpr std::int64_t batch = 2, length = 5, width = 24, words = 7;

std::vector<float> randoms(std::int64_t n, unsigned seed)
{
    std::mt19937 engine(seed);
    std::vector<float> v(static_cast<std::size_t>(n));
    for (float& x : v)
        x = static_cast<float>(engine()) / 2147483648.0f - 1;
    return v;
}

/// BERT's embeddings, but for the sum, which `addSum` makes of "word", "position" and "type".
template <class AddSum>
std::shared_ptr<const graph::Model> embeddings(OnnxBuilder& b, AddSum addSum)
{
    b.input("ids", {batch, length}, 7);
    b.input("types", {batch, length}, 7);
    b.output("y");
    b.weight("words", {words, width}, randoms(words * width, 1));
    b.weight("positions", {length, width}, randoms(length * width, 2));
    b.weight("kinds", {2, width}, randoms(2 * width, 3));
    b.ints("place", {1, length}, {0, 1, -3, 3, 4});
    b.node("Gather", "emb/word", {"words", "ids"}, {"word"});
    b.node("Gather", "emb/position", {"positions", "place"}, {"position"});
    b.node("Gather", "emb/type", {"kinds", "types"}, {"type"});
    addSum();
    b.weight("gamma", {width}, randoms(width, 4));
    b.weight("beta", {width}, randoms(width, 5));
    b.node("LayerNormalization", "norm", {"sum", "gamma", "beta"}, {"y"});
    return b.load();
}

CompileOptions shaped(int threads = 1)
{
    CompileOptions options;
    options.inputShapes = {{"ids", {batch, length}}, {"types", {batch, length}}};
    options.threads = threads;
    return options;
}

Tensor integers(const std::vector<std::int64_t>& values)
{
    Tensor t(DType::I64, {batch, length});
    std::copy(values.begin(), values.end(), t.data<std::int64_t>());
    return t;
}

std::vector<float> run(
    std::shared_ptr<const graph::Model> model, const CompileOptions& options, const std::vector<std::int64_t>& ids)
{
    WeightStore store;
    Session session(compile(std::move(model), {}, {}, options, store));
    session.setInput("ids", integers(ids));
    session.setInput("types", integers({0, 0, 1, 1, 0, 1, 1, 1, 0, -2}));
    session.run();
    const Tensor out = session.outputTensor(0);
    return {out.data<float>(), out.data<float>() + out.count()};
}

std::size_t groups(const std::shared_ptr<const graph::Model>& model, const CompileOptions& options)
{
    WeightStore store;
    return compile(model, {}, {}, options, store)->groups().size();
}

const std::vector<std::int64_t> someIds{1, 0, 6, -7, 2, 3, 3, 5, -1, 4};

} // namespace

class TestEmbedding : public QObject
{
    Q_OBJECT

private slots:
    void sumIsOneGroup_data()
    {
        QTest::addColumn<int>("order");
        QTest::newRow("(word + position) + type") << 0;
        QTest::newRow("word + (type + position)") << 1;
        QTest::newRow("(position + constant) + (word + type): the second sum is a term") << 2;
    }

    void sumIsOneGroup()
    {
        QFETCH(int, order);
        OnnxBuilder b;
        const auto model = embeddings(b, [&] {
            if (order == 0) {
                b.node("Add", "first", {"word", "position"}, {"inner"});
                b.node("Add", "second", {"inner", "type"}, {"sum"});
            } else if (order == 1) {
                b.node("Add", "first", {"type", "position"}, {"inner"});
                b.node("Add", "second", {"word", "inner"}, {"sum"});
            } else {
                b.weight("constant", {1, 1, width}, randoms(width, 8));
                b.node("Add", "first", {"position", "constant"}, {"inner"});
                b.node("Add", "other", {"word", "type"}, {"pair"});
                b.node("Add", "second", {"inner", "pair"}, {"sum"});
            }
        });
        QVERIFY(groups(model, shaped()) < (order == 2 ? 4 : 2));
        CompileOptions oneByOne = shaped();
        oneByOne.taps = {"word", "position", "type", "sum"};
        QVERIFY(groups(model, oneByOne) > 4); // the positions are constant
        const auto expected = run(model, oneByOne, someIds);
        for (const int threads : {1, 2})
            QVERIFY(run(model, shaped(threads), someIds) == expected);
    }

    void rowsThatDoNotRepeatAreNoTerm()
    {
        // One row a sentence: begins again in another way than rows that follow each other.
        OnnxBuilder b;
        const auto model = embeddings(b, [&] {
            b.weight("sentence", {batch, 1, width}, randoms(batch * width, 6));
            b.node("Add", "first", {"word", "position"}, {"inner"});
            b.node("Add", "second", {"inner", "sentence"}, {"sum"});
        });
        QVERIFY(groups(model, shaped()) > 3);
        CompileOptions kept = shaped();
        kept.taps = {"inner"};
        QVERIFY(run(model, shaped(), someIds) == run(model, kept, someIds));
    }

    void unknownIdNamesItsLookup()
    {
        OnnxBuilder b;
        const auto model = embeddings(b, [&] {
            b.node("Add", "first", {"word", "position"}, {"inner"});
            b.node("Add", "second", {"inner", "type"}, {"sum"});
        });
        auto ids = someIds;
        for (const std::int64_t wrong : {words, -words - 1, std::int64_t(1) << 40}) {
            ids[8] = wrong;
            try {
                run(model, shaped(2), ids);
                QFAIL("no error");
            } catch (const Error& error) {
                QVERIFY(error.kind() == ErrorKind::Data);
                QCOMPARE(error.where().node, std::string("emb/word"));
                QVERIFY(error.message().find(std::to_string(wrong)) != std::string::npos);
            }
        }
    }

    void marksAreRefusedWithTheReason()
    {
        OnnxBuilder b;
        const auto model = embeddings(b, [&] {
            b.node("Add", "first", {"word", "position"}, {"inner"});
            b.node("Add", "second", {"inner", "type"}, {"sum"});
        });
        Settings settings;
        settings["emb/type"].precision = Precision::Int8;
        WeightStore store;
        const auto program = compile(model, settings, {}, shaped(), store);
        QCOMPARE(program->groups().size(), std::size_t(1));
        QVERIFY(program->groups()[0].asked == Precision::Int8 && program->groups()[0].executed == Precision::Fp32);
        QVERIFY(program->groups()[0].reason.find("fp32") != std::string::npos);
    }
};

OCTET_TEST(TestEmbedding)
#include "tst_embedding.moc"
