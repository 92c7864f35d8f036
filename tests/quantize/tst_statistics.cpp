// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/statistics.h"
#include "core/values/error.h"
#include "test_main.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

using namespace octet;
using quantize::ValueStatistics;

class TestStatistics : public QObject
{
    Q_OBJECT

private slots:
    void extremesAndCounts();
    void orderAndGroupingDoNotMatter();
    void quantilesAreWithinABin();
    void histogramCoversEverythingOnce();
    void percentileCutsBothEnds();
    void rangesContainZero();
    void refusals();
};

namespace {

std::vector<float> samples(std::size_t n, float mean = 0, float deviation = 1)
{
    std::mt19937 random(11);
    std::normal_distribution<float> normal(mean, deviation);
    std::vector<float> values(n);
    for (float& v : values)
        v = normal(random);
    return values;
}

} // namespace

void TestStatistics::extremesAndCounts()
{
    ValueStatistics s(3);
    const float infinity = std::numeric_limits<float>::infinity();
    s.add(std::vector<float>{1, -2, 3e-9f, 5, infinity, std::numeric_limits<float>::quiet_NaN()});
    s.addSample();
    QCOMPARE(s.count(), 4);
    QCOMPARE(s.notFinite(), 2);
    QCOMPARE(s.samples(), 1L);
    QCOMPARE(s.min(), -2.0);
    QCOMPARE(s.max(), 5.0);
    QCOMPARE(s.channelMaxima(), (std::vector<float>{5, 2, 3e-9f}));

    ValueStatistics positive;
    positive.add(std::vector<float>{3, 4});
    QCOMPARE(positive.min(), 3.0);
    positive.add(std::vector<float>{1e9f});
    QCOMPARE(positive.max(), 1e9);
    QCOMPARE(positive.quantile(1), 1e9);
}

void TestStatistics::orderAndGroupingDoNotMatter()
{
    const std::vector<float> values = samples(6000);
    ValueStatistics whole(8), pieces(8), left(8), right(8);
    whole.add(values);
    for (std::size_t at = 0; at < values.size(); at += 8 * 5)
        pieces.add(std::span(values).subspan(values.size() - at - 40, 40));
    left.add(std::span(values).first(2400));
    right.add(std::span(values).subspan(2400));
    right.merge(left);
    for (const ValueStatistics* other : {&pieces, &right}) {
        QCOMPARE(other->count(), whole.count());
        QCOMPARE(other->min(), whole.min());
        QCOMPARE(other->max(), whole.max());
        QCOMPARE(other->channelMaxima(), whole.channelMaxima());
        for (const double q : {0.001, 0.3, 0.999})
            QCOMPARE(other->quantile(q), whole.quantile(q));
    }
}

void TestStatistics::quantilesAreWithinABin()
{
    for (const float mean : {0.0f, 3.0f, -40.0f}) {
        std::vector<float> values = samples(50000, mean, 2);
        ValueStatistics s;
        s.add(values);
        std::sort(values.begin(), values.end());
        for (const double q : {0.0, 0.0005, 0.01, 0.25, 0.5, 0.9, 0.9995, 1.0}) {
            const double exact = static_cast<double>(values[static_cast<std::size_t>(q * 49999)]);
            QVERIFY2(std::fabs(s.quantile(q) - exact) <= std::fabs(exact) / 16 + 1e-3, qPrintable(QString::number(q)));
        }
        QCOMPARE(s.quantile(0), static_cast<double>(values.front()));
        QCOMPARE(s.quantile(1), static_cast<double>(values.back()));
    }
}

void TestStatistics::histogramCoversEverythingOnce()
{
    ValueStatistics s;
    std::vector<float> values = samples(3000);
    values.insert(values.end(), {0.0f, -0.0f, 1e-20f, 1e30f, -1e30f, 0x1p-14f, -0x1p-14f});
    s.add(values);
    std::int64_t counted = 0;
    double before = -std::numeric_limits<double>::infinity();
    for (const auto& bin : s.histogram()) {
        QVERIFY(bin.low >= before && bin.high >= bin.low);
        before = bin.high;
        counted += bin.count;
        const auto inside = std::count_if(values.begin(), values.end(), [&](float v) {
            const double x = static_cast<double>(v);
            return x > bin.low && x < bin.high;
        });
        QVERIFY(inside <= bin.count);
    }
    QCOMPARE(counted, s.count());
    QVERIFY(ValueStatistics().histogram().empty());
}

void TestStatistics::percentileCutsBothEnds()
{
    std::vector<float> values(100000);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<float>(i) / 50000 - 1; // uniform in [-1, 1)
    values[5] = 500;
    ValueStatistics s;
    s.add(values);
    const Range minmax = quantize::rangeOf(s, RangeMethod::MinMax, 0);
    QCOMPARE(minmax.max, 500.0);
    const Range cut = quantize::rangeOf(s, RangeMethod::Percentile, 99);
    QVERIFY(std::fabs(cut.min + 0.99) < 0.02);
    QVERIFY(std::fabs(cut.max - 0.99) < 0.02);
    QCOMPARE(cut.percentile, 99.0);
    const Range all = quantize::rangeOf(s, RangeMethod::Percentile, 100);
    QCOMPARE(all.min, minmax.min);
    QCOMPARE(all.max, minmax.max);
}

void TestStatistics::rangesContainZero()
{
    ValueStatistics positive, negative;
    positive.add(std::vector<float>{2, 3});
    negative.add(std::vector<float>{-2, -3});
    QCOMPARE(quantize::rangeOf(positive, RangeMethod::MinMax, 0).min, 0.0);
    QCOMPARE(quantize::rangeOf(negative, RangeMethod::MinMax, 0).max, 0.0);
}

void TestStatistics::refusals()
{
    ValueStatistics s, empty;
    s.add(std::vector<float>{1});
    empty.add(std::vector<float>{std::numeric_limits<float>::quiet_NaN()});
    const auto kindOf = [](const ValueStatistics& statistics, RangeMethod method, double percentile) {
        try {
            quantize::rangeOf(statistics, method, percentile);
        } catch (const Error& error) {
            return error.kind();
        }
        return ErrorKind::Busy;
    };
    QVERIFY(kindOf(s, RangeMethod::Percentile, 50) == ErrorKind::Setting);
    QVERIFY(kindOf(s, RangeMethod::Percentile, std::nan("")) == ErrorKind::Setting);
    QVERIFY(kindOf(empty, RangeMethod::MinMax, 0) == ErrorKind::Data);
    QVERIFY(kindOf(s, RangeMethod::MinMax, 0) == ErrorKind::Busy);
}

OCTET_TEST(TestStatistics)
#include "tst_statistics.moc"
