// SPDX-License-Identifier: GPL-3.0-or-later
// ONNX's own node tests (Debian's libonnx-testdata): of those for operators that encoders, vision transformers and
// their heads use, at least the stated share must pass; everything else must be refused with a reason.
#include "core/data/npy.h"
#include "core/engine/program.h"
#include "core/values/error.h"
#include "test_main.h"

#include <QDir>
#include <QtTest>

#include <cmath>
#include <cstring>
#include <set>

using namespace octet;
using namespace octet::engine;

namespace {

const QString folder = QStringLiteral("/usr/share/libonnx-testdata/data/node");

const std::set<std::string> listed{"Abs", "Acos", "Acosh", "Add", "And", "ArgMax", "ArgMin", "Asin", "Asinh", "Atan",
    "Atanh", "AveragePool", "BatchNormalization", "BitShift", "BitwiseAnd", "BitwiseNot", "BitwiseOr", "BitwiseXor",
    "Cast", "CastLike", "Ceil", "Celu", "Clip", "Concat", "Constant", "ConstantOfShape", "Conv", "ConvInteger",
    "ConvTranspose", "Cos", "Cosh", "CumSum", "DepthToSpace", "DequantizeLinear", "Div", "Dropout",
    "DynamicQuantizeLinear", "Einsum", "Elu", "Equal", "Erf", "Exp", "Expand", "EyeLike", "Flatten", "Floor", "Gather",
    "GatherElements", "GatherND", "Gelu", "Gemm", "GlobalAveragePool", "GlobalLpPool", "GlobalMaxPool", "Greater",
    "GreaterOrEqual", "HardSigmoid", "HardSwish", "Hardmax", "Identity", "InstanceNormalization", "IsInf", "IsNaN",
    "LRN", "LayerNormalization", "LeakyRelu", "Less", "LessOrEqual", "Log", "LogSoftmax", "LpNormalization", "LpPool",
    "MatMul", "MatMulInteger", "Max", "MaxPool", "Mean", "MeanVarianceNormalization", "Min", "Mod", "Mul", "Neg", "Not",
    "OneHot", "Or", "PRelu", "Pad", "Pow", "QLinearConv", "QLinearMatMul", "QuantizeLinear", "Range", "Reciprocal",
    "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd",
    "ReduceSum", "ReduceSumSquare", "Relu", "Reshape", "Resize", "ReverseSequence", "Round", "Scatter",
    "ScatterElements", "ScatterND", "Selu", "Shape", "Shrink", "Sigmoid", "Sign", "Sin", "Sinh", "Size", "Slice",
    "Softmax", "Softplus", "Softsign", "SpaceToDepth", "Split", "Sqrt", "Squeeze", "Sub", "Sum", "Tan", "Tanh",
    "ThresholdedRelu", "Tile", "TopK", "Transpose", "Trilu", "Unsqueeze", "Upsample", "Where", "Xor"};

/// Tests of listed operators that no inference engine for encoders needs, left out by name.
bool counts(const QString& name, const graph::Model& model)
{
    // Texts, sequences and optional values are no tensors that a model is quantized for.
    for (const char* beyond : {"training", "STRING", "bernoulli", "identity_opt", "identity_sequence"})
        if (name.contains(QLatin1String(beyond)))
            return false;
    for (const graph::Node& node : model.nodes())
        if (!(node.domain.empty() || node.domain == "ai.onnx") || !listed.contains(node.opType))
            return false;
    return true;
}

double number(const Tensor& t, std::size_t i)
{
    const auto as = [&]<typename T>(T) {
        T value;
        std::memcpy(&value, t.bytes.data() + i * sizeof(T), sizeof(T));
        return static_cast<double>(value);
    };
    switch (t.type) {
    case DType::F32:
        return as(float{});
    case DType::F64:
        return as(double{});
    case DType::I64:
        return as(std::int64_t{});
    case DType::I32:
        return as(std::int32_t{});
    case DType::I16:
        return as(std::int16_t{});
    case DType::I8:
        return as(std::int8_t{});
    case DType::U64:
        return as(std::uint64_t{});
    case DType::U32:
        return as(std::uint32_t{});
    case DType::F16: // compared bit by bit
    case DType::Bf16:
    case DType::U16:
        return as(std::uint16_t{});
    default:
        return as(std::uint8_t{});
    }
}

/// Empty, or in what the tensors differ.
std::string difference(const Tensor& got, const Tensor& expected)
{
    const bool sameType = got.type == expected.type || (got.type == DType::Bf16 && expected.type == DType::U16);
    if (!sameType || got.shape != expected.shape)
        return "gives " + toString(got.type) + " " + toString(got.shape) + " instead of " + toString(expected.type)
            + " " + toString(expected.shape);
    for (std::size_t i = 0; i < static_cast<std::size_t>(got.count()); ++i) {
        const double a = number(got, i), b = number(expected, i);
        if (!(std::abs(a - b) <= 1e-5 + 1e-3 * std::abs(b)) && !(std::isnan(a) && std::isnan(b)) && a != b)
            return "element " + std::to_string(i) + " is " + std::to_string(a) + " instead of " + std::to_string(b);
    }
    return {};
}

/// Their expected values divide by a length that is no whole number; the operator's text and ONNX Runtime do not.
const std::set<QString> disputed{QStringLiteral("test_resize_downsample_scales_cubic_align_corners"),
    QStringLiteral("test_resize_downsample_scales_linear_align_corners")};

std::string runOne(const QDir& test, const std::shared_ptr<const graph::Model>& model)
{
    const QDir set(test.filePath(QStringLiteral("test_data_set_0")));
    const auto tensor = [&](const char* kind, std::size_t i) {
        return data::readTensorProto(
            set.filePath(QStringLiteral("%1_%2.pb").arg(QLatin1String(kind)).arg(i)).toStdString());
    };
    CompileOptions options;
    std::map<std::string, Tensor> inputs;
    std::size_t file = 0;
    for (const auto& input : model->inputs())
        if (Tensor& t = inputs[input.name] = tensor("input", file++); input.type == DType::Bf16 && t.type == DType::U16)
            t.type = DType::Bf16; // so they are stored there
    for (const auto& [name, value] : inputs) {
        options.inputShapes[name] = value.shape;
        if (decidesShapes(value))
            options.fixedInputs[name] = value;
    }
    WeightStore store;
    Session session(compile(model, {}, {}, options, store));
    for (const auto& [name, value] : inputs)
        session.setInput(name, value);
    session.run();
    for (std::size_t i = 0; i < model->outputs().size(); ++i)
        if (const std::string text = difference(session.outputTensor(i), tensor("output", i)); !text.empty())
            return text;
    return {};
}

} // namespace

