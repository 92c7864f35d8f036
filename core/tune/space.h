// SPDX-License-Identifier: GPL-3.0-or-later
// What every strategy asks of a search: which ops are free, what was tried, whether it holds the goal.
#pragma once

#include "core/tune/strategy.h"

#include <string>
#include <vector>

namespace octet::tune {

/// May be int8, not locked, and not set to fp32 by the user more closely than for the whole model: a model-wide fp32 is
/// only where a draft starts.
bool isFree(const quantize::ResolvedOp& op);
std::vector<const quantize::ResolvedOp*> freeOps(const SearchState& state); // node order

/// An op that `config` runs otherwise than `draft` asks: not as it is locked, or not in fp32 though it is excluded.
struct Breach
{
    std::string op;
    bool locked = false; // else excluded
    Precision wanted = Precision::Fp32, ran = Precision::Fp32; // the same where a lock's other settings differ
};
/// Why a trial of `config` may not compete where `draft` is asked for; empty: it may. In the draft's order.
std::vector<Breach> breaches(const quantize::Resolution& config, const quantize::Resolution& draft);

/// The draft with its locked ops written out, so that what changes for the whole model does not reach them.
Config pinned(const SearchState& state);

/// A config for all ops, from which exceptions are made.
struct Choice
{
    std::string name;
    std::string note;
    Config config;
};

/// Says in their names what the draft keeps out of int8 anyway: "Static, 6 excluded".
void nameExclusions(std::vector<Choice>& choices, const SearchState& state);

/// `base` with `leaves.precision` and what else is set in `leaves` on the ops.
Config withExceptions(const Config& base, const std::vector<std::string>& ops, const OpLeaves& leaves);
/// "Static, 3 products in fp32"
Proposal fallback(const Choice& base, const std::vector<std::string>& ops, const std::string& note);

/// The trial that ran this config, whatever became of it; a finished one where there are several. Locks are no part of
/// what runs, so that locking an op during a search makes no trial of it worthless.
const Trial* findTrial(const SearchState& state, const Config& config);

double accuracyOf(const Trial& trial); // on the tuning split; -infinity when it did not finish

} // namespace octet::tune
