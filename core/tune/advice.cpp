// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/advice.h"

#include "core/measure/sensitivity.h"
#include "core/measure/verdict.h"
#include "core/tune/frontier.h"
#include "core/tune/space.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace octet::tune {

namespace {

using quantize::ResolvedOp;

constexpr double mostOfTheLoss = 0.8; // share of the output's change that "carries the loss"
constexpr double worthNaming = 0.05; // share below which an op is none of the costly ones
constexpr double leastMs = 0.001; // gains below are noise
constexpr std::size_t mostDriven = 2; // calibration samples that are named

std::string opsText(std::size_t n)
{
    return fmt::format("{} op{}", n, n == 1 ? "" : "s");
}

/// The config that the advice starts from, resolved, and the trial that measured it.
struct Base
{
    Config config;
    quantize::Resolution resolution;
    const Trial* trial = nullptr;
    int fromTrial = 0;
};

class Adviser
{
public:
    explicit Adviser(const AdviceFacts& facts)
        : m_facts(facts)
        , m_fp32(fp32Baseline(facts.trials))
    {
        if (facts.sensitivity)
            for (const OpSensitivity& op : facts.sensitivity->ops)
                m_sensitivity[op.node] = &op;
    }

    std::vector<Advice> all()
    {
        const int best = bestTrial(m_facts.trials, m_facts.goal);
        if (const std::optional<Base> base = startingPoint(best)) {
            const bool holds = base->trial && m_fp32 && holdsGoal(*base->trial, *m_fp32, m_facts.goal);
            if (!best && !searched().empty())
                carriesLoss(*base);
            if (!holds)
                costliestOp(*base);
            dynamicBeatsStatic(*base);
            mixedGroups(*base);
            drivenRanges(*base);
        }
        tooFewSamples();
        return std::move(m_advice);
    }

private:
    // --- where it starts

    bool isInt8(const ResolvedOp& op) const { return op.settings.precision == Precision::Int8; }

    /// Quantized as it was when sensitivity was measured: else its figures say nothing.
    bool asMeasured(const ResolvedOp& op) const
    {
        if (!m_facts.sensitivity || m_facts.sensitivity->empty())
            return false;
        OpSettings settings = op.settings;
        settings.locked = m_facts.sensitivity->settings.locked;
        settings.biasCorrection = m_facts.sensitivity->settings.biasCorrection;
        settings.percentile = m_facts.sensitivity->settings.percentile;
        return settings == m_facts.sensitivity->settings;
    }

    std::optional<Base> startingPoint(int best) const
    {
        Base base{m_facts.draft, m_facts.resolve(m_facts.draft), measured(m_facts.draft), 0};
        if (std::ranges::any_of(base.resolution.ops, [&](const ResolvedOp& op) { return isInt8(op); }))
            return base;
        if (const Trial* trial = best ? byId(best) : closest())
            return Base{trial->config, m_facts.resolve(trial->config), trial, trial->id};
        if (!m_facts.sensitivity || m_facts.sensitivity->empty())
            return {};
        base.config = presetConfig("static");
        base.resolution = m_facts.resolve(base.config);
        base.trial = measured(base.config);
        return base;
    }

    const Trial* byId(int id) const
    {
        const auto it = std::ranges::find(m_facts.trials, id, &Trial::id);
        return it == m_facts.trials.end() ? nullptr : *it;
    }

    const Trial* measured(const Config& config) const
    {
        const auto it = std::ranges::find_if(m_facts.trials,
            [&](const Trial* t) { return t->state == TrialState::Done && t->tuning() && t->config == config; });
        return it == m_facts.trials.end() ? nullptr : *it;
    }

    /// Trials with int8 in them that are measured.
    std::vector<const Trial*> searched() const
    {
        std::vector<const Trial*> trials;
        for (const Trial* trial : m_facts.trials)
            if (trial->state == TrialState::Done && trial->tuning() && trial->counts.int8 > 0)
                trials.push_back(trial);
        return trials;
    }

    /// The most accurate, of which sensitivity has something to say if there is one.
    const Trial* closest() const
    {
        constexpr std::size_t mostLookedAt = 10; // resolving takes milliseconds each
        std::vector<const Trial*> trials = searched();
        std::ranges::stable_sort(trials, std::greater(), [](const Trial* t) { return t->tuning()->value; });
        for (std::size_t i = 0; i < std::min(mostLookedAt, trials.size()); ++i) {
            const quantize::Resolution resolution = m_facts.resolve(trials[i]->config);
            if (std::ranges::any_of(resolution.ops, [&](const ResolvedOp& op) { return isInt8(op) && asMeasured(op); }))
                return trials[i];
        }
        return trials.empty() ? nullptr : trials.front();
    }

