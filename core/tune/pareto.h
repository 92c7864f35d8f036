// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tune/strategy.h"

namespace octet::tune {

/// Octet's own strategy, see next(): recipes for all ops first (static, smoothed unless the weights must stay, ranges by
/// weighted MSE); where none holds, the most faithful of them with the most sensitive ops left in fp32, as many as the
/// predictor names, galloping and bisecting from there; last, what is left in fp32 per token or in bf16.
/// A trial holds when drop and flips do (holdsGoal): the drop alone overfits the tuning split.
std::optional<Proposal> nextPareto(const SearchState& state);

} // namespace octet::tune
