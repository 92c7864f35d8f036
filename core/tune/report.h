// SPDX-License-Identifier: GPL-3.0-or-later
// One trial beside today's fp32 and the marks of the baseline, told to someone who was not there.
#pragma once

#include "core/values/report.h"
#include "core/values/sensitivity.h"
#include "core/values/trial.h"

#include <string>
#include <vector>

namespace octet::tune {

struct ReportSource
{
    const std::vector<Trial>& trials;
    const Trial& trial; // of those; Done, with an accuracy on the tuning split
    const Goal& goal;
    const DataSpec& data;
    const Sensitivity& sensitivity; // empty = none
    std::string project; // its name
    std::string model; // name and hash, as shown
    std::string fixture; // graph::fixtureNote()
};

/// The verdict is from the held-out split where both were measured on it, the table and the plot from the tuning split.
/// Throws Error(Setting) without a finished fp32 baseline of the same workload.
Report reportOf(const ReportSource& source);

/// "model.onnx, sha256 3cac4d7dc3f2"
std::string modelWords(const std::string& path, const std::string& hash);

} // namespace octet::tune
