// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/strategy.h"

#include "core/tune/basic.h"
#include "core/values/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace octet::tune {

namespace {

// Names that INC 1.x and 2.x accept in tuning.strategy.name.
constexpr std::array incStrategies{"basic", "bayesian", "exhaustive", "mse", "mse_v2", "random", "automixedprecision",
    "tpe", "sigopt", "auto", "conservative", "hawq_v2"};

} // namespace

bool isKnownStrategy(const std::string& name)
{
    return std::find(incStrategies.begin(), incStrategies.end(), name) != incStrategies.end();
}

bool isOwnStrategy(const std::string& name)
{
    return name == "basic";
}

std::optional<Proposal> next(const std::string& strategy, const SearchState& state)
{
    if (!isKnownStrategy(strategy)) {
        std::string names;
        for (const char* name : incStrategies)
            names += (names.empty() ? "" : ", ") + std::string(name);
        throw Error(ErrorKind::Setting, fmt::format("\"{}\" is no strategy; use one of {}.", strategy, names));
    }
    return nextBasic(state);
}

} // namespace octet::tune
