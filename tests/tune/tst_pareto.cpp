// SPDX-License-Identifier: GPL-3.0-or-later
// Octet's own strategy in a world whose flips are known.
#include "core/tune/frontier.h"
#include "core/tune/pareto.h"
#include "test_main.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <set>

using namespace octet;
using tune::Proposal;
using tune::SearchState;

namespace {

constexpr long samples = 1000;

quantize::ResolvedOp opOf(const std::string& name, quantize::ProductKind kind = quantize::ProductKind::MatMul)
{
    quantize::ResolvedOp op;
    op.name = name;
    op.product.kind = kind;
    if (!op.product.counted())
        op.product.bf16Refusal = "not in bf16";
    return op;
}

OpSettings settingsOf(const Config& config, const std::string& op)
{
    OpSettings s;
    const auto apply = [&](const OpLeaves& l) {
        s.precision = l.precision.value_or(s.precision);
        s.approach = l.approach.value_or(s.approach);
        s.rangeMethod = l.rangeMethod.value_or(s.rangeMethod);
        s.smoothing = l.smoothing.value_or(s.smoothing);
    };
    apply(config.model);
    if (const auto it = config.ops.find(op); it != config.ops.end())
        apply(it->second);
    return s;
}

/// Flips that one op causes, by how it runs.
using World = std::function<long(const std::string&, const OpSettings&)>;

Trial run(const SearchState& state, const World& world, const Config& config)
{
    Trial trial;
    trial.id = static_cast<int>(state.trials.size()) + 1;
    trial.state = TrialState::Done;
    trial.config = config;
    trial.origin = "tune:pareto";
    Accuracy& a = trial.accuracy[Split::Tuning];
    a.samples = samples;
    for (const auto& op : state.ops)
        a.flips += world(op.name, settingsOf(config, op.name));
    a.worse = a.flips;
    a.correct = 900 - a.worse;
    a.value = static_cast<double>(a.correct) / samples;
    trial.latency.p50 = 1;
    trial.latency.ratioToFp32 = 0.5;
    return trial;
}

SearchState stateOf(const std::vector<quantize::ResolvedOp>& ops, const Sensitivity& sensitivity)
{
    SearchState state;
    state.ops = ops;
    state.goal.maxDrop = 0.01;
    state.sensitivity = [&sensitivity] { return &sensitivity; };
    Trial fp32;
    fp32.id = 1;
    fp32.state = TrialState::Done;
    fp32.origin = "baseline:fp32";
    fp32.config = presetConfig("fp32");
    fp32.latency.p50 = 2;
    fp32.latency.ratioToFp32 = 1;
    fp32.accuracy[Split::Tuning] = {"accuracy", 0.9, 900, samples, 0, 1, {}, 0, 0, 0};
    state.trials.push_back(fp32);
    return state;
}

std::vector<Proposal> search(SearchState& state, const World& world, std::size_t atMost = 60)
{
    std::vector<Proposal> proposals;
    while (proposals.size() < atMost) {
        const auto proposal = tune::nextPareto(state);
        if (!proposal)
            break;
        for (const Trial& trial : state.trials)
            if (trial.config == proposal->config)
                qFatal("proposed again: %s", proposal->name.c_str());
        proposals.push_back(*proposal);
        state.trials.push_back(run(state, world, proposal->config));
    }
    return proposals;
}

std::set<std::string> fp32Ops(const Config& config)
{
    std::set<std::string> names;
    for (const auto& [name, leaves] : config.ops)
        if (leaves.precision == Precision::Fp32)
            names.insert(name);
    return names;
}

std::size_t notInt8(const Config& config)
{
    std::size_t count = 0;
    for (const auto& [name, leaves] : config.ops)
        count += leaves.precision && leaves.precision != Precision::Int8;
    return count;
}

Sensitivity ranked(const std::vector<std::string>& names)
{
    Sensitivity s;
    for (const std::string& name : names) {
        OpSensitivity op;
        op.node = name;
        op.kl = 1.0 / static_cast<double>(s.ops.size() + 1);
        s.ops.push_back(op);
    }
    return s;
}

} // namespace

class TestPareto : public QObject
{
    Q_OBJECT

    std::vector<std::string> m_names;
    std::vector<quantize::ResolvedOp> m_ops;
    Sensitivity m_sensitivity;

    /// The first `bad` ops by rank flip 30 answers each, whatever the ranges; smoothing does not help either.
    static World stubborn(std::size_t bad, const std::vector<std::string>& names)
    {
        return [bad, names](const std::string& op, const OpSettings& s) -> long {
            const auto rank = static_cast<std::size_t>(std::find(names.begin(), names.end(), op) - names.begin());
            return s.precision == Precision::Int8 && rank < bad ? 30 : 0;
        };
    }

private slots:
    void init()
    {
        m_names.clear(), m_ops.clear();
        for (int i = 0; i < 40; ++i)
            m_names.push_back("op" + std::to_string((i * 7) % 40)); // ranks are not node order
        for (int i = 0; i < 40; ++i)
            m_ops.push_back(opOf("op" + std::to_string(i)));
        m_sensitivity = ranked(m_names);
    }

