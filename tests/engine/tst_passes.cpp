// SPDX-License-Identifier: GPL-3.0-or-later
// What the passes recognise, what they must not, and that fusing changes no result.
#include "core/engine/ops/half.h"
#include "core/engine/passes/passes.h"
#include "core/engine/program.h"
#include "core/quantize/affine.h"
#include "core/values/error.h"
#include "onnx_builder.h"
#include "test_main.h"

#include <QtTest>

#include <cmath>
#include <random>

using namespace octet;
using namespace octet::engine;
using octet::test::OnnxBuilder;

namespace {

std::vector<float> randoms(std::size_t n, unsigned seed, float low = -1, float high = 1)
{
    std::mt19937 engine(seed);
    std::vector<float> v(n);
    for (float& x : v)
        x = low + (high - low) * static_cast<float>(engine()) / 4294967295.0f;
    return v;
}

Tensor tensorOf(const Shape& shape, const std::vector<float>& values)
{
    Tensor t(DType::F32, shape);
    std::copy(values.begin(), values.end(), t.data<float>());
    return t;
}

Ir recognised(const graph::Model& model, const CompileOptions& options)
{
    Ir ir = buildIr(model, options);
    recogniseNorms(ir);
    recogniseGelu(ir);
    recogniseAttention(ir);
    fuseProducts(ir, quantize::products(model));
    selectRows(ir);
    return ir;
}

std::vector<float> runOnce(std::shared_ptr<const graph::Model> model, const CompileOptions& options,
                           const std::map<std::string, Tensor>& inputs, const Settings& settings = {},
                           const Ranges& ranges = {})
{
    WeightStore store;
    Session session(compile(std::move(model), settings, ranges, options, store));
    for (const auto& [name, tensor] : inputs)
        session.setInput(name, tensor);
    session.run();
    const Tensor out = session.outputTensor(0);
    return {out.data<float>(), out.data<float>() + out.count()};
}

void addDecomposedNorm(OnnxBuilder& b, const std::string& x, const std::string& y, std::int64_t width)
{
    b.weight("gamma", {width}, randoms(static_cast<std::size_t>(width), 3, 0.5f, 1.5f));
    b.weight("beta", {width}, randoms(static_cast<std::size_t>(width), 4));
    b.weight("two", {}, {2});
    b.weight("epsilon", {}, {1e-5f});
    for (const auto& [in, out] : {std::pair<std::string, std::string> {x, "mean"}, {"squares", "variance"}})
        if (out == "mean")
            OnnxBuilder::attribute(b.node("ReduceMean", "m1", {in}, {out}), "axes", std::vector<std::int64_t> {-1});
    b.node("Sub", "sub", {x, "mean"}, {"difference"});
    b.node("Pow", "pow", {"difference", "two"}, {"squares"});
    OnnxBuilder::attribute(b.node("ReduceMean", "m2", {"squares"}, {"variance"}), "axes", std::vector<std::int64_t> {-1});
    b.node("Add", "plus", {"variance", "epsilon"}, {"stable"});
    b.node("Sqrt", "sqrt", {"stable"}, {"deviation"});
    b.node("Div", "div", {"difference", "deviation"}, {"normal"});
    b.node("Mul", "mul", {"normal", "gamma"}, {"scaled"});
    b.node("Add", "last", {"scaled", "beta"}, {y});
}

} // namespace

Q_DECLARE_METATYPE(octet::Approach)

