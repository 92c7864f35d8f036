// SPDX-License-Identifier: GPL-3.0-or-later
// Advice on made-up figures, where what is right is known, and on real jobs of small models.
#include "core/data/dataset.h"
#include "core/measure/verdict.h"
#include "core/tune/advice.h"
#include "core/tune/tuner.h"
#include "engine/onnx_builder.h"
#include "test_main.h"

#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <deque>

using namespace octet;
using tune::Advice;
using tune::AdviceKind;

class TestAdvice : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void namesWhatCarriesTheLoss();
    void asksForSensitivity();
    void costliestForItsGain();
    void bf16WhereItGains();
    void quietWhereTheGoalHolds();
    void dynamicWhereItIsBetter();
    void marksAlike();
    void aSampleThatDrivesRanges();
    void tooFewSamples();
    void realModel();

private:
    tune::AdviceFacts facts() const;
    const Trial* trial(int id, const Config& config, long correct, double ratio, const std::string& origin = {}) const;

    test::OnnxBuilder m_builder;
    std::shared_ptr<const graph::Model> m_model;
    mutable std::deque<Trial> m_trials; // facts point at them
};

namespace {

constexpr long samples = 1000;

const Advice* find(const std::vector<Advice>& all, AdviceKind kind)
{
    const auto it = std::ranges::find(all, kind, &Advice::kind);
    return it == all.end() ? nullptr : &*it;
}

bool says(const Advice* advice, const char* words)
{
    return advice && advice->sentence.find(words) != std::string::npos;
}

/// q and k read "x"; "out" carries nearly all, "q" a little for a lot of time.
Sensitivity sensitivity()
{
    Sensitivity s;
    s.settings.precision = Precision::Int8;
    const auto op = [](const char* node, double kl, double own, double ms) {
        OpSensitivity o;
        o.node = node;
        if (kl > 0)
            o.kl = kl;
        o.ownError = own;
        o.flips = kl;
        o.fp32Ms = 2 * ms;
        o.int8Ms = ms;
        return o;
    };
    s.ops = {op("out", 0.9, 5, 0.9), op("q", 0.1, 12, 0.01), op("k", 0, 50, 0.01)};
    s.samples = 64;
    s.evaluations = 2;
    return s;
}

} // namespace

void TestAdvice::initTestCase()
{
    const std::vector<float> square(16, 0.5f);
    m_builder.input("x", {-1, 4});
    for (const char* name : {"wq", "wk", "wo"})
        m_builder.weight(name, {4, 4}, square);
    m_builder.node("MatMul", "q", {"x", "wq"}, {"a"});
    m_builder.node("MatMul", "k", {"x", "wk"}, {"b"});
    m_builder.node("Add", "sum", {"a", "b"}, {"s"});
    m_builder.node("MatMul", "out", {"s", "wo"}, {"y"});
    m_builder.output("y", {-1, 4});
    m_model = m_builder.load();
}

const Trial* TestAdvice::trial(int id, const Config& config, long correct, double ratio, const std::string& origin) const
{
    Trial t;
    t.id = id;
    t.name = origin;
    t.state = TrialState::Done;
    t.config = config;
    t.origin = origin;
    t.counts = quantize::resolve(*m_model, config).counts();
    Accuracy& a = t.accuracy[Split::Tuning];
    a.samples = samples;
    a.correct = correct;
    a.value = static_cast<double>(correct) / samples;
    a.flips = a.worse = 900 - correct;
    t.latency.p50 = ratio;
    t.latency.ratioToFp32 = ratio;
    return &m_trials.emplace_back(std::move(t));
}

tune::AdviceFacts TestAdvice::facts() const
{
    tune::AdviceFacts f;
    f.judgedSamples = samples;
    f.resolve = [this](const Config& config) { return quantize::resolve(*m_model, config); };
    f.trials = {trial(1, presetConfig("fp32"), 900, 1, "baseline:fp32")};
    return f;
}

void TestAdvice::namesWhatCarriesTheLoss()
{
    const Sensitivity known = sensitivity();
    tune::AdviceFacts f = facts();
    f.sensitivity = &known;
    f.trials.push_back(trial(2, presetConfig("static"), 700, 0.5, "baseline:static"));
    auto all = tune::advise(f);
    const Advice* advice = find(all, AdviceKind::CarriesLoss);
    QVERIFY(says(advice, "1 of 3 ops, first out, makes 90 %"));
    QVERIFY(says(advice, "0.90 ms"));
    QCOMPARE(advice->ops, std::vector<std::string>{"out"});
    QCOMPARE(advice->fromTrial, 2);
    Config expected = presetConfig("static");
    expected.ops["out"].precision = Precision::Fp32;
    QVERIFY(advice->draft == expected);
    QCOMPARE(all.front().kind == AdviceKind::CarriesLoss, true);

    // Tried already: saying it again would not help.
    f.trials.push_back(trial(3, expected, 800, 0.6));
    all = tune::advise(f);
    QVERIFY(!find(all, AdviceKind::CarriesLoss) || find(all, AdviceKind::CarriesLoss)->draft != expected);

    // A locked op is left alone.
    f = facts();
    f.sensitivity = &known;
    f.draft = presetConfig("static");
    f.draft.ops["out"].locked = true;
    for (const Advice& a : tune::advise(f))
        QVERIFY(std::ranges::find(a.ops, "out") == a.ops.end());
}

