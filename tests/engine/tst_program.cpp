// SPDX-License-Identifier: GPL-3.0-or-later
// Whole programs on the sample model: ONNX Runtime's numbers, and the law that a row depends on nothing but itself.
#include "core/data/npy.h"
#include "core/engine/program.h"
#include "core/quantize/products.h"
#include "core/values/error.h"
#include "test_main.h"

#include <QtTest>

#include <cmath>
#include <cstdlib>
#include <cstring>

using namespace octet;
using namespace octet::engine;

class TestProgram : public QObject
{
    Q_OBJECT

    std::shared_ptr<const graph::Model> m_model;
    Tensor m_pixels; // f32 [n, 1, 28, 28]
    static constexpr std::int64_t rowSize = 784;

    Tensor rows(std::int64_t first, std::int64_t count) const
    {
        Tensor t(DType::F32, {count, 1, 28, 28});
        std::memcpy(t.bytes.data(), m_pixels.data<float>() + first * rowSize, t.bytes.size());
        return t;
    }

    static CompileOptions optionsFor(std::int64_t batch, int threads = 1)
    {
        CompileOptions options;
        options.inputShapes = {{"pixel_values", {batch, 1, 28, 28}}};
        options.threads = threads;
        return options;
    }

    Settings settingsFor(const QString& mode) const
    {
        Settings settings;
        if (mode == QLatin1String("fp32"))
            return settings;
        for (const auto& product : quantize::products(*m_model)) {
            if (!product.counted())
                continue;
            OpSettings& s = settings[m_model->nodes()[static_cast<std::size_t>(product.node)].name];
            s.precision = Precision::Int8;
            s.approach = mode == QLatin1String("dynamic") ? Approach::Dynamic : Approach::Static;
        }
        return settings;
    }

    /// Min-max over the first 32 images.
    Ranges rangesFor(const Settings& settings) const
    {
        CompileOptions options = optionsFor(32);
        for (const auto& product : quantize::products(*m_model))
            if (product.counted())
                options.taps.push_back(product.activation);
        WeightStore store;
        Session session(compile(m_model, {}, {}, options, store));
        session.setInput("pixel_values", rows(0, 32));
        session.run();
        Ranges ranges;
        for (const auto& [node, s] : settings) {
            const std::string& value = m_model->node(node)->inputs[0];
            Range range;
            for (const float x : session.tap(value)) {
                range.min = std::min(range.min, double(x));
                range.max = std::max(range.max, double(x));
            }
            ranges[rangeKey(value, s)] = range;
        }
        return ranges;
    }

    std::vector<float> logits(const Settings& settings, const Ranges& ranges, std::int64_t first, std::int64_t batch,
                              int threads = 1) const
    {
        WeightStore store;
        Session session(compile(m_model, settings, ranges, optionsFor(batch, threads), store));
        session.setInput("pixel_values", rows(first, batch));
        session.run();
        const Tensor out = session.outputTensor(0);
        return {out.data<float>(), out.data<float>() + out.count()};
    }

private slots:
    void initTestCase()
    {
        m_model = graph::load(OCTET_SOURCE_DIR "/resources/sample/model.onnx");
        const Tensor images = data::readNpy(OCTET_SOURCE_DIR "/resources/sample/test_pixel_values.npy");
        m_pixels = Tensor(DType::F32, {64, 1, 28, 28});
        for (std::int64_t i = 0; i < m_pixels.count(); ++i)
            m_pixels.data<float>()[i] = (static_cast<float>(images.data<std::uint8_t>()[i]) / 255.0f - 0.2860f) / 0.3530f;
    }

    void equalsOnnxRuntime()
    {
        const Tensor golden = data::readNpy(OCTET_SOURCE_DIR "/tests/data/golden/vit_sample_logits.npy");
        const auto ours = logits({}, {}, 0, 16);
        QCOMPARE(static_cast<std::int64_t>(ours.size()), golden.count());
        for (std::size_t i = 0; i < ours.size(); ++i)
            QVERIFY2(std::abs(ours[i] - golden.data<float>()[i]) < 2e-4f,
                     qPrintable(QStringLiteral("%1: %2 instead of %3").arg(i).arg(ours[i]).arg(golden.data<float>()[i])));
    }

