// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/products.h"
#include "engine/onnx_builder.h"
#include "test_main.h"

#include <QtTest>

#include <algorithm>

using namespace octet;
using quantize::Product;
using quantize::ProductKind;

class TestProducts : public QObject
{
    Q_OBJECT

private slots:
    void weightsMakeProducts();
    void attentionIsFoundByItsPattern();
    void othersSayWhyNot();
    void realModels_data();
    void realModels();
};

namespace {

const graph::Node& nodeOf(const graph::Model& model, const char* name)
{
    return *model.node(name);
}

std::vector<float> floats(std::size_t n)
{
    return std::vector<float>(n, 0.5f);
}

} // namespace

void TestProducts::weightsMakeProducts()
{
    test::OnnxBuilder b;
    b.input("x", {-1, 4});
    b.input("image", {-1, 1, 4, 4});
    b.weight("w", {4, 6}, floats(24));
    b.weight("wt", {3, 6}, floats(18));
    b.weight("bias", {3}, floats(3));
    b.weight("kernel", {5, 1, 2, 3}, floats(30));
    b.node("MatMul", "mm", {"x", "w"}, {"y"});
    auto& gemm = b.node("Gemm", "gemm", {"y", "wt", "bias"}, {"z"});
    test::OnnxBuilder::attribute(gemm, "transB", std::int64_t(1));
    b.node("Conv", "conv", {"image", "kernel"}, {"c"});
    b.output("z");
    b.output("c");
    const auto model = b.load();

    const std::vector<Product> all = quantize::products(*model);
    QCOMPARE(all.size(), std::size_t(3));
    QVERIFY(std::is_sorted(all.begin(), all.end(), [](const auto& l, const auto& r) { return l.node < r.node; }));
    const auto find = [&](ProductKind kind) {
        return *std::find_if(all.begin(), all.end(), [&](const Product& p) { return p.kind == kind; });
    };
    const Product mm = find(ProductKind::MatMul), g = find(ProductKind::Gemm), c = find(ProductKind::Conv);
    QCOMPARE(mm.k, 4);
    QCOMPARE(mm.n, 6);
    QCOMPARE(mm.activation, std::string("x"));
    QCOMPARE(mm.weight, std::string("w"));
    QVERIFY(mm.int8Refusal.empty());
    QCOMPARE(mm.bf16Refusal.empty(), __builtin_cpu_supports("avx512bf16") != 0);
    QVERIFY(mm.counted());
    QCOMPARE(g.k, 6);
    QCOMPARE(g.n, 3);
    QCOMPARE(c.k, 6);
    QCOMPARE(c.n, 5);
    for (const Product& p : all)
        QVERIFY(quantize::whyNotProduct(*model, model->nodes()[static_cast<std::size_t>(p.node)]).empty());
}

void TestProducts::attentionIsFoundByItsPattern()
{
    test::OnnxBuilder b;
    b.input("q", {-1, 2, 4});
    b.input("k", {-1, 4, 2});
    b.input("v", {-1, 2, 4});
    b.input("mask", {-1, 1, 2});
    b.weight("scale", {}, {0.5f});
    b.node("MatMul", "scores", {"q", "k"}, {"s"});
    b.node("Div", "div", {"s", "scale"}, {"d"});
    b.node("Add", "add", {"mask", "d"}, {"a"});
    b.node("Softmax", "softmax", {"a"}, {"p"});
    b.node("MatMul", "context", {"p", "v"}, {"o"});
    b.node("MatMul", "loose", {"q", "k"}, {"l"}); // computed x computed outside an attention
    b.output("o");
    b.output("l");
    const auto model = b.load();
    const std::vector<Product> all = quantize::products(*model);
    QCOMPARE(all.size(), std::size_t(2));
    QVERIFY(all[0].kind == ProductKind::Scores);
    QCOMPARE(all[0].activation, std::string("q"));
    QVERIFY(all[1].kind == ProductKind::Context);
    QCOMPARE(all[1].weight, std::string("v"));
    QCOMPARE(all[0].partner, all[1].node);
    QCOMPARE(all[1].partner, all[0].node);
    for (const Product& p : all) {
        QVERIFY(!p.counted());
        QVERIFY(p.int8Refusal.empty());
        QCOMPARE(p.bf16Refusal.empty(), __builtin_cpu_supports("avx512bf16") != 0);
    }
    QVERIFY(quantize::whyNotProduct(*model, nodeOf(*model, "scores")).empty());
    QVERIFY(quantize::whyNotProduct(*model, nodeOf(*model, "loose")).find("computed") != std::string::npos);
    QVERIFY(
        quantize::whyNotProduct(*model, nodeOf(*model, "softmax")).find("fp32 inside its group") != std::string::npos);
}

