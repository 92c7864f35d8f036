// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/bias_correction.h"
#include "core/quantize/smoothing.h"
#include "core/values/error.h"
#include "engine/onnx_builder.h"
#include "test_main.h"

#include <QtTest>

#include <cmath>

using namespace octet;
using quantize::SmoothingInput;
using quantize::ValueStatistics;

namespace {

constexpr std::int64_t depth = 4;

std::shared_ptr<const graph::Model> twoReaders()
{
    test::OnnxBuilder b;
    b.input("x", {-1, depth});
    b.weight("w", {depth, 2}, {1, -0.5f, 0.25f, 0.125f, 2, 1, 0, 0});
    b.weight("v", {depth, 1}, {0.5f, 4, 1, 0});
    b.node("MatMul", "first", {"x", "w"}, {"y"});
    b.node("MatMul", "second", {"x", "v"}, {"z"});
    b.output("y");
    b.output("z");
    return b.load();
}

ValueStatistics seen()
{
    ValueStatistics s(depth);
    s.add(std::vector<float>{-4, 1, 128, 3});
    s.add(std::vector<float>{2, -2, -64, 0});
    return s;
}

} // namespace

class TestSmoothing : public QObject
{
    Q_OBJECT

private slots:
    void factorsBalanceActivationAndWeights()
    {
        const auto f = quantize::smoothingFactors({16, 4, 0, 1}, {1, 4, 1, 0}, 0.5);
        QCOMPARE(f, (std::vector<float>{4, 1, 1, 1}));
        QCOMPARE(quantize::smoothingFactors({16}, {1}, 1)[0], 16.0f);
        // On a grid of a quarter of an octave.
        const float odd = quantize::smoothingFactors({3}, {1}, 1)[0];
        QVERIFY(std::abs(4 * std::log2(odd) - std::round(4 * std::log2(odd))) < 1e-5f && std::abs(odd / 3 - 1) < 0.1f);
    }

    void readersShareFactorsAndTheRangeIsOfTheSmoothedValue()
    {
        const auto model = twoReaders();
        const auto products = quantize::products(*model);
        const std::map<std::string, ValueStatistics> statistics{{"x", seen()}};
        const SmoothingInput input{*model, products, false, statistics};
        QCOMPARE(quantize::smoothingNeeds(input, "x"), std::vector<std::string>{"x"});
        const Range range = quantize::smoothedRange(input, "x", 0.5);
        // Rows' maxima over both readers: 1, 4, 2, 0; maxima of x: 4, 2, 128, 3.
        QCOMPARE(range.smoothing, quantize::smoothingFactors({4, 2, 128, 3}, {1, 4, 2, 0}, 0.5));
        double low = 0, high = 0;
        const std::vector<float> lows{-4, -2, -64, 0}, highs{2, 1, 128, 3};
        for (std::size_t c = 0; c < lows.size(); ++c) {
            low = std::min(low, static_cast<double>(lows[c] / range.smoothing[c]));
            high = std::max(high, static_cast<double>(highs[c] / range.smoothing[c]));
        }
        QCOMPARE(range.min, low);
        QCOMPARE(range.max, high);
        QCOMPARE(range.alpha, 0.5);
        QVERIFY(range.max < 128);
    }

    void searchedAlphaIsNoWorseThanAnyOfItsCandidates()
    {
        const auto model = twoReaders();
        const auto products = quantize::products(*model);
        const std::map<std::string, ValueStatistics> statistics{{"x", seen()}};
        const SmoothingInput input{*model, products, false, statistics};
        const Range searched = quantize::smoothedRange(input, "x", quantize::searchedAlpha);
        bool found = false;
        for (const double alpha : {0.25, 0.5, 0.75, 1.0})
            found = found || quantize::smoothedRange(input, "x", alpha).smoothing == searched.smoothing;
        QVERIFY(found);
        QCOMPARE(searched.alpha, quantize::searchedAlpha);
    }

    void channelWeightsAreSquaredNorms()
    {
        const auto model = twoReaders();
        const auto weights = quantize::channelWeights(*model, quantize::products(*model), "x", depth);
        // Rows: 1 + 0.25 + 0.25, 0.0625 + 0.015625 + 16, 4 + 1 + 1, 0.
        QCOMPARE(weights.size(), std::size_t(4));
        QCOMPARE(weights[1], 65535u);
        QCOMPARE(weights[2], static_cast<std::uint32_t>(std::lround(65535 * 6 / 16.078125)));
        QCOMPARE(weights[3], 0u);
        QVERIFY(quantize::channelWeights(*model, quantize::products(*model), "y", 2).empty());
    }

    void withoutChannelsItSaysSo()
    {
        const auto model = twoReaders();
        const auto products = quantize::products(*model);
        std::map<std::string, ValueStatistics> statistics;
        statistics["x"].add(std::vector<float>{1, 2});
        bool thrown = false;
        try {
            quantize::smoothedRange({*model, products, false, statistics}, "x", 0.5);
        } catch (const Error& error) {
            thrown = error.kind() == ErrorKind::Unsupported && error.message().find("\"x\"") != std::string::npos;
        }
        QVERIFY(thrown);
    }

    /// With the correction the mean of the output is that of the exact weights.
    void biasCorrectionRestoresTheMean()
    {
        const auto model = twoReaders();
        const graph::Weight& w = *model->weight("w");
        const std::vector<float> smoothing{2, 1, 4, 0.5f}, means{1, -2, 30, 0.25f};
        for (const auto& factors : {std::vector<float>{}, smoothing}) {
            const auto q = quantize::quantizeWeight(w, depth, 2, false, Granularity::PerTensor, 7, factors);
            const auto correction = quantize::biasCorrection(w, false, q, factors, means);
            for (std::size_t n = 0; n < 2; ++n) {
                double exact = 0, rounded = static_cast<double>(correction[n]);
                for (std::size_t k = 0; k < static_cast<std::size_t>(depth); ++k) {
                    const double x = static_cast<double>(means[k]), s = factors.empty() ? 1 : static_cast<double>(factors[k]);
                    exact += x * static_cast<double>(w.as<float>()[k * 2 + n]);
                    rounded += x / s * q.values[k * 2 + n] * static_cast<double>(q.scales[0]);
                }
                QVERIFY(std::abs(exact - rounded) < 1e-5);
            }
        }
    }
};

OCTET_TEST(TestSmoothing)
#include "tst_smoothing.moc"