class TestOnnxNodes : public QObject
{
    Q_OBJECT

private slots:
    void share()
    {
        if (!QDir(folder).exists())
            QSKIP("ONNX's node tests are not installed (libonnx-testdata).");
        int passed = 0, all = 0, wrong = 0;
        QStringList problems;
        for (const QString& name : QDir(folder).entryList({QStringLiteral("test_*")}, QDir::Dirs, QDir::Name)) {
            const QDir test(folder + QLatin1Char('/') + name);
            bool counted = false;
            std::string problem;
            try {
                const auto model = graph::load(test.filePath(QStringLiteral("model.onnx")).toStdString());
                counted = counts(name, *model);
                problem = runOne(test, model);
                wrong += !problem.empty() && counted && !disputed.contains(name);
            } catch (const Error& error) { // anything else is a failure of the program
                problem = error.what();
            }
            all += counted;
            passed += counted && problem.empty();
            if (counted && !problem.empty())
                problems << QStringLiteral("%1: %2").arg(name, QString::fromStdString(problem));
        }
        const QString summary = QStringLiteral("%1 of %2 pass, %3 wrong").arg(passed).arg(all).arg(wrong);
        qInfo().noquote() << summary;
        if (qEnvironmentVariableIsSet("OCTET_LIST_FAILURES"))
            qInfo().noquote() << problems.join(QLatin1Char('\n'));
        QVERIFY2(wrong == 0, qPrintable(problems.join(QLatin1Char('\n'))));
        QVERIFY2(passed * 100 >= 95 * all, qPrintable(summary + QLatin1Char('\n') + problems.join(QLatin1Char('\n'))));
    }
};

OCTET_TEST(TestOnnxNodes)
#include "tst_onnx_nodes.moc"
