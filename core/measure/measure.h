// SPDX-License-Identifier: GPL-3.0-or-later
// The numbers: statistics of values, accuracy and latency, all from programs of one engine.
#pragma once

#include "core/data/dataset.h"
#include "core/engine/program.h"
#include "core/measure/verdict.h"
#include "core/quantize/statistics.h"
#include "core/values/evidence.h"
#include "core/values/goal.h"
#include "core/values/trial.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace octet::measure {

/// What every measurement needs; `progress` gets (done, total) of its own work.
struct Context
{
    std::shared_ptr<const graph::Model> model;
    std::shared_ptr<const data::Dataset> data;
    engine::WeightStore* store = nullptr;
    int threads = 1;
    std::function<bool()> cancelled; // true -> Error(Cancelled) within a second
    std::function<void(long, long)> progress;
    /// When given, calibrate() keeps what it collected here, so that another range method costs no other pass. Only for
    /// this model and data.
    std::map<std::string, quantize::ValueStatistics>* statistics = nullptr;
    /// When given, calibrate() adds what it learnt about the values that it had to run the data for.
    CalibrationEvidence* evidence = nullptr;
    std::function<double()> clock = {}; // ms, for latency(); empty: the steady clock
    /// ONNX values of which calibrate() tells `partial` what they are so far, at most twice a second.
    std::function<std::vector<std::string>()> watched = {};
    std::function<void(const CalibrationEvidence&)> partial = {};
};

/// One fp32 pass over the calibration split. Padding never counts. Result depends on neither batch size nor order.
std::map<std::string, quantize::ValueStatistics> collectStatistics(
    const Context& context, const std::vector<std::string>& values);

/// Ranges that `settings` need: those in `known` are taken over, the rest computed from one pass.
/// Throws Error(Data) without calibration data when any is missing.
Ranges calibrate(const Context& context, const Settings& settings, const Ranges& known);

/// What is odd about the calibration samples, a sentence each: rows of padding only (they are left out), one class only,
/// fewer than asked for.
std::vector<std::string> calibrationConcerns(const data::Dataset& data);

/// Inputs of the model's own types and shapes with seeded contents that the model accepts (ids below the number of rows
/// they are looked up in, masks of ones): for speed only. A free first dimension becomes `batch`, other free ones
/// `length`. Throws Error(Setting) when a length is needed and is 0, or a fixed first dimension is not `batch`.
std::map<std::string, Tensor> seededInputs(const graph::Model& model, int batch, int length, unsigned seed);

/// Ranges that `settings` need, from seeded inputs: for timing without data, they say nothing about accuracy.
Ranges seededRanges(const Context& context, const Settings& settings, const Workload& workload);

struct AccuracyRun
{
    Accuracy accuracy; // without worse/better/flips
    std::string outputDigest; // sha256 of the raw output bits in file order
    std::vector<GroupProfile> groups; // as compiled (ms 0)
    std::vector<float> outputs; // raw outputs, row by row, in split order; of token_match the answers of TokenRows
};
/// Top-1 on the split, scored by a metric of metrics.h; one without labels has fp32's own value until compareOn().
/// Rows are padded to few lengths, `batchSize` of the data spec a run. Throws Error(Data) without samples, or without
/// labels that the metric needs.
AccuracyRun accuracy(const Context& context, const Settings& settings, const Ranges& ranges, Split split,
    const std::string& metric = "accuracy");

std::vector<int> labelsOf(const data::Dataset& data, Split split); // empty when the data has none

/// Fills worse, better, flips of `accuracy` against `reference` (same split); needs the labels.
void compareWith(Accuracy& accuracy, const Accuracy& reference, const std::vector<int>& labels);

/// One contender of an interleaved timing.
struct Contender
{
    std::string name;
    Settings settings;
    Ranges ranges;
};
struct LatencyRun
{
    std::vector<Latency> latencies; // one a contender; ratios are to contender 0
    std::vector<std::vector<GroupProfile>> groups; // with median ms per group, one list a contender
    std::vector<double> runMs; // of a run at the groups' length, not profiled; beside the profiled ones
    std::vector<double> profilingCost; // share of a run that profiling adds
    std::vector<long long> weightBytes, memoryBytes; // of the largest program; memory: weights and arena
};
/// Contenders take turns sample by sample (A B C A B C ...) after a warm-up, which lasts until no run gets faster; holds
/// the machine-wide timing lock. In between, contender 0 runs at one length as a reference: where it drifts by more than
/// its runs differ, all is timed once more, and marked where it drifts again.
/// Length 0 times real samples (of the tuning split, else test, else calibration), each in its padded length, one a
/// run; a fixed length takes the samples that fit, padded to it. Without data, or when none fits, inputs are seeded.
/// All figures are ms a sample; those of groups are ms a run at the length of the median sample.
LatencyRun latency(const Context& context, const std::vector<Contender>& contenders, const Workload& workload);

} // namespace octet::measure
