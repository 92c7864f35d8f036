// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/basic.h"

#include "core/tune/frontier.h"
#include "core/tune/space.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace octet::tune {

namespace {

std::vector<Choice> tuningChoices(const SearchState& state)
{
    Config config = pinned(state);
    config.model.precision = Precision::Int8;
    config.model.approach = Approach::Static;
    const bool percentileAlready = config.model.rangeMethod == RangeMethod::Percentile;
    std::vector<Choice> choices{{"Static", "tries static int8 on every op", config}};
    config.model.approach = Approach::Dynamic;
    choices.push_back({"Dynamic", "tries dynamic int8 on every op", config});
    if (!percentileAlready) {
        config.model.approach = Approach::Static;
        config.model.rangeMethod = RangeMethod::Percentile;
        config.model.percentile = OpSettings{}.percentile;
        choices.push_back({"Static, percentile", "tries ranges without the rarest values", config});
    }
    nameExclusions(choices, state);
    return choices;
}

double floorOf(const SearchState& state)
{
    const Trial* fp32 = fp32Baseline(state.trials);
    return fp32 && fp32->tuning() ? state.goal.floor(fp32->tuning()->value) - 1e-12
                                  : std::numeric_limits<double>::infinity();
}

/// Where falling back starts: the most accurate choice that misses the goal, unless one that holds it is faster anyway.
const Choice* baseChoice(const SearchState& state, const std::vector<Choice>& choices)
{
    const double floor = floorOf(state);
    const Trial* fp32 = fp32Baseline(state.trials);
    double fastestGood = std::numeric_limits<double>::infinity();
    for (const Choice& choice : choices)
        if (const Trial* trial = findTrial(state, choice.config); accuracyOf(*trial) >= floor)
            fastestGood = std::min(fastestGood, pairedMs(*trial, fp32));
    const Choice* base = nullptr;
    double best = -std::numeric_limits<double>::infinity();
    for (const Choice& choice : choices) {
        const Trial* trial = findTrial(state, choice.config);
        const double accuracy = accuracyOf(*trial);
        if (accuracy < floor && accuracy > best && pairedMs(*trial, fp32) <= fastestGood) {
            best = accuracy;
            base = &choice;
        }
    }
    return base;
}

/// The two ways of mse_v2, replayed from its trials: asked again for what it has ranked already, it ranks nothing.
class TwoWay
{
public:
    TwoWay(const SearchState& state, const Choice& base)
        : m_state(state)
        , m_base(base)
        , m_free(freeOps(state))
    {
    }

    std::optional<Proposal> next()
    {
        while (!holds(m_out)) {
            if (m_out.size() + 1 >= m_free.size())
                return {}; // all of them is fp32
            if (!take(true))
                return m_proposal;
        }
        while (m_out.size() > 1 && holds(m_out))
            if (!take(false))
                return m_proposal;
        return {};
    }

private:
    using Ops = std::vector<std::string>; // in node order

    Proposal with(const Ops& ops, const std::string& note) const { return fallback(m_base, ops, note); }

    bool holds(const Ops& ops) const
    {
        const Trial* trial = ops.empty() ? nullptr : findTrial(m_state, with(ops, {}).config);
        return trial && accuracyOf(*trial) >= floorOf(m_state);
    }

    /// One op more in fp32 or one back to int8. False: m_proposal has to run first, or nothing is left.
    bool take(bool out)
    {
        m_proposal.reset();
        std::vector<std::pair<std::string, Ops>> steps;
        for (const quantize::ResolvedOp* op : m_free) {
            const bool isOut = std::ranges::find(m_out, op->name) != m_out.end();
            if (isOut == out)
                continue;
            Ops ops;
            for (const quantize::ResolvedOp* each : m_free)
                if (each == op ? out : std::ranges::find(m_out, each->name) != m_out.end())
                    ops.push_back(each->name);
            if (std::ranges::find(m_seen, ops) == m_seen.end())
                steps.emplace_back(op->name, std::move(ops));
        }
        const std::pair<std::string, Ops>* best = ran(steps);
        if (!best)
            best = leastError(steps);
        if (!best)
            return false;
        m_out = best->second;
        m_seen.push_back(m_out);
        const Proposal proposal = with(m_out,
            out ? fmt::format("leaves {} in fp32 too, which brings the output nearest to that of fp32", best->first)
                : fmt::format("takes {} back to int8, which moves the output least", best->first));
        if (findTrial(m_state, proposal.config))
            return true;
        m_proposal = proposal;
        return false;
    }

