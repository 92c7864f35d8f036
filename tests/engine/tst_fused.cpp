// SPDX-License-Identifier: GPL-3.0-or-later
// Models as ONNX Runtime's transformer optimizer writes them: fused operators give its values, and run in int8.
#include "core/engine/program.h"
#include "core/exchange/qdq.h"
#include "core/graph/weight_values.h"
#include "core/measure/measure.h"
#include "core/quantize/products.h"
#include "core/quantize/resolve.h"
#include "fused_golden.h"
#include "onnx_builder.h"
#include "test_main.h"

#include <QtTest>

#include <algorithm>
#include <cmath>

using namespace octet;
using test::FusedCase;
using test::FusedInput;
using test::OnnxBuilder;

namespace {

std::vector<float> wave(const Shape& shape, int seed, double amplitude = 1.5)
{
    std::vector<float> values;
    for (std::int64_t i = 0; i < elementCount(shape); ++i)
        values.push_back(static_cast<float>(amplitude * std::sin(0.7 * static_cast<double>(i) + seed)));
    return values;
}

Tensor tensorOf(const FusedInput& input)
{
    Tensor tensor(input.seed == 0 ? DType::I32 : DType::F32, input.shape);
    if (input.seed == 0) {
        std::copy(input.integers.begin(), input.integers.end(), tensor.data<std::int32_t>());
    } else {
        const auto values = wave(input.shape, input.seed);
        std::copy(values.begin(), values.end(), tensor.data<float>());
    }
    return tensor;
}

void importMicrosoft(OnnxBuilder& b)
{
    auto* import = b.proto().add_opset_import();
    import->set_domain("com.microsoft");
    import->set_version(1);
}

std::shared_ptr<const graph::Model> modelOf(OnnxBuilder& b, const FusedCase& c)
{
    importMicrosoft(b);
    auto& node = b.node(c.type, "n", {}, {});
    node.set_domain("com.microsoft");
    for (const auto& name : c.reads)
        node.add_input(name);
    for (const auto& name : c.writes)
        node.add_output(name);
    for (const auto& [name, values] : c.integers)
        if (values.size() == 1)
            OnnxBuilder::attribute(node, name, values[0]);
        else
            OnnxBuilder::attribute(node, name, values);
    for (const auto& [name, value] : c.floats)
        OnnxBuilder::attribute(node, name, value);
    for (const auto& [name, text] : c.texts)
        OnnxBuilder::attribute(node, name, text);
    for (const FusedInput& input : c.inputs)
        b.input(input.name, input.shape, input.seed == 0 ? 6 : 1);
    for (const FusedInput& weight : c.weights)
        b.weight(weight.name, weight.shape, wave(weight.shape, weight.seed));
    for (const auto& name : c.writes)
        if (!name.empty())
            b.output(name, {}, name == "l" ? 6 : 1);
    return b.load();
}

float at(const Tensor& tensor, std::size_t i)
{
    return tensor.type == DType::I32 ? static_cast<float>(tensor.data<std::int32_t>()[i]) : tensor.data<float>()[i];
}

constexpr std::int64_t hidden = 32;

/// One encoder layer as ONNX Runtime fuses it, 2 heads of 16.
void addLayer(OnnxBuilder& b)
{
    const auto microsoft = [&](const char* type, const char* name, std::initializer_list<std::string> inputs,
                               std::initializer_list<std::string> outputs) -> onnx::NodeProto& {
        auto& node = b.node(type, name, inputs, outputs);
        node.set_domain("com.microsoft");
        return node;
    };
    const auto weight = [&](const char* name, Shape shape, int seed) { b.weight(name, shape, wave(shape, seed, 0.3)); };
    importMicrosoft(b);
    b.input("x", {-1, 6, hidden});
    b.input("mask", {-1, 6}, 6);
    weight("qkv", {hidden, 3 * hidden}, 1), weight("qkv_bias", {3 * hidden}, 2);
    weight("dense", {hidden, hidden}, 3), weight("dense_bias", {hidden}, 4);
    weight("up", {hidden, 64}, 5), weight("up_bias", {64}, 6);
    weight("down", {64, hidden}, 7), weight("down_bias", {hidden}, 8);
    b.weight("gamma", {hidden}, std::vector<float>(hidden, 1)), weight("beta", {hidden}, 9);
    OnnxBuilder::attribute(microsoft("Attention", "attention", {"x", "qkv", "qkv_bias", "mask"}, {"context"}),
        "num_heads", std::int64_t(2));
    b.node("MatMul", "output", {"context", "dense"}, {"attended"});
    microsoft("SkipLayerNormalization", "norm1", {"attended", "x", "gamma", "beta", "dense_bias"}, {"middle"});
    b.node("MatMul", "intermediate", {"middle", "up"}, {"wide"});
    microsoft("BiasGelu", "gelu", {"wide", "up_bias"}, {"active"});
    b.node("MatMul", "final", {"active", "down"}, {"narrow"});
    microsoft("SkipLayerNormalization", "norm2", {"middle", "narrow", "gamma", "beta", "down_bias"}, {"y"});
    b.output("y");
}

std::map<std::string, Tensor> layerInputs()
{
    Tensor x(DType::F32, {2, 6, hidden}), mask(DType::I32, {2, 6});
    const auto values = wave(x.shape, 1);
    std::copy(values.begin(), values.end(), x.data<float>());
    for (int i = 0; i < 12; ++i)
        mask.data<std::int32_t>()[i] = i < 9 ? 1 : 0;
    return {{"x", std::move(x)}, {"mask", std::move(mask)}};
}

Tensor run(std::shared_ptr<const graph::Model> model, const Settings& settings, const Ranges& ranges,
    const std::map<std::string, Tensor>& inputs, std::vector<std::string>* kernels = nullptr)
{
    engine::CompileOptions options;
    for (const auto& [name, tensor] : inputs)
        options.inputShapes[name] = tensor.shape;
    engine::WeightStore store;
    const auto program = engine::compile(std::move(model), settings, ranges, options, store);
    engine::Session session(program);
    for (const auto& [name, tensor] : inputs)
        session.setInput(name, tensor);
    session.run();
    if (kernels)
        for (const auto& group : program->groups())
            kernels->push_back(group.kind + " " + toString(group.executed) + " " + group.name);
    return session.outputTensor(0);
}

} // namespace

