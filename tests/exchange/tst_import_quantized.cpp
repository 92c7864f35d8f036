// SPDX-License-Identifier: GPL-3.0-or-later
// Files that were quantized elsewhere, and ours coming back.
#include "core/exchange/qdq.h"
#include "core/graph/weight_values.h"
#include "core/measure/measure.h"
#include "core/quantize/affine.h"
#include "core/quantize/imported.h"
#include "core/quantize/products.h"
#include "core/quantize/resolve.h"
#include "engine/onnx_builder.h"
#include "test_main.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace octet;
using test::OnnxBuilder;

namespace {

void bytes(OnnxBuilder& b, const std::string& name, std::vector<std::int64_t> dims, int type, const std::string& data)
{
    auto* t = b.proto().mutable_graph()->add_initializer();
    t->set_name(name);
    t->set_data_type(type);
    for (const auto d : dims)
        t->add_dims(d);
    t->set_raw_data(data);
}

constexpr int u8 = 2, s8 = 3;
const std::string weights("\x80\x10\x20\x7f\x05\xf0\x01\x40", 8); // s8 [4, 2], -128 among them

} // namespace

class TestImportQuantized : public QObject
{
    Q_OBJECT

    static std::vector<float> run(const std::shared_ptr<const graph::Model>& model, const Settings& settings, const Ranges& ranges)
    {
        engine::CompileOptions options;
        options.inputShapes = {{"x", {3, 4}}};
        engine::WeightStore store;
        engine::Session session(engine::compile(model, settings, ranges, options, store));
        Tensor x(DType::F32, {3, 4});
        for (int i = 0; i < 12; ++i)
            x.data<float>()[i] = 0.3713f * static_cast<float>(i) - 1.9f;
        session.setInput("x", x);
        session.run();
        const Tensor y = session.outputTensor(0);
        return {y.data<float>(), y.data<float>() + y.count()};
    }

    static void qdq(OnnxBuilder& b)
    {
        b.input("x", {3, 4});
        b.weight("s", {}, {0.02f});
        bytes(b, "z", {}, u8, "\x64");
        b.weight("ws", {2}, {0.01f, 0.02f});
        bytes(b, "w", {4, 2}, s8, weights);
        bytes(b, "wz", {2}, s8, std::string(2, '\0'));
        b.node("QuantizeLinear", "q", {"x", "s", "z"}, {"xq"});
        b.node("DequantizeLinear", "d", {"xq", "s", "z"}, {"xd"});
        OnnxBuilder::attribute(b.node("DequantizeLinear", "wd", {"w", "ws", "wz"}, {"wf"}), "axis", std::int64_t(1));
        b.node("MatMul", "product", {"xd", "wf"}, {"y"});
        b.output("y");
    }

private slots:
    void qdqGivesItsIntegersBack()
    {
        OnnxBuilder b;
        qdq(b);
        const auto file = b.load();
        const quantize::Opened opened = quantize::recognise(file);
        QVERIFY(opened.wasQuantized);
        QCOMPARE(opened.form, std::string("QDQ"));
        QCOMPARE(opened.products, 1);
        QCOMPARE(opened.model->nodes().size(), std::size_t(1));
        const Range& range = opened.ranges.at({"x", RangeMethod::MinMax, 0, 0});
        const quantize::Affine affine = quantize::activationAffine(range, Scheme::Asym);
        QCOMPARE(affine.scale, 0.02f);
        QCOMPARE(affine.zeroPoint, 0x64);
        const graph::Weight* weight = opened.model->weight("wf");
        QVERIFY(weight);
        const auto q = quantize::quantizeWeight(*weight, 4, 2, false, Granularity::PerChannel, 8);
        QCOMPARE(std::string(reinterpret_cast<const char*>(q.values.data()), 8), weights);
        QCOMPARE(q.scales, (std::vector<float>{0.01f, 0.02f}));

        const Settings settings = quantize::resolve(*opened.model, opened.config).settings();
        QVERIFY(settings.at("product").precision == Precision::Int8);
        const auto ours = run(opened.model, settings, opened.ranges), asWritten = run(file, {}, {});
        for (std::size_t i = 0; i < ours.size(); ++i)
            QVERIFY(std::abs(ours[i] - asWritten[i]) < 1e-5f);
    }

