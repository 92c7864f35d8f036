// SPDX-License-Identifier: GPL-3.0-or-later
// What smoothing and bias correction do to the results of compiled programs, under every kernel that this CPU has.
#include "core/engine/program.h"
#include "core/quantize/smoothing.h"
#include "core/values/error.h"
#include "onnx_builder.h"
#include "test_main.h"

#include <QtTest>

#include <cmath>
#include <random>

using namespace octet;
using octet::test::OnnxBuilder;
using quantize::ValueStatistics;

namespace {

constexpr std::int64_t rows = 12, width = 32;

std::vector<float> randoms(std::size_t n, unsigned seed, float low = -1, float high = 1)
{
    std::mt19937 engine(seed);
    std::vector<float> v(n);
    for (float& x : v)
        x = low + (high - low) * static_cast<float>(engine()) / 4294967295.0f;
    return v;
}

/// x -> product (its epilogue quantizes) -> product; three channels between them are 200 times as wide.
std::shared_ptr<const graph::Model> chain(OnnxBuilder& b)
{
    b.input("x", {rows, width});
    auto first = randoms(width * width, 1), second = randoms(width * width, 2);
    for (std::int64_t k = 0; k < width; ++k)
        for (const std::int64_t channel : {3, 17, 30}) {
            first[static_cast<std::size_t>(k * width + channel)] *= 200;
            second[static_cast<std::size_t>(channel * width + k)] /= 200;
        }
    b.weight("w1", {width, width}, first);
    b.weight("w2", {width, width}, second);
    b.node("MatMul", "one", {"x", "w1"}, {"h"});
    b.node("MatMul", "two", {"h", "w2"}, {"y"});
    b.output("y");
    return b.load();
}

struct Outcome
{
    std::vector<float> values;
    std::vector<GroupProfile> groups;
};

Outcome run(const std::shared_ptr<const graph::Model>& model, const Settings& settings, const Ranges& ranges,
    const std::vector<std::string>& taps = {}, std::vector<float>* tap = nullptr)
{
    engine::CompileOptions options;
    options.inputShapes = {{"x", {rows, width}}};
    options.taps = taps;
    engine::WeightStore store;
    const auto program = engine::compile(model, settings, ranges, options, store);
    engine::Session session(program);
    Tensor x(DType::F32, {rows, width});
    const auto values = randoms(rows * width, 7);
    std::copy(values.begin(), values.end(), x.data<float>());
    session.setInput("x", x);
    session.run();
    if (tap)
        tap->assign(session.tap(taps[0]).begin(), session.tap(taps[0]).end());
    const Tensor out = session.outputTensor(0);
    return {{out.data<float>(), out.data<float>() + out.count()}, program->groups()};
}

double error(const std::vector<float>& exact, const std::vector<float>& other)
{
    double noise = 0, signal = 0;
    for (std::size_t i = 0; i < exact.size(); ++i) {
        noise += std::pow(static_cast<double>(exact[i] - other[i]), 2);
        signal += std::pow(static_cast<double>(exact[i]), 2);
    }
    return std::sqrt(noise / signal);
}

} // namespace

class TestEngineSmoothing : public QObject
{
    Q_OBJECT

    OnnxBuilder m_builder; // owns the file
    std::shared_ptr<const graph::Model> m_model = chain(m_builder);
    std::vector<float> m_exact, m_hidden;

    Settings settingsWith(double alpha, Approach approach, bool corrected = false) const
    {
        OpSettings s;
        s.precision = Precision::Int8;
        s.approach = approach;
        s.smoothing = alpha;
        s.biasCorrection = corrected;
        OpSettings plain;
        return {{"one", plain}, {"two", s}};
    }

    Ranges rangesFor(double alpha) const
    {
        const auto products = quantize::products(*m_model);
        std::map<std::string, ValueStatistics> statistics;
        statistics.try_emplace("h", width).first->second.add(m_hidden);
        Range range = alpha == 0 ? quantize::rangeOf(statistics.at("h"), RangeMethod::MinMax, 0)
                                 : quantize::smoothedRange({*m_model, products, false, statistics}, "h", alpha);
        range.means = statistics.at("h").channelMeans();
        return {{{"h", RangeMethod::MinMax, 0, alpha}, range}};
    }

private slots:
    void initTestCase() { m_exact = run(m_model, {}, {}, {"h"}, &m_hidden).values; }

    void outliersNoLongerCostTheOthers()
    {
        const double plain = error(m_exact, run(m_model, settingsWith(0, Approach::Static), rangesFor(0)).values);
        const double smooth = error(m_exact, run(m_model, settingsWith(0.5, Approach::Static), rangesFor(0.5)).values);
        const double tokens = error(m_exact, run(m_model, settingsWith(0.5, Approach::Dynamic), rangesFor(0.5)).values);
        QVERIFY2(plain > 0.1, qPrintable(QString::number(plain)));
        QVERIFY2(smooth < 0.02, qPrintable(QString::number(smooth)));
        QVERIFY2(tokens < 0.02, qPrintable(QString::number(tokens)));
    }

    void theKernelSaysIt()
    {
        const auto groups = run(m_model, settingsWith(0.5, Approach::Static), rangesFor(0.5)).groups;
        const auto two = std::find_if(groups.begin(), groups.end(), [](const auto& g) { return g.name == "two"; });
        QVERIFY(two != groups.end() && two->kernel.find("smoothed") != std::string::npos);
    }

    void biasCorrectionMovesTheMeanOnly()
    {
        const auto plain = run(m_model, settingsWith(0, Approach::Static), rangesFor(0)).values;
        const auto corrected = run(m_model, settingsWith(0, Approach::Static, true), rangesFor(0)).values;
        for (std::int64_t c = 0; c < width; ++c) {
            const float moved = corrected[static_cast<std::size_t>(c)] - plain[static_cast<std::size_t>(c)];
            for (std::int64_t r = 0; r < rows; ++r) {
                const auto at = static_cast<std::size_t>(r * width + c);
                QVERIFY(std::abs(corrected[at] - plain[at] - moved) < 2e-5f * (1 + std::abs(plain[at])));
            }
        }
        QVERIFY(plain != corrected);
    }

    void missingOrForeignFactorsAreRefused()
    {
        const auto refusal = [&](const Ranges& ranges) {
            try {
                run(m_model, settingsWith(0.5, Approach::Static), ranges);
            } catch (const Error& e) {
                return e.kind() == ErrorKind::Setting ? e.message() : std::string();
            }
            return std::string();
        };
        QVERIFY(refusal(rangesFor(0)).find("calibrate") != std::string::npos);
        Ranges foreign = rangesFor(0.5);
        foreign.begin()->second.smoothing.pop_back();
        QVERIFY(refusal(foreign).find("calibrate again") != std::string::npos);
    }
};

OCTET_TEST(TestEngineSmoothing)
#include "tst_smoothing.moc"
