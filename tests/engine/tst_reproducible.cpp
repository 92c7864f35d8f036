// SPDX-License-Identifier: GPL-3.0-or-later
// The law that a row depends on nothing but itself, over random shapes: identical bits in a batch and alone, padded and
// not, with one thread and two, now and again. K that is no multiple of four runs on oneDNN, the rest on our own product
// where there is VNNI.
#include "core/engine/program.h"
#include "onnx_builder.h"
#include "test_main.h"

#include <QtTest>

#include <algorithm>
#include <cstring>

using namespace octet;
using namespace octet::engine;
using octet::test::OnnxBuilder;

namespace {

struct Random
{
    unsigned state;
    unsigned next() { return (state = state * 1664525u + 1013904223u) >> 8; }
    std::int64_t whole(std::int64_t low, std::int64_t high) { return low + std::int64_t(next()) % (high - low + 1); }
    std::vector<float> reals(std::int64_t count)
    {
        std::vector<float> list(static_cast<std::size_t>(count));
        for (float& x : list)
            x = float(next()) / float(1 << 23) - 1;
        return list;
    }
};

struct Layer
{
    std::shared_ptr<const graph::Model> model;
    std::int64_t heads, depth, width, hidden, out;
};

/// Attention with a mask over the keys, and two products behind it; nothing mixes rows but the attention.
Layer randomLayer(OnnxBuilder& b, Random& random)
{
    Layer layer{nullptr, random.whole(2, 4), random.whole(2, 20), random.whole(3, 70), random.whole(3, 90), random.whole(1, 60)};
    const std::int64_t inner = layer.heads * layer.depth;
    b.input("x", {-1, -1, layer.width});
    b.input("mask", {-1, 1, 1, -1});
    b.output("y");
    b.ints("split", {4}, {0, 0, layer.heads, layer.depth});
    b.ints("joined", {3}, {0, 0, inner});
    b.weight("root", {}, {0.5f});
    const auto product = [&](const std::string& name, const std::string& in, std::int64_t k, std::int64_t n) {
        b.weight("w_" + name, {k, n}, random.reals(k * n));
        b.weight("b_" + name, {n}, random.reals(n));
        b.node("MatMul", name, {in, "w_" + name}, {name + "_p"});
        b.node("Add", name + "_add", {name + "_p", "b_" + name}, {name + "_o"});
    };
    for (const std::string name : {"q", "k", "v"}) {
        product(name, "x", layer.width, inner);
        b.node("Reshape", name + "_r", {name + "_o", "split"}, {name + "_4"});
        OnnxBuilder::attribute(b.node("Transpose", name + "_t", {name + "_4"}, {name + "_h"}), "perm",
            name == "k" ? std::vector<std::int64_t>{0, 2, 3, 1} : std::vector<std::int64_t>{0, 2, 1, 3});
    }
    b.node("MatMul", "scores", {"q_h", "k_h"}, {"s"});
    b.node("Mul", "scale", {"s", "root"}, {"s_s"});
    b.node("Add", "masked", {"s_s", "mask"}, {"s_m"});
    OnnxBuilder::attribute(b.node("Softmax", "softmax", {"s_m"}, {"p"}), "axis", std::int64_t(-1));
    b.node("MatMul", "context", {"p", "v_h"}, {"c"});
    OnnxBuilder::attribute(b.node("Transpose", "back", {"c"}, {"c_t"}), "perm", std::vector<std::int64_t>{0, 2, 1, 3});
    b.node("Reshape", "join", {"c_t", "joined"}, {"c_j"});
    product("up", "c_j", inner, layer.hidden);
    b.node("Relu", "relu", {"up_o"}, {"up_r"});
    product("down", "up_r", layer.hidden, layer.out);
    b.node("Identity", "end", {"down_o"}, {"y"});
    layer.model = b.load();
    return layer;
}

} // namespace

class TestReproducible : public QObject
{
    Q_OBJECT