    // --- what sensitivity says of an op

    const OpSensitivity* sensitivityOf(const ResolvedOp& op) const
    {
        const auto it = m_sensitivity.find(op.name);
        return it == m_sensitivity.end() ? nullptr : it->second;
    }

    static bool standsOut(const OpSensitivity& op)
    {
        return op.kl.has_value() && op.ownError < measure::SensitivityOptions{}.filter;
    }

    struct Costly
    {
        const ResolvedOp* op;
        const OpSensitivity* figures;
        double share; // of what all int8 ops of the base change at the output, each alone
    };

    /// Int8 ops of the base that may change, most harmful first.
    std::vector<Costly> costly(const Base& base) const
    {
        std::vector<Costly> list;
        double sum = 0;
        for (const ResolvedOp& op : base.resolution.ops) {
            const OpSensitivity* figures = sensitivityOf(op);
            if (!isInt8(op) || op.asked.locked || !figures || !asMeasured(op))
                continue;
            sum += figures->kl.value_or(0);
            if (standsOut(*figures))
                list.push_back({&op, figures, *figures->kl});
        }
        for (Costly& c : list)
            c.share = sum > 0 ? c.share / sum : 0;
        std::ranges::stable_sort(list, std::greater(), &Costly::share);
        return list;
    }

    static double gainMs(const OpSensitivity& op) { return op.fp32Ms - op.int8Ms; }

    /// bf16 where the CPU was seen to gain from it.
    Precision saferPrecision(const std::vector<const ResolvedOp*>& ops) const
    {
        const Trial* bf16 = baseline("bf16");
        const bool gains = bf16 && m_fp32 && costOf(*bf16, *m_fp32, Objective::P50) < 1
            && holdsGoal(*bf16, *m_fp32, m_facts.goal);
        const bool all = std::ranges::all_of(ops, [](const ResolvedOp* op) { return op->product.bf16Refusal.empty(); });
        return gains && all ? Precision::Bf16 : Precision::Fp32;
    }

    // --- the advice

    void add(AdviceKind kind, std::string sentence, std::string button, const Base& base, std::vector<std::string> ops,
        const OpLeaves& leaves)
    {
        Advice advice{kind, std::move(sentence), std::move(button), Advice::Command::Edit, std::move(ops), leaves,
            base.config, base.fromTrial};
        for (const std::string& op : advice.ops) {
            OpLeaves& mine = advice.draft.ops[op];
            if (leaves.precision)
                mine.precision = leaves.precision;
            if (leaves.rangeMethod)
                mine.rangeMethod = leaves.rangeMethod, mine.percentile = leaves.percentile;
        }
        if (measured(advice.draft))
            return; // it is known what comes of it
        if (base.fromTrial)
            advice.sentence += fmt::format(" (Starts from trial {}, {}.)", base.fromTrial, base.trial->name);
        m_advice.push_back(std::move(advice));
    }

    /// `cost` ends the sentence: ", which costs about 0.21 ms a run".
    void leaveOut(AdviceKind kind, const std::string& sentence, const std::string& cost, const Base& base,
        const std::vector<const ResolvedOp*>& ops)
    {
        OpLeaves leaves;
        leaves.precision = saferPrecision(ops);
        std::vector<std::string> names;
        for (const ResolvedOp* op : ops)
            names.push_back(op->name);
        const std::string where = toString(*leaves.precision);
        const std::string button =
            fmt::format("Leave {} in {}", ops.size() == 1 ? std::string("it") : opsText(ops.size()), where);
        add(kind, fmt::format("{}; leave {} in {}{}.", sentence, ops.size() == 1 ? "it" : "them", where, cost), button,
            base, std::move(names), leaves);
    }

    void carriesLoss(const Base& base)
    {
        if (!m_facts.sensitivity || m_facts.sensitivity->empty()) {
            m_advice.push_back({AdviceKind::CarriesLoss,
                "No trial holds the goal, and which ops carry the loss is not known yet; measure sensitivity.",
                "Measure sensitivity", Advice::Command::MeasureSensitivity, {}, {}, {}, 0});
            return;
        }
        std::vector<const ResolvedOp*> ops;
        double share = 0, ms = 0;
        for (const Costly& c : costly(base)) {
            if (share >= mostOfTheLoss)
                break;
            ops.push_back(c.op);
            share += c.share;
            ms += gainMs(*c.figures);
        }
        if (ops.empty())
            return;
        leaveOut(AdviceKind::CarriesLoss,
            fmt::format("No trial holds the goal. {} of {} ops, first {}, make{} {:.0f} % of what int8 changes at the output",
                ops.size(), base.resolution.ops.size(), ops.front()->name, ops.size() == 1 ? "s" : "",
                100 * std::min(1.0, share)),
            ms > leastMs ? fmt::format(", which costs about {:.2f} ms a run", ms) : std::string(), base, ops);
    }

