// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/measure.h"
#include "core/measure/processor_wait.h"
#include "core/quantize/resolve.h"
#include "core/values/error.h"
#include "measure/tiny_text.h"
#include "test_main.h"

#include <QtTest>

#include <atomic>
#include <latch>
#include <sched.h>
#include <thread>

using namespace octet;

class TestMeasure : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void paddingNeverCounts();
    void statisticsDoNotDependOnTheBatch();
    void calibrationTakesOverWhatIsKnown();
    void accuracyByHand();
    void probabilitiesAreTakenAsTheyAre();
    void resultsDoNotDependOnTheBatch_data();
    void resultsDoNotDependOnTheBatch();
    void latencyOfContenders();
    void driftIsSeen();
    void waitingForAProcessorIsSeen();
    void latencyWithoutData();
    void cancelling();
    void refusals();
    void realModel_data();
    void realModel();
    void realRowsDependOnNothingElse_data() { realModel_data(); }
    void realRowsDependOnNothingElse();

private:
    measure::Context context(std::shared_ptr<const data::Dataset> data)
    {
        return {m_model, std::move(data), &m_store, 1, {}, {}, nullptr};
    }
    Settings settings(const char* preset) const { return quantize::resolve(*m_model, presetConfig(preset)).settings(); }

    test::OnnxBuilder m_builder;
    std::shared_ptr<const graph::Model> m_model;
    engine::WeightStore m_store;
};

void TestMeasure::initTestCase()
{
    m_model = test::tinyModel(m_builder);
}

void TestMeasure::paddingNeverCounts()
{
    const auto data = std::make_shared<test::TinyData>();
    const auto statistics = measure::collectStatistics(context(data), {"x", "f", "x"});
    QCOMPARE(statistics.size(), std::size_t(2));
    std::int64_t tokens = 0;
    for (std::size_t i = 0; i < data->size(Split::Calibration); ++i)
        tokens += data->length(Split::Calibration, i);
    const auto& x = statistics.at("x");
    QCOMPARE(x.count(), tokens * test::tinyWidth);
    QCOMPARE(x.samples(), 37L);
    QVERIFY(x.max() <= 1 && x.min() >= -1); // padding is 1000
    const std::vector<float> maxima = x.channelMaxima();
    QCOMPARE(maxima.size(), std::size_t(test::tinyWidth));
    QVERIFY(*std::max_element(maxima.begin(), maxima.end()) <= 1);
    QCOMPARE(statistics.at("f").count(), 37 * test::tinyWidth); // filler rows would make it 40 and more
}

void TestMeasure::statisticsDoNotDependOnTheBatch()
{
    const auto one = measure::collectStatistics(context(std::make_shared<test::TinyData>(37, 1)), {"x", "f"});
    const auto many = measure::collectStatistics(context(std::make_shared<test::TinyData>(37, 8)), {"x", "f"});
    for (const char* value : {"x", "f"}) {
        QCOMPARE(one.at(value).count(), many.at(value).count());
        QCOMPARE(one.at(value).min(), many.at(value).min());
        QCOMPARE(one.at(value).max(), many.at(value).max());
        QCOMPARE(one.at(value).quantile(0.9), many.at(value).quantile(0.9));
    }
}

void TestMeasure::calibrationTakesOverWhatIsKnown()
{
    auto c = context(std::make_shared<test::TinyData>());
    const Ranges found = measure::calibrate(c, settings("static"), {});
    QCOMPARE(found.size(), std::size_t(2));
    Ranges known = found;
    known.begin()->second.max = 77;
    c.data.reset(); // nothing is computed again
    QCOMPARE(measure::calibrate(c, settings("static"), known), known);
    QVERIFY(measure::calibrate(c, settings("dynamic"), {}).empty());
    std::map<std::string, quantize::ValueStatistics> kept;
    c.statistics = &kept;
    c.data = std::make_shared<test::TinyData>();
    QCOMPARE(measure::calibrate(c, settings("static"), {}), found);
    QCOMPARE(kept.size(), std::size_t(2));
    c.data.reset(); // another method needs no data either
    Settings percentile = settings("static");
    for (auto& [name, s] : percentile)
        s.rangeMethod = RangeMethod::Percentile;
    const Ranges cut = measure::calibrate(c, percentile, {});
    QCOMPARE(cut.size(), std::size_t(2));
    QVERIFY(cut.begin()->first.method == RangeMethod::Percentile);
    c.statistics = nullptr;
    known.erase(known.begin());
    QVERIFY_EXCEPTION_THROWN(measure::calibrate(c, settings("static"), known), Error);
}

