// SPDX-License-Identifier: GPL-3.0-or-later
// Damaged models: an Error from the loader or the compiler, or a run to its end; nothing else.
#include "core/data/npy.h"
#include "core/engine/program.h"
#include "core/graph/structure.h"
#include "core/quantize/resolve.h"
#include "mutations.h"
#include "onnx_builder.h"
#include "test_main.h"

#include <QDir>
#include <QtTest>

using namespace octet;
using namespace octet::engine;
using namespace octet::test;

namespace {

constexpr auto nodeTests = "/usr/share/libonnx-testdata/data/node";

std::vector<float> numbers(std::size_t count)
{
    std::vector<float> values(count);
    for (std::size_t i = 0; i < count; ++i)
        values[i] = static_cast<float>(static_cast<int>(i * 7 % 11) - 5) * 0.1F;
    return values;
}

/// Products, shape operators, a normalisation and a softmax on x [2, 4].
QByteArray mixedModel()
{
    OnnxBuilder b;
    b.input("x", {2, 4});
    b.output("y");
    b.weight("w", {4, 8}, numbers(32));
    b.weight("v", {8, 4}, numbers(32));
    b.weight("scale", {4}, numbers(4));
    b.weight("bias", {4}, numbers(4));
    b.ints("shape", {3}, {2, 2, 4});
    b.ints("starts", {1}, {0});
    b.ints("ends", {1}, {2});
    b.ints("axes", {1}, {1});
    b.ints("which", {3}, {1, 0, 1});
    b.ints("pads", {4}, {0, 1, 0, 1});
    b.node("MatMul", "first", {"x", "w"}, {"h"});
    b.node("Relu", "relu", {"h"}, {"r"});
    b.node("Reshape", "reshape", {"r", "shape"}, {"s"});
    OnnxBuilder::attribute(b.node("Transpose", "transpose", {"s"}, {"t"}), "perm", std::vector<std::int64_t>{1, 0, 2});
    b.node("Slice", "slice", {"t", "starts", "ends", "axes"}, {"u"});
    OnnxBuilder::attribute(b.node("Flatten", "flatten", {"u"}, {"f"}), "axis", std::int64_t(1));
    b.node("MatMul", "second", {"f", "v"}, {"g"});
    OnnxBuilder::attribute(b.node("LayerNormalization", "norm", {"g", "scale", "bias"}, {"n"}), "axis", std::int64_t(-1));
    OnnxBuilder::attribute(b.node("Gather", "gather", {"n", "which"}, {"a"}), "axis", std::int64_t(0));
    b.node("Pad", "pad", {"a", "pads"}, {"p"});
    OnnxBuilder::attribute(b.node("Concat", "concat", {"p", "p"}, {"c"}), "axis", std::int64_t(0));
    OnnxBuilder::attribute(b.node("Softmax", "softmax", {"c"}, {"y"}), "axis", std::int64_t(-1));
    const std::string text = b.proto().SerializeAsString();
    return QByteArray(text.data(), static_cast<qsizetype>(text.size()));
}

QByteArray content(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class TestHostileModels : public QObject
{
    Q_OBJECT
    QTemporaryDir m_folder;

    /// Everything that opening and running a file does. `inputs` in the order of the model's.
    QString use(const QByteArray& bytes, const std::vector<Tensor>& inputs, bool int8) const
    {
        const QString path = m_folder.filePath(QStringLiteral("model.onnx"));
        {
            QFile file(path);
            if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size())
                return QStringLiteral("cannot write the test file");
        }
        const auto model = graph::load(path.toStdString());
        for (const graph::Weight* weight : model->allWeights())
            if (weight->type != DType::String
                && static_cast<std::size_t>(elementCount(weight->shape)) * elementSize(weight->type) != weight->byteCount())
                return QStringLiteral("a weight whose shape and bytes differ");
        graph::structure(*model);
        const auto resolution = quantize::resolve(*model, presetConfig(int8 ? "dynamic" : "fp32"));
        unsupportedNodes(*model);
        CompileOptions options;
        for (std::size_t i = 0; i < model->inputs().size() && i < inputs.size(); ++i) {
            options.inputShapes[model->inputs()[i].name] = inputs[i].shape;
            if (decidesShapes(inputs[i]))
                options.fixedInputs[model->inputs()[i].name] = inputs[i];
        }
        WeightStore store;
        Session session(compile(model, resolution.settings(), {}, options, store));
        for (std::size_t i = 0; i < model->inputs().size() && i < inputs.size(); ++i)
            session.setInput(model->inputs()[i].name, inputs[i]);
        session.run();
        for (std::size_t i = 0; i < model->outputs().size(); ++i)
            session.outputTensor(i);
        return {};
    }

private slots:
    void init()
    {
        if (mutationCount(0) == 0)
            QSKIP("Set OCTET_MUTATIONS (100 is one of each ONNX node test) to run damaged models.");
    }

    void mixed_data()
    {
        QTest::addColumn<bool>("int8");
        QTest::newRow("fp32") << false;
        QTest::newRow("int8") << true;
    }
    void mixed()
    {
        QFETCH(const bool, int8);
        Tensor x(DType::F32, {2, 4});
        std::ranges::copy(numbers(8), x.data<float>());
        const QByteArray model = mixedModel();
        QCOMPARE(use(model, {x}, int8), QString());
        int errors = 0;
        const QString complaint = firstComplaint(model, 9 + int8, mutationCount(150),
            [&](const QByteArray& bytes) { return use(bytes, {x}, int8); }, &errors);
        QVERIFY2(complaint.isEmpty(), qPrintable(complaint));
        QVERIFY2(errors > 0, "no mutation was refused");
    }

    /// Mutations of each of ONNX's node tests, a hundredth of OCTET_MUTATIONS and at least one.
    void nodes()
    {
        const QDir folder(QString::fromLatin1(nodeTests));
        if (!folder.exists())
            QSKIP("ONNX's node tests are not installed (libonnx-testdata).");
        const int each = std::max(1, mutationCount(0) / 100);
        std::uint64_t seed = 1000;
        for (const QString& name : folder.entryList({QStringLiteral("test_*")}, QDir::Dirs, QDir::Name)) {
            ++seed;
            const QByteArray bytes = content(folder.filePath(name + QStringLiteral("/model.onnx")));
            std::vector<Tensor> inputs;
            for (int i = 0;; ++i) {
                const QString input = folder.filePath(name + QStringLiteral("/test_data_set_0/input_%1.pb").arg(i));
                if (!QFile::exists(input))
                    break;
                try {
                    inputs.push_back(data::readTensorProto(input.toStdString()));
                } catch (const Error&) { // a type or a form that is not read: sequences, strings
                    break;
                }
            }
            const QString complaint =
                firstComplaint(bytes, seed, each, [&](const QByteArray& b) { return use(b, inputs, false); });
            QVERIFY2(complaint.isEmpty(), qPrintable(name + QStringLiteral(", ") + complaint));
        }
    }
};

OCTET_TEST(TestHostileModels)
#include "tst_hostile_models.moc"
