// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/resolve.h"
#include "core/quantize/transitions.h"
#include "engine/onnx_builder.h"
#include "test_main.h"

#include <QtTest>

#include <algorithm>

using namespace octet;
using namespace octet::quantize;

namespace {

/// x [.., 4] -> q, k, v -> attention -> out; out + x -> norm-like Relu -> last; and a head behind a Gather.
void build(test::OnnxBuilder& b)
{
    const std::vector<float> w(16, 0.5f);
    b.input("x", {-1, 3, 4});
    b.weight("w", {4, 4}, w);
    b.ints("first", {}, {0});
    for (const char* name : {"q", "k", "v"})
        b.node("MatMul", name, {"x", "w"}, {std::string(name) + "y"});
    auto& transpose = b.node("Transpose", "kt", {"ky"}, {"kty"});
    test::OnnxBuilder::attribute(transpose, "perm", std::vector<std::int64_t>{0, 2, 1});
    b.node("MatMul", "scores", {"qy", "kty"}, {"sy"});
    b.node("Softmax", "softmax", {"sy"}, {"py"});
    b.node("MatMul", "context", {"py", "vy"}, {"cy"});
    b.node("MatMul", "out", {"cy", "w"}, {"oy"});
    b.node("Add", "add", {"oy", "x"}, {"ay"});
    b.node("Relu", "relu", {"ay"}, {"ry"});
    b.node("MatMul", "last", {"ry", "w"}, {"ly"});
    b.node("Gather", "pick", {"ly", "first"}, {"gy"});
    b.node("MatMul", "head", {"gy", "w"}, {"hy"});
    b.output("hy");
}

struct Fixture
{
    test::OnnxBuilder b;
    std::shared_ptr<const graph::Model> model;
    std::vector<Product> all;
    TransitionInput input;

    Fixture()
    {
        build(b);
        model = b.load();
        all = products(*model);
        for (const Product& product : all) {
            input.names.push_back(model->nodes()[std::size_t(product.node)].name);
            input.precisions.push_back(Precision::Fp32);
        }
    }
    int index(const std::string& name) const
    {
        return int(std::find(input.names.begin(), input.names.end(), name) - input.names.begin());
    }
    void set(const std::string& name, Precision precision) { input.precisions.at(std::size_t(index(name))) = precision; }
};

GroupProfile group(const char* name, std::vector<std::string> nodes, double operations, double written)
{
    GroupProfile g;
    g.name = name, g.nodes = std::move(nodes), g.kind = "product";
    g.operations = operations, g.bytesWritten = written;
    return g;
}

GroupProfile overhead(const char* name, const char* kind, double ms)
{
    GroupProfile g;
    g.name = name, g.kind = kind, g.ms = ms;
    return g;
}

} // namespace

class TestTransitions : public QObject
{
    Q_OBJECT

private slots:
    void everyOperandHasItsMaker()
    {
        const Fixture f;
        const auto edges = transitions(*f.model, f.all);
        const auto makerOf = [&](const std::string& consumer, const std::string& value) {
            std::string makers;
            for (const Transition& edge : edges)
                if (edge.consumer == f.index(consumer) && edge.value == value)
                    makers += (edge.producer < 0 ? "input" : f.input.names[std::size_t(edge.producer)]) + " ";
            return makers;
        };
        QCOMPARE(makerOf("q", "x"), std::string("input "));
        QCOMPARE(makerOf("scores", "qy"), std::string("q "));
        QCOMPARE(makerOf("scores", "kty"), std::string("k ")); // through the transpose
        QCOMPARE(makerOf("context", "py"), std::string("scores ")); // through the softmax
        QCOMPARE(makerOf("context", "vy"), std::string("v "));
        QCOMPARE(makerOf("last", "ry"), std::string("out ")); // not the residual's far end
        QCOMPARE(makerOf("head", "gy"), std::string("last "));
        QCOMPARE(edges.size(), std::size_t(3 + 2 + 2 + 1 + 1 + 1));
    }

    void cellsCountAndSelect()
    {
        Fixture f;
        for (const char* name : {"q", "k", "v", "out"})
            f.set(name, Precision::Int8);
        f.set("head", Precision::Bf16);
        const TransitionMatrix matrix = transitionMatrix(transitions(*f.model, f.all), f.all, f.input);
        QCOMPARE(matrix.at(Precision::Fp32, Precision::Int8).edges, 4); // x three times, context -> out
        QCOMPARE(matrix.at(Precision::Int8, Precision::Fp32).edges, 4); // q, k, v into the attention, out -> last
        QCOMPARE(matrix.at(Precision::Fp32, Precision::Fp32).edges, 1); // scores -> context
        QCOMPARE(matrix.at(Precision::Fp32, Precision::Bf16).edges, 1);
        QCOMPARE(matrix.at(Precision::Int8, Precision::Int8).edges, 0);
        const auto& nodes = matrix.at(Precision::Fp32, Precision::Bf16).nodes;
        QVERIFY((nodes == std::vector<int>{f.model->node("last")->index, f.model->node("head")->index}));
        QVERIFY(!matrix.otherMs);
        QVERIFY(!matrix.at(Precision::Fp32, Precision::Int8).ms); // nothing was measured, so nothing is said
    }

