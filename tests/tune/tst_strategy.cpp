// SPDX-License-Identifier: GPL-3.0-or-later
// Strategies against a made-up world, in which each op in int8 costs a known amount of accuracy.
#include "core/tune/frontier.h"
#include "core/tune/space.h"
#include "core/tune/strategy.h"
#include "core/values/error.h"
#include "test_main.h"

#include <QtTest>

#include <functional>

using namespace octet;
using tune::Proposal;
using tune::SearchState;

class TestStrategy : public QObject
{
    Q_OBJECT

private slots:
    void frontierKeepsWhatNobodyBeats();
    void bestIsTheFastestThatHolds();
    void bestIsDecidedByVerdictAndSizeWhereTimesDoNot();
    void basicWalksAsIncDoes();
    void basicStartsFromTheBestChoice();
    void basicLeavesLockedAndExcludedAlone();
    void breachesAreNamed();
    void basicSurvivesFailures();
    void basicEnds();
    void mseV2RanksAnewAndTakesBack();
    void mseV2RanksNothingTwice();
    void names();
};

namespace {

Trial trialOf(int id, double accuracy, double ms, const std::string& origin = "tune:basic")
{
    Trial t;
    t.id = id;
    t.state = TrialState::Done;
    t.origin = origin;
    t.latency.p50 = ms;
    t.accuracy[Split::Tuning].value = accuracy;
    return t;
}

quantize::ResolvedOp opOf(const std::string& name)
{
    quantize::ResolvedOp op;
    op.name = name;
    return op;
}

/// Loss of one op in int8, static and dynamic.
using World = std::function<double(const std::string& op, const OpSettings& settings)>;

double accuracyIn(const World& world, const SearchState& state, const Config& config)
{
    double accuracy = 0.9;
    for (const auto& op : state.ops) {
        OpSettings s;
        s.precision = config.model.precision.value_or(Precision::Fp32);
        s.approach = config.model.approach.value_or(Approach::Static);
        s.rangeMethod = config.model.rangeMethod.value_or(RangeMethod::MinMax);
        if (const auto it = config.ops.find(op.name); it != config.ops.end())
            s.precision = it->second.precision.value_or(s.precision);
        if (s.precision == Precision::Int8)
            accuracy -= world(op.name, s);
    }
    return accuracy;
}

/// Runs the strategy until it is done or holds the goal; the proposals in order.
std::vector<Proposal> search(SearchState& state, const World& world, std::size_t atMost = 100)
{
    std::vector<Proposal> proposals;
    while (proposals.size() < atMost) {
        const auto proposal = tune::next("basic", state);
        if (!proposal)
            break;
        proposals.push_back(*proposal);
        const double accuracy = accuracyIn(world, state, proposal->config);
        Trial trial = trialOf(static_cast<int>(state.trials.size()) + 1, accuracy, 0.5);
        trial.config = proposal->config;
        state.trials.push_back(trial);
        if (accuracy >= state.goal.floor(0.9))
            break;
    }
    return proposals;
}

SearchState stateOf(std::initializer_list<const char*> ops)
{
    SearchState state;
    for (const char* op : ops)
        state.ops.push_back(opOf(op));
    Trial fp32 = trialOf(1, 0.9, 1, "baseline:fp32");
    fp32.config = presetConfig("fp32");
    state.trials.push_back(fp32);
    return state;
}

std::vector<std::string> fp32Ops(const Config& config)
{
    std::vector<std::string> names;
    for (const auto& [name, leaves] : config.ops)
        if (leaves.precision == Precision::Fp32)
            names.push_back(name);
    return names;
}

using Names = std::vector<std::string>;

} // namespace

void TestStrategy::frontierKeepsWhatNobodyBeats()
{
    std::vector<Trial> trials{trialOf(1, 0.9, 10), trialOf(2, 0.8, 4), trialOf(3, 0.85, 6), trialOf(4, 0.84, 7),
        trialOf(5, 0.85, 6), trialOf(6, 0.8, 5), trialOf(7, 0.99, 1)};
    trials[6].state = TrialState::Failed;
    QCOMPARE(tune::frontier(trials), (std::vector<std::size_t>{1, 2, 0}));
    trials.push_back(trialOf(8, 0.95, 3)); // beats all
    QCOMPARE(tune::frontier(trials), (std::vector<std::size_t>{7}));
    trials.push_back(trialOf(9, 0.99, 0)); // never timed
    trials.push_back(trialOf(10, 0, 0.1));
    trials.back().accuracy.clear();
    QCOMPARE(tune::frontier(trials), (std::vector<std::size_t>{7}));
    QVERIFY(tune::frontier(std::vector<Trial>{}).empty());

    // 2 ran in a quieter hour than 3 and 1: beside fp32 it is the slower one.
    trials = {trialOf(1, 0.9, 10, "baseline:fp32"), trialOf(2, 0.8, 2), trialOf(3, 0.85, 3)};
    trials[0].latency.ratioToFp32 = 1, trials[1].latency.ratioToFp32 = 0.4, trials[2].latency.ratioToFp32 = 0.3;
    QCOMPARE(tune::pairedMs(trials[1], &trials[0]), 4.0);
    QCOMPARE(tune::pairedMs(trials[1], nullptr), 2.0);
    QCOMPARE(tune::frontier(trials), (std::vector<std::size_t>{2, 0}));
}

