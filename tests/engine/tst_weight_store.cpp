// SPDX-License-Identifier: GPL-3.0-or-later
// Packed weights are shared, thrown out beyond the limit by least recent use, and live while anybody uses them; fp32
// weights stay in their file wherever they lie in it.
#include "core/engine/weight_store.h"
#include "core/graph/weight_values.h"
#include "onnx_builder.h"
#include "test_main.h"

#include <QtTest>

#include <algorithm>
#include <thread>

using namespace octet;
using namespace octet::engine;
using octet::test::OnnxBuilder;

namespace {

std::vector<float> numbers(std::size_t count, unsigned seed)
{
    std::vector<float> list(count);
    for (float& x : list)
        x = float((seed = seed * 1664525u + 1013904223u) >> 8) / float(1 << 24) - 0.5f;
    return list;
}

} // namespace

class TestWeightStore : public QObject
{
    Q_OBJECT
    OnnxBuilder m_builder; // keeps the file, which the model's hash is taken from
    std::shared_ptr<const graph::Model> m_model;

    WeightRequest request(const char* weight) const
    {
        WeightRequest r;
        r.model = m_model.get();
        r.weight = m_model->weight(weight);
        r.k = r.n = 48;
        r.integer = true;
        return r;
    }
    std::shared_ptr<const StoredWeight> get(WeightStore& store, const char* weight) const
    {
        return store.impl().get(request(weight), nullptr);
    }

private slots:
    void initTestCase()
    {
        OnnxBuilder& b = m_builder;
        b.input("x", {-1, 48});
        b.output("y");
        std::string from = "x";
        for (const std::string name : {"a", "b", "c"}) {
            b.weight(name, {48, 48}, numbers(48 * 48, unsigned(name[0])));
            b.node("MatMul", "by_" + name, {from, name}, {name == "c" ? "y" : "x" + name});
            from = "x" + name;
        }
        m_model = b.load();
    }

    void sameWeightOnce()
    {
        WeightStore store;
        const auto first = get(store, "a");
        QCOMPARE(store.bytes(), first->bytes);
        QVERIFY(get(store, "a") == first);
        QCOMPARE(store.bytes(), first->bytes);
        WeightRequest seven = request("a");
        seven.bits = 7;
        QVERIFY(store.impl().get(seven, nullptr) != first); // another setting is another weight
    }

    void leastRecentlyUsedGoesFirst()
    {
        const std::size_t each = [&] {
            WeightStore store;
            return get(store, "a")->bytes;
        }();
        WeightStore store(2 * each);
        const std::weak_ptr<const StoredWeight> a = get(store, "a"), b = get(store, "b");
        QVERIFY(!a.expired() && !b.expired());
        get(store, "a"); // used again: now b is the oldest
        get(store, "c");
        QVERIFY(!a.expired());
        QVERIFY(b.expired());
        QCOMPARE(store.bytes(), 2 * each);
    }

    void whatIsInUseStays()
    {
        WeightStore store(1);
        const auto a = get(store, "a");
        const std::vector<float> scales = a->scales;
        const std::vector<std::int8_t> panels(a->panels->data(), a->panels->data() + a->panels->bytes());
        get(store, "b");
        get(store, "c");
        QCOMPARE(a.use_count(), 1L); // thrown out
        QCOMPARE(a->scales, scales);
        QVERIFY(std::equal(panels.begin(), panels.end(), a->panels->data()));
    }

    void threadsShare()
    {
        WeightStore store;
        std::vector<std::shared_ptr<const StoredWeight>> got(8);
        std::vector<std::thread> threads;
        for (std::size_t i = 0; i < got.size(); ++i)
            threads.emplace_back([&, i] { got[i] = get(store, i % 2 ? "a" : "b"); });
        for (std::thread& thread : threads)
            thread.join();
        for (std::size_t i = 2; i < got.size(); ++i)
            QVERIFY(got[i] == got[i % 2]);
    }

    /// protobuf puts tensors at any byte; names of four lengths bring one to each remainder.
    void largeWeightsStayInTheFile()
    {
        constexpr std::int64_t rows = 160, columns = 128;
        std::size_t unaligned = 0;
        for (const std::string name : {"w", "wo", "wor", "word"}) {
            OnnxBuilder b;
            b.input("ids", {3}, onnx::TensorProto::INT64);
            b.input("x", {2, rows});
            b.output("picked");
            b.output("y");
            const auto values = numbers(rows * columns, 9);
            b.weight(name, {rows, columns}, values);
            b.node("Gather", "embedding", {name, "ids"}, {"picked"});
            b.node("MatMul", "product", {"x", name}, {"y"});
            const auto model = b.load();
            const graph::Weight& weight = *model->weight(name);
            unaligned += !graph::isAligned(weight.data.data(), alignof(float));
            const auto read = graph::floats(weight);
            QCOMPARE(read.size(), values.size());
            for (std::size_t i = 0; i < values.size(); ++i)
                QCOMPARE(read[i], values[i]);

            CompileOptions options;
            options.inputShapes = {{"ids", {3}}, {"x", {2, rows}}};
            WeightStore store;
            Session session(compile(model, {}, {}, options, store));
            Tensor ids(DType::I64, {3}), x(DType::F32, {2, rows});
            const std::int64_t chosen[] = {0, 77, rows - 1};
            std::copy(std::begin(chosen), std::end(chosen), ids.data<std::int64_t>());
            std::fill_n(x.data<float>(), 2 * rows, 0.0f);
            x.data<float>()[5] = 1;
            x.data<float>()[rows + 9] = 1;
            session.setInput("ids", ids);
            session.setInput("x", x);
            session.run();
            const Tensor picked = session.outputTensor(0), y = session.outputTensor(1);
            for (std::int64_t column = 0; column < columns; ++column) {
                for (std::int64_t i = 0; i < 3; ++i)
                    QCOMPARE(picked.data<float>()[i * columns + column], values[std::size_t(chosen[i] * columns + column)]);
                QCOMPARE(y.data<float>()[column], values[std::size_t(5 * columns + column)]);
                QCOMPARE(y.data<float>()[columns + column], values[std::size_t(9 * columns + column)]);
            }
        }
        QVERIFY(unaligned >= 2); // not copied at loading
    }
};

OCTET_TEST(TestWeightStore)
#include "tst_weight_store.moc"
