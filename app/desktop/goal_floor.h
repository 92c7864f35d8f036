// SPDX-License-Identifier: GPL-3.0-or-later
// The goal's line on the plot: from a height there to a goal, and to words about it. Pure.
#pragma once

#include "core/values/goal.h"
#include "core/values/trial.h"

#include <QString>

#include <vector>

namespace octet::desktop {

/// Lowest acceptable score on the plot's axis: right answers (the smallest whole count) or the metric's value.
double floorScore(const Goal& goal, const Accuracy& fp32);
/// `goal` with the roundest loss whose floor is at `score`; never above what fp32 reaches.
Goal goalWithFloor(const Goal& goal, const Accuracy& fp32, double score);
/// "What if 345 or more right: lose at most 2.3 % relative\n6 trials reach it; the fastest, trial 14, is 2.2x faster".
QString floorWords(
    const Goal& goal, const Trial& fp32, const std::vector<const Trial*>& trials, double score, const QString& scoreWord);

} // namespace octet::desktop
