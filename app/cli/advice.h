// SPDX-License-Identifier: GPL-3.0-or-later
// core/tune's advice, printed at the end of tune and sensitivity.
#pragma once

#include "app/cli/opening.h"
#include "core/tune/advice.h"
#include "core/values/job.h"

#include <nlohmann/json_fwd.hpp>

namespace octet::cli {

std::vector<tune::Advice> adviceOn(const Opening& opening, const JobRequest& request,
    const CalibrationEvidence& evidence, const Sensitivity& sensitivity, const std::vector<Trial>& trials);

/// kind, sentence, and of an edit action, ops, set (leaves), from_trial.
nlohmann::json adviceJson(const std::vector<tune::Advice>& advice);
/// "Advice:" and a line each; empty without any.
std::string adviceText(const std::vector<tune::Advice>& advice);

} // namespace octet::cli
