// SPDX-License-Identifier: GPL-3.0-or-later
// What a gate looks at, and what it says of each. Pure and cheap.
#pragma once

#include "core/measure/verdict.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace octet::measure {

struct GateCheck
{
    std::string name; // "accuracy", "latency", "coverage"
    double value = 0;
    std::optional<double> limit; // none: only told
    std::optional<std::pair<double, double>> interval; // 95 %
    Verdict verdict = Verdict::Meets;
};

/// What the config loses of fp32's value on the same samples, against what `goal` allows: see verdict().
GateCheck accuracyCheck(const Accuracy& config, const Accuracy& fp32, const Goal& goal);
/// How many times as fast as fp32 it is, from an interleaved timing: it meets or misses where the whole interval does.
GateCheck latencyCheck(const Latency& latency, std::optional<double> leastSpeedup);
/// Weight products that ran in int8.
GateCheck coverageCheck(const PrecisionCounts& counts, std::optional<int> leastInt8);

/// Of all: the worst.
Verdict worst(const std::vector<GateCheck>& checks);

} // namespace octet::measure