void TestStrategy::bestIsTheFastestThatHolds()
{
    Goal goal;
    std::vector<Trial> trials{trialOf(2, 0.895, 5), trialOf(3, 0.895, 4), trialOf(4, 0.88, 1), trialOf(5, 0.9, 12)};
    QCOMPARE(tune::bestTrial(trials, goal), 0); // without fp32 there is no floor
    trials.push_back(trialOf(1, 0.9, 10, "baseline:fp32"));
    QCOMPARE(tune::bestTrial(trials, goal), 3);
    QCOMPARE(tune::fp32Baseline(trials)->id, 1);
    trials[0].latency.ratioToFp32 = 0.3; // timed beside fp32: counts for more than a p50 of another hour
    QCOMPARE(tune::bestTrial(trials, goal), 2);
    goal.maxDrop = 0;
    QCOMPARE(tune::bestTrial(trials, goal), 0); // the only one as good is slower
    goal.relative = false;
    goal.maxDrop = 0.02; // 0.9 - 0.02 is not exactly 0.88
    QCOMPARE(tune::bestTrial(trials, goal), 4);
}

/// 2 and 3 were not told apart by timing, 4 is slower.
void TestStrategy::bestIsDecidedByVerdictAndSizeWhereTimesDoNot()
{
    const Goal goal;
    std::vector<Trial> trials{
        trialOf(1, 0.9, 10, "baseline:fp32"), trialOf(2, 0.9, 4), trialOf(3, 0.9, 4), trialOf(4, 0.9, 6)};
    for (Trial& trial : trials) {
        Accuracy& accuracy = trial.accuracy.at(Split::Tuning);
        accuracy.samples = 1000;
        accuracy.correct = 900;
        trial.weightBytes = trial.id == 4 ? 100 : 200;
    }
    const auto timed = [](Trial& trial, double ratio) {
        trial.latency.ratioToFp32 = ratio;
        trial.latency.ratioLow = ratio - 0.02;
        trial.latency.ratioHigh = ratio + 0.02;
    };
    timed(trials[1], 0.40), timed(trials[2], 0.43), timed(trials[3], 0.60);
    QCOMPARE(tune::bestTrial(trials, goal), 2);
    trials[2].weightBytes = 100;
    QCOMPARE(tune::bestTrial(trials, goal), 3);
    Accuracy& unsure = trials[2].accuracy.at(Split::Tuning); // few flips, yet worse only: it holds, but is no "meets"
    unsure.flips = unsure.worse = 9;
    unsure.value = 0.891;
    QVERIFY(tune::holdsGoal(trials[2], trials[0], goal));
    QCOMPARE(tune::bestTrial(trials, goal), 2);
    timed(trials[2], 0.30); // shown to be faster: the goal asks for that
    QCOMPARE(tune::bestTrial(trials, goal), 3);
}

void TestStrategy::basicWalksAsIncDoes()
{
    SearchState state = stateOf({"a", "b", "c", "d"});
    const std::map<std::string, double> loss{{"a", 0.001}, {"b", 0.02}, {"c", 0.015}, {"d", 0.0}};
    const World world = [&](const std::string& op, const OpSettings& s) {
        return loss.at(op) * (s.approach == Approach::Dynamic ? 3 : s.rangeMethod == RangeMethod::MinMax ? 1 : 2);
    };
    const auto proposals = search(state, world);
    QCOMPARE(proposals.size(), std::size_t(3 + 4 + 1));
    QCOMPARE(proposals[0].config, presetConfig("static"));
    QCOMPARE(proposals[1].config, presetConfig("dynamic"));
    QVERIFY(proposals[2].config.model.rangeMethod == RangeMethod::Percentile);
    const Names order{"d", "c", "b", "a"};
    for (std::size_t i = 0; i < 4; ++i)
        QCOMPARE(fp32Ops(proposals[3 + i].config), Names{order[i]});
    QCOMPARE(fp32Ops(proposals[7].config), (Names{"b", "c"})); // b alone brought most, then c
    QVERIFY(!proposals[7].config.model.rangeMethod);
    QCOMPARE(proposals[7].name, std::string("Static, 2 products in fp32"));
    QVERIFY(proposals[7].note.find("c") != std::string::npos);

    // Pure: the same trials give the same answer.
    state.trials.pop_back();
    QCOMPARE(tune::next("basic", state)->config, proposals[7].config);
    QVERIFY(!tune::next("mse", state)); // without a sensitivity it has no order
}

