// SPDX-License-Identifier: GPL-3.0-or-later
// What ONNX's node tests, which end with opset 17, leave out: each operator as an opset means it, against ONNX Runtime.
#include "core/engine/program.h"
#include "core/values/error.h"
#include "onnx_builder.h"
#include "opset_golden.h"
#include "test_main.h"

#include <QtTest>

#include <cstring>
#include <set>

using namespace octet;
using test::OnnxBuilder;
using test::OpCase;
using test::OpTensor;

namespace {

double valueAt(const OpTensor& t, std::int64_t i)
{
    return t.seed ? static_cast<double>(static_cast<float>(1.5 * std::sin(0.7 * static_cast<double>(i) + t.seed)))
                  : t.values.at(static_cast<std::size_t>(i));
}

/// f(T{}) with the type that holds a DType; 16-bit floats by their bits.
template <typename F>
auto withType(DType type, F f)
{
    switch (type) {
    case DType::F32:
        return f(float{});
    case DType::I64:
        return f(std::int64_t{});
    case DType::I32:
        return f(std::int32_t{});
    case DType::I16:
        return f(std::int16_t{});
    case DType::I8:
        return f(std::int8_t{});
    case DType::U16:
    case DType::F16:
        return f(std::uint16_t{});
    default:
        return f(std::uint8_t{});
    }
}

Tensor tensorOf(const OpTensor& t)
{
    Tensor tensor(t.type, t.shape);
    withType(t.type, [&]<typename T>(T) {
        for (std::int64_t i = 0; i < tensor.count(); ++i)
            tensor.data<T>()[i] = static_cast<T>(valueAt(t, i));
    });
    return tensor;
}

double numberAt(const Tensor& tensor, std::int64_t i)
{
    return withType(tensor.type, [&]<typename T>(T) { return static_cast<double>(tensor.data<T>()[i]); });
}

void addConstant(OnnxBuilder& b, const std::string& name, const Tensor& tensor)
{
    onnx::TensorProto& proto = *b.proto().mutable_graph()->add_initializer();
    proto.set_name(name);
    proto.set_data_type(static_cast<int>(tensor.type));
    for (const auto dim : tensor.shape)
        proto.add_dims(dim);
    proto.set_raw_data(tensor.bytes.data(), tensor.bytes.size());
}

void addAttributes(const OpCase& c, onnx::NodeProto& node)
{
    static const std::set<std::string> lists{
        "axes", "pads", "kernel_shape", "strides", "dilations", "starts", "ends", "split", "scales"};
    for (const auto& [name, values] : c.integers)
        if (lists.contains(name))
            OnnxBuilder::attribute(node, name, values);
        else
            OnnxBuilder::attribute(node, name, values.at(0));
    for (const auto& [name, values] : c.reals)
        if (lists.contains(name)) {
            auto* a = node.add_attribute();
            a->set_name(name);
            a->set_type(onnx::AttributeProto::FLOATS);
            for (const float value : values)
                a->add_floats(value);
        } else {
            OnnxBuilder::attribute(node, name, values.at(0));
        }
    for (const auto& [name, text] : c.texts)
        OnnxBuilder::attribute(node, name, text);
}

} // namespace

class TestOpsets : public QObject
{
    Q_OBJECT

private slots:
    void golden_data()
    {
        QTest::addColumn<int>("index");
        const auto& cases = test::opCases();
        for (std::size_t i = 0; i < cases.size(); ++i)
            QTest::addRow("%s %d, %d", cases[i].op, cases[i].opset, static_cast<int>(i)) << static_cast<int>(i);
    }
    void golden()
    {
        QFETCH(int, index);
        const OpCase& c = test::opCases()[static_cast<std::size_t>(index)];
        OnnxBuilder b(c.opset);
        onnx::NodeProto& node = b.node(c.op, "n", {}, {});
        addAttributes(c, node);
        engine::CompileOptions options;
        std::map<std::string, Tensor> inputs;
        for (std::size_t i = 0; i < c.inputs.size(); ++i) {
            const std::string name = c.inputs[i].type == DType::Undefined ? "" : "i" + std::to_string(i);
            node.add_input(name);
            if (name.empty())
                continue;
            const Tensor tensor = tensorOf(c.inputs[i]);
            if (i == 0 && tensor.type == DType::F32 && tensor.count() > 1) {
                b.input(name, tensor.shape);
                options.inputShapes[name] = tensor.shape;
                if (engine::decidesShapes(tensor))
                    options.fixedInputs[name] = tensor;
                inputs[name] = tensor;
            } else {
                addConstant(b, name, tensor);
            }
        }
        for (std::size_t i = 0; i < c.outputs.size(); ++i) {
            node.add_output("o" + std::to_string(i));
            b.output("o" + std::to_string(i), {}, static_cast<int>(c.outputs[i].type));
        }
        engine::WeightStore store;
        engine::Session session(engine::compile(b.load(), {}, {}, options, store));
        for (const auto& [name, tensor] : inputs)
            session.setInput(name, tensor);
        session.run();
        for (std::size_t o = 0; o < c.outputs.size(); ++o) {
            const Tensor got = session.outputTensor(o);
            QCOMPARE(toString(got.type), toString(c.outputs[o].type));
            QCOMPARE(toString(got.shape), toString(c.outputs[o].shape));
            for (std::int64_t i = 0; i < got.count(); ++i) {
                const double a = numberAt(got, i), e = valueAt(c.outputs[o], i);
                QVERIFY2(a == e || std::abs(a - e) <= 1e-5 + 1e-4 * std::abs(e) || (std::isnan(a) && std::isnan(e)),
                    qPrintable(QStringLiteral("%1 instead of %2 at %3").arg(a).arg(e).arg(i)));
            }
        }
    }

    /// Where how much there is depends on the data, the refusal says so.
    void countsOfTheDataAreRefused()
    {
        OnnxBuilder b;
        b.input("x", {3});
        b.node("NonZero", "n", {"x"}, {"y"});
        b.output("y", {}, 7);
        engine::CompileOptions options;
        options.inputShapes = {{"x", {3}}};
        engine::WeightStore store;
        QVERIFY_THROWS_EXCEPTION(Error, engine::compile(b.load(), {}, {}, options, store));
    }

    /// Scales and zero points of other sizes and types than a file may give are refused, not read past their ends.
    void hostileScales_data()
    {
        QTest::addColumn<int>("scaleType");
        QTest::addColumn<int>("zeros");
        QTest::newRow("scales of bytes") << 2 << 1;
        QTest::newRow("too few zero points") << 1 << 2;
        QTest::newRow("halves for floats") << 10 << 1;
    }
    void hostileScales()
    {
        QFETCH(int, scaleType);
        QFETCH(int, zeros);
        OnnxBuilder b(21);
        b.input("x", {2, 3});
        Tensor scale(static_cast<DType>(scaleType), {zeros == 1 ? 1 : 3}), zero(DType::U8, {zeros});
        addConstant(b, "s", scale);
        addConstant(b, "z", zero);
        b.node("QuantizeLinear", "n", {"x", "s", "z"}, {"y"});
        b.output("y", {}, 2);
        engine::CompileOptions options;
        options.inputShapes = {{"x", {2, 3}}};
        engine::WeightStore store;
        QVERIFY_THROWS_EXCEPTION(Error, engine::compile(b.load(), {}, {}, options, store));
    }
};

OCTET_TEST(TestOpsets)
#include "tst_opsets.moc"
