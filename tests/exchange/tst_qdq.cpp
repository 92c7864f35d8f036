// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exchange/qdq.h"
#include "core/measure/measure.h"
#include "core/quantize/affine.h"
#include "core/quantize/resolve.h"
#include "core/values/error.h"
#include "core/values/hash.h"
#include "test_main.h"
#include "tiny_model.h"

#include <QDir>
#include <QTemporaryDir>
#include <QtTest>

#include <cstring>
#include <map>

using namespace octet;
using namespace octet::exchange;

namespace {

std::map<std::string, int> opTypes(const graph::Model& model)
{
    std::map<std::string, int> counts;
    for (const graph::Node& node : model.nodes())
        ++counts[node.opType];
    return counts;
}

Ranges rangesFor(std::initializer_list<const char*> values)
{
    Ranges ranges;
    for (const char* value : values)
        ranges[{value, RangeMethod::MinMax, 0}] = {-2, 6, RangeMethod::MinMax, 0, 1, 0, {}, 0, {}};
    return ranges;
}

} // namespace

class TestQdq : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    std::shared_ptr<const graph::Model> m_model;
    const Ranges m_ranges = rangesFor({"x", "sum", "dense"});

    std::string file(const char* name) const { return m_folder.filePath(QString::fromUtf8(name)).toStdString(); }

    Settings settings(const Config& config, const graph::Model* model = nullptr) const
    {
        return quantize::resolve(model ? *model : *m_model, config).settings();
    }