void TestMeasure::accuracyByHand()
{
    auto data = std::make_shared<test::TinyData>();
    const auto weights = [&](const char* name) { return m_model->weight(name)->as<float>(); };
    const auto table = weights("table"), w1 = weights("w1"), w2 = weights("w2");
    std::vector<int> right;
    std::vector<float> logits;
    for (std::size_t i = 0; i < 37; ++i) {
        float hidden[test::tinyWidth]{};
        const auto id = static_cast<std::size_t>(test::TinyData::id(i, 0));
        for (std::size_t k = 0; k < test::tinyWidth; ++k)
            for (std::size_t n = 0; n < test::tinyWidth; ++n)
                hidden[n] += table[id * test::tinyWidth + k] * w1[k * test::tinyWidth + n];
        float out[test::tinyClasses]{};
        for (std::size_t k = 0; k < test::tinyWidth; ++k)
            for (std::size_t n = 0; n < test::tinyClasses; ++n)
                out[n] += std::max(hidden[k], 0.0f) * w2[k * test::tinyClasses + n];
        right.push_back(static_cast<int>(std::max_element(out, out + test::tinyClasses) - out));
        logits.insert(logits.end(), out, out + test::tinyClasses);
    }
    data->labels = right;
    data->labels[3] = (right[3] + 1) % test::tinyClasses;
    data->labels[20] = (right[20] + 1) % test::tinyClasses;
    const auto run = measure::accuracy(context(data), {}, {}, Split::Tuning);
    QCOMPARE(run.accuracy.predictions, right);
    QCOMPARE(run.accuracy.confidences.size(), right.size());
    for (std::size_t i = 0; i < right.size(); ++i) {
        const float* row = logits.data() + i * test::tinyClasses;
        double sum = 0;
        for (int c = 0; c < test::tinyClasses; ++c)
            sum += std::exp(double(row[c]));
        const double probability = std::exp(double(row[right[i]])) / sum;
        QVERIFY(std::abs(run.accuracy.confidences[i] - 1000 * probability) <= 0.51);
    }
    QCOMPARE(run.accuracy.correct, 35L);
    QCOMPARE(run.accuracy.samples, 37L);
    QCOMPARE(run.accuracy.value, 35.0 / 37);
    QVERIFY(run.accuracy.ciLow < run.accuracy.value && run.accuracy.ciHigh > run.accuracy.value);
    for (std::size_t i = 0; i < logits.size(); ++i)
        QVERIFY(std::fabs(run.outputs[i] - logits[i]) < 1e-4f);
    QCOMPARE(run.outputDigest.size(), std::size_t(64));
    QVERIFY(!run.groups.empty());
}

void TestMeasure::probabilitiesAreTakenAsTheyAre()
{
    const auto logits = measure::accuracy(context(std::make_shared<test::TinyData>()), {}, {}, Split::Tuning);
    test::OnnxBuilder ended;
    const auto model = test::tinyModel(ended, true);
    auto c = context(std::make_shared<test::TinyData>());
    c.model = model;
    const auto run = measure::accuracy(c, {}, {}, Split::Tuning);
    QCOMPARE(run.accuracy.predictions, logits.accuracy.predictions);
    QCOMPARE(run.accuracy.confidences.size(), logits.accuracy.confidences.size());
    for (std::size_t i = 0; i < run.accuracy.confidences.size(); ++i) // not the softmax of a softmax
        QVERIFY(std::abs(run.accuracy.confidences[i] - logits.accuracy.confidences[i]) <= 1);
}

