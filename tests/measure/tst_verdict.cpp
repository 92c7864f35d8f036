// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/measure.h"
#include "core/measure/sample_statistics.h"
#include "test_main.h"

#include <QtTest>

#include <cmath>

using namespace octet;

class TestVerdict : public QObject
{
    Q_OBJECT

private slots:
    void wilsonByHand();
    void comparison();
    void missesAndMeetsAsTheStudyFound_data();
    void missesAndMeetsAsTheStudyFound();
    void unchangedIsNeverOfZeroWidth();
    void intervalShrinksWithSamples();
    void samplesThatWouldSettle();
    void latencyFigures();
    void pairedRatios();
};

namespace {

Accuracy accuracyOf(long correct, long samples, long worse = 0, long better = 0)
{
    Accuracy a;
    a.correct = correct;
    a.samples = samples;
    a.value = static_cast<double>(correct) / static_cast<double>(samples);
    a.worse = worse;
    a.better = better;
    return a;
}

} // namespace

void TestVerdict::wilsonByHand()
{
    const auto [low, high] = measure::wilson(81, 263); // Newcombe 1998, table I: 0.2553 to 0.3662
    QVERIFY(std::fabs(low - 0.2553) < 5e-5);
    QVERIFY(std::fabs(high - 0.3662) < 5e-5);
    QCOMPARE(measure::wilson(0, 20).first, 0.0);
    QVERIFY(std::fabs(measure::wilson(0, 20).second - 0.1611) < 5e-5);
    QCOMPARE(measure::wilson(0, 0), (std::pair<double, double>{0, 1}));
}

void TestVerdict::samplesThatWouldSettle()
{
    Goal goal;
    goal.maxDrop = 0.01;
    const Accuracy fp32 = accuracyOf(705, 872);
    const Accuracy close = accuracyOf(703, 872, 6, 4);
    const long enough = measure::samplesToSettle(close, fp32, goal);
    QVERIFY2(enough > 872 && enough < 20000, qPrintable(QString::number(enough)));
    // As many at the same rates do settle it, and fewer do not.
    const auto grown = [&](double times) {
        const auto n = [&](long count) { return std::lround(double(count) * times); };
        return measure::verdict(accuracyOf(n(703), n(872), n(6), n(4)), accuracyOf(n(705), n(872)), goal);
    };
    QCOMPARE(grown(double(enough) / 872), std::string("meets"));
    QCOMPARE(grown(0.9 * double(enough) / 872), std::string("too close to call"));
    QCOMPARE(measure::verdictInWords(close, fp32, goal),
        "too close to call (about " + std::to_string(enough) + " samples would settle it)");

    QCOMPARE(measure::samplesToSettle(accuracyOf(600, 872, 110, 5), fp32, goal), 0L); // misses
    goal.maxDrop = 2.0 / 705; // exactly what it loses: no number of samples tells
    QCOMPARE(measure::samplesToSettle(close, fp32, goal), 0L);
    QVERIFY(measure::verdictInWords(close, fp32, goal).find("about what the goal allows") != std::string::npos);
}

void TestVerdict::comparison()
{
    Accuracy fp32, trial;
    fp32.predictions = {0, 1, 2, 0, 1};
    trial.predictions = {0, 2, 1, 1, 0};
    measure::compareWith(trial, fp32, {0, 1, 1, 2, 2}); // same, worse, better, both wrong twice
    QCOMPARE(trial.worse, 1L);
    QCOMPARE(trial.better, 1L);
    QCOMPARE(trial.flips, 4L);
}

