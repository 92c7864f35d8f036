// SPDX-License-Identifier: GPL-3.0-or-later
// Operators read what lies anyhow: of a transposed, sliced value of random shape each gives, bit for bit, what it gives of
// the same numbers next to each other.
#include "core/engine/program.h"
#include "onnx_builder.h"
#include "test_main.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

using namespace octet;
using test::OnnxBuilder;

namespace {

struct View
{
    Shape input, permutation, starts, steps, shape;
};

class Random
{
public:
    std::int64_t whole(std::int64_t low, std::int64_t high)
    {
        return low + static_cast<std::int64_t>(m_engine() % static_cast<unsigned>(high - low + 1));
    }
    float real() { return static_cast<float>(whole(-4000, 4000)) / 1000; }
    View view()
    {
        View v;
        const std::int64_t rank = whole(2, 4);
        for (std::int64_t d = 0; d < rank; ++d) {
            v.input.push_back(whole(1, 7));
            v.permutation.push_back(d);
        }
        std::shuffle(v.permutation.begin(), v.permutation.end(), m_engine);
        for (const std::int64_t from : v.permutation) {
            const std::int64_t dim = v.input[static_cast<std::size_t>(from)];
            v.starts.push_back(whole(0, dim - 1));
            v.steps.push_back(whole(1, 3));
            v.shape.push_back((dim - v.starts.back() + v.steps.back() - 1) / v.steps.back());
        }
        return v;
    }

private:
    std::mt19937 m_engine{47};
};

Tensor dense(const View& v, const Tensor& x)
{
    Tensor result(DType::F32, v.shape);
    for (std::int64_t i = 0; i < result.count(); ++i) {
        std::int64_t rest = i, at = 0;
        Shape index(v.shape.size());
        for (std::size_t d = v.shape.size(); d-- > 0; rest /= v.shape[d])
            index[static_cast<std::size_t>(v.permutation[d])] = v.starts[d] + rest % v.shape[d] * v.steps[d];
        for (std::size_t d = 0; d < index.size(); ++d)
            at = at * v.input[d] + index[d];
        result.data<float>()[i] = x.data<float>()[at];
    }
    return result;
}

/// The operator under test of the value "v"; its result is "y".
void addOp(OnnxBuilder& b, const std::string& op, const View& v)
{
    const std::int64_t last = v.shape.back(), rank = static_cast<std::int64_t>(v.shape.size());
    const auto wave = [](std::int64_t n) {
        std::vector<float> values;
        for (std::int64_t i = 0; i < n; ++i)
            values.push_back(0.5f + static_cast<float>(std::abs(std::sin(static_cast<double>(i)))));
        return values;
    };
    if (op == "with row") {
        b.weight("row", {last}, wave(last));
        b.node("Mul", "n", {"v", "row"}, {"y"});
    } else if (op == "with itself in part") {
        b.ints("zero", {1}, {0}), b.ints("one", {1}, {1}), b.ints("first", {1}, {0});
        b.node("Slice", "part", {"v", "zero", "one", "first"}, {"p"});
        b.node("Sub", "n", {"p", "v"}, {"y"});
    } else if (op == "Where") {
        b.node("Relu", "r", {"v"}, {"positive"});
        OnnxBuilder::attribute(b.node("Cast", "c", {"positive"}, {"condition"}), "to", std::int64_t(9));
        b.node("Where", "n", {"condition", "v", "positive"}, {"y"});
    } else if (op == "Cast") {
        OnnxBuilder::attribute(b.node("Cast", "c", {"v"}, {"whole"}), "to", std::int64_t(7));
        OnnxBuilder::attribute(b.node("Cast", "n", {"whole"}, {"y"}), "to", std::int64_t(1));
    } else if (op == "ReduceMean" || op == "ReduceMax") {
        auto& node = b.node(op, "n", {"v"}, {"y"});
        OnnxBuilder::attribute(node, "axes", std::vector<std::int64_t>{rank / 2});
    } else if (op == "ReduceSum") {
        b.ints("axes", {1}, {0});
        b.node(op, "n", {"v", "axes"}, {"y"});
    } else if (op == "MatMul") {
        b.weight("w", {last, 5}, wave(last * 5));
        b.node(op, "n", {"v", "w"}, {"y"});
    } else if (op == "LayerNormalization") {
        b.weight("g", {last}, wave(last));
        b.node(op, "n", {"v", "g"}, {"y"});
    } else if (op == "Concat") {
        OnnxBuilder::attribute(b.node(op, "n", {"v", "v"}, {"y"}), "axis", std::int64_t(1));
    } else if (op == "Gather") {
        b.ints("i", {2}, {v.shape[0] - 1, 0});
        b.node(op, "n", {"v", "i"}, {"y"});
    } else if (op == "TopK") {
        b.ints("k", {1}, {1});
        b.node(op, "n", {"v", "k"}, {"y", "at"});
    } else if (op == "Pad") {
        b.ints("pads", {2 * rank}, std::vector<std::int64_t>(static_cast<std::size_t>(2 * rank), 1));
        b.node(op, "n", {"v", "pads"}, {"y"});
    } else if (op == "QuantizeLinear") {
        b.weight("s", {}, {0.05f});
        b.node(op, "q", {"v", "s"}, {"quantized"});
        b.node("DequantizeLinear", "n", {"quantized", "s"}, {"y"});
    } else if (op == "Reshape") {
        b.ints("shape", {1}, {-1});
        b.node(op, "n", {"v", "shape"}, {"y"});
    } else {
        b.node(op, "n", {"v"}, {"y"});
    }
}

Tensor run(OnnxBuilder& b, const std::string& input, const Tensor& tensor)
{
    b.output("y");
    engine::CompileOptions options;
    options.inputShapes = {{input, tensor.shape}};
    engine::WeightStore store;
    engine::Session session(engine::compile(b.load(), {}, {}, options, store));
    session.setInput(input, tensor);
    session.run();
    return session.outputTensor(0);
}

} // namespace

