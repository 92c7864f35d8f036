// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/frontier.h"

#include "core/measure/verdict.h"

#include <algorithm>

namespace octet::tune {

namespace {

bool counts(const Trial& trial)
{
    return trial.state == TrialState::Done && trial.tuning() && trial.latency.p50 > 0;
}

/// The paired ratio where there is one: it was taken in one run, absolute times of different runs drift.
double timeOf(const Trial& trial, const Trial& fp32)
{
    return trial.latency.ratioToFp32 > 0 ? trial.latency.ratioToFp32 * fp32.latency.p50 : trial.latency.p50;
}

} // namespace

std::vector<std::size_t> frontier(const std::vector<Trial>& trials)
{
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < trials.size(); ++i)
        if (counts(trials[i]))
            order.push_back(i);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        if (trials[a].latency.p50 != trials[b].latency.p50)
            return trials[a].latency.p50 < trials[b].latency.p50;
        return trials[a].tuning()->value > trials[b].tuning()->value;
    });
    std::vector<std::size_t> kept;
    for (const std::size_t i : order)
        if (kept.empty() || trials[i].tuning()->value > trials[kept.back()].tuning()->value)
            kept.push_back(i);
    return kept;
}

const Trial* fp32Baseline(const std::vector<Trial>& trials)
{
    for (const Trial& trial : trials)
        if (trial.origin == "baseline:fp32" && trial.state == TrialState::Done)
            return &trial;
    return nullptr;
}

int bestTrial(const std::vector<Trial>& trials, const Goal& goal)
{
    const Trial* fp32 = fp32Baseline(trials);
    if (!fp32 || !counts(*fp32))
        return 0;
    const double floor = goal.floor(fp32->tuning()->value) - 1e-12; // of two equal fractions the quotients may differ
    const Trial* best = nullptr;
    bool bestMeets = false;
    for (const Trial& trial : trials) {
        if (&trial == fp32 || !counts(trial) || trial.tuning()->value < floor
            || timeOf(trial, *fp32) >= fp32->latency.p50)
            continue;
        const bool meets = measure::verdict(*trial.tuning(), *fp32->tuning(), goal) == "meets";
        const bool better = meets != bestMeets ? meets : !best || timeOf(trial, *fp32) < timeOf(*best, *fp32);
        if (better) {
            best = &trial;
            bestMeets = meets;
        }
    }
    return best ? best->id : 0;
}

} // namespace octet::tune