    void bytesAreThoseOfASample()
    {
        Fixture f;
        // Batch 2 of 3 rows: 6 rows of 4 columns and depth 4; `out` writes its sum and a norm of it.
        const std::vector<GroupProfile> fp32{group("q", {"q"}, 2 * 6 * 16, 4 * 24), group("k", {"k"}, 2 * 6 * 16, 4 * 24),
            group("out", {"out", "add"}, 2 * 6 * 16 + 40, 8 * 24), group("head", {"head"}, 2 * 2 * 16, 4 * 8)};
        f.input.sizes = &fp32;
        f.input.sizesBatch = 2;
        f.set("q", Precision::Int8);
        f.set("head", Precision::Bf16);
        const auto edges = transitions(*f.model, f.all);
        const TransitionMatrix matrix = transitionMatrix(edges, f.all, f.input);
        QCOMPARE(matrix.at(Precision::Fp32, Precision::Int8).bytes, 12.0); // x: 3 rows of 4, one byte each
        QCOMPARE(matrix.at(Precision::Int8, Precision::Fp32).bytes, 48.0); // q: 12 values of 4 bytes
        QCOMPARE(matrix.at(Precision::Fp32, Precision::Bf16).bytes, 8.0); // one row of 4
        const TransitionCell& rest = matrix.at(Precision::Fp32, Precision::Fp32);
        QCOMPARE(rest.bytes, 48.0 + 48 + 48); // x for k, k for the scores, the context for out
        QCOMPARE(rest.edges, 7);
        QCOMPARE(rest.unsized, 4); // v and `last` are in no group, and scores never leave their kernel
    }

    void overheadGoesWhereItIsCaused()
    {
        Fixture f;
        f.set("q", Precision::Int8);
        f.set("last", Precision::Int8);
        const std::vector<GroupProfile> profile{
            overhead("x", "quantize", 0.2), overhead("ry", "quantize", 0.04), overhead("elsewhere", "copy", 1)};
        f.input.profile = &profile;
        f.input.profileBatch = 2;
        const TransitionMatrix matrix = transitionMatrix(transitions(*f.model, f.all), f.all, f.input);
        const TransitionCell& cell = matrix.at(Precision::Fp32, Precision::Int8);
        QCOMPARE(cell.edges, 2);
        QCOMPARE(*cell.ms, 0.12);
        QCOMPARE(cell.steps, 2);
        QCOMPARE(*matrix.at(Precision::Int8, Precision::Fp32).ms, 0.0);
        QCOMPARE(*matrix.otherMs, 0.5);
    }

    void countsByKindNameTheNodes()
    {
        Fixture f;
        f.set("q", Precision::Int8);
        const auto counts = countsByKind(f.all, f.input.precisions);
        QCOMPARE(counts.size(), std::size_t(3));
        QCOMPARE(counts[0].nodes[std::size_t(Precision::Int8)].size(), std::size_t(1));
        QCOMPARE(counts[0].nodes[std::size_t(Precision::Fp32)].size(), std::size_t(5));
        QCOMPARE(counts[1].kind, toString(ProductKind::Scores));
        QCOMPARE(counts[2].nodes[std::size_t(Precision::Fp32)].size(), std::size_t(1));
    }

    void realModelsHaveNoStrays()
    {
        const QString folder = test::modelsFolder();
        if (folder.isEmpty())
            QSKIP("the shared models are not here");
        const auto model = graph::load(folder.toStdString() + "/sst2-bert-l6-h384/model.onnx");
        const auto all = products(*model);
        const auto edges = transitions(*model, all);
        // 38 weight products with one operand, six attentions with two and two; each has one maker.
        QCOMPARE(edges.size(), std::size_t(38 + 6 * 4));
        int inputs = 0;
        for (const Transition& edge : edges) {
            inputs += edge.producer < 0;
            QVERIFY(edge.producer < 0 || edge.perRow > 0 || all[std::size_t(edge.consumer)].kind == ProductKind::Context);
        }
        QCOMPARE(inputs, 3); // the first layer's Q, K and V read the embeddings
    }
};

OCTET_TEST(TestTransitions)
#include "tst_transitions.moc"