class TestFused : public QObject
{
    Q_OBJECT

private slots:
    void golden_data()
    {
        QTest::addColumn<int>("index");
        for (std::size_t i = 0; i < test::fusedCases().size(); ++i)
            QTest::newRow(test::fusedCases()[i].name) << static_cast<int>(i);
    }
    void golden()
    {
        QFETCH(int, index);
        const FusedCase& c = test::fusedCases()[static_cast<std::size_t>(index)];
        OnnxBuilder b;
        const auto model = modelOf(b, c);
        for (const graph::Node& node : model->nodes())
            QVERIFY2(node.expanded && node.domain.empty(), node.name.c_str());
        std::map<std::string, Tensor> inputs;
        for (const FusedInput& input : c.inputs)
            inputs[input.name] = tensorOf(input);
        engine::CompileOptions options;
        for (const auto& [name, tensor] : inputs)
            options.inputShapes[name] = tensor.shape;
        engine::WeightStore store;
        engine::Session session(engine::compile(model, {}, {}, options, store));
        for (const auto& [name, tensor] : inputs)
            session.setInput(name, tensor);
        session.run();
        for (std::size_t i = 0; i < model->outputs().size(); ++i) {
            const Tensor got = session.outputTensor(i);
            const auto& expected = c.expected.at(model->outputs()[i].name);
            QCOMPARE(static_cast<std::size_t>(got.count()), expected.size());
            for (std::size_t j = 0; j < expected.size(); ++j)
                QVERIFY2(std::abs(at(got, j) - expected[j]) < 2e-5f * std::max(1.0f, std::abs(expected[j])),
                    qPrintable(QStringLiteral("%1 instead of %2 at %3").arg(at(got, j)).arg(expected[j]).arg(j)));
        }
    }

