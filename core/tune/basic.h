// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tune/strategy.h"

namespace octet::tune {

/// See next(): INC's "basic".
std::optional<Proposal> nextBasic(const SearchState& state);

/// See next(): INC's "mse".
std::optional<Proposal> nextMse(const SearchState& state);

/// See next(): INC's "mse_v2".
std::optional<Proposal> nextMseV2(const SearchState& state);

} // namespace octet::tune
