// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/trial.h"

#include <vector>

namespace octet::tune {

/// Indices of trials that no other beats in both p50 and tuning accuracy, by rising latency. Only Done trials count;
/// of exact twins the first stays.
std::vector<std::size_t> frontier(const std::vector<Trial>& trials);

/// Id of the fastest Done trial, faster than fp32, that meets the goal on the tuning split by more than chance; where
/// none does, of the fastest at or above the goal's floor; 0 = none.
int bestTrial(const std::vector<Trial>& trials, const Goal& goal);

/// The fp32 baseline ("baseline:fp32", Done), or null.
const Trial* fp32Baseline(const std::vector<Trial>& trials);

} // namespace octet::tune
