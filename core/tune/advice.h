// SPDX-License-Identifier: GPL-3.0-or-later
// What to do next, in plain words and with the edit that does it. Pure and cheap: the window asks after every change.
#pragma once

#include "core/quantize/resolve.h"
#include "core/values/evidence.h"
#include "core/values/goal.h"
#include "core/values/sensitivity.h"
#include "core/values/trial.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace octet::tune {

enum class AdviceKind {
    CarriesLoss, // nothing meets the goal: the ops that most of the loss comes from
    CostliestOp, // loses most accuracy for the time that int8 gains there
    DynamicBeatsStatic,
    MixedGroup, // ops that belong together run in different precisions, for nothing
    DrivenRange, // one calibration sample makes a good part of a range
    TooFewSamples, // for a verdict on this goal
};
std::string toString(AdviceKind kind); // "carries_loss", ...

struct Advice
{
    enum class Command { None, Edit, MeasureSensitivity, OpenData };
    AdviceKind kind = AdviceKind::CostliestOp;
    std::string sentence; // what is so, and what to do about it
    std::string button; // what the command does: "Leave 6 ops in fp32"
    Command command = Command::None;
    // Of an edit: `leaves` on these ops, or on the whole model without any; `draft` is the result.
    std::vector<std::string> ops;
    OpLeaves leaves;
    Config draft;
    int fromTrial = 0; // the edit starts from this trial's config; 0 = from the draft, or from static int8 on all ops
};

struct AdviceFacts
{
    Config draft;
    Goal goal;
    std::vector<const Trial*> trials; // of one workload, data and metric
    const Sensitivity* sensitivity = nullptr; // null or empty: not measured
    const CalibrationEvidence* evidence = nullptr; // null or empty: nothing was calibrated lately
    long judgedSamples = 0; // of the split that verdicts are from; 0 = not known
    std::function<quantize::Resolution(const Config&)> resolve; // for the model at hand
};

/// The most important first. Locked ops are left alone.
std::vector<Advice> advise(const AdviceFacts& facts);

} // namespace octet::tune