    void layerRunsInInt8()
    {
        OnnxBuilder b;
        addLayer(b);
        const auto model = b.load();
        std::vector<std::string> weighted, attention;
        for (const quantize::Product& product : quantize::products(*model))
            (product.counted() ? weighted : attention)
                .push_back(model->nodes()[static_cast<std::size_t>(product.node)].name);
        QVERIFY((weighted
            == std::vector<std::string>{
                "attention/query", "attention/key", "attention/value", "output", "intermediate", "final"}));
        QVERIFY((attention == std::vector<std::string>{"attention/scores", "attention/context"}));

        const auto inputs = layerInputs();
        std::vector<std::string> groups;
        const Tensor real = run(model, {}, {}, inputs, &groups);
        for (const char* preset : {"static", "dynamic"}) {
            const Settings settings = quantize::resolve(*model, presetConfig(preset)).settings();
            measure::Context context;
            context.model = model;
            engine::WeightStore store;
            context.store = &store;
            Workload workload;
            workload.batch = 2, workload.length = 6;
            groups.clear();
            const Tensor y = run(model, settings, measure::seededRanges(context, settings, workload), inputs, &groups);
            const auto count = [&](const std::string& start) {
                return std::count_if(groups.begin(), groups.end(), [&](const auto& g) { return g.starts_with(start); });
            };
            QCOMPARE(count("product int8"), 6);
            QCOMPARE(count("attention int8"), 1);
            for (const std::string& group : groups) // residual, norm and gelu lie in the products
                QVERIFY2(
                    group.find("norm1") == std::string::npos && group.find("gelu") == std::string::npos, group.c_str());
            double error = 0, size = 0;
            for (std::int64_t i = 0; i < y.count(); ++i) {
                error += std::pow(y.data<float>()[i] - real.data<float>()[i], 2);
                size += std::pow(real.data<float>()[i], 2);
            }
            QVERIFY2(error < 0.01 * size, qPrintable(QStringLiteral("%1: %2").arg(preset).arg(error / size)));
            QVERIFY(error > 0);
        }
    }

    void exportHoldsTheParts()
    {
        OnnxBuilder b;
        addLayer(b);
        const auto model = b.load();
        QTemporaryDir folder;
        const std::string path = folder.filePath(QStringLiteral("q.onnx")).toStdString();
        exchange::writeQdq(*model, {}, {}, path);
        const auto written = graph::load(path);
        for (const char* name : {"attention/query", "attention/scores", "attention/context", "norm1", "gelu"})
            QVERIFY2(written->node(name), name);
        QVERIFY(!written->weight("qkv")); // only its three parts are left
        QVERIFY(run(written, {}, {}, layerInputs()).bytes == run(model, {}, {}, layerInputs()).bytes);
    }

    /// The packed weight of an attention is in memory once: in the file. Its parts are cut out of it whenever they are packed.
    void partsOfAPackedWeightAreMadeWhenWanted()
    {
        constexpr std::int64_t wide = 160; // parts of 100 KiB
        OnnxBuilder b;
        importMicrosoft(b);
        b.input("x", {2, 3, wide});
        const auto packed = wave({wide, 3 * wide}, 1, 0.1);
        b.weight("qkv", {wide, 3 * wide}, packed), b.weight("b", {3 * wide}, wave({3 * wide}, 2));
        auto& node = b.node("Attention", "n", {"x", "qkv", "b"}, {"y"});
        node.set_domain("com.microsoft");
        OnnxBuilder::attribute(node, "num_heads", std::int64_t(4));
        b.output("y");
        const auto model = b.load();
        const graph::Weight* key = model->weight("n/key_weight");
        QVERIFY(key && key->make && key->data.empty());
        const auto values = graph::floats(*key);
        QCOMPARE(values.size(), static_cast<std::size_t>(wide * wide));
        for (std::size_t i = 0; i < values.size(); ++i)
            QCOMPARE(values[i], packed[i / wide * 3 * wide + wide + i % wide]);
        Tensor x(DType::F32, {2, 3, wide});
        std::ranges::copy(wave(x.shape, 3), x.data<float>());
        const Tensor real = run(model, {}, {}, {{"x", x}});
        const Tensor bytes = run(model, quantize::resolve(*model, presetConfig("dynamic")).settings(), {}, {{"x", x}});
        double error = 0, size = 0;
        for (std::int64_t i = 0; i < real.count(); ++i) {
            error += std::pow(bytes.data<float>()[i] - real.data<float>()[i], 2);
            size += std::pow(real.data<float>()[i], 2);
        }
        QVERIFY2(error < 0.01 * size, qPrintable(QString::number(error / size)));
    }

    void otherFormsStay()
    {
        OnnxBuilder b;
        importMicrosoft(b);
        b.input("x", {1, 3, 8});
        b.input("past", {2, 1, 2, 3, 4});
        b.weight("w", {8, 24}, wave({8, 24}, 1));
        b.weight("b", {24}, wave({24}, 2));
        auto& node = b.node("Attention", "n", {"x", "w", "b", "", "past"}, {"y", "present"});
        node.set_domain("com.microsoft");
        OnnxBuilder::attribute(node, "num_heads", std::int64_t(2));
        b.output("y");
        const auto model = b.load();
        QCOMPARE(model->nodes().size(), std::size_t(1));
        QVERIFY(!engine::unsupportedNodes(*model).empty());
    }
};

OCTET_TEST(TestFused)
#include "tst_fused.moc"