void TestVerdict::missesAndMeetsAsTheStudyFound_data()
{
    QTest::addColumn<int>("samples");
    QTest::addColumn<int>("right");
    QTest::addColumn<int>("worse");
    QTest::addColumn<QString>("verdict");
    const struct
    {
        const char* name;
        int samples, right, meets, misses;
    } rows[]{
        {"sst2", 436, 360, 1, 9}, {"emotion", 1000, 890, 4, 16}, {"kwt", 550, 540, 1, 11}, {"vit", 1000, 850, 4, 15}};
    for (const auto& r : rows) {
        QTest::addRow("%s meets", r.name) << r.samples << r.right << r.meets << "meets";
        QTest::addRow("%s close", r.name) << r.samples << r.right << r.misses - 1 << "too close to call";
        QTest::addRow("%s misses", r.name) << r.samples << r.right << r.misses << "misses";
    }
}

void TestVerdict::missesAndMeetsAsTheStudyFound()
{
    QFETCH(int, samples);
    QFETCH(int, right);
    QFETCH(int, worse);
    QTEST(QString::fromStdString(
              measure::verdict(accuracyOf(right - worse, samples, worse), accuracyOf(right, samples), Goal{})),
        "verdict");
}

void TestVerdict::unchangedIsNeverOfZeroWidth()
{
    const auto [low, high] = measure::lossInterval(accuracyOf(80, 100), accuracyOf(80, 100));
    QCOMPARE(low, -0.03);
    QCOMPARE(high, 0.03);
    Goal goal;
    QCOMPARE(measure::verdict(accuracyOf(80, 100), accuracyOf(80, 100), goal), std::string("too close to call"));
    QCOMPARE(measure::verdict(accuracyOf(800, 1000), accuracyOf(800, 1000), goal), std::string("meets"));
    goal.relative = false;
    goal.maxDrop = 0.03;
    QCOMPARE(measure::verdict(accuracyOf(80, 100), accuracyOf(80, 100), goal), std::string("meets"));
    // All right before and after, and none right at all: marginals of zero width.
    QVERIFY(measure::lossInterval(accuracyOf(95, 100, 5), accuracyOf(100, 100)).second > 0.05);
    QVERIFY(measure::lossInterval(accuracyOf(0, 100, 100), accuracyOf(100, 100)).first > 0.9);
}

void TestVerdict::intervalShrinksWithSamples()
{
    double width = 1;
    for (const long n : {100L, 1000L, 10000L}) {
        const auto [low, high] =
            measure::lossInterval(accuracyOf(n * 79 / 100, n, n * 2 / 100, n / 100), accuracyOf(n * 80 / 100, n));
        QVERIFY(low < 0.01 && high > 0.01);
        QVERIFY(high - low < width);
        width = high - low;
    }
}

void TestVerdict::latencyFigures()
{
    std::vector<double> ms;
    for (int i = 100; i >= 1; --i)
        ms.push_back(i);
    const Latency l = measure::summarise(ms);
    QCOMPARE(l.runs, 100);
    QCOMPARE(l.p50, 50.5);
    QCOMPARE(l.p90, 90.0);
    QCOMPARE(l.p99, 99.0);
    QCOMPARE(l.min, 1.0);
    QCOMPARE(l.mean, 50.5);
    QCOMPARE(l.ciLow, 40.0); // ranks 40 and 61 of 100: the usual table
    QCOMPARE(l.ciHigh, 61.0);
    QCOMPARE(measure::summarise({3}).ciHigh, 3.0);
    QCOMPARE(measure::summarise({}).runs, 0);
}

void TestVerdict::pairedRatios()
{
    std::vector<double> a, b;
    for (int i = 1; i <= 50; ++i) { // times differ tenfold between samples, their ratio hardly
        b.push_back(i);
        a.push_back(i * (0.5 + 0.001 * (i % 3 - 1)));
    }
    const measure::Ratio r = measure::pairedRatio(a, b);
    QCOMPARE(r.value, 0.5);
    QVERIFY(r.low >= 0.499 && r.high <= 0.501 && r.low <= r.value && r.value <= r.high);
    QCOMPARE(measure::pairedRatio(a, b).low, r.low);
}

OCTET_TEST(TestVerdict)
#include "tst_verdict.moc"