    void dynamicBecomesDynamic()
    {
        OnnxBuilder b;
        b.input("x", {3, 4});
        b.weight("ws", {}, {0.01f});
        bytes(b, "w", {4, 2}, s8, weights);
        bytes(b, "wz", {}, s8, std::string(1, '\0'));
        b.node("DynamicQuantizeLinear", "q", {"x"}, {"xq", "xs", "xz"});
        b.node("MatMulInteger", "product", {"xq", "w", "xz", "wz"}, {"sums"});
        OnnxBuilder::attribute(b.node("Cast", "cast", {"sums"}, {"real"}), "to", std::int64_t(1));
        b.node("Mul", "scales", {"xs", "ws"}, {"scale"});
        b.node("Mul", "scaled", {"real", "scale"}, {"y"});
        b.output("y");
        const auto file = b.load();
        const quantize::Opened opened = quantize::recognise(file);
        QCOMPARE(opened.form, std::string("dynamic"));
        QCOMPARE(opened.model->nodes().size(), std::size_t(1));
        QCOMPARE(opened.notes.size(), std::size_t(1)); // per token instead of per tensor is said
        const Settings settings = quantize::resolve(*opened.model, opened.config).settings();
        QVERIFY(settings.at("product").approach == Approach::Dynamic);
        const auto ours = run(opened.model, settings, {}), asWritten = run(file, {}, {});
        for (std::size_t i = 0; i < ours.size(); ++i)
            QVERIFY(std::abs(ours[i] - asWritten[i]) < 0.05f);
    }

    void linearMatMulBecomesAProduct()
    {
        OnnxBuilder b;
        b.input("x", {3, 4});
        b.weight("s", {}, {0.02f});
        bytes(b, "z", {}, u8, "\x64");
        b.weight("ws", {}, {0.01f});
        bytes(b, "w", {4, 2}, s8, weights);
        bytes(b, "wz", {}, s8, std::string(1, '\0'));
        b.weight("ys", {}, {0.05f});
        bytes(b, "yz", {}, u8, "\x80");
        b.node("QuantizeLinear", "q", {"x", "s", "z"}, {"xq"});
        b.node("QLinearMatMul", "product", {"xq", "s", "z", "w", "ws", "wz", "ys", "yz"}, {"yq"});
        b.node("DequantizeLinear", "d", {"yq", "ys", "yz"}, {"y"});
        b.output("y");
        const auto file = b.load();
        const quantize::Opened opened = quantize::recognise(file);
        QCOMPARE(opened.form, std::string("QOperator"));
        QCOMPARE(opened.products, 1);
        const Settings settings = quantize::resolve(*opened.model, opened.config).settings();
        const auto ours = run(opened.model, settings, opened.ranges), asWritten = run(file, {}, {});
        for (std::size_t i = 0; i < ours.size(); ++i)
            QVERIFY(std::abs(ours[i] - asWritten[i]) < 0.051f); // one step of the result
    }

    /// Floats of a table that the file holds in bytes are in memory only where they are read, by whoever reads them.
    void largeConstantsAreMadeWhenWanted()
    {
        OnnxBuilder b;
        qdq(b);
        std::string table(300 * 64, '\0');
        for (std::size_t i = 0; i < table.size(); ++i)
            table[i] = static_cast<char>(i * 37 % 251);
        bytes(b, "t", {300, 64}, s8, table);
        b.node("DequantizeLinear", "td", {"t", "s"}, {"table"});
        OnnxBuilder::attribute(b.node("ArgMax", "best", {"x"}, {"row"}), "axis", std::int64_t(1));
        b.ints("flat", {1}, {-1}), b.ints("last", {1}, {1});
        b.node("Reshape", "ids", {"row", "flat"}, {"id"});
        b.node("Gather", "look", {"table", "id"}, {"rows"}); // read as it is
        b.node("Transpose", "turn", {"table"}, {"turned"}); // computed once
        b.node("MatMul", "compare", {"rows", "turned"}, {"similar"});
        b.node("ReduceSum", "sum", {"similar", "last"}, {"total"});
        b.node("Add", "all", {"total", "y"}, {"out"});
        b.proto().mutable_graph()->mutable_output(0)->set_name("out");
        const auto file = b.load();
        const quantize::Opened opened = quantize::recognise(file);
        const graph::Weight* made = opened.model->weight("table");
        QVERIFY(made && made->make && made->data.empty());
        QCOMPARE(made->byteCount(), std::size_t(300 * 64 * 4));
        const auto values = graph::floats(*made);
        for (std::size_t i = 0; i < table.size(); ++i)
            QCOMPARE(values[i], static_cast<float>(static_cast<std::int8_t>(table[i])) * 0.02f);
        const Settings settings = quantize::resolve(*opened.model, opened.config).settings();
        const auto ours = run(opened.model, settings, opened.ranges), asWritten = run(file, {}, {});
        for (std::size_t i = 0; i < ours.size(); ++i)
            QVERIFY(std::abs(ours[i] - asWritten[i]) <= 1e-5f * std::max(1.0f, std::abs(asWritten[i])));
        QTemporaryDir folder;
        const std::string path = folder.filePath(QStringLiteral("q.onnx")).toStdString();
        exchange::writeQdq(*opened.model, settings, opened.ranges, path);
        QCOMPARE(run(graph::load(path), {}, {}), asWritten);
        QVERIFY(graph::load(path)->weight("t")); // the bytes, not their floats
    }

