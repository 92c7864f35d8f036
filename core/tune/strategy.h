// SPDX-License-Identifier: GPL-3.0-or-later
// A strategy is a pure function of what is known: pausing, resuming and crashing cost nothing.
#pragma once

#include "core/quantize/resolve.h"
#include "core/values/goal.h"
#include "core/values/trial.h"

#include <optional>
#include <string>
#include <vector>

namespace octet::tune {

struct Proposal
{
    Config config;
    std::string name; // "Static, 3 products in fp32"
    std::string note; // why: "falls back the op that costs most alone"
};

struct SearchState
{
    std::vector<quantize::Product> products;
    Config draft; // locked ops and user's exclusions stay as they are
    std::vector<Trial> trials; // finished ones of this search and the baselines, in order
    Goal goal;
};

/// The next config to try, or nothing when the strategy is done.
/// "basic" as INC 1.x defines it: all tuning choices op-type-wise first (static, then dynamic where it is better),
/// then each op alone in fp32, sorted by the accuracy it brings, then accumulated in that order.
/// Names of INC that Octet does not have run "basic" here (the caller says so); unknown names: Error(Setting).
std::optional<Proposal> next(const std::string& strategy, const SearchState& state);

bool isKnownStrategy(const std::string& name); // any of INC's
bool isOwnStrategy(const std::string& name); // runs as named

} // namespace octet::tune