class TestViews : public QObject
{
    Q_OBJECT

private slots:
    void agree_data()
    {
        QTest::addColumn<QString>("op");
        for (const char* op : {"Relu", "Erf", "Exp", "Clip", "LeakyRelu", "Softplus", "Sign", "with row",
                 "with itself in part", "Where", "Cast", "ReduceMean", "ReduceMax", "ReduceSum", "Softmax", "MatMul",
                 "LayerNormalization", "Concat", "Gather", "TopK", "Pad", "QuantizeLinear", "Reshape", "Identity"})
            QTest::newRow(op) << QString::fromLatin1(op);
    }
    void agree()
    {
        QFETCH(QString, op);
        Random random;
        for (int round = 0; round < 12; ++round) {
            const View v = random.view();
            Tensor x(DType::F32, v.input);
            for (std::int64_t i = 0; i < x.count(); ++i)
                x.data<float>()[i] = random.real();
            const auto rank = static_cast<std::int64_t>(v.shape.size());
            OnnxBuilder viewed, plain;
            viewed.input("x", v.input);
            OnnxBuilder::attribute(viewed.node("Transpose", "t", {"x"}, {"turned"}), "perm", v.permutation);
            viewed.ints("starts", {rank}, v.starts), viewed.ints("steps", {rank}, v.steps);
            viewed.ints("ends", {rank}, std::vector<std::int64_t>(v.shape.size(), 100));
            Shape all(v.shape.size());
            std::iota(all.begin(), all.end(), 0);
            viewed.ints("all", {rank}, all);
            viewed.node("Slice", "s", {"turned", "starts", "ends", "all", "steps"}, {"v"});
            plain.input("v", v.shape);
            addOp(viewed, op.toStdString(), v), addOp(plain, op.toStdString(), v);
            const Tensor a = run(viewed, "x", x), e = run(plain, "v", dense(v, x));
            QCOMPARE(toString(a.shape), toString(e.shape));
            QVERIFY2(a.bytes == e.bytes, qPrintable(QStringLiteral("round %1").arg(round)));
        }
    }

    /// A mask that was turned is read as one that lies in order.
    void attentionTakesATurnedMask()
    {
        std::vector<Tensor> results;
        for (const bool turned : {false, true}) {
            OnnxBuilder b;
            const Shape heads{1, 2, 5, 8};
            std::vector<float> values(80), mask(25);
            for (std::size_t i = 0; i < values.size(); ++i)
                values[i] = static_cast<float>(std::sin(static_cast<double>(i)));
            for (std::size_t i = 0; i < mask.size(); ++i)
                mask[turned ? i % 5 * 5 + i / 5 : i] = static_cast<float>(std::cos(static_cast<double>(i)));
            b.input("q", heads);
            b.input("mask", {5, 5});
            b.node("Relu", "k", {"q"}, {"k"});
            OnnxBuilder::attribute(b.node("Transpose", "kt", {"k"}, {"kt"}), "perm", std::vector<std::int64_t>{0, 1, 3, 2});
            b.node("MatMul", "scores", {"q", "kt"}, {"s"});
            if (turned)
                b.node("Transpose", "turn", {"mask"}, {"m"});
            b.node("Add", "hide", {"s", turned ? "m" : "mask"}, {"hidden"});
            b.node("Softmax", "softmax", {"hidden"}, {"p"});
            b.node("MatMul", "context", {"p", "k"}, {"y"});
            b.output("y");
            engine::CompileOptions options;
            options.inputShapes = {{"q", heads}, {"mask", {5, 5}}};
            engine::WeightStore store;
            const auto program = engine::compile(b.load(), {}, {}, options, store);
            QVERIFY(std::ranges::any_of(program->groups(), [](const auto& g) { return g.kind == "attention"; }));
            engine::Session session(program);
            Tensor q(DType::F32, heads), m(DType::F32, {5, 5});
            std::ranges::copy(values, q.data<float>());
            std::ranges::copy(mask, m.data<float>());
            session.setInput("q", q), session.setInput("mask", m);
            session.run();
            results.push_back(session.outputTensor(0));
        }
        QVERIFY(results[0].bytes == results[1].bytes);
    }
};

OCTET_TEST(TestViews)
#include "tst_views.moc"