private slots:
    void initTestCase()
    {
        QVERIFY(m_folder.isValid());
        m_model = test::save(test::tinyProto(), file("tiny.onnx"));
    }

    void allStatic()
    {
        const QdqExport result = writeQdq(*m_model, settings(presetConfig("static")), m_ranges, file("static.onnx"));
        QVERIFY(result.losses.empty());
        QCOMPARE(result.sha256, sha256File(file("static.onnx")));
        const auto model = graph::load(file("static.onnx"));
        auto counts = opTypes(*model);
        // x is read by two products and has one pair; four weights.
        QCOMPARE(counts["QuantizeLinear"], 3);
        QCOMPARE(counts["DequantizeLinear"], 3 + 4);
        QCOMPARE(counts["MatMul"], 3);
        QCOMPARE(counts["Gemm"], 1);
        QCOMPARE(model->node("/layer.0/query/MatMul")->inputs[0], model->node("/layer.0/key/MatMul")->inputs[0]);
        for (const graph::Weight* weight : model->initializers()) // fp32 weights are gone, the bias is not
            QVERIFY2(weight->type != DType::F32 || weight->data.size() <= 16, weight->name.c_str());
        QVERIFY(model->weight("b.class"));

        // The numbers are ours.
        const graph::Node& restore = *model->producer(model->node("/classifier/Gemm")->inputs[1]);
        QCOMPARE(restore.intAttribute("axis", 9), 0); // [N, K]
        const auto expected =
            quantize::quantizeWeight(*m_model->weight("w.class"), 4, 3, true, Granularity::PerChannel, 8);
        const auto stored = model->weight(restore.inputs[0])->as<std::int8_t>();
        QCOMPARE(model->weight(restore.inputs[0])->shape, (Shape{3, 4}));
        for (std::size_t n = 0; n < 3; ++n) {
            QCOMPARE(model->weight(restore.inputs[1])->as<float>()[n], expected.scales[n]);
            for (std::size_t k = 0; k < 4; ++k)
                QCOMPARE(stored[n * 4 + k], expected.values[k * 3 + n]);
        }
        QCOMPARE(
            model->producer(model->node("/layer.0/query/MatMul")->inputs[1])->intAttribute("axis", 9), 1); // [K, N]
        const graph::Node& pair = *model->producer(model->node("/layer.0/query/MatMul")->inputs[0]);
        const auto affine = quantize::activationAffine(m_ranges.begin()->second, Scheme::Asym);
        QCOMPARE(model->weight(pair.inputs[1])->as<float>()[0], affine.scale);
        QCOMPARE(int(model->weight(pair.inputs[2])->as<std::uint8_t>()[0]), affine.zeroPoint);
        QCOMPARE(model->producer(pair.inputs[0])->inputs[1], pair.inputs[1]); // Q and DQ share scale and zero point
    }

    void readersThatDiffer()
    {
        Config config = presetConfig("static");
        config.ops["/layer.0/key/MatMul"].activationScheme = Scheme::Sym;
        config.ops["/layer.0/key/MatMul"].weightGranularity = Granularity::PerTensor;
        config.ops["/layer.1/dense/MatMul"].precision = Precision::Fp32;
        config.ops["/classifier/Gemm"].precision = Precision::Bf16;
        Settings all = settings(config);
        all["/classifier/Gemm"].precision = Precision::Bf16; // whatever the capability table says
        const QdqExport result = writeQdq(*m_model, all, m_ranges, file("mixed.onnx"));
        QCOMPARE(result.losses.size(), 1u);
        QVERIFY(result.losses[0].find("bf16 stays fp32") == 0);
        const auto model = graph::load(file("mixed.onnx"));
        QCOMPARE(opTypes(*model)["QuantizeLinear"], 2);
        QCOMPARE(opTypes(*model)["DequantizeLinear"], 4);
        const graph::Node& perTensor = *model->producer(model->node("/layer.0/key/MatMul")->inputs[1]);
        QVERIFY(model->weight(perTensor.inputs[1])->shape.empty());
        QVERIFY(!perTensor.attributes.count("axis"));
        QVERIFY(model->weight("w.dense") && model->weight("w.class"));
        QVERIFY(!model->weight("w.query"));
    }

    void allDynamic()
    {
        const QdqExport result = writeQdq(*m_model, settings(presetConfig("dynamic")), {}, file("dynamic.onnx"));
        QCOMPARE(result.losses.size(), 1u);
        QVERIFY(result.losses[0].find("per tensor, on 4 ops") != std::string::npos);
        const auto model = graph::load(file("dynamic.onnx"));
        auto counts = opTypes(*model);
        QCOMPARE(counts["DynamicQuantizeLinear"], 3);
        QCOMPARE(counts["MatMulInteger"], 4);
        QCOMPARE(counts["Cast"], 4);
        QCOMPARE(counts["Mul"], 8);
        QCOMPARE(counts["MatMul"] + counts["Gemm"], 0);
        QCOMPARE(model->producer("y")->opType, std::string("Add")); // the Gemm's bias
        QCOMPARE(model->weight(model->node("/classifier/Gemm_quant")->inputs[1])->shape, (Shape{4, 3}));
    }

    void nothingToDo()
    {
        writeQdq(*m_model, settings(presetConfig("fp32")), {}, file("fp32.onnx"));
        const auto model = graph::load(file("fp32.onnx"));
        QCOMPARE(model->nodes().size(), m_model->nodes().size());
        QVERIFY(model->weight("w.query"));
    }

    void missingRange()
    {
        try {
            writeQdq(*m_model, settings(presetConfig("static")), rangesFor({"x", "sum"}), file("none.onnx"));
            QFAIL("accepted");
        } catch (const Error& error) {
            QVERIFY(error.kind() == ErrorKind::Setting);
            QCOMPARE(error.where().node, std::string("/classifier/Gemm"));
            QVERIFY(error.message().find("calibrate") != std::string::npos);
        }
        QVERIFY(!QFile::exists(m_folder.filePath(QStringLiteral("none.onnx"))));
    }

    void sharedWeight()
    {
        // A weight that an fp32 node also reads stays; names that are taken are not taken again.
        auto proto = test::tinyProto();
        test::addNode(*proto.mutable_graph(), "MatMul", "x_scale", {"x", "w.query"}, "w.query_quantized");
        test::addValue(proto.mutable_graph()->add_output(), "w.query_quantized", 4);
        const auto model = test::save(proto, file("shared.onnx"));
        Config config = presetConfig("static");
        config.ops["x_scale"].precision = Precision::Fp32;
        writeQdq(*model, settings(config, model.get()), m_ranges, file("shared-q.onnx"));
        const auto written = graph::load(file("shared-q.onnx"));
        QVERIFY(written->weight("w.query"));
        QCOMPARE(written->producer("w.query_quantized")->opType, std::string("MatMul"));
    }

    void constantNodeWeight()
    {
        auto proto = test::tinyProto();
        auto& graph = *proto.mutable_graph();
        onnx::NodeProto constant;
        constant.set_op_type("Constant");
        constant.set_name("weight");
        constant.add_output("w.query");
        onnx::AttributeProto* value = constant.add_attribute();
        value->set_name("value");
        value->set_type(onnx::AttributeProto::TENSOR);
        *value->mutable_t() = graph.initializer(0);
        graph.mutable_initializer()->DeleteSubrange(0, 1);
        *graph.add_node() = constant;
        for (int i = graph.node_size() - 1; i > 0; --i)
            graph.mutable_node()->SwapElements(i, i - 1);
        const auto model = test::save(proto, file("constant.onnx"));
        writeQdq(*model, settings(presetConfig("static"), model.get()), m_ranges, file("constant-q.onnx"));
        const onnx::ModelProto written = test::parseFile(file("constant-q.onnx"));
        for (const auto& node : written.graph().node())
            QVERIFY(node.op_type() != "Constant");
        graph::load(file("constant-q.onnx"));
    }

    void oldOpset()
    {
        auto proto = test::tinyProto(11, 6);
        auto& graph = *proto.mutable_graph();
        graph.mutable_node(4)->set_output(0, "logits");
        auto* axes = test::addNode(graph, "Unsqueeze", "unsqueeze", {"logits"}, "wide")->add_attribute();
        axes->set_name("axes");
        axes->set_type(onnx::AttributeProto::INTS);
        axes->add_ints(0);
        axes = test::addNode(graph, "Squeeze", "squeeze", {"wide"}, "narrow")->add_attribute();
        axes->set_name("axes");
        axes->set_type(onnx::AttributeProto::INTS);
        axes->add_ints(0);
        test::addInt(test::addNode(graph, "Softmax", "softmax", {"narrow"}, "y"), "axis", 1);
        test::addValue(graph.add_value_info(), "narrow", 3);
        const auto model = test::save(proto, file("old.onnx"));
        writeQdq(*model, settings(presetConfig("static"), model.get()), m_ranges, file("old-q.onnx"));
        const auto written = graph::load(file("old-q.onnx"));
        QCOMPARE(written->opset(), 13);
        QCOMPARE(written->irVersion(), 7);
        QCOMPARE(written->node("unsqueeze")->inputs.size(), 2u);
        QVERIFY(!written->node("unsqueeze")->attributes.count("axes"));
        QCOMPARE(written->weight(written->node("squeeze")->inputs[1])->as<std::int64_t>()[0], 0);
        QCOMPARE(written->node("softmax")->intAttribute("axis", 5), -1);

        // Softmax over two axes at once has no equal in opset 13.
        graph.mutable_node(7)->mutable_attribute(0)->set_i(0);
        const auto flattening = test::save(proto, file("flat.onnx"));
        try {
            writeQdq(*flattening, settings(presetConfig("static"), flattening.get()), m_ranges, file("flat-q.onnx"));
            QFAIL("accepted");
        } catch (const Error& error) {
            QVERIFY(error.kind() == ErrorKind::Unsupported);
            QCOMPARE(error.where().node, std::string("softmax"));
        }
    }

    void externalData()
    {
        auto proto = test::tinyProto();
        onnx::TensorProto& bias = *proto.mutable_graph()->mutable_initializer(4);
        onnx::TensorProto& weight = *proto.mutable_graph()->mutable_initializer(0);
        std::string blob = bias.raw_data();
        blob.resize(64);
        const std::string biasData = bias.raw_data();
        blob += weight.raw_data();
        const auto outside = [](onnx::TensorProto& tensor, long offset) {
            const auto set = [&](const char* key, const std::string& value) {
                auto* entry = tensor.add_external_data();
                entry->set_key(key);
                entry->set_value(value);
            };
            set("location", "weights.bin");
            set("offset", std::to_string(offset));
            set("length", std::to_string(tensor.raw_data().size()));
            tensor.set_data_location(onnx::TensorProto::EXTERNAL);
            tensor.clear_raw_data();
        };
        outside(bias, 0);
        outside(weight, 64);
        {
            std::ofstream stream(file("weights.bin"), std::ios::binary);
            stream << blob;
        }
        const auto model = test::save(proto, file("external.onnx"));
        writeQdq(*model, settings(presetConfig("static"), model.get()), m_ranges, file("external-q.onnx"));
        const onnx::ModelProto written = test::parseFile(file("external-q.onnx"));
        for (const auto& tensor : written.graph().initializer()) {
            QVERIFY(tensor.data_location() != onnx::TensorProto::EXTERNAL);
            if (tensor.name() == "b.class")
                QCOMPARE(tensor.raw_data(), biasData);
        }
    }

    void fullDisk()
    {
        try {
            writeQdq(*m_model, settings(presetConfig("static")), m_ranges, "/dev/full");
            QFAIL("accepted");
        } catch (const Error& error) {
            QVERIFY(error.kind() == ErrorKind::Resource);
        }
    }

    void patchConv()
    {
        if (test::modelsFolder().isEmpty())
            QSKIP("the folder of real models is not there");
        const auto model =
            graph::load((test::modelsFolder() + QStringLiteral("/vit-fashion-mnist/model.onnx")).toStdString());
        for (const char* preset : {"static", "dynamic"}) {
            const Settings all = settings(presetConfig(preset), model.get());
            Ranges ranges;
            for (const auto& product : quantize::products(*model))
                for (const std::string& value : {product.activation, product.weight})
                    ranges[{value, RangeMethod::MinMax, 0}] = {-3, 3, RangeMethod::MinMax, 0, 1, 0, {}, 0, {}};
            writeQdq(*model, all, ranges, file("vit.onnx"));
            const auto written = graph::load(file("vit.onnx"));
            const graph::Node* conv = written->node("/patch_embed/Conv");
            QVERIFY(conv);
            QCOMPARE(written->producer(conv->inputs[1])->intAttribute("axis", 9), 0);
            QCOMPARE(written->weight(written->producer(conv->inputs[1])->inputs[0])->shape,
                model->weight("patch_embed.weight")->shape);
            QVERIFY(written->weightBytes() < model->weightBytes() / 3);
            // Both operands of an attention product come through pairs; probabilities have the whole of [0, 1].
            for (const auto& product : quantize::products(*model)) {
                if (product.counted())
                    continue;
                const graph::Node* node = written->node(model->nodes()[static_cast<std::size_t>(product.node)].name);
                QVERIFY(node);
                for (const std::string& input : node->inputs)
                    QCOMPARE(written->producer(input)->opType, std::string("DequantizeLinear"));
                if (product.kind == quantize::ProductKind::Context) {
                    const graph::Weight* scale = written->weight(written->producer(node->inputs[0])->inputs[1]);
                    QVERIFY(scale);
                    QCOMPARE(*reinterpret_cast<const float*>(scale->data.data()), 1.0f / 255);
                }
            }
        }
    }

    /// The exported file, run as it is written, answers as the int8 kernels do; its norms took the factors in.
    void smoothedExportAnswersAlike()
    {
        const std::string folder = OCTET_SOURCE_DIR "/resources/sample/";
        const auto model = graph::load(folder + "model_outlier.onnx");
        DataSpec spec;
        spec.kind = DataKind::Arrays;
        spec.testInputs["pixel_values"] = folder + "test_pixel_values.npy";
        spec.calibInputs["pixel_values"] = folder + "calib_pixel_values.npy";
        spec.labelsFile = folder + "test_labels.npy";
        spec.mean = {0.2860}, spec.std = {0.3530};
        spec.limit = 100, spec.calibLimit = 32;
        engine::WeightStore store;
        measure::Context context;
        context.model = model;
        context.data = data::open(spec, *model);
        context.store = &store;
        Config config = presetConfig("smoothed");
        config.model.biasCorrection = true;
        const Settings all = settings(config, model.get());
        const Ranges ranges = measure::calibrate(context, all, {});
        const auto ours = measure::accuracy(context, all, ranges, Split::Test);

        writeQdq(*model, all, ranges, file("smooth.onnx"));
        const auto written = graph::load(file("smooth.onnx"));
        int muls = 0, folded = 0;
        for (const graph::Node& node : written->nodes()) {
            muls += node.name.ends_with("_Smooth");
            folded += node.opType == "LayerNormalization" && node.inputs[1].ends_with("_smooth");
        }
        QVERIFY2(folded > 0 && muls > 0, qPrintable(QStringLiteral("%1 %2").arg(folded).arg(muls)));
        context.model = written;
        const auto theirs = measure::accuracy(context, {}, {}, Split::Test);
        int different = 0;
        for (std::size_t i = 0; i < ours.accuracy.predictions.size(); ++i)
            different += ours.accuracy.predictions[i] != theirs.accuracy.predictions[i];
        QVERIFY2(different <= 1, qPrintable(QString::number(different)));
    }
};

OCTET_TEST(TestQdq)
#include "tst_qdq.moc"
