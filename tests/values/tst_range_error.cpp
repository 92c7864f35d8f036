// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/range_error.h"
#include "test_main.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace octet;

namespace {

/// 1000 numbers evenly from -1 to 1 and 10 from 9 to 10.
std::vector<HistogramBin> outliers()
{
    std::vector<HistogramBin> bins;
    for (int i = -100; i < 100; ++i)
        bins.push_back({i / 100.0, (i + 1) / 100.0, 5});
    bins.push_back({9, 10, 10});
    return bins;
}

} // namespace

class TestRangeError : public QObject
{
    Q_OBJECT
private slots:
    void clippedShareCountsPartsOfBins()
    {
        QCOMPARE(rangeError(outliers(), {-1, 10}).clipped, 0.0);
        QVERIFY(std::abs(rangeError(outliers(), {-1, 9.5}).clipped - 5 / 1010.0) < 1e-9);
        QVERIFY(std::abs(rangeError(outliers(), {0, 1}).clipped - 510 / 1010.0) < 1e-9);
        const std::vector<HistogramBin> one{{2, 2, 7}};
        QCOMPARE(rangeError(one, {0, 1}).clipped, 1.0);
        QCOMPARE(rangeError(one, {0, 2}).clipped, 0.0);
    }

    void decibelsOfAnEvenDistribution()
    {
        // A range that fits an even distribution of 255 steps: 20 log10(255), by the book.
        const std::vector<HistogramBin> even{{-1, 0, 1000}, {0, 1, 1000}};
        QVERIFY(std::abs(rangeError(even, {-1, 1}).decibels - 20 * std::log10(255)) < 0.01);
        QVERIFY(std::abs(rangeError(even, {-2, 2}).decibels - 20 * std::log10(255) + 6.02) < 0.01);
        QVERIFY(rangeError(even, {-1, 0.5}).decibels < 25);
    }

    void emptyAndDegenerate()
    {
        QCOMPARE(rangeError({}, {-1, 1}).decibels, 0.0);
        QCOMPARE(rangeError(outliers(), {0, 0}).decibels, -200.0);
        QCOMPARE(squaredError(outliers(), 1, 1), std::numeric_limits<double>::infinity());
    }

    void symmetricCoversBothSides()
    {
        QCOMPARE(rangeError(outliers(), {0, 10}, Scheme::Sym).clipped, 0.0);
        QVERIFY(rangeError(outliers(), {-1, 10}, Scheme::Sym).decibels < rangeError(outliers(), {-1, 10}).decibels);
    }
};

OCTET_TEST(TestRangeError)
#include "tst_range_error.moc"