class TestPasses : public QObject
{
    Q_OBJECT

private slots:
    void decomposedNorm()
    {
        OnnxBuilder b;
        b.input("x", {2, 3, 8});
        b.output("y");
        addDecomposedNorm(b, "x", "y", 8);
        const auto model = b.load();
        CompileOptions options;
        options.inputShapes = {{"x", {2, 3, 8}}};
        const Ir ir = recognised(*model, options);
        QCOMPARE(ir.nodes.size(), std::size_t(1));
        QVERIFY(ir.nodes[0].kind == IrKind::Norm);
        QCOMPARE(ir.nodes[0].origins.size(), std::size_t(9));

        const auto x = randoms(48, 9);
        const auto fused = runOnce(model, options, {{"x", tensorOf({2, 3, 8}, x)}});
        options.taps = {"normal"}; // keeping an inner value forbids the group: the general operators run
        QVERIFY(recognised(*model, options).nodes.size() > 1);
        const auto general = runOnce(model, options, {{"x", tensorOf({2, 3, 8}, x)}});
        for (std::size_t i = 0; i < fused.size(); ++i)
            QVERIFY(std::abs(fused[i] - general[i]) < 2e-6f);
    }

    void normNeedsItsOwnMean()
    {
        OnnxBuilder b;
        b.input("x", {2, 3, 8});
        b.input("other", {2, 3, 8});
        b.output("y");
        addDecomposedNorm(b, "x", "y", 8);
        b.proto().mutable_graph()->mutable_node(0)->set_input(0, "other"); // the mean of something else
        CompileOptions options;
        options.inputShapes = {{"x", {2, 3, 8}}, {"other", {2, 3, 8}}};
        for (const IrNode& node : recognised(*b.load(), options).nodes)
            QVERIFY(node.kind == IrKind::General);
    }

