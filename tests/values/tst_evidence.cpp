// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/evidence.h"
#include "test_main.h"

#include <QTest>

using namespace octet;

namespace {

RangeGrowth growth(const std::string& value, double half, double full)
{
    return {{value, RangeMethod::MinMax, 0, 0}, {{32, 0, half / 2}, {64, 0, half}, {128, 0, full}}, 0, 0};
}

} // namespace

class TestEvidence : public QObject
{
    Q_OBJECT
private slots:
    void changeIsThatOfTheLastDoubling()
    {
        QCOMPARE(growth("x", 9, 10).lastChange(), 0.1);
        RangeGrowth low = growth("x", 0, 0);
        low.steps = {{8, -1, 1}, {16, -3, 1}};
        QCOMPARE(low.lastChange(), 0.5);
        low.steps.resize(1);
        QCOMPARE(low.lastChange(), 0.0);
    }

    void enough()
    {
        const Sufficiency found = sufficiency({128, {}, {growth("a", 10, 10), growth("b", 9.8, 10)}});
        QVERIFY(found.enough);
        QCOMPARE(found.suggested, 0L);
        QCOMPARE(found.sentence,
            std::string("128 samples are enough: over the last half no range of 2 moved more than 2.0 % (most: b)."));
    }

    void notEnough()
    {
        const Sufficiency found = sufficiency({128, {}, {growth("a", 8.2, 10), growth("b", 9.8, 10)}});
        QVERIFY(!found.enough);
        QCOMPARE(found.worstValue, std::string("a"));
        QCOMPARE(found.suggested, 512L); // 18 % halves twice to get below 5 %
        QCOMPARE(found.sentence,
            std::string("128 samples are not enough: over the last half the range of a still moved 18 % (1 of 2 ranges "
                        "moved more than 5 %); take 512."));
    }

    void oneRangeAlone()
    {
        QCOMPARE(sufficiency(growth("a", 9.8, 10), 128).sentence,
            std::string("128 samples are enough: over the last half the range moved 2.0 %."));
        const Sufficiency found = sufficiency(growth("a", 8.2, 10), 128);
        QCOMPARE(found.suggested, 512L);
        QCOMPARE(found.sentence,
            std::string("128 samples are not enough: over the last half the range still moved 18 %; take 512."));
        QVERIFY(!sufficiency(growth("a", 10, 10), 8).enough);
    }

    void laterRunsReplaceWhatTheySaw()
    {
        CalibrationEvidence known{128, {{"x", 1, 0, {}, {}}, {"y", 2, 0, {}, {}}}, {growth("x", 1, 1)}};
        const CalibrationEvidence before = known;
        known.add({128, {{"z", 4, 0, {}, {}}, {"x", 3, 0, {}, {}}}, {growth("x", 2, 2), growth("a", 1, 1)}});
        QCOMPARE(known.values.size(), std::size_t(3));
        QCOMPARE(known.value("x")->count, 3LL);
        QCOMPARE(known.value("y")->count, 2LL);
        QVERIFY(known.range({"x", RangeMethod::MinMax, 0, 0})->steps[0].max == 1);
        QVERIFY(!known.range({"x", RangeMethod::Kl, 0, 0}) && !known.value("w"));
        known.add({256, {{"x", 9, 0, {}, {}}}, {}});
        QCOMPARE(known.values.size(), std::size_t(1)); // of other samples: not to be mixed
        known = {};
        known.add(before);
        QVERIFY(known == before);
    }

    void tooFewSayNothing()
    {
        const Sufficiency found = sufficiency({1, {}, {growth("a", 10, 10)}});
        QVERIFY(!found.enough);
        QCOMPARE(found.sentence, std::string("1 calibration sample is too few to tell; take 128."));
        QVERIFY(!sufficiency({}).enough);
    }

    void warningsNameSampleAndValue()
    {
        CalibrationEvidence evidence{64, {{"x", 90, 10, {}, {}}, {"y", 100, 0, {}, {}}}, {growth("x", 10, 10)}};
        evidence.ranges[0].drivingSample = 17;
        evidence.ranges[0].drivenShare = 0.6;
        const auto lines = warnings(evidence);
        QCOMPARE(lines.size(), std::size_t(2));
        QVERIFY(lines[0].find("1 of 2 values") == 0 && lines[0].find("x (10 of 100)") != std::string::npos);
        QVERIFY(lines[1].find("Calibration sample 17 alone makes 60 % of the range of x") == 0);
        const auto own = warnings(evidence.values[0], &evidence.ranges[0]);
        QCOMPARE(own.size(), std::size_t(2));
        QVERIFY(own[0].find("10 of 100 numbers are not finite") == 0 && own[1].find("60 % of this range") != std::string::npos);
        QVERIFY(warnings(evidence.values[1], nullptr).empty());
        evidence.ranges[0].drivenShare = 0.1;
        evidence.values[0].notFinite = 0;
        QVERIFY(warnings(evidence).empty());
    }
};

OCTET_TEST(TestEvidence)
#include "tst_evidence.moc"