void TestMeasure::resultsDoNotDependOnTheBatch_data()
{
    QTest::addColumn<QString>("preset");
    for (const char* preset : {"fp32", "static", "dynamic"})
        QTest::newRow(preset) << preset;
}

void TestMeasure::resultsDoNotDependOnTheBatch()
{
    QFETCH(QString, preset);
    const Settings s = settings(preset.toLatin1().constData());
    const Ranges ranges = measure::calibrate(context(std::make_shared<test::TinyData>()), s, {});
    std::string digest;
    for (const int batch : {1, 3, 8}) {
        const auto run =
            measure::accuracy(context(std::make_shared<test::TinyData>(37, batch)), s, ranges, Split::Test);
        if (!digest.empty())
            QCOMPARE(run.outputDigest, digest);
        digest = run.outputDigest;
    }
}

void TestMeasure::latencyOfContenders()
{
    auto c = context(std::make_shared<test::TinyData>());
    long done = 0, total = 0;
    c.progress = [&](long d, long t) {
        QVERIFY(d >= done);
        done = d;
        total = t;
    };
    const Settings s = settings("static");
    const Ranges ranges = measure::calibrate(c, s, {});
    done = 0;
    Workload workload;
    workload.runs = 10; // fewer than make sense: 30
    const auto run = measure::latency(c, {{"fp32", {}, {}}, {"static", s, ranges}}, workload);
    QCOMPARE(run.latencies.size(), std::size_t(2));
    QCOMPARE(done, total);
    QCOMPARE(run.latencies[0].ratioToFp32, 1.0);
    for (const Latency& l : run.latencies) {
        QCOMPARE(l.runs, 30);
        QVERIFY(l.min > 0 && l.min <= l.p50 && l.p50 <= l.p90 && l.p90 <= l.p99);
        QVERIFY(l.ciLow <= l.p50 && l.p50 <= l.ciHigh);
        QVERIFY(l.ratioLow <= l.ratioToFp32 && l.ratioToFp32 <= l.ratioHigh && l.ratioLow > 0);
    }
    for (const auto& groups : run.groups)
        QVERIFY(!groups.empty()
            && std::any_of(groups.begin(), groups.end(), [](const GroupProfile& g) { return g.ms > 0; }));
    QVERIFY(std::any_of(run.groups[1].begin(), run.groups[1].end(),
        [](const GroupProfile& g) { return g.executed == Precision::Int8; }));
    QVERIFY(run.weightBytes[0] > run.weightBytes[1] / 2);
}

/// A clock that says what every run takes.
void TestMeasure::driftIsSeen()
{
    auto c = context(std::make_shared<test::TinyData>());
    const auto timed = [&](const std::function<double(long)>& duration) {
        double now = 0;
        long reads = 0;
        c.clock = [&] {
            if (++reads % 2 == 0) // the end of a run
                now += duration(reads);
            return now;
        };
        return std::pair(measure::latency(c, {{"fp32", {}, {}}}, {}).latencies[0], reads);
    };
    const auto noise = [](long reads) { return static_cast<double>(reads * 7919 % 100) / 1000; };
    const auto [steady, once] = timed([&](long reads) { return 1 + noise(reads); });
    QVERIFY(!steady.drifted && std::abs(steady.drift) < 0.1);
    QVERIFY(measure::timingDoubt(steady).empty());
    QVERIFY(steady.p50 >= 1 && steady.p50 < 1.1);

    const auto [slower, twice] = timed([&](long reads) { return 1 + noise(reads) + static_cast<double>(reads) / 500; });
    QVERIFY(slower.drifted && slower.drift > 0.1);
    QVERIFY(twice > once * 3 / 2); // it was timed once more
    QCOMPARE(slower.runs, steady.runs); // and only the second time counts
    QVERIFY(measure::timingDoubt(slower).find("slower") != std::string::npos);

    const auto [recovered, again] =
        timed([&, n = once](long reads) { return 1 + noise(reads) + static_cast<double>(std::min(reads, n)) / 500; });
    QVERIFY(again > once * 3 / 2);
    QVERIFY(!recovered.drifted);

    // Cold runs that get faster are warmed up, not measured.
    const auto [cold, reads] = timed([&](long r) { return r < 24 ? 10.0 / static_cast<double>(r) + 1 : 1 + noise(r) / 10; });
    QVERIFY(!cold.drifted && cold.p50 < 1.05);
}

