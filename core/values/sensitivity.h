// SPDX-License-Identifier: GPL-3.0-or-later
// What quantizing one op alone does, and what the prediction of unseen configs needs. See DESIGN, section 7.
#pragma once

#include "core/values/config.h"

#include <optional>
#include <string>
#include <vector>

namespace octet {

/// Errors are signal-to-noise ratios in dB of an op's own output (higher is better, 120 = no error).
struct OpSensitivity
{
    std::string node;
    double ownError = 0; // the op in int8 on fp32 inputs
    double weightError = 0; // only its weights quantized
    double activationError = 0; // only its activation quantized
    double inheritedError = 0; // of its activation, when all other ops are int8
    std::optional<double> kl; // mean KL of the outputs (numbers: squared change / variance); not set: own error is small
    double flips = 0; // share of samples whose answer changed
    double marginShift = 0; // mean squared change of fp32's margin (winner minus runner-up); 0 when filtered out
    double accuracyDrop = 0; // share of samples, on those samples
    double fp32Ms = 0, int8Ms = 0; // of its fused group in the two baselines; 0 = not measured
    std::vector<int> outlierChannels; // of its activation: maximum over 8 times the median channel's
    bool operator==(const OpSensitivity&) const = default;
};

/// fp32's decision on one sample of the tuning split, or on one token that counts.
struct Margin
{
    float value = 0; // winner's logit minus the runner-up's
    bool winnerRight = false, runnerUpRight = false;
    bool operator==(const Margin&) const = default;
};

struct Sensitivity
{
    std::vector<OpSensitivity> ops; // all products, those best left in fp32 first
    OpSettings settings; // int8 settings that they were measured with
    long samples = 0; // behind kl, flips, marginShift
    std::vector<Margin> margins; // tuning split in file order; none where the output is one number
    double evaluations = 0; // work done, in passes over the tuning split
    double seconds = 0;
    bool empty() const { return ops.empty(); }
    bool complete() const { return evaluations > 0; } // not one that still grows
    bool operator==(const Sensitivity&) const = default;
};

} // namespace octet