    void aRecipeThatHoldsEndsIt()
    {
        SearchState state = stateOf(m_ops, m_sensitivity);
        const auto proposals = search(state, [](const std::string& op, const OpSettings& s) -> long {
            return s.smoothing == 0 && op == "op0" ? 200 : 0;
        });
        QCOMPARE(proposals.size(), std::size_t(2));
        QVERIFY(proposals[0].config == presetConfig("static"));
        QVERIFY(proposals[1].config == presetConfig("smoothed"));
    }

    void weightsThatMustStayAreNeverSmoothed()
    {
        SearchState state = stateOf(m_ops, m_sensitivity);
        state.goal.keepWeights = true;
        for (const Proposal& p : search(state, stubborn(3, m_names)))
            for (const auto& op : m_ops)
                QCOMPARE(settingsOf(p.config, op.name).smoothing, 0.0);
    }

    void findsTheFewestExceptions_data()
    {
        QTest::addColumn<int>("bad");
        for (const int bad : {1, 2, 5, 13, 30})
            QTest::addRow("%d", bad) << bad;
    }
    void findsTheFewestExceptions()
    {
        QFETCH(int, bad);
        SearchState state = stateOf(m_ops, m_sensitivity);
        const auto n = static_cast<std::size_t>(bad);
        const auto proposals = search(state, stubborn(n, m_names));
        std::size_t fewest = 40;
        for (std::size_t i = 0; i < proposals.size(); ++i)
            if (tune::holdsGoal(state.trials[i + 1], state.trials[0], state.goal))
                fewest = std::min(fewest, notInt8(proposals[i].config));
        QCOMPARE(fewest, n);
        QVERIFY2(proposals.size() <= 3 + 11 + 2, qPrintable(QString::number(proposals.size())));
    }

    void aGoodPredictionSavesTrials()
    {
        SearchState state = stateOf(m_ops, m_sensitivity);
        state.predict = [&](const Config& config) {
            tune::Prediction p;
            const std::size_t left = fp32Ops(config).size();
            p.flips = left >= 13 ? 0 : 0.5;
            p.accuracy = left >= 13 ? 0.9 : 0.4;
            return p;
        };
        const auto proposals = search(state, stubborn(13, m_names));
        QCOMPARE(fp32Ops(proposals[3].config).size(), std::size_t(13)); // right behind the recipes
    }

    void whatIsLeftIsTriedFaster()
    {
        SearchState state = stateOf(m_ops, m_sensitivity);
        const World world = [&](const std::string& op, const OpSettings& s) -> long {
            return s.approach == Approach::Dynamic ? 0 : stubborn(2, m_names)(op, s);
        };
        const auto proposals = search(state, world);
        const Config& last = proposals.back().config;
        QCOMPARE(fp32Ops(last).size(), std::size_t(0));
        QVERIFY(settingsOf(last, m_names[0]).approach == Approach::Dynamic);
        QVERIFY(settingsOf(last, m_names[5]).approach == Approach::Static);
    }

    void bothProductsOfAnAttentionGoTogether()
    {
        std::vector<quantize::ResolvedOp> ops{opOf("a"), opOf("qk", quantize::ProductKind::Scores), opOf("b"),
            opOf("pv", quantize::ProductKind::Context)};
        for (std::size_t i = 0; i < ops.size(); ++i)
            ops[i].product.node = int(i);
        ops[1].product.partner = 3;
        ops[3].product.partner = 1;
        const Sensitivity sensitivity = ranked({"pv", "a", "b", "qk"});
        SearchState state = stateOf(ops, sensitivity);
        const auto proposals = search(state, [](const std::string& op, const OpSettings& s) -> long {
            return s.precision == Precision::Int8 && op == "pv" && s.approach == Approach::Static ? 100 : 0;
        });
        QVERIFY(std::any_of(proposals.begin(), proposals.end(),
            [](const Proposal& p) { return fp32Ops(p.config) == std::set<std::string>{"pv", "qk"}; }));
        QVERIFY(std::none_of(proposals.begin(), proposals.end(), [](const Proposal& p) {
            return fp32Ops(p.config).contains("pv") != fp32Ops(p.config).contains("qk");
        }));
    }

    void manyFlipsDoNotHoldThoughTheDropIsSmall()
    {
        SearchState state = stateOf(m_ops, m_sensitivity);
        Trial trial = run(state, [](const std::string&, const OpSettings&) { return 0L; }, {});
        QVERIFY(tune::holdsGoal(trial, state.trials[0], state.goal));
        Accuracy& a = trial.accuracy[Split::Tuning];
        a.worse = a.better = 60; // same accuracy, but luck
        a.flips = 120;
        QVERIFY(!tune::holdsGoal(trial, state.trials[0], state.goal));
    }

    void failuresEndNothing()
    {
        SearchState state = stateOf(m_ops, m_sensitivity);
        for (int i = 0; i < 50; ++i) {
            const auto proposal = tune::nextPareto(state);
            if (!proposal)
                break;
            Trial failed;
            failed.id = i + 2;
            failed.state = i % 2 ? TrialState::Failed : TrialState::Crashed;
            failed.config = proposal->config;
            state.trials.push_back(failed);
        }
        QVERIFY(!tune::nextPareto(state));
    }

    void withoutFreeOpsThereIsNothingToDo()
    {
        for (auto& op : m_ops)
            op.asked.locked = true;
        SearchState state = stateOf(m_ops, m_sensitivity);
        QVERIFY(!tune::nextPareto(state));
    }
};

OCTET_TEST(TestPareto)
#include "tst_pareto.moc"
