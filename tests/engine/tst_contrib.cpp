// SPDX-License-Identifier: GPL-3.0-or-later
// com.microsoft's operators against values that ONNX Runtime 1.30 gave for the same inputs, 1.5 sin(0.7 i + seed).
#include "core/engine/program.h"
#include "onnx_builder.h"
#include "test_main.h"

#include <QtTest>

#include <cmath>

using namespace octet;
using octet::test::OnnxBuilder;

namespace {

std::vector<float> wave(std::int64_t count, int seed)
{
    std::vector<float> values;
    for (std::int64_t i = 0; i < count; ++i)
        values.push_back(static_cast<float>(1.5 * std::sin(0.7 * static_cast<double>(i) + seed)));
    return values;
}

struct Case
{
    const char* type;
    std::vector<std::pair<std::string, Shape>> inputs; // seeds 1, 2
    std::vector<std::pair<std::string, int>> weights; // of four elements, with their seeds
    std::vector<float> expected;
    const char* domain = "com.microsoft";
};

const std::vector<Case> cases {
    {"BiasGelu", {{"x", {2, 4}}}, {{"b", 2}},
     {2.614813f, 2.093137f, 0.463351f, -0.142136f, 0.299935f, -0.168859f, -0.074785f, -0.065931f}},
    {"FastGelu", {{"x", {2, 4}}}, {{"b", 2}},
     {2.615282f, 2.093345f, 0.463312f, -0.142341f, 0.299923f, -0.168951f, -0.074913f, -0.066005f}},
    {"QuickGelu", {{"x", {2, 4}}}, {},
     {1.097025f, 1.343240f, 0.831334f, 0.032643f, -0.184973f, -0.146337f, -0.159675f, -0.168961f}},
    {"SkipLayerNormalization", {{"x", {1, 2, 4}}, {"s", {1, 2, 4}}}, {{"g", 3}, {"be", 4}, {"b", 5}},
     {-0.985244f, -2.232111f, -1.156107f, 1.987070f, -1.348165f, -0.892305f, -1.499926f, -2.400488f}},
    {"SkipSimplifiedLayerNormalization", {{"x", {1, 2, 4}}, {"s", {1, 2, 4}}}, {{"g", 3}},
     {0.306229f, -0.931893f, -0.495282f, 0.891259f, -0.269214f, 1.057939f, 1.091174f, -0.224682f}},
    {"SimplifiedLayerNormalization", {{"x", {1, 2, 4}}}, {{"g", 3}},
     {0.242987f, -1.075133f, -1.315263f, -0.078772f, -0.172682f, 1.035809f, 1.681309f, 0.692246f}, ""},
    {"FusedMatMul", {{"x", {1, 3, 2}}, {"s", {1, 4, 3}}}, {},
     {1.361454f, -1.045956f, -0.305361f, 1.354276f, 1.315449f, -0.183590f, -1.130080f, 1.324623f}},
};

} // namespace

class TestContrib : public QObject
{
    Q_OBJECT

private slots:
    void golden_data()
    {
        QTest::addColumn<int>("index");
        for (std::size_t i = 0; i < cases.size(); ++i)
            QTest::newRow(cases[i].type) << static_cast<int>(i);
    }
    void golden()
    {
        QFETCH(int, index);
        const Case& c = cases[static_cast<std::size_t>(index)];
        OnnxBuilder b;
        auto* import = b.proto().add_opset_import();
        import->set_domain("com.microsoft");
        import->set_version(1);
        auto& node = b.node(c.type, "n", {}, {"y"});
        node.set_domain(c.domain);
        engine::CompileOptions options;
        std::map<std::string, Tensor> inputs;
        int seed = 1;
        for (const auto& [name, shape] : c.inputs) {
            b.input(name, shape);
            node.add_input(name);
            const auto values = wave(elementCount(shape), seed++);
            inputs[name] = Tensor(DType::F32, shape);
            std::copy(values.begin(), values.end(), inputs[name].data<float>());
            options.inputShapes[name] = shape;
        }
        for (const auto& [name, weightSeed] : c.weights) {
            b.weight(name, {4}, wave(4, weightSeed));
            node.add_input(name);
        }
        if (std::string(c.type) == "FusedMatMul") {
            OnnxBuilder::attribute(node, "transA", std::int64_t(1));
            OnnxBuilder::attribute(node, "transB", std::int64_t(1));
            OnnxBuilder::attribute(node, "alpha", 0.5f);
        } else if (std::string(c.type) == "QuickGelu") {
            OnnxBuilder::attribute(node, "alpha", 1.5f);
        } else {
            OnnxBuilder::attribute(node, "epsilon", 1e-5f);
        }
        b.output("y");
        engine::WeightStore store;
        engine::Session session(engine::compile(b.load(), {}, {}, options, store));
        for (const auto& [name, tensor] : inputs)
            session.setInput(name, tensor);
        session.run();
        const Tensor y = session.outputTensor(0);
        QCOMPARE(static_cast<std::size_t>(y.count()), c.expected.size());
        for (std::size_t i = 0; i < c.expected.size(); ++i)
            QVERIFY2(std::abs(y.data<float>()[i] - c.expected[i]) < 5e-6f,
                     qPrintable(QStringLiteral("%1 instead of %2").arg(y.data<float>()[i]).arg(c.expected[i])));
    }
};

OCTET_TEST(TestContrib)
#include "tst_contrib.moc"
