// SPDX-License-Identifier: GPL-3.0-or-later
// Files whose operators compute in integers: as written they give what ONNX Runtime gives, recognised the same up to
// what rounding may differ in, and their float form is the function behind them.
#include "core/engine/program.h"
#include "core/exchange/qdq.h"
#include "core/quantize/imported.h"
#include "core/quantize/resolve.h"
#include "engine/onnx_builder.h"
#include "quantized_golden.h"
#include "test_main.h"

#include <QTemporaryDir>
#include <QtTest>

#include <cmath>

using namespace octet;
using test::OnnxBuilder;
using test::QuantizedCase;
using test::QuantizedConstant;
using test::QuantizedNode;

namespace {

float wave(std::int64_t i, int seed)
{
    return static_cast<float>(1.5 * std::sin(0.7 * static_cast<double>(i) + seed));
}

template <typename T>
std::string raw(const QuantizedConstant& c, T (*at)(const QuantizedConstant&, std::int64_t))
{
    std::string bytes;
    for (std::int64_t i = 0; i < elementCount(c.shape); ++i) {
        const T value = at(c, i);
        bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    return bytes;
}

int byteAt(const QuantizedConstant& c, std::int64_t i)
{
    return static_cast<int>((i * 53 + c.seed * 17) % 256);
}

double valueAt(const QuantizedConstant& c, std::int64_t i)
{
    return c.values.size() == 1 ? c.values[0] : c.values.at(static_cast<std::size_t>(i));
}

template <typename T>
T given(const QuantizedConstant& c, std::int64_t i)
{
    return static_cast<T>(valueAt(c, i));
}

void addConstant(OnnxBuilder& b, const QuantizedConstant& c)
{
    onnx::TensorProto& t = *b.proto().mutable_graph()->add_initializer();
    t.set_name(c.name);
    for (const auto d : c.shape)
        t.add_dims(d);
    const auto set = [&](int type, const std::string& data) {
        t.set_data_type(type);
        t.set_raw_data(data);
    };
    using C = QuantizedConstant;
    switch (c.kind) {
    case C::Wave:
        return set(1, raw<float>(c, [](const C& w, std::int64_t i) { return wave(i, w.seed); }));
    case C::Bytes:
        return set(2, raw<std::uint8_t>(c, [](const C& w, std::int64_t i) { return std::uint8_t(byteAt(w, i)); }));
    case C::SignedBytes:
        return set(3, raw<std::int8_t>(c, [](const C& w, std::int64_t i) { return std::int8_t(byteAt(w, i) - 128); }));
    case C::Wide:
        return set(6, raw<std::int32_t>(c, [](const C& w, std::int64_t i) { return 8 * (byteAt(w, i) - 128); }));
    case C::Floats:
        return set(1, raw<float>(c, given<float>));
    case C::Zero:
        return set(2, raw<std::uint8_t>(c, given<std::uint8_t>));
    case C::SignedZero:
        return set(3, raw<std::int8_t>(c, given<std::int8_t>));
    case C::Long:
        return set(7, raw<std::int64_t>(c, given<std::int64_t>));
    case C::Integers:
        return set(6, raw<std::int32_t>(c, given<std::int32_t>));
    case C::Flags:
        return set(9, raw<bool>(c, given<bool>));
    }
}

std::shared_ptr<const graph::Model> modelOf(OnnxBuilder& b, const QuantizedCase& c)
{
    auto* import = b.proto().add_opset_import();
    import->set_domain("com.microsoft");
    import->set_version(1);
    for (const auto& [name, shape] : c.inputs)
        b.input(name, shape);
    for (const QuantizedConstant& constant : c.constants)
        addConstant(b, constant);
    for (const QuantizedNode& n : c.nodes) {
        auto& node = b.node(n.type, n.name, {}, {});
        node.set_domain(n.microsoft ? "com.microsoft" : "");
        for (const auto& name : n.reads)
            node.add_input(name);
        for (const auto& name : n.writes)
            node.add_output(name);
        for (const auto& [name, values] : n.integers)
            if (values.size() == 1)
                OnnxBuilder::attribute(node, name, values[0]);
            else
                OnnxBuilder::attribute(node, name, values);
        for (const auto& [name, value] : n.floats)
            OnnxBuilder::attribute(node, name, value);
    }
    b.output("y");
    return b.load();
}

std::vector<float> run(
    const std::shared_ptr<const graph::Model>& model, const QuantizedCase& c, const quantize::Opened* opened = nullptr)
{
    engine::CompileOptions options;
    options.inputShapes = c.inputs;
    engine::WeightStore store;
    const Settings settings = opened ? quantize::resolve(*model, opened->config).settings() : Settings();
    const auto program = engine::compile(model, settings, opened ? opened->ranges : Ranges(), options, store);
    engine::Session session(program);
    for (const auto& [name, shape] : c.inputs) {
        Tensor x(DType::F32, shape);
        for (std::int64_t i = 0; i < x.count(); ++i)
            x.data<float>()[i] = wave(i, 1);
        session.setInput(name, x);
    }
    session.run();
    int integers = 0;
    for (const auto& group : program->groups())
        integers += group.kind == "product" && group.executed == Precision::Int8;
    if (opened && integers != opened->products)
        throw std::runtime_error("products do not run in int8");
    const Tensor y = session.outputTensor(0);
    return {y.data<float>(), y.data<float>() + y.count()};
}

float worst(const std::vector<float>& got, const std::vector<float>& expected)
{
    if (got.size() != expected.size())
        return INFINITY;
    float error = 0;
    for (std::size_t i = 0; i < got.size(); ++i) // a NaN stays
        error = std::abs(got[i] - expected[i]) <= error ? error : std::abs(got[i] - expected[i]);
    return error;
}

#define AT_MOST(error, limit)                                                                                          \
    QVERIFY2((error) <= (limit), qPrintable(QStringLiteral("%1 is more than %2").arg(error).arg(limit)))

} // namespace

class TestImportOperators : public QObject
{
    Q_OBJECT