/// Two threads that share one processor wait for each other.
void TestMeasure::waitingForAProcessorIsSeen()
{
    if (!QFile::exists(QStringLiteral("/proc/self/schedstat")))
        QSKIP("This kernel does not say how long threads waited.");
    const double before = measure::processorWaitMs();
    std::atomic<bool> read = false;
    std::vector<std::jthread> threads;
    std::latch through(2);
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    for (int i = 0; i < 2; ++i)
        threads.emplace_back([&] {
            sched_setaffinity(0, sizeof(one), &one);
            timespec used{};
            while (used.tv_sec == 0 && used.tv_nsec < 50'000'000)
                clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
            through.count_down();
            read.wait(false); // what a thread waited is forgotten with it
        });
    through.wait();
    const double waited = measure::processorWaitMs() - before;
    read = true;
    read.notify_all();
    QVERIFY(waited > 10);

    Latency latency;
    latency.waited = 0.05;
    QVERIFY(measure::timingDoubt(latency).empty());
    latency.waited = 0.4;
    QVERIFY(measure::timingDoubt(latency).find("40 % of the time") != std::string::npos);
}

void TestMeasure::latencyWithoutData()
{
    auto c = context(nullptr);
    Workload workload;
    workload.length = 12;
    workload.batch = 2;
    const Settings s = settings("static");
    const Ranges ranges = measure::seededRanges(c, s, workload);
    QCOMPARE(ranges.size(), std::size_t(2));
    QCOMPARE(measure::latency(c, {{"static", s, ranges}}, workload).latencies[0].runs, 100);
    const auto inputs = measure::seededInputs(*m_model, 2, 12, 1);
    QCOMPARE(inputs.at("ids").shape, (Shape{2, 12}));
    for (std::int64_t i = 0; i < 24; ++i)
        QVERIFY(inputs.at("ids").data<std::int64_t>()[i] >= 0
            && inputs.at("ids").data<std::int64_t>()[i] < test::tinyVocabulary);
    QVERIFY(inputs == measure::seededInputs(*m_model, 2, 12, 1));
    QVERIFY(!(inputs == measure::seededInputs(*m_model, 2, 12, 2)));
    workload.length = 0;
    QVERIFY_EXCEPTION_THROWN(measure::latency(c, {{"fp32", {}, {}}}, workload), Error);
}

void TestMeasure::cancelling()
{
    auto c = context(std::make_shared<test::TinyData>());
    int asked = 0;
    c.cancelled = [&] { return ++asked > 3; };
    const auto kindOf = [&](const std::function<void()>& work) {
        asked = 0;
        try {
            work();
        } catch (const Error& error) {
            return error.kind();
        }
        return ErrorKind::Internal;
    };
    QVERIFY(kindOf([&] { measure::accuracy(c, {}, {}, Split::Tuning); }) == ErrorKind::Cancelled);
    QVERIFY(kindOf([&] { measure::collectStatistics(c, {"x"}); }) == ErrorKind::Cancelled);
    QVERIFY(kindOf([&] { measure::latency(c, {{"fp32", {}, {}}}, {}); }) == ErrorKind::Cancelled);
}

void TestMeasure::refusals()
{
    auto c = context(std::make_shared<test::TinyData>(0));
    QVERIFY_EXCEPTION_THROWN(measure::accuracy(c, {}, {}, Split::Tuning), Error);
    QVERIFY_EXCEPTION_THROWN(measure::collectStatistics(c, {"x"}), Error);
    QVERIFY_EXCEPTION_THROWN(measure::latency(c, {}, {}), Error);
}

void TestMeasure::realModel_data()
{
    QTest::addColumn<QString>("folder");
    for (const char* folder :
        {"sst2-bert-l6-h384", "emotion-bert-l4-h256", "kwt1-speech-commands", "vit-fashion-mnist"})
        QTest::newRow(folder) << folder;
}