void TestProducts::othersSayWhyNot()
{
    test::OnnxBuilder b;
    b.input("x", {-1, 4});
    b.input("image", {-1, 2, 4, 4});
    b.weight("w", {4, 4}, floats(16));
    b.weight("w3", {2, 4, 4}, floats(32));
    b.weight("grouped", {2, 1, 2, 2}, floats(8));
    b.node("MatMul", "first", {"w", "x"}, {"a"});
    b.node("MatMul", "rank3", {"x", "w3"}, {"b"});
    auto& alpha = b.node("Gemm", "alpha", {"x", "w"}, {"c"});
    test::OnnxBuilder::attribute(alpha, "alpha", 0.5f);
    auto& trans = b.node("Gemm", "trans", {"x", "w"}, {"d"});
    test::OnnxBuilder::attribute(trans, "transA", std::int64_t(1));
    auto& conv = b.node("Conv", "conv", {"image", "grouped"}, {"e"});
    test::OnnxBuilder::attribute(conv, "group", std::int64_t(2));
    b.node("MatMul", "twice", {"w", "w"}, {"f"});
    auto& foreign = b.node("MatMul", "foreign", {"x", "w"}, {"g"});
    foreign.set_domain("com.example");
    for (const char* out : {"a", "b", "c", "d", "e", "f", "g"})
        b.output(out);
    auto* import = b.proto().add_opset_import();
    import->set_domain("com.example");
    import->set_version(1);
    const auto model = b.load();
    QVERIFY(quantize::products(*model).empty());
    const std::map<std::string, std::string> words{{"first", "first operand"}, {"rank3", "3 dimensions instead of 2"},
        {"alpha", "alpha or beta"}, {"trans", "transposed"}, {"conv", "grouped"}, {"twice", "computed once"},
        {"foreign", "com.example"}};
    for (const auto& [name, word] : words) {
        const std::string why = quantize::whyNotProduct(*model, *model->node(name));
        QVERIFY2(why.find(word) != std::string::npos, why.c_str());
        QVERIFY2(why.back() == '.', why.c_str());
    }
}

void TestProducts::realModels_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<int>("counted");
    QTest::addColumn<int>("attention");
    QTest::newRow("sst2") << "sst2-bert-l6-h384/model.onnx" << 38 << 12;
    QTest::newRow("emotion") << "emotion-bert-l4-h256/model.onnx" << 26 << 8;
    QTest::newRow("kwt") << "kwt1-speech-commands/model.onnx" << 74 << 24;
    QTest::newRow("vit") << "vit-fashion-mnist/model.onnx" << 26 << 12;
}

void TestProducts::realModels()
{
    if (test::modelsFolder().isEmpty())
        QSKIP("the real models are not here");
    QFETCH(QString, path);
    const auto model = graph::load((test::modelsFolder() + "/" + path).toStdString());
    int counted = 0, attention = 0;
    for (const Product& p : quantize::products(*model))
        ++(p.counted() ? counted : attention);
    QTEST(counted, "counted");
    QTEST(attention, "attention");
    for (const graph::Node& node : model->nodes())
        if (node.opType != "MatMul" && node.opType != "Gemm" && node.opType != "Conv")
            QVERIFY(!quantize::whyNotProduct(*model, node).empty());
}

OCTET_TEST(TestProducts)
#include "tst_products.moc"
