// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/gate.h"
#include "test_main.h"

#include <QtTest>

using namespace octet;
using measure::Verdict;

class TestGate : public QObject
{
    Q_OBJECT

    static Accuracy counted(long correct, long worse = 0, long better = 0)
    {
        Accuracy a;
        a.correct = correct, a.samples = 872, a.worse = worse, a.better = better;
        a.value = static_cast<double>(correct) / 872;
        return a;
    }
    static Latency timed(double ratio, double low, double high)
    {
        Latency latency;
        latency.ratioToFp32 = ratio, latency.ratioLow = low, latency.ratioHigh = high;
        return latency;
    }

private slots:
    void accuracy()
    {
        const Goal goal; // 1 % of 705
        const Accuracy fp32 = counted(705);
        const auto same = measure::accuracyCheck(counted(705), fp32, goal);
        QVERIFY(same.verdict == Verdict::Meets);
        QCOMPARE(same.value, 0.0);
        QCOMPARE(*same.limit, 7.05 / 872);
        QCOMPARE(same.interval->second, 3.0 / 872); // never of zero width
        QVERIFY(measure::accuracyCheck(counted(697, 14, 6), fp32, goal).verdict == Verdict::TooClose);
        const auto lost = measure::accuracyCheck(counted(673, 76, 44), fp32, goal);
        QVERIFY(lost.verdict == Verdict::Misses);
        QCOMPARE(lost.value, 32.0 / 872);
    }

    void latency()
    {
        const Latency latency = timed(0.5, 0.4, 0.625); // 2 times as fast, 1.6 to 2.5
        const auto told = measure::latencyCheck(latency, {});
        QVERIFY(told.verdict == Verdict::Meets && !told.limit);
        QCOMPARE(told.value, 2.0);
        QCOMPARE(*told.interval, std::pair(1.6, 2.5));
        QVERIFY(measure::latencyCheck(latency, 1.6).verdict == Verdict::Meets);
        QVERIFY(measure::latencyCheck(latency, 1.7).verdict == Verdict::TooClose);
        QVERIFY(measure::latencyCheck(latency, 2.6).verdict == Verdict::Misses);
        QVERIFY(measure::latencyCheck(Latency{}, 1).verdict == Verdict::Misses); // never timed
    }

    void coverage()
    {
        const PrecisionCounts counts{32, 0, 6};
        QVERIFY(measure::coverageCheck(counts, {}).verdict == Verdict::Meets);
        QVERIFY(measure::coverageCheck(counts, 32).verdict == Verdict::Meets);
        QVERIFY(measure::coverageCheck(counts, 33).verdict == Verdict::Misses);
    }

    void theWorstDecides()
    {
        const auto of = [](Verdict verdict) {
            measure::GateCheck check;
            check.verdict = verdict;
            return check;
        };
        QVERIFY(measure::worst({}) == Verdict::Meets);
        QVERIFY(measure::worst({of(Verdict::Meets), of(Verdict::TooClose)}) == Verdict::TooClose);
        QVERIFY(measure::worst({of(Verdict::Misses), of(Verdict::TooClose)}) == Verdict::Misses);
    }
};

OCTET_TEST(TestGate)
#include "tst_gate.moc"
