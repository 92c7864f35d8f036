// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/space.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <string_view>

namespace octet::tune {

using quantize::Level;
using quantize::ResolvedOp;

namespace {

bool isExcluded(const ResolvedOp& op)
{
    return op.precisionSource.level >= Level::OpType && op.asked.precision == Precision::Fp32;
}

/// In what pinned() writes out.
bool sameAsLocked(const OpSettings& settings, const OpSettings& locked)
{
    if (settings.precision != locked.precision)
        return false;
    return locked.precision != Precision::Int8
        || (settings.approach == locked.approach && settings.rangeMethod == locked.rangeMethod
            && settings.smoothing == locked.smoothing
            && (locked.rangeMethod != RangeMethod::Percentile || settings.percentile == locked.percentile));
}

} // namespace

bool isFree(const ResolvedOp& op)
{
    return op.product.int8Refusal.empty() && !op.asked.locked && !isExcluded(op);
}

std::vector<Breach> breaches(const quantize::Resolution& config, const quantize::Resolution& draft)
{
    std::map<std::string_view, const ResolvedOp*> ran;
    for (const ResolvedOp& op : config.ops)
        ran[op.name] = &op;
    std::vector<Breach> found;
    for (const ResolvedOp& wanted : draft.ops) {
        const bool locked = wanted.asked.locked;
        const auto op = ran.find(wanted.name);
        if ((!locked && !isExcluded(wanted)) || op == ran.end())
            continue;
        const OpSettings& asked = op->second->asked;
        if (locked ? !sameAsLocked(asked, wanted.asked) : asked.precision != Precision::Fp32)
            found.push_back({wanted.name, locked, wanted.asked.precision, asked.precision});
    }
    return found;
}

std::vector<const ResolvedOp*> freeOps(const SearchState& state)
{
    std::vector<const ResolvedOp*> free;
    for (const ResolvedOp& op : state.ops)
        if (isFree(op))
            free.push_back(&op);
    return free;
}

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
        leaves.smoothing = op.asked.smoothing;
        if (op.asked.rangeMethod == RangeMethod::Percentile)
            leaves.percentile = op.asked.percentile;
    }
    return config;
}

void nameExclusions(std::vector<Choice>& choices, const SearchState& state)
{
    const auto excluded = std::count_if(state.ops.begin(), state.ops.end(),
        [](const ResolvedOp& op) { return isExcluded(op) && op.product.int8Refusal.empty(); });
    if (excluded > 0)
        for (Choice& choice : choices)
            choice.name += fmt::format(", {} excluded", excluded);
}

Config withExceptions(const Config& base, const std::vector<std::string>& ops, const OpLeaves& leaves)
{
    Config config = base;
    for (const std::string& name : ops) {
        OpLeaves& op = config.ops[name];
        if (leaves.precision)
            op.precision = leaves.precision;
        if (leaves.approach)
            op.approach = leaves.approach;
        if (leaves.rangeMethod)
            op.rangeMethod = leaves.rangeMethod;
        if (leaves.smoothing)
            op.smoothing = leaves.smoothing;
    }
    return config;
}

Proposal fallback(const Choice& base, const std::vector<std::string>& ops, const std::string& note)
{
    OpLeaves leaves;
    leaves.precision = Precision::Fp32;
    return {withExceptions(base.config, ops, leaves),
        fmt::format("{}, {} product{} in fp32", base.name, ops.size(), ops.size() == 1 ? "" : "s"), note};
}

namespace {

Config withoutLocks(Config config)
{
    config.model.locked.reset();
    for (auto& [type, leaves] : config.opTypes)
        leaves.locked.reset();
    for (Rule& rule : config.rules)
        rule.leaves.locked.reset();
    for (auto& [op, leaves] : config.ops)
        leaves.locked.reset();
    std::erase_if(config.ops, [](const auto& op) { return op.second.empty(); });
    return config;
}

} // namespace

const Trial* findTrial(const SearchState& state, const Config& config)
{
    const Config wanted = withoutLocks(config);
    const Trial* found = nullptr;
    for (const Trial& trial : state.trials)
        if ((!found || found->state != TrialState::Done) && withoutLocks(trial.config) == wanted)
            found = &trial;
    return found;
}

double accuracyOf(const Trial& trial)
{
    return trial.state == TrialState::Done && trial.tuning() ? trial.tuning()->value
                                                             : -std::numeric_limits<double>::infinity();
}

} // namespace octet::tune
