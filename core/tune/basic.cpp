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
    return choices;
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

} // namespace octet::tune