    void costliestOp(const Base& base)
    {
        const Costly* worst = nullptr;
        const auto ratio = [](const Costly& c) { return c.share / std::max(leastMs, gainMs(*c.figures)); };
        const std::vector<Costly> list = costly(base);
        for (const Costly& c : list)
            if (c.share >= worthNaming && (!worst || ratio(c) > ratio(*worst)))
                worst = &c;
        if (!worst)
            return;
        const double ms = gainMs(*worst->figures);
        const std::string gain = worst->figures->fp32Ms <= 0 ? std::string()
            : ms > leastMs ? fmt::format(" and gains only {:.0f} us a run", 1000 * ms)
                           : std::string(" and gains no time");
        const std::string answers = worst->figures->flips > 0
            ? fmt::format(" ({:.1f} % of the answers alone)", 100 * worst->figures->flips)
            : std::string();
        leaveOut(AdviceKind::CostliestOp,
            fmt::format("In int8 {} costs most for what it gains: it makes {:.0f} % of the change at the output{}{}",
                worst->op->name, 100 * worst->share, answers, gain),
            {}, base, {worst->op});
    }

    void dynamicBeatsStatic(const Base& base)
    {
        const auto isStatic = [&](const ResolvedOp& op) { return isInt8(op) && op.settings.approach == Approach::Static; };
        const Trial *dynamic = baseline("dynamic"), *fixed = baseline("static");
        if (!m_fp32 || !dynamic || !fixed || std::ranges::none_of(base.resolution.ops, isStatic))
            return;
        const auto rank = [&](const Trial& t) { // holds first, then cost
            return std::pair(!holdsGoal(t, *m_fp32, m_facts.goal), costOf(t, *m_fp32, m_facts.goal.objective));
        };
        if (rank(*dynamic).first || rank(*fixed) < rank(*dynamic))
            return;
        // A better static one was found: no advice.
        if (const int best = bestTrial(m_facts.trials, m_facts.goal); best && best != dynamic->id)
            return;
        Advice advice;
        advice.kind = AdviceKind::DynamicBeatsStatic;
        advice.sentence = fmt::format("Dynamic int8 beats static here: of {} answers {} got worse instead of {}, at {:.1f}x "
                                      "the speed of fp32 instead of {:.1f}x; quantize activations per token.",
            dynamic->tuning()->samples, dynamic->tuning()->worse, fixed->tuning()->worse,
            1 / costOf(*dynamic, *m_fp32, Objective::P50), 1 / costOf(*fixed, *m_fp32, Objective::P50));
        advice.button = "Make it dynamic";
        advice.command = Advice::Command::Edit;
        advice.leaves = presetConfig("dynamic").model;
        advice.draft = base.config;
        advice.draft.model = advice.leaves;
        advice.draft.model.locked = base.config.model.locked;
        for (auto& [name, leaves] : advice.draft.ops)
            if (!leaves.locked.value_or(false))
                leaves.approach.reset();
        std::erase_if(advice.draft.ops, [](const auto& op) { return op.second.empty(); });
        if (advice.draft != base.config)
            m_advice.push_back(std::move(advice));
    }

    const Trial* baseline(const char* preset) const
    {
        const auto it = std::ranges::find_if(m_facts.trials, [&](const Trial* t) {
            return t->origin == std::string("baseline:") + preset && t->state == TrialState::Done && t->tuning();
        });
        return it == m_facts.trials.end() ? nullptr : *it;
    }

    /// Ops that read one value (Q, K, V), some in int8 and some not: the value is made in both forms.
    void mixedGroups(const Base& base)
    {
        std::map<std::string, std::vector<const ResolvedOp*>> readers;
        for (const ResolvedOp& op : base.resolution.ops)
            if (op.product.counted() && op.product.int8Refusal.empty())
                readers[op.product.activation].push_back(&op);
        std::vector<const ResolvedOp*> alike;
        std::string first;
        for (const auto& [value, ops] : readers) {
            std::vector<const ResolvedOp*> odd;
            std::ranges::copy_if(ops, std::back_inserter(odd), [&](const ResolvedOp* op) { return !isInt8(*op); });
            if (odd.empty() || odd.size() == ops.size() || std::ranges::any_of(odd, [&](const ResolvedOp* op) {
                    return op->asked.locked || isSensitive(*op);
                }))
                continue;
            if (first.empty())
                first = fmt::format("{} runs in {} although {} reads the same values in int8", odd.front()->name,
                    toString(odd.front()->settings.precision),
                    (*std::ranges::find_if(ops, [&](const ResolvedOp* op) { return isInt8(*op); }))->name);
            alike.insert(alike.end(), odd.begin(), odd.end());
        }
        if (alike.empty())
            return;
        OpLeaves leaves;
        leaves.precision = Precision::Int8;
        std::vector<std::string> names;
        for (const ResolvedOp* op : alike)
            names.push_back(op->name);
        const std::string more =
            alike.size() > 1 ? fmt::format(" ({} ops are like that)", alike.size()) : std::string();
        const char* known = m_sensitivity.empty() ? "" : "int8 does no harm there, and ";
        add(AdviceKind::MixedGroup,
            fmt::format("{}{}: {}the values are made in both forms; mark them alike.", first, more, known),
            fmt::format("Mark {} int8 like the rest", alike.size() == 1 ? std::string("it") : opsText(alike.size())),
            base, std::move(names), leaves);
    }