    void rowsDependOnNothingElse_data()
    {
        QTest::addColumn<QString>("mode");
        for (const char* mode : {"fp32", "static", "dynamic"})
            QTest::newRow(mode) << QString::fromLatin1(mode);
    }
    void rowsDependOnNothingElse()
    {
        QFETCH(QString, mode);
        const Settings settings = settingsFor(mode);
        const Ranges ranges = rangesFor(settings);
        const auto eight = logits(settings, ranges, 0, 8);
        for (std::int64_t row = 0; row < 8; ++row) {
            const std::vector<float> expected(eight.begin() + row * 10, eight.begin() + (row + 1) * 10);
            QCOMPARE(logits(settings, ranges, row, 1), expected);
        }
        QCOMPARE(logits(settings, ranges, 0, 8, 2), eight); // threads
        auto shifted = logits(settings, ranges, 3, 8); // other neighbours
        QCOMPARE(std::vector<float>(shifted.begin(), shifted.begin() + 50),
                 std::vector<float>(eight.begin() + 30, eight.begin() + 80));
    }

    void int8IsRealAndClose_data() { rowsDependOnNothingElse_data(); }
    void int8IsRealAndClose()
    {
        QFETCH(QString, mode);
        const Settings settings = settingsFor(mode);
        const Ranges ranges = rangesFor(settings);
        WeightStore store;
        const auto program = compile(m_model, settings, ranges, optionsFor(1), store);
        int integer = 0;
        for (const GroupProfile& group : program->groups())
            integer += group.kind == "product" && group.executed == Precision::Int8;
        QCOMPARE(integer, mode == QLatin1String("fp32") ? 0 : 26);
        const auto reference = logits({}, {}, 0, 16), ours = logits(settings, ranges, 0, 16);
        double error = 0, power = 0;
        for (std::size_t i = 0; i < ours.size(); ++i) {
            error += std::pow(double(ours[i]) - reference[i], 2);
            power += std::pow(double(reference[i]), 2);
        }
        QVERIFY(error < 0.002 * power); // 27 dB
        QCOMPARE(error > 0, mode != QLatin1String("fp32"));
    }

    void weightsAreShared()
    {
        WeightStore store;
        const auto one = compile(m_model, {}, {}, optionsFor(1), store);
        const std::size_t bytes = store.bytes();
        const auto eight = compile(m_model, {}, {}, optionsFor(8), store);
        QVERIFY(store.bytes() < bytes + bytes / 100); // the tiny head excepted, another batch reads the same weights
        QVERIFY(bytes >= std::size_t(one->weightBytes()));
    }

    void wrongInputsAreRefused()
    {
        WeightStore store;
        Session session(compile(m_model, {}, {}, optionsFor(1), store));
        QVERIFY_EXCEPTION_THROWN(session.setInput("pixel_values", rows(0, 2)), Error);
        QVERIFY_EXCEPTION_THROWN(session.setInput("pixels", rows(0, 1)), Error);
        QVERIFY_EXCEPTION_THROWN(session.setInput("pixel_values", Tensor(DType::I64, {1, 1, 28, 28})), Error);
        CompileOptions wrong = optionsFor(1);
        wrong.inputShapes["pixel_values"] = {1, 3, 28, 28};
        QVERIFY_EXCEPTION_THROWN(compile(m_model, {}, {}, wrong, store), Error);
    }

    void compilingCanBeCancelled()
    {
        WeightStore store;
        CompileOptions options = optionsFor(1);
        options.cancelled = [] { return true; };
        try {
            compile(m_model, {}, {}, options, store);
            QFAIL("not cancelled");
        } catch (const Error& error) {
            QVERIFY(error.kind() == ErrorKind::Cancelled);
        }
    }
};

OCTET_TEST(TestProgram)
#include "tst_program.moc"