void TestAdvice::asksForSensitivity()
{
    tune::AdviceFacts f = facts();
    QVERIFY(tune::advise(f).empty()); // nothing was tried
    f.trials.push_back(trial(2, presetConfig("static"), 700, 0.5, "baseline:static"));
    const auto all = tune::advise(f);
    QVERIFY(find(all, AdviceKind::CarriesLoss));
    QVERIFY(find(all, AdviceKind::CarriesLoss)->command == Advice::Command::MeasureSensitivity);
}

/// q does less harm than out, but gains next to no time.
void TestAdvice::costliestForItsGain()
{
    const Sensitivity known = sensitivity();
    tune::AdviceFacts f = facts();
    f.sensitivity = &known;
    f.draft = presetConfig("static");
    const auto all = tune::advise(f);
    const Advice* advice = find(all, AdviceKind::CostliestOp);
    QVERIFY(says(advice, "In int8 q costs most"));
    QVERIFY(says(advice, "10 us"));
    QVERIFY(advice->draft.ops.at("q").precision == Precision::Fp32);
    QCOMPARE(advice->fromTrial, 0);

    // What was measured for static int8 says nothing of a smoothed or a dynamic draft.
    for (const char* preset : {"smoothed", "dynamic"}) {
        f.draft = presetConfig(preset);
        QVERIFY(!find(tune::advise(f), AdviceKind::CostliestOp));
    }
    // Without a draft and trials: of everything in static int8.
    f.draft = {};
    QVERIFY(find(tune::advise(f), AdviceKind::CostliestOp)->draft.model == presetConfig("static").model);
}

void TestAdvice::bf16WhereItGains()
{
    const Sensitivity known = sensitivity();
    tune::AdviceFacts f = facts();
    f.sensitivity = &known;
    f.draft = presetConfig("static");
    for (const double ratio : {0.7, 1.2}) {
        f.trials.resize(1);
        f.trials.push_back(trial(2, presetConfig("bf16"), 900, ratio, "baseline:bf16"));
        const auto all = tune::advise(f);
        QVERIFY(find(all, AdviceKind::CostliestOp)->leaves.precision == (ratio < 1 ? Precision::Bf16 : Precision::Fp32));
    }
}

void TestAdvice::quietWhereTheGoalHolds()
{
    const Sensitivity known = sensitivity();
    tune::AdviceFacts f = facts();
    f.sensitivity = &known;
    f.draft = presetConfig("static");
    f.trials.push_back(trial(2, presetConfig("static"), 899, 0.5, "baseline:static"));
    const auto all = tune::advise(f);
    QVERIFY2(all.empty(), all.empty() ? "" : all.front().sentence.c_str());
}

void TestAdvice::dynamicWhereItIsBetter()
{
    tune::AdviceFacts f = facts();
    f.trials.push_back(trial(2, presetConfig("static"), 700, 0.5, "baseline:static"));
    f.trials.push_back(trial(3, presetConfig("dynamic"), 899, 0.6, "baseline:dynamic"));
    f.draft = presetConfig("static");
    f.draft.ops["q"].approach = Approach::Static;
    f.draft.ops["k"].precision = Precision::Fp32;
    const auto all = tune::advise(f);
    const Advice* advice = find(all, AdviceKind::DynamicBeatsStatic);
    QVERIFY(says(advice, "of 1000 answers 1 got worse instead of 200"));
    QVERIFY(advice->draft.model == presetConfig("dynamic").model);
    QVERIFY(!advice->draft.ops.contains("q")); // nothing of its own is left
    QVERIFY(advice->draft.ops.at("k").precision == Precision::Fp32);

    f.trials[1] = trial(2, presetConfig("static"), 899, 0.5, "baseline:static"); // holds, and faster
    QVERIFY(!find(tune::advise(f), AdviceKind::DynamicBeatsStatic));
}

void TestAdvice::marksAlike()
{
    Sensitivity known = sensitivity();
    tune::AdviceFacts f = facts();
    f.draft = presetConfig("static");
    f.draft.ops["k"].precision = Precision::Fp32;
    f.sensitivity = &known;
    const auto all = tune::advise(f);
    const Advice* advice = find(all, AdviceKind::MixedGroup);
    QVERIFY(says(advice, "k runs in fp32 although q reads the same values in int8"));
    QVERIFY(advice->draft.ops.at("k").precision == Precision::Int8);
    known.ops[2].kl = 0.5, known.ops[2].ownError = 8; // now it has a reason
    QVERIFY(!find(tune::advise(f), AdviceKind::MixedGroup));
    f.draft.ops["k"].locked = true;
    known.ops[2].kl.reset(), known.ops[2].ownError = 50;
    QVERIFY(!find(tune::advise(f), AdviceKind::MixedGroup));
}

