// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/trial.h"

#include <vector>

namespace octet::tune {

/// The ms a sample that a trial takes where fp32 takes what its baseline took: the paired ratio of its run times that,
/// since the machine may have been busier in another run. Its own p50 where no ratio was taken, or without fp32.
double pairedMs(const Trial& trial, const Trial* fp32);

/// Indices of trials that no other beats in both pairedMs() and tuning accuracy, by rising latency. Only Done trials
/// count; of exact twins the first stays.
std::vector<std::size_t> frontier(const std::vector<Trial>& trials);
std::vector<std::size_t> frontier(const std::vector<const Trial*>& trials);

/// Share of answers that may differ from fp32's, whether right or wrong: more of them, and a small drop is luck that the
/// held-out split does not share (reference/search.md, section 4).
constexpr double flipsAllowed = 0.015;

/// At or above the goal's floor on the tuning split, and by more than luck: few flips, or the verdict is "meets".
bool holdsGoal(const Trial& trial, const Trial& fp32, const Goal& goal);

/// What the goal's objective makes small, as a share of fp32's; the paired ratio where one was taken.
double costOf(const Trial& trial, const Trial& fp32, Objective objective);

/// Ran with weights that smoothing changed.
bool smooths(const Trial& trial);

/// Id of the Done trial that holds the goal at the lowest cost, faster than fp32, and does not smooth where the goal
/// keeps the weights; where none holds it, of the cheapest at or above the floor; 0 = none. Of several whose costs noise
/// does not tell apart, one whose verdict is "meets", then the one with the smaller weights, then the faster.
int bestTrial(const std::vector<Trial>& trials, const Goal& goal);
int bestTrial(const std::vector<const Trial*>& trials, const Goal& goal);

/// The fp32 baseline ("baseline:fp32", Done), or null.
const Trial* fp32Baseline(const std::vector<Trial>& trials);
const Trial* fp32Baseline(const std::vector<const Trial*>& trials);

} // namespace octet::tune
