// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/evidence.h"
#include "test_main.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

using namespace octet;

class TestEvidenceOfValue : public QObject
{
    Q_OBJECT
private slots:
    void noCountIsLost_data()
    {
        QTest::addColumn<double>("spread"); // octaves
        QTest::addColumn<bool>("bothSigns");
        QTest::newRow("narrow") << 1.0 << true;
        QTest::newRow("wide") << 30.0 << true;
        QTest::newRow("positive") << 12.0 << false;
    }

    void noCountIsLost()
    {
        QFETCH(double, spread);
        QFETCH(bool, bothSigns);
        std::mt19937 random(3);
        std::vector<float> numbers(20'000);
        for (float& x : numbers) {
            x = static_cast<float>(std::exp2(4 - spread * double(random() % 1000) / 1000));
            x = bothSigns && random() % 2 ? -x : x;
        }
        quantize::ValueStatistics statistics;
        statistics.add(numbers);
        const auto bins = quantize::compactHistogram(statistics);
        QVERIFY(!bins.empty() && bins.size() <= ValueEvidence::mostBins);
        long long count = 0;
        for (std::size_t i = 0; i < bins.size(); ++i) {
            count += bins[i].count;
            QVERIFY(bins[i].low <= bins[i].high);
            QVERIFY(i == 0 || bins[i - 1].high <= bins[i].low);
            const auto inside = std::count_if(numbers.begin(), numbers.end(),
                [&](float x) { return double(x) > bins[i].low && double(x) < bins[i].high; });
            QVERIFY(inside <= bins[i].count);
        }
        QCOMPARE(count, 20'000LL);
        QCOMPARE(bins.front().low, statistics.min());
        QCOMPARE(bins.back().high, statistics.max());
    }

    void thresholdsAreThoseOfTheMethods()
    {
        std::mt19937 random(3);
        std::normal_distribution<float> normal;
        std::vector<float> numbers(5000);
        for (float& x : numbers)
            x = normal(random);
        numbers[7] = 50;
        numbers.push_back(std::numeric_limits<float>::quiet_NaN());
        quantize::ValueStatistics statistics;
        statistics.add(numbers);
        const ValueEvidence evidence = quantize::evidenceOf("v", statistics, 99);
        QCOMPARE(evidence.count, 5000LL);
        QCOMPARE(evidence.notFinite, 1LL);
        QCOMPARE(evidence.thresholds.size(), std::size_t(4));
        QCOMPARE(evidence.thresholds[0].max, 50.0);
        QCOMPARE(evidence.thresholds[1].max, quantize::rangeOf(statistics, RangeMethod::Percentile, 99).max);
        QVERIFY(evidence.thresholds[1].max < 4);
        QVERIFY(quantize::evidenceOf("nothing", quantize::ValueStatistics(), 99).thresholds.empty());
    }
};

OCTET_TEST(TestEvidenceOfValue)
#include "tst_evidence_of_value.moc"