void TestAdvice::aSampleThatDrivesRanges()
{
    CalibrationEvidence evidence;
    evidence.samples = 64;
    RangeGrowth growth;
    growth.key.value = "s";
    growth.drivingSample = 17;
    growth.drivenShare = 0.6;
    evidence.ranges = {growth};
    tune::AdviceFacts f = facts();
    f.evidence = &evidence;
    f.draft = presetConfig("static");
    const auto all = tune::advise(f);
    const Advice* advice = find(all, AdviceKind::DrivenRange);
    QVERIFY(says(advice, "Calibration sample 17 alone makes 60 % of the range of s"));
    QCOMPARE(advice->ops, std::vector<std::string>{"out"});
    QVERIFY(advice->draft.ops.at("out").rangeMethod == RangeMethod::Percentile);
    f.draft = advice->draft;
    QVERIFY(!find(tune::advise(f), AdviceKind::DrivenRange)); // done
    f.draft = presetConfig("dynamic");
    QVERIFY(!find(tune::advise(f), AdviceKind::DrivenRange)); // reads no range
}

void TestAdvice::tooFewSamples()
{
    tune::AdviceFacts f = facts();
    f.judgedSamples = 100;
    const auto all = tune::advise(f);
    const Advice* advice = find(all, AdviceKind::TooFewSamples);
    QVERIFY(says(advice, "100 samples are too few")); // 0.9 points are allowed, 3 in 334 is less
    QVERIFY(says(advice, "334"));
    QVERIFY(advice->command == Advice::Command::OpenData);
    f.judgedSamples = 334;
    QVERIFY(!find(tune::advise(f), AdviceKind::TooFewSamples));
    // What the verdict says at that number and one below.
    for (const long n : {334L, 333L}) {
        Accuracy same;
        same.samples = n;
        same.value = 0.9;
        same.correct = std::lround(0.9 * static_cast<double>(n));
        QCOMPARE(measure::verdict(same, same, f.goal), std::string(n == 334 ? "meets" : "too close to call"));
    }
}

namespace {

class Recorder : public JobObserver
{
public:
    std::map<int, Trial> finished;
    std::vector<std::string> lines;
    Sensitivity sensitivity;
    CalibrationEvidence evidence;
    void evidenceFound(const CalibrationEvidence& e) override { evidence = e; }
    bool cancelled() override { return false; }
    void progress(const JobProgress&) override { }
    void trialStarted(const Trial&) override { }
    void trialFinished(const Trial& t) override { finished.insert_or_assign(t.id, t); }
    void sensitivityFound(const Sensitivity& s) override { sensitivity = s; }
    void rangesFound(const Ranges&) override { }
    void log(const std::string& line) override { lines.push_back(line); }
};

} // namespace

/// The outlier form's planted products are what the advice names; with so few samples it says that too.
void TestAdvice::realModel()
{
    if (test::modelsFolder().isEmpty())
        QSKIP("the real models are not here");
    JobRequest r;
    r.kind = JobKind::Sensitivity;
    r.modelPath = (test::modelsFolder() + "/vit-fashion-mnist/model_outlier.onnx").toStdString();
    const auto model = graph::load(r.modelPath);
    r.data = data::discover((test::modelsFolder() + "/vit-fashion-mnist").toStdString(), *model);
    r.data.mean = {0.2860};
    r.data.std = {0.3530};
    r.data.limit = 120;
    r.data.calibLimit = 32;
    r.workload.runs = 30;
    Recorder recorder;
    tune::run(r, recorder);
    QVERIFY(!recorder.evidence.empty());
    tune::AdviceFacts f;
    f.sensitivity = &recorder.sensitivity;
    f.evidence = &recorder.evidence;
    f.judgedSamples = 60;
    f.resolve = [&](const Config& config) { return quantize::resolve(*model, config); };
    const auto all = tune::advise(f);
    const Advice* op = find(all, AdviceKind::CostliestOp);
    QVERIFY(op);
    const auto planted = std::ranges::find(recorder.sensitivity.ops, op->ops.front(), &OpSensitivity::node);
    QVERIFY(planted != recorder.sensitivity.ops.end() && planted->ownError < 20 && !planted->outlierChannels.empty());
    QVERIFY(find(all, AdviceKind::TooFewSamples));
    QVERIFY(quantize::resolve(*model, op->draft).problems.empty());
}

OCTET_TEST(TestAdvice)
#include "tst_advice.moc"