    /// The packed weight of an attention, in bytes: neither its parts nor the floats behind them are kept.
    void partsOfPackedBytesAreMadeWhenWanted()
    {
        constexpr std::int64_t wide = 288; // parts of 81 KiB
        OnnxBuilder b;
        auto* import = b.proto().add_opset_import();
        import->set_domain("com.microsoft");
        import->set_version(1);
        std::string packed(3 * wide * wide, '\0');
        for (std::size_t i = 0; i < packed.size(); ++i)
            packed[i] = static_cast<char>(i * 37 % 251);
        b.input("x", {2, 3, wide});
        bytes(b, "qkv", {wide, 3 * wide}, s8, packed);
        b.weight("bias", {3 * wide}, std::vector<float>(3 * wide, 0.5f)), b.weight("ws", {}, {0.01f});
        b.node("DynamicQuantizeLinear", "q", {"x"}, {"xq", "xs", "xz"});
        auto& node = b.node("QAttention", "n", {"xq", "qkv", "bias", "xs", "ws", "", "xz"}, {"y"});
        node.set_domain("com.microsoft");
        OnnxBuilder::attribute(node, "num_heads", std::int64_t(4));
        b.output("y");
        const quantize::Opened opened = quantize::recognise(b.load());
        const graph::Weight* part = opened.model->weight("n/key_weight_quantized");
        QVERIFY(part && part->make && part->data.empty());
        std::size_t weights = 0;
        for (const auto& product : quantize::products(*opened.model)) {
            if (!product.counted())
                continue;
            const graph::Weight* made = opened.model->weight(product.weight);
            QVERIFY(made && made->make && made->data.empty());
            const auto values = graph::floats(*made);
            QCOMPARE(values.size(), static_cast<std::size_t>(wide * wide));
            for (std::size_t i = 0; i < values.size(); ++i) {
                const auto q = static_cast<std::int8_t>(packed[i / wide * 3 * wide + weights * wide + i % wide]);
                QCOMPARE(values[i], static_cast<float>(q) * 0.01f);
            }
            ++weights;
        }
        QCOMPARE(weights, std::size_t(3));
    }

    /// A fp32 weight with a pair of its own, as training with quantization leaves it.
    void roundedWeightsGiveIntegers()
    {
        OnnxBuilder b;
        b.input("x", {3, 4});
        b.weight("s", {}, {0.02f}), b.weight("ws", {2}, {0.01f, 0.02f});
        bytes(b, "z", {}, u8, "\x64"), bytes(b, "wz", {2}, s8, std::string(2, '\0'));
        b.weight("w", {4, 2}, {-1.3f, 0.32f, 0.317f, 2.54f, 0.05f, -0.32f, 0.012f, 1.28f}); // -1.3 saturates
        b.node("QuantizeLinear", "q", {"x", "s", "z"}, {"xq"});
        b.node("DequantizeLinear", "d", {"xq", "s", "z"}, {"xd"});
        OnnxBuilder::attribute(b.node("QuantizeLinear", "wq", {"w", "ws", "wz"}, {"wi"}), "axis", std::int64_t(1));
        OnnxBuilder::attribute(b.node("DequantizeLinear", "wd", {"wi", "ws", "wz"}, {"wf"}), "axis", std::int64_t(1));
        b.node("MatMul", "product", {"xd", "wf"}, {"y"});
        b.output("y");
        const auto file = b.load();
        const quantize::Opened opened = quantize::recognise(file);
        QCOMPARE(opened.products, 1);
        const graph::Weight* weight = opened.model->weight("wf");
        QVERIFY(weight);
        const auto q = quantize::quantizeWeight(*weight, 4, 2, false, Granularity::PerChannel, 8);
        QVERIFY((q.values == std::vector<std::int8_t>{-128, 16, 32, 127, 5, -16, 1, 64}));
        const auto ours = run(opened.model, quantize::resolve(*opened.model, opened.config).settings(), opened.ranges),
                   asWritten = run(file, {}, {});
        for (std::size_t i = 0; i < ours.size(); ++i)
            QVERIFY(std::abs(ours[i] - asWritten[i]) < 1e-5f);
    }