void TestStrategy::basicStartsFromTheBestChoice()
{
    SearchState state = stateOf({"a", "b", "c"});
    const World world = [](const std::string& op, const OpSettings& s) {
        return op != "a" ? 0 : s.approach == Approach::Dynamic ? 0.02 : 0.1;
    };
    const auto proposals = search(state, world);
    QCOMPARE(proposals.size(), std::size_t(6));
    QVERIFY(proposals.back().config.model.approach == Approach::Dynamic);
    QCOMPARE(fp32Ops(proposals.back().config), Names{"a"});
}

void TestStrategy::basicLeavesLockedAndExcludedAlone()
{
    SearchState state = stateOf({"a", "b", "c", "scores"});
    state.ops[0].asked.precision = Precision::Int8;
    state.ops[0].asked.approach = Approach::Dynamic;
    state.ops[0].asked.locked = true;
    state.draft.ops["a"].locked = true;
    state.ops[1].precisionSource.level = quantize::Level::Op;
    state.draft.ops["b"].precision = Precision::Fp32;
    state.ops[3].product.int8Refusal = "not in this version";
    const auto proposals = search(state, [](const std::string&, const OpSettings&) { return 0.1; });
    QVERIFY(proposals.size() >= 4);
    for (const Proposal& p : proposals) {
        QVERIFY(p.config.ops.at("a").precision == Precision::Int8);
        QVERIFY(p.config.ops.at("a").approach == Approach::Dynamic);
        QVERIFY(p.config.ops.at("b").precision == Precision::Fp32);
        QVERIFY(!p.config.ops.contains("scores"));
    }
    QCOMPARE(proposals.size(), std::size_t(3 + 1)); // only c may fall back
    QCOMPARE(proposals[0].name, std::string("Static, 1 excluded"));

    SearchState all = stateOf({"a"});
    all.ops[0].asked.locked = true;
    QVERIFY(!tune::next("basic", all));
}

void TestStrategy::breachesAreNamed()
{
    quantize::Resolution draft, config;
    draft.ops = stateOf({"free", "kept", "out", "dynamic"}).ops;
    config = draft;
    for (quantize::ResolvedOp& op : config.ops)
        op.asked.precision = Precision::Int8;
    QVERIFY(tune::breaches(config, draft).empty());
    draft.ops[1].asked.locked = true;
    draft.ops[1].asked.precision = Precision::Bf16;
    draft.ops[2].asked.precision = Precision::Fp32;
    draft.ops[2].precisionSource.level = quantize::Level::Rule;
    draft.ops[3].asked.locked = true;
    draft.ops[3].asked.precision = Precision::Int8;
    draft.ops[3].asked.approach = Approach::Dynamic;
    const auto found = tune::breaches(config, draft);
    QCOMPARE(found.size(), std::size_t(3));
    QVERIFY(found[0].op == "kept" && found[0].locked && found[0].wanted == Precision::Bf16 && found[0].ran == Precision::Int8);
    QVERIFY(found[1].op == "out" && !found[1].locked && found[1].ran == Precision::Int8);
    QVERIFY(found[2].op == "dynamic" && found[2].locked && found[2].wanted == found[2].ran);
    QVERIFY(tune::breaches(draft, draft).empty());
}

void TestStrategy::basicSurvivesFailures()
{
    SearchState state = stateOf({"a", "b", "c"});
    const World world = [](const std::string&, const OpSettings&) { return 0.1; };
    Trial failed;
    failed.state = TrialState::Crashed;
    failed.config = presetConfig("static");
    state.trials.push_back(failed);
    const auto proposals = search(state, world);
    for (const Proposal& p : proposals)
        QVERIFY(!(p.config == failed.config)); // what killed its worker is not tried again
    QCOMPARE(proposals.size(), std::size_t(2 + 3 + 1));
}