/// A few samples of each: int8 must agree with fp32 nearly always, and every product must have run as asked.
void TestMeasure::realModel()
{
    if (test::modelsFolder().isEmpty())
        QSKIP("the real models are not here");
    QFETCH(QString, folder);
    const std::string path = (test::modelsFolder() + "/" + folder).toStdString();
    const auto model = graph::load(path);
    DataSpec spec = data::discover(path, *model);
    spec.limit = 60;
    spec.calibLimit = 16;
    if (folder == "vit-fashion-mnist") {
        spec.mean = {0.2860};
        spec.std = {0.3530};
    }
    measure::Context c{model, data::open(spec, *model), &m_store, 1, {}, {}, nullptr};
    const auto fp32 = measure::accuracy(c, {}, {}, Split::Test);
    QVERIFY2(fp32.accuracy.value > 0.6, qPrintable(QString::number(fp32.accuracy.value)));
    for (const char* preset : {"static", "dynamic"}) {
        const auto resolution = quantize::resolve(*model, presetConfig(preset));
        const Ranges ranges = measure::calibrate(c, resolution.settings(), {});
        auto run = measure::accuracy(c, resolution.settings(), ranges, Split::Test);
        std::vector<int> labels;
        for (std::size_t i = 0; i < 60; ++i)
            labels.push_back(c.data->label(Split::Test, i));
        measure::compareWith(run.accuracy, fp32.accuracy, labels);
        QVERIFY2(run.accuracy.flips <= 4, qPrintable(QString::number(run.accuracy.flips)));
        const auto int8 = std::count_if(
            run.groups.begin(), run.groups.end(), [](const GroupProfile& g) { return g.kind == "product" && g.executed == Precision::Int8; });
        QCOMPARE(static_cast<int>(int8), resolution.counts().int8);
        for (const GroupProfile& g : run.groups)
            if (g.kind == "attention")
                QVERIFY2(g.executed == Precision::Int8, g.reason.c_str());
    }
}

/// The law behind "one executor": a row's bits depend on neither batch, nor padding, nor threads.
void TestMeasure::realRowsDependOnNothingElse()
{
    if (test::modelsFolder().isEmpty())
        QSKIP("the real models are not here");
    QFETCH(QString, folder);
    const std::string path = (test::modelsFolder() + "/" + folder).toStdString();
    const auto model = graph::load(path);
    DataSpec spec = data::discover(path, *model);
    spec.limit = 8;
    spec.calibLimit = 4;
    for (const char* preset : {"fp32", "static", "dynamic"}) {
        const Settings s = quantize::resolve(*model, presetConfig(preset)).settings();
        spec.batchSize = 8;
        measure::Context c{model, data::open(spec, *model), &m_store, 1, {}, {}, nullptr};
        const Ranges ranges = measure::calibrate(c, s, {});
        const std::string digest = measure::accuracy(c, s, ranges, Split::Test).outputDigest;
        c.threads = 2;
        QCOMPARE(measure::accuracy(c, s, ranges, Split::Test).outputDigest, digest);
        spec.batchSize = 1;
        c.data = data::open(spec, *model);
        QCOMPARE(measure::accuracy(c, s, ranges, Split::Test).outputDigest, digest);
        if (!c.data->length(Split::Test, 0))
            continue;
        const std::size_t row = 0;
        const int length = data::paddedLength(c.data->length(Split::Test, row), spec.maxLength);
        std::string rows[2];
        for (const int more : {0, 32}) {
            const auto inputs = c.data->batch(Split::Test, {row}, length + more);
            engine::CompileOptions options;
            for (const auto& [name, tensor] : inputs)
                options.inputShapes[name] = tensor.shape;
            engine::Session session(engine::compile(model, s, ranges, options, m_store));
            for (const auto& [name, tensor] : inputs)
                session.setInput(name, tensor);
            session.run();
            const auto bytes = session.output(0);
            rows[more / 32].assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        }
        QCOMPARE(rows[0], rows[1]);
    }
}

OCTET_TEST(TestMeasure)
#include "tst_measure.moc"