    static const QuantizedCase& caseNamed(const QString& name)
    {
        for (const QuantizedCase& c : test::quantizedCases())
            if (name == QLatin1String(c.name))
                return c;
        throw std::runtime_error("no such case");
    }

    static void rows(bool products)
    {
        QTest::addColumn<QString>("name");
        for (const QuantizedCase& c : test::quantizedCases())
            if (!products || c.products > 0)
                QTest::newRow(c.name) << QString::fromLatin1(c.name);
    }

private slots:
    void asWritten_data() { rows(false); }
    void asWritten()
    {
        QFETCH(QString, name);
        const QuantizedCase& c = caseNamed(name);
        OnnxBuilder b;
        const auto model = modelOf(b, c);
        for (const graph::Node& node : model->nodes())
            QVERIFY2(node.domain.empty(), node.opType.c_str());
        AT_MOST(worst(run(model, c), c.expected), c.step > 0 ? c.step * 1.01f : 2e-5f);
    }

    void recognised_data() { rows(true); }
    void recognised()
    {
        QFETCH(QString, name);
        const QuantizedCase& c = caseNamed(name);
        OnnxBuilder b;
        const quantize::Opened opened = quantize::recognise(modelOf(b, c));
        QVERIFY(opened.wasQuantized);
        QCOMPARE(opened.form, std::string(c.form));
        QCOMPARE(opened.products, c.products);
        for (const graph::Node& node : opened.model->nodes())
            QVERIFY2(node.opType.find("Quantize") == std::string::npos, node.name.c_str());
        const bool dynamic = opened.form == "dynamic"; // per token, not per tensor
        AT_MOST(worst(run(opened.model, c, &opened), c.expected),
            dynamic          ? 0.05f
                : c.step > 0 ? c.step * 1.01f
                             : 2e-5f);
        AT_MOST(worst(run(opened.model, c), c.expected), std::max(0.05f, 1.5f * c.step)); // the function behind it
    }

    void exported_data() { rows(true); }
    void exported()
    {
        QFETCH(QString, name);
        const QuantizedCase& c = caseNamed(name);
        OnnxBuilder b;
        const quantize::Opened opened = quantize::recognise(modelOf(b, c));
        QTemporaryDir folder;
        const std::string path = folder.filePath(QStringLiteral("q.onnx")).toStdString();
        exchange::writeQdq(
            *opened.model, quantize::resolve(*opened.model, opened.config).settings(), opened.ranges, path);
        const quantize::Opened again = quantize::open(path);
        QCOMPARE(again.products, c.products);
        QCOMPARE(worst(run(again.model, c, &again), run(opened.model, c, &opened)), 0.0f);
        exchange::writeQdq(*opened.model, {}, {}, path); // nothing chosen: the float model
        AT_MOST(worst(run(graph::load(path), c), run(opened.model, c)), 1e-6f);
    }

    /// A Relu that the quantizer took out, since its range cut off below zero, is there again.
    void clippingIsKept()
    {
        OnnxBuilder b;
        const auto opened = quantize::recognise(modelOf(b, caseNamed(QStringLiteral("chain"))));
        const auto& nodes = opened.model->nodes();
        QCOMPARE(std::count_if(nodes.begin(), nodes.end(), [](const auto& node) { return node.opType == "Relu"; }), 1);
    }
};

OCTET_TEST(TestImportOperators)
#include "tst_import_operators.moc"
