// SPDX-License-Identifier: GPL-3.0-or-later
// Where the time of a run goes: fused groups of several configs side by side.
#pragma once

#include "core/values/trial.h"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace octet::cli {

nlohmann::json opsJson(const std::vector<GroupProfile>& groups);

/// Tables: every group of the first config beside those of the others (as core/values/group_match.h says; what has no
/// partner stands alone), then sums by kind with overhead apart. `runMs`: of a whole run, measured without profiling.
std::string profileText(const std::vector<std::string>& names, const std::vector<std::vector<GroupProfile>>& groups,
    const std::vector<double>& runMs);

} // namespace octet::cli