void TestStrategy::basicEnds()
{
    SearchState state = stateOf({"a", "b", "c", "d", "e"});
    const auto proposals = search(state, [](const std::string&, const OpSettings&) { return 0.1; });
    QCOMPARE(proposals.size(), std::size_t(3 + 5 + 3)); // two, three, four together; five would be fp32
    for (std::size_t i = 0; i < proposals.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            QVERIFY(!(proposals[i].config == proposals[j].config));

    // A choice that holds the goal and is faster than what misses it leaves nothing to do.
    SearchState good = stateOf({"a", "b"});
    for (int i = 0; i < 3; ++i) {
        const auto p = tune::next("basic", good);
        Trial t = trialOf(2 + i, i == 0 ? 0.9 : 0.5, i == 0 ? 0.4 : 0.6);
        t.config = p->config;
        good.trials.push_back(t);
    }
    QVERIFY(!tune::next("basic", good));
}

namespace {

bool isInt8(const Config& config, const std::string& op)
{
    const auto it = config.ops.find(op);
    return it == config.ops.end() || it->second.precision != Precision::Fp32;
}

/// What mse_v2 leaves in fp32, trial by trial after basic's choices, where `loss` is what a config costs.
std::vector<Names> walk(SearchState& state, const std::function<double(const Config&)>& loss)
{
    std::vector<Names> left;
    while (const auto proposal = tune::next("mse_v2", state)) {
        Trial trial = trialOf(static_cast<int>(state.trials.size()) + 1, 0.9 - loss(proposal->config), 0.5, "tune:mse_v2");
        trial.config = proposal->config;
        state.trials.push_back(trial);
        if (const Names ops = fp32Ops(proposal->config); !ops.empty())
            left.push_back(ops);
    }
    return left;
}

} // namespace

void TestStrategy::mseV2RanksAnewAndTakesBack()
{
    // Once a is out b does nothing more, though alone it is the second worst.
    SearchState state = stateOf({"a", "b", "c", "d"});
    const auto harm = [](const Config& c) {
        const bool a = isInt8(c, "a"), b = isInt8(c, "b");
        return (a ? 4 : 0) + (a && b ? 3 : 0) + (isInt8(c, "c") ? 2.5 : 0) + 0.1;
    };
    int ranked = 0;
    state.outputError = [&](const Config& c) {
        ++ranked;
        return std::optional(harm(c));
    };
    const auto left = walk(state, [&](const Config& c) { return harm(c) / 200; });
    // {c} is tried on the way back; {a} is known from the way out.
    QCOMPARE(left, (std::vector<Names>{{"a"}, {"a", "c"}, {"c"}}));
    QCOMPARE(ranked, 4 + 3 + 1);
    QVERIFY(!tune::endsAtFirst("mse_v2"));

    // x moves the output most and costs no accuracy: it comes back once y is out.
    SearchState two = stateOf({"x", "y", "z"});
    two.outputError = [](const Config& c) { return std::optional((isInt8(c, "x") ? 6.0 : 0) + (isInt8(c, "y") ? 5 : 0)); };
    const auto back = walk(two, [](const Config& c) { return (isInt8(c, "x") ? 0.002 : 0) + (isInt8(c, "y") ? 0.02 : 0); });
    QCOMPARE(back, (std::vector<Names>{{"x"}, {"x", "y"}, {"y"}}));
}

/// Resumed, it goes on from its trials; and what cannot be ranked ends it.
void TestStrategy::mseV2RanksNothingTwice()
{
    SearchState state = stateOf({"a", "b", "c"});
    const auto loss = [](const Config& c) { return (isInt8(c, "a") ? 0.02 : 0) + (isInt8(c, "b") ? 0.02 : 0); };
    state.outputError = [&](const Config& c) { return std::optional(loss(c)); };
    const auto whole = walk(state, loss);
    QVERIFY(whole.size() >= 2);
    for (std::size_t kept = 5; kept <= state.trials.size(); ++kept) {
        SearchState resumed = state;
        resumed.trials.resize(kept);
        int ranked = 0;
        resumed.outputError = [&](const Config& c) {
            ++ranked;
            return std::optional(loss(c));
        };
        tune::next("mse_v2", resumed);
        QVERIFY2(ranked <= 2, qPrintable(QString::number(ranked))); // the step at hand only
    }
    state.trials.resize(4);
    state.outputError = {};
    QVERIFY(!tune::next("mse_v2", state));
}

void TestStrategy::names()
{
    QVERIFY(tune::isKnownStrategy("basic") && tune::isOwnStrategy("basic"));
    QVERIFY(tune::isKnownStrategy("bayesian") && !tune::isOwnStrategy("bayesian"));
    QVERIFY(!tune::isKnownStrategy("best"));
    QVERIFY_EXCEPTION_THROWN(tune::next("best", {}), Error);
}

OCTET_TEST(TestStrategy)
#include "tst_strategy.moc"