    /// The step that this strategy took from here: its first trial among them.
    const std::pair<std::string, Ops>* ran(const std::vector<std::pair<std::string, Ops>>& steps) const
    {
        const std::pair<std::string, Ops>* first = nullptr;
        const Trial* earliest = nullptr;
        for (const auto& step : steps) {
            const Trial* trial = findTrial(m_state, with(step.second, {}).config);
            if (trial && trial->origin == "tune:mse_v2" && (!earliest || trial < earliest))
                earliest = trial, first = &step;
        }
        return first;
    }

    const std::pair<std::string, Ops>* leastError(const std::vector<std::pair<std::string, Ops>>& steps) const
    {
        const std::pair<std::string, Ops>* best = nullptr;
        double least = std::numeric_limits<double>::infinity();
        for (const auto& step : steps) {
            const std::optional<double> error =
                m_state.outputError ? m_state.outputError(with(step.second, {}).config) : std::nullopt;
            if (error && *error < least)
                least = *error, best = &step;
        }
        return best;
    }

    const SearchState& m_state;
    const Choice& m_base;
    std::vector<const quantize::ResolvedOp*> m_free;
    Ops m_out; // left in fp32
    std::vector<Ops> m_seen;
    std::optional<Proposal> m_proposal;
};

} // namespace

std::optional<Proposal> nextBasic(const SearchState& state)
{
    const std::vector<const quantize::ResolvedOp*> free = freeOps(state);
    if (free.empty())
        return {};

    const std::vector<Choice> choices = tuningChoices(state);
    for (const Choice& choice : choices)
        if (!findTrial(state, choice.config))
            return Proposal{choice.config, choice.name, choice.note};
    const Choice* base = baseChoice(state, choices);
    if (!base)
        return {};

    std::vector<std::pair<double, const quantize::ResolvedOp*>> alone; // accuracy with only this op in fp32
    for (auto it = free.rbegin(); it != free.rend(); ++it) {
        Proposal proposal = fallback(*base, {(*it)->name}, fmt::format("leaves {} alone in fp32", (*it)->name));
        const Trial* trial = findTrial(state, proposal.config);
        if (!trial)
            return proposal;
        alone.emplace_back(accuracyOf(*trial), *it);
    }
    std::stable_sort(alone.begin(), alone.end(), [](const auto& a, const auto& b) { return a.first > b.first; });

    std::vector<std::string> ops;
    for (const auto& [accuracy, op] : alone) {
        ops.push_back(op->name);
        if (ops.size() < 2 || ops.size() == free.size()) // one alone was tried, all of them is fp32
            continue;
        Proposal proposal =
            fallback(*base, ops, fmt::format("adds {}, which alone gave {:.2f} %", op->name, 100 * accuracy));
        if (!findTrial(state, proposal.config))
            return proposal;
    }
    return {};
}

std::optional<Proposal> nextMse(const SearchState& state)
{
    const std::vector<Choice> choices = tuningChoices(state);
    for (const Choice& choice : choices)
        if (!findTrial(state, choice.config))
            return Proposal{choice.config, choice.name, choice.note};
    const Choice* base = baseChoice(state, choices);
    const Sensitivity* sensitivity = base && state.sensitivity ? state.sensitivity() : nullptr;
    if (!sensitivity)
        return {};
    const std::vector<const quantize::ResolvedOp*> free = freeOps(state);
    std::vector<std::string> ops;
    for (const OpSensitivity& op : sensitivity->ops) {
        if (std::none_of(free.begin(), free.end(), [&](const auto* f) { return f->name == op.node; }))
            continue;
        ops.push_back(op.node);
        if (ops.size() == free.size())
            break; // all of them is fp32
        Proposal proposal = fallback(*base, ops, fmt::format("adds {}, the next in order of error", op.node));
        if (!findTrial(state, proposal.config))
            return proposal;
    }
    return {};
}

std::optional<Proposal> nextMseV2(const SearchState& state)
{
    const std::vector<Choice> choices = tuningChoices(state);
    for (const Choice& choice : choices)
        if (!findTrial(state, choice.config))
            return Proposal{choice.config, choice.name, choice.note};
    const Choice* base = baseChoice(state, choices);
    return base ? TwoWay(state, *base).next() : std::nullopt;
}

} // namespace octet::tune
