// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/pareto.h"

#include "core/tune/frontier.h"
#include "core/tune/space.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>

namespace octet::tune {

namespace {

using quantize::ResolvedOp;

/// Ops that are left out together: one, or the two products of an attention, which run in int8 only both.
struct Unit
{
    std::vector<std::string> ops;
    std::size_t rank = 0;
};

std::vector<Choice> recipes(const SearchState& state)
{
    Config config = pinned(state);
    config.model.precision = Precision::Int8;
    config.model.approach = Approach::Static;
    std::vector<Choice> choices{{"Static", "tries static int8 on every op", config}};
    if (!state.goal.keepWeights) {
        config.model.smoothing = presetConfig("smoothed").model.smoothing;
        choices.push_back({"Smoothed", "smooths outliers away on every op", config});
        config.model.smoothing.reset();
    }
    config.model.rangeMethod = RangeMethod::MseWeighted;
    choices.push_back({"Static, weighted MSE", "cuts ranges where the weights read little", config});
    nameExclusions(choices, state);
    return choices;
}

std::vector<Unit> units(const SearchState& state)
{
    std::map<std::string, std::size_t> ranks;
    if (const Sensitivity* sensitivity = state.sensitivity ? state.sensitivity() : nullptr)
        for (const OpSensitivity& op : sensitivity->ops)
            ranks.emplace(op.node, ranks.size());
    const auto rankOf = [&](const std::string& name) {
        const auto it = ranks.find(name);
        return it == ranks.end() ? std::numeric_limits<std::size_t>::max() : it->second;
    };
    std::vector<Unit> all;
    std::map<int, std::size_t> unitOf; // by the node of the partner that is to come
    for (const ResolvedOp* op : freeOps(state)) {
        const auto pair = unitOf.find(op->product.node);
        if (pair != unitOf.end()) {
            Unit& unit = all[pair->second];
            unit.ops.push_back(op->name);
            unit.rank = std::min(unit.rank, rankOf(op->name));
            continue;
        }
        if (op->product.partner >= 0)
            unitOf[op->product.partner] = all.size();
        all.push_back({{op->name}, rankOf(op->name)});
    }
    std::stable_sort(all.begin(), all.end(), [](const Unit& a, const Unit& b) { return a.rank < b.rank; });
    return all;
}

std::vector<std::string> firstOps(const std::vector<Unit>& units, std::size_t count)
{
    std::vector<std::string> names;
    for (std::size_t i = 0; i < std::min(count, units.size()); ++i)
        names.insert(names.end(), units[i].ops.begin(), units[i].ops.end());
    return names;
}

class Search
{
public:
    explicit Search(const SearchState& state)
        : m_state(state)
        , m_fp32(fp32Baseline(state.trials))
    {
    }

    std::optional<Proposal> next()
    {
        if (freeOps(m_state).empty() || !m_fp32)
            return {};
        const std::vector<Choice> choices = recipes(m_state);
        const Choice* base = nullptr;
        long fewest = std::numeric_limits<long>::max();
        for (const Choice& choice : choices) {
            const Trial* trial = findTrial(m_state, choice.config);
            if (!trial)
                return Proposal{choice.config, choice.name, choice.note};
            if (holds(*trial))
                return {}; // everything that may be int8 is
            const long flips = flipsOf(*trial);
            if (flips < fewest)
                fewest = flips, base = &choice;
        }
        if (!base)
            return {};
        m_units = units(m_state);
        return bisect(*base);
    }

private:
    bool holds(const Trial& trial) const { return holdsGoal(trial, *m_fp32, m_state.goal); }

    static long flipsOf(const Trial& trial)
    {
        const bool done = trial.state == TrialState::Done && trial.tuning();
        return done ? trial.tuning()->flips : std::numeric_limits<long>::max() - 1;
    }

    std::optional<Proposal> bisect(const Choice& base)
    {
        const std::size_t all = m_units.size();
        std::size_t low = 0, high = all; // low misses, high (everything in fp32) holds
        bool any = false, above = false;
        for (std::size_t count = 1; count < all; ++count) {
            const Trial* trial = findTrial(m_state, exceptions(base, count).config);
            if (!trial)
                continue;
            any = true;
            if (holds(*trial)) {
                high = std::min(high, count);
                above = true;
            } else {
                low = std::max(low, count);
            }
        }
        if (low > high)
            low = 0; // not monotonous: trust what holds
        std::size_t count = (low + high) / 2;
        if (!any)
            count = predicted(base);
        else if (!above)
            count = std::min(all - 1, std::max<std::size_t>(low + 1, 2 * low));
        if (high - low > 1 && count > low && count < high)
            return exceptions(base, count);
        return above ? better(base, high) : std::nullopt;
    }

    Proposal exceptions(const Choice& base, std::size_t count) const
    {
        const std::vector<std::string> ops = firstOps(m_units, count);
        return fallback(base, ops, fmt::format("leaves the {} most sensitive in fp32", ops.size()));
    }

    /// The smallest number of exceptions of which the predictor thinks that they suffice.
    std::size_t predicted(const Choice& base) const
    {
        if (!m_state.predict)
            return 1;
        for (std::size_t count = 1; count < m_units.size(); ++count) {
            const std::optional<Prediction> p = m_state.predict(exceptions(base, count).config);
            if (!p)
                return 1;
            if (p->flips <= flipsAllowed && p->accuracy >= m_state.goal.floor(m_fp32->tuning()->value))
                return count;
        }
        return m_units.size() - 1;
    }

    /// Faster ways for what had to be left in fp32.
    std::optional<Proposal> better(const Choice& base, std::size_t count) const
    {
        const std::vector<std::string> ops = firstOps(m_units, count);
        OpLeaves tokens;
        tokens.approach = Approach::Dynamic;
        OpLeaves half;
        half.precision = Precision::Bf16;
        const auto counted = [&](const std::string& name) {
            return std::any_of(m_state.ops.begin(), m_state.ops.end(), [&](const ResolvedOp& op) {
                return op.name == name && op.product.counted() && op.product.bf16Refusal.empty();
            });
        };
        std::vector<std::string> weighted;
        std::copy_if(ops.begin(), ops.end(), std::back_inserter(weighted), counted);
        const Proposal dynamic{withExceptions(base.config, ops, tokens),
            fmt::format("{}, {} per token", base.name, ops.size()), "quantizes per token what was left in fp32"};
        const Trial* tried = findTrial(m_state, dynamic.config);
        if (!tried)
            return dynamic;
        if (holds(*tried) || weighted.empty())
            return {};
        Config config = fallback(base, ops, {}).config;
        const Proposal bf16{withExceptions(config, weighted, half),
            fmt::format("{}, {} in bf16", base.name, weighted.size()), "runs in bf16 what was left in fp32"};
        return findTrial(m_state, bf16.config) ? std::nullopt : std::optional(bf16);
    }

    const SearchState& m_state;
    const Trial* m_fp32;
    std::vector<Unit> m_units;
};

} // namespace

std::optional<Proposal> nextPareto(const SearchState& state)
{
    return Search(state).next();
}

} // namespace octet::tune
