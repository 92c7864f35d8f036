// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/collected.h"
#include "core/measure/live_evidence.h"
#include "core/measure/measure.h"
#include "core/quantize/resolve.h"
#include "core/values/error.h"
#include "measure/tiny_text.h"
#include "test_main.h"

#include <QTest>

using namespace octet;

namespace {

/// Every third row masked out, one class, and fewer than asked for.
class OddData : public test::TinyData
{
public:
    explicit OddData(std::size_t every)
        : TinyData(30, 4)
        , m_every(every)
    {
        labels.assign(30, 2);
        m_asked = TinyData::spec();
        m_asked.calibLimit = 100;
    }
    const DataSpec& spec() const override { return m_asked; }
    bool isAllPadding(Split, std::size_t i) const override { return i % m_every == m_every - 1; }

private:
    std::size_t m_every;
    DataSpec m_asked;
};

} // namespace

class TestCalibrationEvidence : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase()
    {
        m_model = test::tinyModel(m_builder);
    }

    void checkpointsAreBounded()
    {
        using List = std::vector<long>;
        QCOMPARE(measure::checkpoints(256), (List{8, 16, 32, 64, 128, 256}));
        QCOMPARE(measure::checkpoints(10'000), (List{312, 625, 1250, 2500, 5000, 10'000}));
        QCOMPARE(measure::checkpoints(37), (List{9, 18, 37}));
        QCOMPARE(measure::checkpoints(3), (List{3}));
    }

    void driverIsTheSampleThatStandsOut()
    {
        for (const bool backwards : {false, true}) {
            measure::SampleEnds ends;
            for (int i = 0; i < 10; ++i) {
                const int sample = backwards ? 9 - i : i;
                const float high = sample == 4 ? 10.0f : 2.0f;
                ends.extend(std::vector<float>{high, -2, std::numeric_limits<float>::infinity()});
                ends.finish(sample + 1);
            }
            QCOMPARE(ends.driver(-2, 10).sample, 5L);
            QCOMPARE(ends.driver(-2, 10).share, 8.0 / 12);
            QCOMPARE(ends.driver(-2, 3).share, 1.0 / 5); // a range that is cut there already
            QCOMPARE(ends.driver(-2, 2).sample, 0L);
        }
    }

    /// Steps equal what a calibration with that many samples alone finds, and recording them changes no range.
    void growthIsThatOfSmallerCalibrations_data()
    {
        QTest::addColumn<int>("batchSize");
        QTest::addColumn<QString>("preset");
        QTest::newRow("one by one") << 1 << "static";
        QTest::newRow("batches") << 8 << "static";
        QTest::newRow("smoothed") << 8 << "smoothed";
    }

    void growthIsThatOfSmallerCalibrations()
    {
        QFETCH(int, batchSize);
        QFETCH(QString, preset);
        const Settings settings = quantize::resolve(*m_model, presetConfig(preset.toStdString())).settings();
        CalibrationEvidence evidence;
        const Ranges plain = measure::calibrate(context(37, batchSize, nullptr), settings, {});
        QCOMPARE(measure::calibrate(context(37, batchSize, &evidence), settings, {}), plain);
        QCOMPARE(evidence.samples, 37L);
        QCOMPARE(evidence.ranges.size(), plain.size());
        for (const RangeGrowth& growth : evidence.ranges) {
            QCOMPARE(growth.steps.size(), std::size_t(3));
            for (const RangeStep& step : growth.steps) {
                const Ranges few = measure::calibrate(context(std::size_t(step.samples), 3, nullptr), settings, {});
                QCOMPARE(step.min, few.at(growth.key).min);
                QCOMPARE(step.max, few.at(growth.key).max);
            }
        }
        QCOMPARE(evidence.values.size(), std::size_t(2));
        for (const ValueEvidence& value : evidence.values) {
            QVERIFY(!value.histogram.empty());
            QCOMPARE(value.thresholds.size(), std::size_t(4));
        }
    }

    /// Watched values alone, with what was seen so far; the last step is what a whole calibration finds.
    void watchedValuesGrow()
    {
        const RangeKey key{"f", RangeMethod::Mse, 0, 0};
        measure::Context c = context(37, 4, nullptr);
        std::vector<CalibrationEvidence> told;
        c.watched = [] { return std::vector<std::string>{"f", "no such value", "f"}; };
        c.partial = [&](const CalibrationEvidence& soFar) { told.push_back(soFar); };
        measure::LiveEvidence live(
            c, {key, {"f", RangeMethod::MinMax, 0, 0.5}, {"x", RangeMethod::MinMax, 0, 0}}, std::chrono::milliseconds(0));
        std::map<std::string, measure::Collected> collected;
        live.seen(1, collected);
        QVERIFY(told.empty()); // nothing to tell
        collected["x"].parts.assign(2, quantize::ValueStatistics());
        collected["f"].parts.assign(2, quantize::ValueStatistics());
        collected["f"].parts[1].add(std::vector<float>{-1, 2, 3});
        live.seen(4, collected);
        collected["f"].parts[0].add(std::vector<float>{-4, 2, 3});
        live.seen(8, collected);
        QCOMPARE(told.size(), std::size_t(2));
        QCOMPARE(told[1].samples, 8L);
        QCOMPARE(told[1].values.size(), std::size_t(1));
        QCOMPARE(told[1].values[0].count, 6LL);
        QCOMPARE(told[1].values[0].thresholds.size(), std::size_t(4));
        QCOMPARE(told[1].ranges.size(), std::size_t(1));
        const RangeGrowth& growth = told[1].ranges[0];
        QVERIFY(growth.key == key);
        QCOMPARE(growth.steps.size(), std::size_t(2));
        QVERIFY(growth.steps[0].samples == 4 && growth.steps[1].min < growth.steps[0].min);
        for (int i = 0; i < 200; ++i)
            live.seen(9 + i, collected);
        QVERIFY(told.back().ranges[0].steps.size() <= 64 && told.back().ranges[0].steps.front().samples == 4);
    }

    void whatIsKnownLeavesNoEvidence()
    {
        const Settings settings = quantize::resolve(*m_model, presetConfig("static")).settings();
        CalibrationEvidence evidence;
        const Ranges known = measure::calibrate(context(37, 4, nullptr), settings, {});
        measure::calibrate(context(37, 4, &evidence), settings, known);
        QVERIFY(evidence.empty());
    }

    /// A range that was set by hand costs no data, and an old one that is known does not stand in its way.
    void manualRangesAreTakenAsTheyAre()
    {
        Config config = presetConfig("static");
        const Settings plain = quantize::resolve(*m_model, config).settings();
        const Ranges found = measure::calibrate(context(37, 4, nullptr), plain, {});
        for (const auto& [key, range] : found)
            config.manualRanges[key.value] = {-0.25, 0.5};
        const Settings settings = quantize::resolve(*m_model, config).settings();
        measure::Context without = context(37, 4, nullptr);
        without.data.reset();
        Ranges known = found;
        for (const auto& [key, range] : found)
            known[{key.value, RangeMethod::Manual, 0, 0}] = {-9, 9, RangeMethod::Manual, 0, 0, 0, {}, 0, {}};
        const Ranges manual = measure::calibrate(without, settings, known);
        QCOMPARE(manual.size(), found.size());
        for (const auto& [key, range] : manual) {
            QVERIFY(key.method == RangeMethod::Manual && range.method == RangeMethod::Manual);
            QCOMPARE(range.min, -0.25);
            QCOMPARE(range.max, 0.5);
        }
        // Bias correction reads the means of the channels, so it needs the data all the same.
        config.model.biasCorrection = true;
        for (const auto& [key, range] :
            measure::calibrate(context(37, 4, nullptr), quantize::resolve(*m_model, config).settings(), known)) {
            QCOMPARE(range.max, 0.5);
            QVERIFY(!range.means.empty() || key.value != "f");
        }
    }

    void rowsOfPaddingOnlyAreLeftOut()
    {
        measure::Context c = context(30, 4, nullptr);
        const auto all = measure::collectStatistics(c, {"f"});
        c.data = std::make_shared<OddData>(3);
        const auto real = measure::collectStatistics(c, {"f"});
        QCOMPARE(real.at("f").samples(), 20L);
        QCOMPARE(real.at("f").count() * 3, all.at("f").count() * 2);
        c.data = std::make_shared<OddData>(1);
        try {
            measure::collectStatistics(c, {"f"});
            QFAIL("nothing but padding was accepted");
        } catch (const Error& error) {
            QVERIFY(std::string(error.what()).find("All 30 calibration samples are padding only") == 0);
        }
    }

    void concernsAreNamed()
    {
        const auto sentences = measure::calibrationConcerns(OddData(3));
        QCOMPARE(sentences.size(), std::size_t(3));
        QVERIFY(sentences[0].find("10 of 30 calibration samples are padding only, the first of them number 3") == 0);
        QVERIFY(sentences[1].find("All 30 calibration samples are of class 2") == 0);
        QVERIFY(sentences[2].find("100 calibration samples were asked for, but there are only 30") == 0);
        QVERIFY(measure::calibrationConcerns(test::TinyData()).empty());
    }

private:
    measure::Context context(std::size_t samples, int batchSize, CalibrationEvidence* evidence)
    {
        measure::Context c;
        c.model = m_model;
        c.data = std::make_shared<test::TinyData>(samples, batchSize);
        c.store = &m_store;
        c.evidence = evidence;
        return c;
    }

    test::OnnxBuilder m_builder;
    std::shared_ptr<const graph::Model> m_model;
    engine::WeightStore m_store;
};

OCTET_TEST(TestCalibrationEvidence)
#include "tst_calibration_evidence.moc"
