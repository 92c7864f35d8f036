// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/range_search.h"
#include "test_main.h"

#include <QtTest>

#include <cmath>
#include <random>

using namespace octet;
using quantize::ValueStatistics;

namespace {

/// Squared error of rounding to 256 levels over [low, high], computed value by value.
double exactError(const std::vector<float>& values, const std::vector<double>& weights, double low, double high)
{
    const double step = (high - low) / 255;
    double error = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double x = static_cast<double>(values[i]);
        const double q = std::clamp(std::round(x / step) * step, low, high);
        error += weights[i % weights.size()] * (x - q) * (x - q);
    }
    return error;
}

} // namespace

class TestRangeSearch : public QObject
{
    Q_OBJECT

    /// Four channels; the last is a hundred times as wide.
    static std::vector<float> outliers(std::size_t rows)
    {
        std::mt19937 engine(5);
        std::normal_distribution<float> normal;
        std::vector<float> values;
        for (std::size_t i = 0; i < rows; ++i)
            for (int c = 0; c < 4; ++c)
                values.push_back(normal(engine) * (c == 3 ? 100.0f : 1.0f));
        return values;
    }

private slots:
    void leastSquaresBeatsMinMaxAndItsNeighbours()
    {
        std::vector<float> values = outliers(4000);
        values.resize(values.size() - 1);
        for (std::size_t i = 3; i < values.size(); i += 4)
            values[i] = i % 400 == 3 ? values[i] : values[i] / 100; // rare outliers
        ValueStatistics s;
        s.add(values);
        const auto [low, high] = quantize::rangeOfLeastSquares(s.histogram(), s.min(), s.max());
        const double found = exactError(values, {1}, low, high);
        QVERIFY(found <= exactError(values, {1}, s.min(), s.max()) * 1.1); // bins are no single values
        for (const double factor : {0.5, 0.8, 1.25, 2.0})
            QVERIFY(found <= exactError(values, {1}, low * factor, high * factor) * 1.1);
    }

    void weighingIgnoresChannelsThatNobodyReads()
    {
        const std::vector<float> values = outliers(2000);
        ValueStatistics plain(4), weighed(4);
        weighed.weighChannels({65535, 65535, 65535, 0});
        plain.add(values), weighed.add(values);
        const Range wide = quantize::rangeOf(plain, RangeMethod::Mse, 0);
        const Range narrow = quantize::rangeOf(weighed, RangeMethod::MseWeighted, 0);
        QVERIFY(wide.max > 50 && narrow.max < 10 && narrow.max > 2);
        QVERIFY(narrow.method == RangeMethod::MseWeighted);
        // Without weights both are one.
        QCOMPARE(quantize::rangeOf(plain, RangeMethod::MseWeighted, 0).max, wide.max);
    }

    void orderAndGroupingChangeNothing()
    {
        const std::vector<float> values = outliers(600);
        ValueStatistics whole(4), parts(4), merged(4);
        for (ValueStatistics* s : {&whole, &parts, &merged})
            s->weighChannels({3, 5, 7, 11});
        whole.add(values);
        for (std::size_t from = values.size(); from > 0; from -= 24)
            (from % 48 ? parts : merged).add(std::span(values).subspan(from - 24, 24));
        parts.merge(merged);
        QVERIFY(quantize::rangeOf(parts, RangeMethod::MseWeighted, 0)
            == quantize::rangeOf(whole, RangeMethod::MseWeighted, 0));
        QCOMPARE(parts.channelMeans(), whole.channelMeans());
        double sum = 0;
        for (std::size_t i = 2; i < values.size(); i += 4)
            sum += static_cast<double>(values[i]);
        QVERIFY(std::abs(static_cast<double>(whole.channelMeans()[2]) - sum / 600) < 2e-6);
    }

    void divergenceCutsRareOutliersOnly()
    {
        std::mt19937 engine(3);
        std::normal_distribution<float> normal;
        std::vector<float> values(200000);
        for (float& x : values)
            x = normal(engine);
        ValueStatistics clean;
        clean.add(values);
        const auto kept = quantize::rangeOfLeastDivergence(clean.histogram(), clean.min(), clean.max());
        QVERIFY(kept.second > 2.5);
        values[7] = 500;
        ValueStatistics dirty;
        dirty.add(values);
        const auto cut = quantize::rangeOfLeastDivergence(dirty.histogram(), dirty.min(), dirty.max());
        QVERIFY(cut.second < 250);
    }

    void oneSignOnly()
    {
        ValueStatistics s;
        for (int i = 0; i < 1000; ++i)
            s.add(std::vector<float>{static_cast<float>(i) / 1000});
        for (const RangeMethod method : {RangeMethod::Mse, RangeMethod::MseWeighted, RangeMethod::Kl}) {
            const Range range = quantize::rangeOf(s, method, 0);
            QCOMPARE(range.min, 0.0);
            QVERIFY(range.max > 0.5 && range.max <= 1);
        }
    }
};

OCTET_TEST(TestRangeSearch)
#include "tst_range_search.moc"