    /// Rows of samples [first, first + batch), padded to `padded` and masked there: [batch][length * out]
    static std::vector<std::vector<float>> rows(const Layer& layer, const Settings& settings, const Ranges& ranges,
        const std::vector<float>& samples, std::int64_t first, std::int64_t batch, std::int64_t length, std::int64_t padded, int threads, int runs = 1)
    {
        Tensor x(DType::F32, {batch, padded, layer.width}), mask(DType::F32, {batch, 1, 1, padded});
        for (std::int64_t s = 0; s < batch; ++s)
            for (std::int64_t row = 0; row < padded; ++row) {
                // What stands in the padding must not matter.
                for (std::int64_t column = 0; column < layer.width; ++column)
                    x.data<float>()[(s * padded + row) * layer.width + column] =
                        row < length ? samples[std::size_t(((first + s) * length + row) * layer.width + column)] : 0.25f;
                mask.data<float>()[s * padded + row] = row < length ? 0 : -3.4028234663852886e38f;
            }
        CompileOptions options;
        options.inputShapes = {{"x", x.shape}, {"mask", mask.shape}};
        options.threads = threads;
        WeightStore store;
        const auto program = compile(layer.model, settings, ranges, options, store);
        for (const GroupProfile& group : program->groups()) // what is compared is what was asked for
            if (group.executed != group.asked) {
                qWarning("%s stays %s: %s", group.name.c_str(), toString(group.executed).c_str(), group.reason.c_str());
                return {};
            }
        Session session(program);
        session.setInput("x", x);
        session.setInput("mask", mask);
        for (int run = 0; run < runs; ++run)
            session.run();
        const Tensor y = session.outputTensor(0);
        std::vector<std::vector<float>> result;
        for (std::int64_t s = 0; s < batch; ++s) {
            const float* from = y.data<float>() + s * padded * layer.out;
            result.emplace_back(from, from + length * layer.out);
        }
        return result;
    }

    static bool sameBits(const std::vector<float>& a, const std::vector<float>& b)
    {
        return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
    }

private slots:
    void rowsDependOnNothingElse_data()
    {
        QTest::addColumn<int>("mode");
        QTest::newRow("fp32") << 0;
        QTest::newRow("static") << 1;
        QTest::newRow("dynamic") << 2;
        if (hasBf16())
            QTest::newRow("bf16") << 3;
    }
    void rowsDependOnNothingElse()
    {
        QFETCH(int, mode);
        Random random{7};
        for (int round = 0; round < 12; ++round) {
            OnnxBuilder builder;
            const Layer layer = randomLayer(builder, random);
            // With many rows each, threads share rows and not columns.
            const std::int64_t length = round % 4 == 3 ? random.whole(86, 110) : random.whole(1, 40);
            const std::int64_t padded = length + random.whole(1, 30);
            const auto samples = random.reals(3 * length * layer.width);
            Settings settings;
            Ranges ranges;
            for (const char* node : {"q", "k", "v", "up", "down", "scores", "context"}) {
                if (mode == 0)
                    continue;
                OpSettings& s = settings[node];
                s.precision = mode == 3 ? Precision::Bf16 : Precision::Int8;
                s.approach = mode == 1 ? Approach::Static : Approach::Dynamic;
                for (const std::string& value : {std::string("x"), std::string("q_h"), std::string("k_h"), std::string("v_h"),
                         std::string("p"), std::string("c_j"), std::string("up_r")}) {
                    Range range;
                    range.min = value == "x" ? -1 : -6, range.max = value == "x" ? 1 : 6;
                    ranges[rangeKey(value, s)] = range;
                }
            }
            const auto what = QStringLiteral("round %1: %2 heads of %3, width %4, hidden %5, length %6 of %7").arg(round)
                                  .arg(layer.heads).arg(layer.depth).arg(layer.width).arg(layer.hidden).arg(length).arg(padded).toStdString();
            const auto three = rows(layer, settings, ranges, samples, 0, 3, length, length, 1);
            const auto twoThreads = rows(layer, settings, ranges, samples, 0, 3, length, length, 2);
            const auto again = rows(layer, settings, ranges, samples, 0, 3, length, length, 2, 3);
            const auto longer = rows(layer, settings, ranges, samples, 0, 3, length, padded, 1);
            QVERIFY2(three.size() == 3 && twoThreads.size() == 3 && again.size() == 3 && longer.size() == 3, what.c_str());
            for (std::int64_t s = 0; s < 3; ++s) {
                const auto i = static_cast<std::size_t>(s);
                QVERIFY2(sameBits(rows(layer, settings, ranges, samples, s, 1, length, length, 1)[0], three[i]), ("batch, " + what).c_str());
                QVERIFY2(sameBits(twoThreads[i], three[i]), ("threads, " + what).c_str());
                QVERIFY2(sameBits(again[i], three[i]), ("runs, " + what).c_str());
                QVERIFY2(sameBits(longer[i], three[i]), ("padding, " + what).c_str());
            }
        }
    }
};

OCTET_TEST(TestReproducible)
#include "tst_reproducible.moc"