    void gelu_data()
    {
        QTest::addColumn<int>("form");
        QTest::newRow("x (1 + erf) 0.5") << 0;
        QTest::newRow("(0.5 x) (1 + erf)") << 1;
        QTest::newRow("tanh") << 2;
    }
    void gelu()
    {
        QFETCH(int, form);
        OnnxBuilder b;
        b.input("x", {4, 10});
        b.output("y");
        b.weight("half", {}, {0.5f});
        b.weight("one", {}, {1});
        if (form == 2) {
            b.weight("three", {}, {3});
            b.weight("c", {}, {0.044715f});
            b.weight("s", {}, {0.7978845608f});
            b.node("Pow", "pow", {"x", "three"}, {"cube"});
            b.node("Mul", "cubic", {"cube", "c"}, {"term"});
            b.node("Add", "sum", {"x", "term"}, {"inner"});
            b.node("Mul", "scaled", {"inner", "s"}, {"arg"});
            b.node("Tanh", "curve", {"arg"}, {"t"});
        } else {
            b.weight("root", {}, {1.41421356f});
            b.node("Div", "div", {"x", "root"}, {"arg"});
            b.node("Erf", "curve", {"arg"}, {"t"});
        }
        b.node("Add", "plus", {"t", "one"}, {"p"});
        if (form == 0) {
            b.node("Mul", "a", {"x", "p"}, {"xp"});
            b.node("Mul", "z", {"xp", "half"}, {"y"});
        } else {
            b.node("Mul", "a", {"x", "half"}, {"hx"});
            b.node("Mul", "z", {"hx", "p"}, {"y"});
        }
        const auto model = b.load();
        CompileOptions options;
        options.inputShapes = {{"x", {4, 10}}};
        const Ir ir = recognised(*model, options);
        QCOMPARE(ir.nodes.size(), std::size_t(1));
        QVERIFY(ir.nodes[0].kind == IrKind::Gelu);
        QVERIFY(ir.nodes[0].activation == (form == 2 ? Activation::GeluTanh : Activation::GeluErf));
        const auto x = randoms(40, 5, -4, 4);
        const auto y = runOnce(model, options, {{"x", tensorOf({4, 10}, x)}});
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double v = x[i];
            const double expected = form == 2
                ? 0.5 * v * (1 + std::tanh(0.7978845608 * (v + 0.044715 * v * v * v)))
                : 0.5 * v * (1 + std::erf(v / std::sqrt(2.0)));
            QVERIFY(std::abs(y[i] - expected) < 2e-6);
        }
    }

    void attentionWithMaskAndTransposes()
    {
        // [2, 5, 12] -> 3 heads of 4, as BERT writes it
        OnnxBuilder b;
        for (const char* name : {"q", "k", "v"})
            b.input(name, {2, 5, 12});
        b.input("mask", {2, 1, 1, 5});
        b.output("y");
        b.ints("heads", {4}, {2, 5, 3, 4});
        b.ints("joined", {3}, {2, 5, 12});
        b.weight("root", {}, {2});
        for (const std::string name : {"q", "k", "v"}) {
            b.node("Reshape", name + "r", {name, "heads"}, {name + "4"});
            OnnxBuilder::attribute(b.node("Transpose", name + "t", {name + "4"}, {name + "h"}), "perm",
                                   name == "k" ? std::vector<std::int64_t> {0, 2, 3, 1} : std::vector<std::int64_t> {0, 2, 1, 3});
        }
        b.node("MatMul", "scores", {"qh", "kh"}, {"s"});
        b.node("Div", "scale", {"s", "root"}, {"sd"});
        b.node("Add", "masked", {"sd", "mask"}, {"sm"});
        OnnxBuilder::attribute(b.node("Softmax", "softmax", {"sm"}, {"p"}), "axis", std::int64_t(-1));
        b.node("MatMul", "context", {"p", "vh"}, {"c"});
        OnnxBuilder::attribute(b.node("Transpose", "back", {"c"}, {"ct"}), "perm", std::vector<std::int64_t> {0, 2, 1, 3});
        b.node("Reshape", "join", {"ct", "joined"}, {"y"});
        const auto model = b.load();
        CompileOptions options;
        options.inputShapes = {{"q", {2, 5, 12}}, {"k", {2, 5, 12}}, {"v", {2, 5, 12}}, {"mask", {2, 1, 1, 5}}};
        const Ir ir = recognised(*model, options);
        QCOMPARE(std::count_if(ir.nodes.begin(), ir.nodes.end(), [](const IrNode& n) { return n.kind == IrKind::Attention; }), 1);
        std::map<std::string, Tensor> inputs;
        for (const char* name : {"q", "k", "v"})
            inputs[name] = tensorOf({2, 5, 12}, randoms(120, static_cast<unsigned>(name[0])));
        inputs["mask"] = tensorOf({2, 1, 1, 5}, {0, 0, 0, -3.4028234663852886e38f, -3.4028234663852886e38f, 0, 0, 0, 0, 0});
        const auto fused = runOnce(model, options, inputs);
        options.taps = {"p"};
        const auto general = runOnce(model, options, inputs);
        for (std::size_t i = 0; i < fused.size(); ++i)
            QVERIFY(std::abs(fused[i] - general[i]) < 2e-6f);
        // and the transposition behind it is free
        WeightStore store;
        options.taps.clear();
        const auto program = compile(model, {}, {}, options, store);
        for (const GroupProfile& group : program->groups())
            QVERIFY2(group.kind != "reorder", group.name.c_str());
    }

    void onlyTheRowThatIsReadIsComputed()
    {
        // Attention, output product with residual and norm, of which the end reads row 1 of 5.
        OnnxBuilder b;
        b.input("x", {2, 5, 12});
        b.input("mask", {2, 1, 5, 5});
        b.output("y");
        b.ints("heads", {4}, {0, 0, 3, 4});
        b.ints("joined", {3}, {2, 5, 12});
        b.ints("at", {}, {-4});
        for (const std::string name : {"q", "k", "v"}) {
            b.weight("w" + name, {12, 12}, randoms(144, static_cast<unsigned>(name[0])));
            b.node("MatMul", "p" + name, {"x", "w" + name}, {name});
            b.node("Reshape", name + "r", {name, "heads"}, {name + "4"});
            OnnxBuilder::attribute(b.node("Transpose", name + "t", {name + "4"}, {name + "h"}), "perm",
                                   name == "k" ? std::vector<std::int64_t> {0, 2, 3, 1} : std::vector<std::int64_t> {0, 2, 1, 3});
        }
        b.node("MatMul", "scores", {"qh", "kh"}, {"s"});
        b.node("Add", "masked", {"s", "mask"}, {"sm"});
        OnnxBuilder::attribute(b.node("Softmax", "softmax", {"sm"}, {"p"}), "axis", std::int64_t(-1));
        b.node("MatMul", "context", {"p", "vh"}, {"c"});
        OnnxBuilder::attribute(b.node("Transpose", "back", {"c"}, {"ct"}), "perm", std::vector<std::int64_t> {0, 2, 1, 3});
        b.node("Reshape", "join", {"ct", "joined"}, {"cj"});
        b.weight("wo", {12, 12}, randoms(144, 9));
        b.node("MatMul", "out", {"cj", "wo"}, {"o"});
        b.node("Add", "residual", {"o", "x"}, {"sum"});
        addDecomposedNorm(b, "sum", "n", 12);
        OnnxBuilder::attribute(b.node("Gather", "row", {"n", "at"}, {"y"}), "axis", std::int64_t(1));
        const auto model = b.load();
        CompileOptions options;
        options.inputShapes = {{"x", {2, 5, 12}}, {"mask", {2, 1, 5, 5}}};
        const Ir ir = recognised(*model, options);
        int narrow = 0;
        for (const IrNode& node : ir.nodes)
            if (node.kind == IrKind::Product && std::any_of(node.outputs.begin(), node.outputs.end(), [&](ValueId id) {
                    return id >= 0 && ir.value(id).shape == Shape {2, 1, 12};
                }))
                ++narrow; // q and out
            else if (node.kind == IrKind::Attention)
                QVERIFY((ir.value(node.outputs[0]).shape == Shape {2, 3, 1, 4}));
        QCOMPARE(narrow, 2);
        std::map<std::string, Tensor> inputs;
        inputs["x"] = tensorOf({2, 5, 12}, randoms(120, 1));
        inputs["mask"] = tensorOf({2, 1, 5, 5}, randoms(50, 2, -3, 0));
        const auto selected = runOnce(model, options, inputs);
        options.taps = {"n"}; // somebody reads all rows
        const auto whole = runOnce(model, options, inputs);
        QCOMPARE(selected.size(), std::size_t(24));
        for (std::size_t i = 0; i < selected.size(); ++i)
            QVERIFY(std::abs(selected[i] - whole[i]) < 4e-6f);
    }

    void productTakesBiasActivationResidualNorm()
    {
        OnnxBuilder b;
        b.input("x", {3, 16});
        b.input("r", {3, 8});
        b.output("sum");
        b.output("y");
        b.weight("w", {16, 8}, randoms(128, 1));
        b.weight("bias", {8}, randoms(8, 2));
        b.weight("gamma", {8}, randoms(8, 3));
        b.weight("beta", {8}, randoms(8, 4));
        b.node("MatMul", "mm", {"x", "w"}, {"a"});
        b.node("Add", "ab", {"bias", "a"}, {"b"});
        b.node("Add", "ar", {"b", "r"}, {"sum"});
        b.node("LayerNormalization", "ln", {"sum", "gamma", "beta"}, {"y"});
        const auto model = b.load();
        CompileOptions options;
        options.inputShapes = {{"x", {3, 16}}, {"r", {3, 8}}};
        const Ir ir = recognised(*model, options);
        QCOMPARE(ir.nodes.size(), std::size_t(1));
        QCOMPARE(ir.nodes[0].origins.size(), std::size_t(4));
        QVERIFY(ir.nodes[0].outputs[0] >= 0 && ir.nodes[0].outputs[1] >= 0); // the sum is an output: both are made
        const std::map<std::string, Tensor> inputs {{"x", tensorOf({3, 16}, randoms(48, 8))}, {"r", tensorOf({3, 8}, randoms(24, 9))}};
        const auto fused = runOnce(model, options, inputs);
        options.taps = {"a", "b"};
        const auto general = runOnce(model, options, inputs);
        for (std::size_t i = 0; i < fused.size(); ++i)
            QVERIFY(std::abs(fused[i] - general[i]) < 2e-6f);
    }

    void integerProductMatchesItsArithmetic()
    {
        OnnxBuilder b;
        b.input("x", {5, 32});
        b.output("y");
        const auto w = randoms(32 * 16, 1);
        b.weight("w", {32, 16}, w);
        b.node("MatMul", "mm", {"x", "w"}, {"y"});
        const auto model = b.load();
        CompileOptions options;
        options.inputShapes = {{"x", {5, 32}}};
        const auto x = randoms(160, 8, -2, 3);
        Settings settings;
        settings["mm"].precision = Precision::Int8;
        Range range;
        range.min = -2, range.max = 3;
        const Ranges ranges {{rangeKey("x", settings["mm"]), range}};
        const auto y = runOnce(model, options, {{"x", tensorOf({5, 32}, x)}}, settings, ranges);
        const bool vnni = effectiveIsa() >= Isa::Vnni;
        const auto q = quantize::quantizeWeight(*model->weight("w"), 32, 16, false, Granularity::PerChannel, vnni ? 8 : 7);
        const auto affine = quantize::activationAffine(range, Scheme::Asym);
        for (std::size_t i = 0; i < 5; ++i)
            for (std::size_t j = 0; j < 16; ++j) {
                double sum = 0;
                for (std::size_t p = 0; p < 32; ++p) {
                    const double a = std::clamp(std::nearbyint(x[i * 32 + p] * (1.0f / affine.scale)) + static_cast<float>(affine.zeroPoint), 0.0f, 255.0f) - affine.zeroPoint;
                    sum += a * q.values[p * 16 + j];
                }
                QVERIFY(std::abs(y[i * 16 + j] - sum * double(affine.scale) * double(q.scales[j])) < 1e-5);
            }
        // Without its range it must not run at all.
        QVERIFY_EXCEPTION_THROWN(runOnce(model, options, {{"x", tensorOf({5, 32}, x)}}, settings), Error);
    }

    /// Both operands rounded to bf16, sums in fp32.
    void bf16ProductMatchesItsArithmetic()
    {
        if (!hasBf16())
            QSKIP("This CPU has no AVX512-BF16.");
        OnnxBuilder b;
        b.input("x", {7, 50});
        b.output("y");
        const auto w = randoms(50 * 33, 1), bias = randoms(33, 2);
        b.weight("w", {50, 33}, w);
        b.weight("bias", {33}, bias);
        b.node("MatMul", "mm", {"x", "w"}, {"m"});
        b.node("Add", "add", {"m", "bias"}, {"y"});
        const auto model = b.load();
        CompileOptions options;
        options.inputShapes = {{"x", {7, 50}}};
        const auto x = randoms(350, 8, -2, 3);
        Settings settings;
        settings["mm"].precision = Precision::Bf16;
        const auto y = runOnce(model, options, {{"x", tensorOf({7, 50}, x)}}, settings);
        const auto rounded = [](float v) { return static_cast<double>(static_cast<float>(BFloat16(v))); };
        for (std::size_t i = 0; i < 7; ++i)
            for (std::size_t j = 0; j < 33; ++j) {
                double sum = bias[j];
                for (std::size_t p = 0; p < 50; ++p)
                    sum += rounded(x[i * 50 + p]) * rounded(w[p * 33 + j]);
                QVERIFY(std::abs(y[i * 33 + j] - sum) < 3e-5);
            }
    }

    /// x [2, 9, 16] -> Q, K, V -> scores of the scaled Q -> context; with one head nothing is split or turned.
    static std::shared_ptr<const graph::Model> attentionModel(OnnxBuilder& b, bool oneHead)
    {
        b.input("x", {2, 9, 16});
        b.output("y");
        b.ints("heads", {4}, {0, 0, 2, 8});
        b.weight("root", {}, {0.125f});
        for (const std::string name : {"q", "k", "v"}) {
            b.weight("w" + name, {16, 16}, randoms(256, static_cast<unsigned>(name[0])));
            const bool turned = !oneHead || name == "k";
            b.node("MatMul", "p" + name, {"x", "w" + name}, {turned ? name : name + "h"});
            if (!oneHead)
                b.node("Reshape", name + "r", {name, "heads"}, {name + "4"});
            if (turned)
                OnnxBuilder::attribute(b.node("Transpose", name + "t", {oneHead ? name : name + "4"}, {name + "h"}),
                    "perm", oneHead       ? std::vector<std::int64_t>{0, 2, 1}
                        : name == "k" ? std::vector<std::int64_t>{0, 2, 3, 1}
                                      : std::vector<std::int64_t>{0, 2, 1, 3});
        }
        b.node("Mul", "scale", {"qh", "root"}, {"qs"});
        b.node("MatMul", "scores", {"qs", "kh"}, {"s"});
        OnnxBuilder::attribute(b.node("Softmax", "softmax", {"s"}, {"p"}), "axis", std::int64_t(-1));
        b.node("MatMul", "context", {"p", "vh"}, {"y"});
        return b.load();
    }

    static GroupProfile attentionGroup(const Program& program)
    {
        for (const GroupProfile& group : program.groups())
            if (group.kind == "attention")
                return group;
        return {};
    }

    /// The range of Q is that of the scaled values, as the model applies the scale to Q.
    void integerAttentionIsNearFp32_data()
    {
        QTest::addColumn<bool>("oneHead");
        QTest::addColumn<Approach>("approach");
        QTest::addColumn<float>("smoothing");
        for (const bool oneHead : {false, true})
            for (const Approach approach : {Approach::Static, Approach::Dynamic})
                for (const float smoothing : {0.0f, 0.5f})
                    QTest::addRow("%s, %s%s", oneHead ? "one head" : "heads", toString(approach).c_str(),
                        smoothing > 0 ? ", smoothed" : "")
                        << oneHead << approach << smoothing;
    }
    void integerAttentionIsNearFp32()
    {
        QFETCH(bool, oneHead);
        QFETCH(Approach, approach);
        QFETCH(float, smoothing);
        OnnxBuilder b;
        const auto model = attentionModel(b, oneHead);
        CompileOptions options;
        options.inputShapes = {{"x", {2, 9, 16}}};
        const std::map<std::string, Tensor> inputs {{"x", tensorOf({2, 9, 16}, randoms(288, 5))}};
        options.taps = {"qs", "kh", "vh"};
        WeightStore store;
        Session fp32(compile(model, {}, {}, options, store));
        fp32.setInput("x", inputs.at("x"));
        fp32.run();
        const auto expected = fp32.outputTensor(0);
        Settings settings;
        Ranges ranges;
        for (const char* node : {"scores", "context"}) {
            settings[node].precision = Precision::Int8;
            settings[node].approach = approach;
            settings[node].smoothing = smoothing;
        }
        for (const std::string value : {"qs", "kh", "vh"}) {
            const auto tap = fp32.tap(value);
            Range range;
            range.min = *std::min_element(tap.begin(), tap.end());
            range.max = *std::max_element(tap.begin(), tap.end());
            if (smoothing > 0) { // of every channel of every head; Q is divided by what K is multiplied with
                for (int c = 0; c < 16; ++c) {
                    const float factor = 1 + 0.02f * static_cast<float>(c);
                    range.smoothing.push_back(value == "kh" ? 1 / factor : factor);
                }
                range.min *= 1.3f, range.max *= 1.3f;
            }
            ranges[rangeKey(value, settings["scores"])] = range;
        }
        options.taps.clear();
        const GroupProfile group = attentionGroup(*compile(model, settings, ranges, options, store));
        QVERIFY2(group.executed == Precision::Int8, group.reason.c_str());
        const auto y = runOnce(model, options, inputs, settings, ranges);
        for (std::size_t i = 0; i < y.size(); ++i)
            QVERIFY2(std::abs(y[i] - expected.data<float>()[i]) < 0.04f,
                     qPrintable(QStringLiteral("%1 instead of %2").arg(y[i]).arg(expected.data<float>()[i])));
        // One product alone cannot be int8, and says so.
        settings["context"].precision = Precision::Fp32;
        const GroupProfile half = attentionGroup(*compile(model, settings, ranges, options, store));
        QVERIFY(half.executed == Precision::Fp32);
        QVERIFY2(half.reason.find("must be int8, and \"context\" is not") != std::string::npos, half.reason.c_str());
    }

    void halfAttentionIsNearFp32()
    {
        for (const bool oneHead : {false, true}) {
            OnnxBuilder b;
            const auto model = attentionModel(b, oneHead);
            CompileOptions options;
            options.inputShapes = {{"x", {2, 9, 16}}};
            const std::map<std::string, Tensor> inputs{{"x", tensorOf({2, 9, 16}, randoms(288, 5))}};
            const auto expected = runOnce(model, options, inputs);
            Settings settings;
            settings["scores"].precision = settings["context"].precision = Precision::Bf16;
            WeightStore store;
            const GroupProfile group = attentionGroup(*compile(model, settings, {}, options, store));
            QVERIFY(group.asked == Precision::Bf16);
            if (!hasBf16()) {
                QVERIFY(group.executed == Precision::Fp32);
                QVERIFY2(group.reason.find("AVX512-BF16") != std::string::npos, group.reason.c_str());
                continue;
            }
            QVERIFY2(group.executed == Precision::Bf16, group.reason.c_str());
            QVERIFY2(group.kernel.starts_with("bf16 scores, softmax, context"), group.kernel.c_str());
            const auto y = runOnce(model, options, inputs, settings);
            QVERIFY(y != expected);
            for (std::size_t i = 0; i < y.size(); ++i)
                QVERIFY2(std::abs(y[i] - expected[i]) < 0.02f, qPrintable(QStringLiteral("%1 instead of %2").arg(y[i]).arg(expected[i])));
            settings["scores"].precision = Precision::Fp32;
            const GroupProfile one = attentionGroup(*compile(model, settings, {}, options, store));
            QVERIFY(one.executed == Precision::Fp32);
            QVERIFY2(one.reason.find("must be bf16, and \"scores\" is not") != std::string::npos, one.reason.c_str());
            settings["scores"].precision = Precision::Int8;
            settings["scores"].approach = Approach::Dynamic;
            QVERIFY(attentionGroup(*compile(model, settings, {}, options, store)).executed == Precision::Fp32);
        }
    }

    void unsupportedIsNamed()
    {
        OnnxBuilder b;
        b.input("x", {2, 2});
        b.output("y");
        b.node("NonMaxSuppression", "my/node", {"x"}, {"y"});
        CompileOptions options;
        options.inputShapes = {{"x", {2, 2}}};
        try {
            buildIr(*b.load(), options);
            QFAIL("no error");
        } catch (const Error& error) {
            QVERIFY(error.kind() == ErrorKind::Unsupported);
            QCOMPARE(error.where().node, std::string("my/node"));
            QVERIFY(error.message().find("NonMaxSuppression") != std::string::npos);
        }
    }

    void constantIndexIsAView()
    {
        OnnxBuilder b;
        b.input("x", {3, 4, 8});
        b.output("y");
        b.ints("first", {}, {0});
        b.weight("w", {8, 6}, randoms(48, 2));
        OnnxBuilder::attribute(b.node("Gather", "cls", {"x", "first"}, {"row"}), "axis", std::int64_t(1));
        b.node("MatMul", "mm", {"row", "w"}, {"y"});
        CompileOptions options;
        options.inputShapes = {{"x", {3, 4, 8}}};
        WeightStore store;
        const auto program = compile(b.load(), {}, {}, options, store);
        QCOMPARE(program->groups().size(), std::size_t(1));
        QCOMPARE(program->outputShape(0), (Shape {3, 6}));
    }
};

OCTET_TEST(TestPasses)
#include "tst_passes.moc"
