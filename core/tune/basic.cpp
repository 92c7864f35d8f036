// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/basic.h"

#include "core/tune/frontier.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace octet::tune {

namespace {

using quantize::Level;
using quantize::ResolvedOp;

/// Fp32 that the user set more closely than for the whole model; a model-wide fp32 is only where a draft starts.
bool isExcluded(const ResolvedOp& op)
{
    return op.precisionSource.level >= Level::OpType && op.asked.precision == Precision::Fp32;
}

bool isFree(const ResolvedOp& op)
{
    return op.product.int8Refusal.empty() && !op.asked.locked && !isExcluded(op);
}

/// The draft with its locked ops written out, so that what changes for the whole model does not reach them.
Config pinned(const SearchState& state)
{
    Config config = state.draft;
    for (const ResolvedOp& op : state.ops) {
        if (!op.asked.locked)
            continue;
        OpLeaves& leaves = config.ops[op.name];
        leaves.precision = op.asked.precision;
        if (op.asked.precision != Precision::Int8)
            continue;
        leaves.approach = op.asked.approach;
        leaves.rangeMethod = op.asked.rangeMethod;
        if (op.asked.rangeMethod == RangeMethod::Percentile)
            leaves.percentile = op.asked.percentile;
    }
    return config;
}

struct Choice
{
    std::string name;
    std::string note;
    Config config;
};

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
    return choices;
}

/// The trial that ran this config, whatever became of it.
const Trial* findTrial(const SearchState& state, const Config& config)
{
    const Trial* found = nullptr;
    for (const Trial& trial : state.trials)
        if (trial.config == config && (!found || found->state != TrialState::Done))
            found = &trial;
    return found;
}

double accuracyOf(const Trial& trial)
{
    return trial.state == TrialState::Done && trial.tuning() ? trial.tuning()->value
                                                             : -std::numeric_limits<double>::infinity();
}

double speedOf(const Trial& trial)
{
    return trial.latency.ratioToFp32 > 0 ? trial.latency.ratioToFp32 : trial.latency.p50;
}

/// Where falling back starts: the most accurate choice that misses the goal, unless one that holds it is faster anyway.
const Choice* baseChoice(const SearchState& state, const std::vector<Choice>& choices)
{
    const Trial* fp32 = fp32Baseline(state.trials);
    const double floor = fp32 && fp32->tuning() ? state.goal.floor(fp32->tuning()->value) - 1e-12
                                                : std::numeric_limits<double>::infinity();
    double fastestGood = std::numeric_limits<double>::infinity();
    for (const Choice& choice : choices)
        if (const Trial* trial = findTrial(state, choice.config); accuracyOf(*trial) >= floor)
            fastestGood = std::min(fastestGood, speedOf(*trial));
    const Choice* base = nullptr;
    double best = -std::numeric_limits<double>::infinity();
    for (const Choice& choice : choices) {
        const Trial* trial = findTrial(state, choice.config);
        const double accuracy = accuracyOf(*trial);
        if (accuracy < floor && accuracy > best && speedOf(*trial) <= fastestGood) {
            best = accuracy;
            base = &choice;
        }
    }
    return base;
}

Proposal fallback(const Choice& base, const std::vector<const ResolvedOp*>& ops, const std::string& note)
{
    Proposal proposal{base.config, {}, note};
    for (const ResolvedOp* op : ops)
        proposal.config.ops[op->name].precision = Precision::Fp32;
    proposal.name = fmt::format("{}, {} product{} in fp32", base.name, ops.size(), ops.size() == 1 ? "" : "s");
    return proposal;
}

} // namespace

std::optional<Proposal> nextBasic(const SearchState& state)
{
    std::vector<const ResolvedOp*> free;
    for (const ResolvedOp& op : state.ops)
        if (isFree(op))
            free.push_back(&op);
    if (free.empty())
        return {};

    const std::vector<Choice> choices = tuningChoices(state);
    for (const Choice& choice : choices)
        if (!findTrial(state, choice.config))
            return Proposal{choice.config, choice.name, choice.note};
    const Choice* base = baseChoice(state, choices);
    if (!base)
        return {};

    std::vector<std::pair<double, const ResolvedOp*>> alone; // accuracy with only this op in fp32
    for (auto it = free.rbegin(); it != free.rend(); ++it) {
        Proposal proposal = fallback(*base, {*it}, fmt::format("leaves {} alone in fp32", (*it)->name));
        const Trial* trial = findTrial(state, proposal.config);
        if (!trial)
            return proposal;
        alone.emplace_back(accuracyOf(*trial), *it);
    }
    std::stable_sort(alone.begin(), alone.end(), [](const auto& a, const auto& b) { return a.first > b.first; });

    std::vector<const ResolvedOp*> ops;
    for (const auto& [accuracy, op] : alone) {
        ops.push_back(op);
        if (ops.size() < 2 || ops.size() == free.size()) // one alone was tried, all of them is fp32
            continue;
        Proposal proposal =
            fallback(*base, ops, fmt::format("adds {}, which alone gave {:.2f} %", op->name, 100 * accuracy));
        if (!findTrial(state, proposal.config))
            return proposal;
    }
    return {};
}

} // namespace octet::tune
