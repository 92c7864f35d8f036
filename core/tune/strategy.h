// SPDX-License-Identifier: GPL-3.0-or-later
// A strategy is a pure function of what is known: pausing, resuming and crashing cost nothing.
#pragma once

#include "core/quantize/resolve.h"
#include "core/tune/predictor.h"
#include "core/values/goal.h"
#include "core/values/trial.h"

#include <functional>
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
    std::vector<quantize::ResolvedOp> ops; // quantize::resolve(model, draft).ops
    Config draft; // locked ops and the user's exclusions (fp32 set for a type, by a rule or on an op) stay as they are
    std::vector<Trial> trials; // finished ones of this search and the baselines, in order
    Goal goal;
    // Both are only asked when trials alone no longer say what to try, since sensitivity costs some evaluations' worth.
    std::function<const Sensitivity*()> sensitivity; // ranks the ops; empty or null: cannot be known
    std::function<std::optional<Prediction>(const Config&)> predict; // empty, or nothing: not enough is known
    /// Mean squared difference of the model's output from fp32's on a few samples; empty, or nothing: cannot be known.
    std::function<std::optional<double>(const Config&)> outputError;
};

/// The next config to try, or nothing when the strategy is done.
/// "basic" as INC 1.x defines it (strategy/basic.py): first the tuning choices for all ops (static, dynamic, static
/// with percentile ranges), then, from the best of them that misses the goal, each op alone in fp32 from last to first,
/// then these accumulated in the order of the accuracy that each brought. Recognises its earlier proposals by their
/// config. "mse": basic's choices, then ops left in fp32 one after the other, those with the largest error first (INC measures
/// the output's error of each op alone; Octet's sensitivity is that). "mse_v2" as INC 2.x defines it
/// (strategy/mse_v2.py): basic's choices, then always the op whose leaving brings the model's output nearest to fp32's,
/// ranked anew after every trial; once the goal is met, back to int8 the op that moves the output least, as long as the
/// goal holds. "pareto": see pareto.h.
/// Names of INC that Octet does not have run "pareto" (the caller says so); unknown names: Error(Setting).
std::optional<Proposal> next(const std::string& strategy, const SearchState& state);

bool isKnownStrategy(const std::string& name); // ours and any of INC's
bool isOwnStrategy(const std::string& name); // runs as named
bool endsAtFirst(const std::string& name); // basic and mse end at the first trial above the floor

} // namespace octet::tune
