// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/strategy.h"

#include "core/tune/basic.h"
#include "core/tune/pareto.h"
#include "core/values/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace octet::tune {

namespace {

// Ours, and the names that INC 1.x and 2.x accept in tuning.strategy.name.
constexpr std::array strategies{"pareto", "basic", "mse", "mse_v2", "bayesian", "exhaustive", "random",
    "automixedprecision", "tpe", "sigopt", "auto", "conservative", "hawq_v2"};

} // namespace

bool isKnownStrategy(const std::string& name)
{
    return std::find(strategies.begin(), strategies.end(), name) != strategies.end();
}

bool isOwnStrategy(const std::string& name)
{
    return name == "pareto" || name == "basic" || name == "mse" || name == "mse_v2";
}

bool endsAtFirst(const std::string& name)
{
    return name == "basic" || name == "mse"; // mse_v2 then takes ops back
}

std::optional<Proposal> next(const std::string& strategy, const SearchState& state)
{
    if (!isKnownStrategy(strategy)) {
        std::string names;
        for (const char* name : strategies)
            names += (names.empty() ? "" : ", ") + std::string(name);
        throw Error(ErrorKind::Setting, fmt::format("\"{}\" is no strategy; use one of {}.", strategy, names));
    }
    if (strategy == "basic")
        return nextBasic(state);
    if (strategy == "mse")
        return nextMse(state);
    if (strategy == "mse_v2")
        return nextMseV2(state);
    return nextPareto(state);
}

} // namespace octet::tune
