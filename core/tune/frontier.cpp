// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/frontier.h"

#include "core/measure/verdict.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace octet::tune {

namespace {

bool counts(const Trial& trial)
{
    return trial.state == TrialState::Done && trial.tuning() && trial.latency.p50 > 0;
}

std::vector<const Trial*> pointers(const std::vector<Trial>& trials)
{
    std::vector<const Trial*> list;
    list.reserve(trials.size());
    for (const Trial& trial : trials)
        list.push_back(&trial);
    return list;
}

} // namespace

std::vector<std::size_t> frontier(const std::vector<Trial>& trials)
{
    return frontier(pointers(trials));
}

double pairedMs(const Trial& trial, const Trial* fp32)
{
    return fp32 && fp32->latency.p50 > 0 && trial.latency.ratioToFp32 > 0
        ? trial.latency.ratioToFp32 * fp32->latency.p50
        : trial.latency.p50;
}

std::vector<std::size_t> frontier(const std::vector<const Trial*>& trials)
{
    const Trial* fp32 = fp32Baseline(trials);
    const auto msOf = [&](std::size_t i) { return pairedMs(*trials[i], fp32); };
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < trials.size(); ++i)
        if (counts(*trials[i]))
            order.push_back(i);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        if (msOf(a) != msOf(b))
            return msOf(a) < msOf(b);
        return trials[a]->tuning()->value > trials[b]->tuning()->value;
    });
    std::vector<std::size_t> kept;
    for (const std::size_t i : order)
        if (kept.empty() || trials[i]->tuning()->value > trials[kept.back()]->tuning()->value)
            kept.push_back(i);
    return kept;
}

const Trial* fp32Baseline(const std::vector<Trial>& trials)
{
    return fp32Baseline(pointers(trials));
}

const Trial* fp32Baseline(const std::vector<const Trial*>& trials)
{
    for (const Trial* trial : trials)
        if (trial->origin == "baseline:fp32" && trial->state == TrialState::Done)
            return trial;
    return nullptr;
}

namespace {

bool aboveFloor(const Trial& trial, const Trial& fp32, const Goal& goal)
{
    // Of two equal fractions the quotients may differ.
    return trial.tuning() && fp32.tuning() && trial.tuning()->metric == fp32.tuning()->metric
        && trial.tuning()->samples == fp32.tuning()->samples
        && trial.tuning()->value >= goal.floor(fp32.tuning()->value) - 1e-12;
}

} // namespace

bool holdsGoal(const Trial& trial, const Trial& fp32, const Goal& goal)
{
    if (trial.state != TrialState::Done || !aboveFloor(trial, fp32, goal))
        return false;
    const Accuracy& a = *trial.tuning();
    return static_cast<double>(a.flips) <= flipsAllowed * static_cast<double>(a.samples)
        || measure::verdict(a, *fp32.tuning(), goal) == "meets";
}

double costOf(const Trial& trial, const Trial& fp32, Objective objective)
{
    const auto share = [](double a, double b) { return b > 0 ? a / b : 1; };
    switch (objective) {
    case Objective::P99:
        return share(trial.latency.p99, fp32.latency.p99);
    case Objective::Size:
        return share(static_cast<double>(trial.weightBytes), static_cast<double>(fp32.weightBytes));
    case Objective::Memory:
        return share(static_cast<double>(trial.memoryBytes), static_cast<double>(fp32.memoryBytes));
    case Objective::P50:
        break;
    }
    return share(pairedMs(trial, &fp32), fp32.latency.p50);
}

bool smooths(const Trial& trial)
{
    return std::any_of(trial.ranges.begin(), trial.ranges.end(), [](const auto& entry) {
        return !entry.second.smoothing.empty() && entry.second.heads == 0; // an attention multiplies no weights
    });
}

int bestTrial(const std::vector<Trial>& trials, const Goal& goal)
{
    return bestTrial(pointers(trials), goal);
}

namespace {

/// Which of two is faster was not shown.
bool sameCost(const Trial& a, const Trial& b, const Trial& fp32, Objective objective)
{
    if (objective == Objective::P50 && a.latency.ratioLow > 0 && b.latency.ratioLow > 0)
        return a.latency.ratioLow <= b.latency.ratioHigh && b.latency.ratioLow <= a.latency.ratioHigh;
    return costOf(a, fp32, objective) == costOf(b, fp32, objective);
}

} // namespace

int bestTrial(const std::vector<const Trial*>& trials, const Goal& goal)
{
    const Trial* fp32 = fp32Baseline(trials);
    if (!fp32 || !counts(*fp32) || fp32->tuning()->metric != goal.metric)
        return 0;
    std::vector<const Trial*> candidates, holders;
    for (const Trial* trial : trials) {
        if (trial == fp32 || !counts(*trial) || (goal.keepWeights && smooths(*trial)) || !aboveFloor(*trial, *fp32, goal)
            || costOf(*trial, *fp32, Objective::P50) >= 1)
            continue;
        candidates.push_back(trial);
        if (holdsGoal(*trial, *fp32, goal))
            holders.push_back(trial);
    }
    if (!holders.empty())
        candidates = std::move(holders);
    const auto cost = [&](const Trial* trial) { return costOf(*trial, *fp32, goal.objective); };
    const auto cheapest = std::ranges::min_element(candidates, {}, cost);
    if (cheapest == candidates.end())
        return 0;
    std::vector<const Trial*> level;
    std::ranges::copy_if(candidates, std::back_inserter(level),
        [&](const Trial* trial) { return sameCost(*trial, **cheapest, *fp32, goal.objective); });
    const auto rank = [&](const Trial* trial) {
        return std::tuple(
            measure::verdict(*trial->tuning(), *fp32->tuning(), goal) != "meets", trial->weightBytes, pairedMs(*trial, fp32));
    };
    return (*std::ranges::min_element(level, {}, rank))->id;
}

} // namespace octet::tune