    bool isSensitive(const ResolvedOp& op) const
    {
        const OpSensitivity* figures = sensitivityOf(op);
        return figures && standsOut(*figures);
    }

    void drivenRanges(const Base& base)
    {
        if (!m_facts.evidence)
            return;
        struct Driven
        {
            double share = 0;
            std::string value; // of the largest share
            std::vector<std::string> ops;
            std::size_t ranges = 0;
        };
        std::map<long, Driven> bySample;
        for (const RangeGrowth& growth : m_facts.evidence->ranges) {
            if (growth.drivingSample <= 0 || growth.drivenShare <= RangeGrowth::noticeable)
                continue;
            std::vector<std::string> ops;
            for (const ResolvedOp& op : base.resolution.ops)
                if (isInt8(op) && op.settings.approach == Approach::Static && !op.asked.locked
                    && op.product.activation == growth.key.value
                    && rangeKey(growth.key.value, op.settings) == growth.key
                    && op.settings.rangeMethod == RangeMethod::MinMax)
                    ops.push_back(op.name);
            if (ops.empty())
                continue;
            Driven& driven = bySample[growth.drivingSample];
            if (growth.drivenShare > driven.share)
                driven.share = growth.drivenShare, driven.value = growth.key.value;
            driven.ops.insert(driven.ops.end(), ops.begin(), ops.end());
            ++driven.ranges;
        }
        std::vector<std::pair<long, Driven>> samples(bySample.begin(), bySample.end());
        std::ranges::stable_sort(samples, std::greater(), [](const auto& s) { return s.second.share; });
        for (std::size_t i = 0; i < std::min(mostDriven, samples.size()); ++i) {
            const auto& [sample, driven] = samples[i];
            OpLeaves leaves;
            leaves.rangeMethod = RangeMethod::Percentile;
            leaves.percentile = OpSettings{}.percentile;
            const std::string others = driven.ranges < 2 ? std::string()
                                                         : fmt::format(" and much of {} more", driven.ranges - 1);
            add(AdviceKind::DrivenRange,
                fmt::format("Calibration sample {} alone makes {:.0f} % of the range of {}{}; leave that row out if it is "
                            "odd, or cut at the {} % percentile.",
                    sample, 100 * driven.share, driven.value, others, *leaves.percentile),
                fmt::format("Use a percentile for {}", opsText(driven.ops.size())), base, driven.ops, leaves);
        }
    }

    void tooFewSamples()
    {
        const double fp32 = m_fp32 && m_fp32->tuning() ? m_fp32->tuning()->value : 1;
        const std::string sentence = measure::tooFewSamples(m_facts.judgedSamples, fp32, m_facts.goal);
        if (!sentence.empty())
            m_advice.push_back({AdviceKind::TooFewSamples, sentence, "Open the data page", Advice::Command::OpenData, {},
                {}, {}, 0});
    }

    const AdviceFacts& m_facts;
    const Trial* m_fp32;
    std::map<std::string, const OpSensitivity*> m_sensitivity;
    std::vector<Advice> m_advice;
};

} // namespace

std::string toString(AdviceKind kind)
{
    switch (kind) {
    case AdviceKind::CarriesLoss:
        return "carries_loss";
    case AdviceKind::CostliestOp:
        return "costliest_op";
    case AdviceKind::DynamicBeatsStatic:
        return "dynamic_beats_static";
    case AdviceKind::MixedGroup:
        return "mixed_group";
    case AdviceKind::DrivenRange:
        return "driven_range";
    case AdviceKind::TooFewSamples:
        return "too_few_samples";
    }
    return {};
}

std::vector<Advice> advise(const AdviceFacts& facts)
{
    return Adviser(facts).all();
}

} // namespace octet::tune
