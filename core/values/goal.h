// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace octet {

/// What is made small among configs that hold the accuracy: latency, weight bytes as packed, or peak bytes of a run.
enum class Objective { P50, P99, Size, Memory };
std::string toString(Objective value);
Objective objectiveFromString(const std::string& text); // throws Error(Setting) that lists the accepted names

/// "Lose at most 1 % (relative | points) of accuracy; make p50 latency small; spend 20 min."
struct Goal
{
    bool relative = true;
    double maxDrop = 0.01; // relative: share of the fp32 accuracy; absolute: share of all samples (0.01 = 1 point)
    int maxTrials = 100;
    double timeoutSeconds = 1200; // 0 = no limit: stop at the first trial that meets
    std::string metric = "accuracy"; // see measure/metrics.h
    Objective objective = Objective::P50;
    std::string strategy = "pareto";
    bool keepWeights = false; // forbids smoothing
    bool searchOn = false; // go on although a baseline already holds the goal
    unsigned seed = 1978;
    bool operator==(const Goal&) const = default;

    /// The lowest acceptable accuracy, given that of fp32.
    double floor(double fp32Accuracy) const { return relative ? fp32Accuracy * (1 - maxDrop) : fp32Accuracy - maxDrop; }
};

/// What a latency means: nothing is compared across workloads.
struct Workload
{
    int batch = 1;
    int length = 0; // tokens; 0 = the real lengths of the data, padded in steps
    int threads = 1;
    std::string isa; // cap: avx2, avx512, vnni, amx; empty = what the CPU has
    int runs = 100; // timed runs a program
    bool operator==(const Workload&) const = default;
};

} // namespace octet