    void strangeFormsStayAsTheyAre_data()
    {
        QTest::addColumn<float>("scale");
        QTest::addColumn<int>("zeroType");
        QTest::newRow("zero scale") << 0.0f << u8;
        QTest::newRow("negative scale") << -1.0f << u8;
        QTest::newRow("not a number") << std::nanf("") << u8;
        QTest::newRow("16 bits") << 0.02f << 5;
    }
    void strangeFormsStayAsTheyAre()
    {
        QFETCH(float, scale);
        QFETCH(int, zeroType);
        OnnxBuilder b;
        b.input("x", {3, 4});
        b.weight("s", {}, {scale});
        bytes(b, "z", {}, zeroType, std::string(zeroType == u8 ? 1 : 2, '\0'));
        b.weight("w", {4, 2}, std::vector<float>(8, 0.5f));
        b.node("QuantizeLinear", "q", {"x", "s", "z"}, {"xq"});
        b.node("DequantizeLinear", "d", {"xq", "s", "z"}, {"xd"});
        b.node("MatMul", "product", {"xd", "w"}, {"y"});
        b.output("y");
        const auto file = b.load();
        const quantize::Opened opened = quantize::recognise(file);
        QVERIFY(!opened.wasQuantized);
        QVERIFY(opened.model == file);
    }

    /// Our export, read again, is the same program bit for bit; exported once more, the same again.
    void ourExportComesBack()
    {
        const std::string folder = OCTET_SOURCE_DIR "/resources/sample/";
        DataSpec spec;
        spec.kind = DataKind::Arrays;
        spec.testInputs["pixel_values"] = folder + "test_pixel_values.npy";
        spec.calibInputs["pixel_values"] = folder + "calib_pixel_values.npy";
        spec.labelsFile = folder + "test_labels.npy";
        spec.mean = {0.2860}, spec.std = {0.3530};
        spec.limit = 40, spec.calibLimit = 16;
        engine::WeightStore store;
        measure::Context context;
        context.model = graph::load(folder + "model.onnx");
        context.data = data::open(spec, *context.model);
        context.store = &store;
        const Settings settings = quantize::resolve(*context.model, presetConfig("static")).settings();
        const Ranges ranges = measure::calibrate(context, settings, {});
        const auto first = measure::accuracy(context, settings, ranges, Split::Test);
        QTemporaryDir temporary;
        std::string digest;
        for (const char* name : {"/once.onnx", "/twice.onnx"}) {
            const std::string path = temporary.path().toStdString() + name;
            const Settings now = digest.empty() ? settings : quantize::resolve(*context.model, m_config).settings();
            exchange::writeQdq(*context.model, now, digest.empty() ? ranges : m_ranges, path);
            const quantize::Opened opened = quantize::open(path);
            QCOMPARE(opened.products, 26);
            context.model = opened.model;
            m_config = opened.config, m_ranges = opened.ranges;
            digest = measure::accuracy(
                context, quantize::resolve(*opened.model, opened.config).settings(), opened.ranges, Split::Test)
                         .outputDigest;
            QCOMPARE(digest, first.outputDigest);
        }
    }

    void realModel()
    {
        if (test::modelsFolder().isEmpty())
            QSKIP("the folder of real models is not there");
        const auto opened = quantize::open(
            (test::modelsFolder() + QStringLiteral("/kwt1-speech-commands/import_qdq_int8_perchannel.onnx")).toStdString());
        QVERIFY(opened.wasQuantized);
        QCOMPARE(opened.products, 74);
        for (const graph::Node& node : opened.model->nodes())
            QVERIFY(node.opType != "QuantizeLinear" && node.opType != "DequantizeLinear");
    }

private:
    Config m_config;
    Ranges m_ranges;
};

OCTET_TEST(TestImportQuantized)
#include "tst_import_quantized.moc"
