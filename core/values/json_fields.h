// SPDX-License-Identifier: GPL-3.0-or-later
// One list of fields a struct: their names in JSON. `A` is the writer or the reader of json.cpp, the only one to
// include this.
#pragma once

#include "core/values/json.h"

#include <concepts>
#include <type_traits>

namespace octet {

template <typename V, typename T>
concept Is = std::same_as<std::remove_cv_t<V>, T>;

/// What a level may set and what comes of it, by the same names.
template <typename A, typename V>
void leafFields(A& a, V& v)
{
    a("precision", v.precision);
    a("weight_granularity", v.weightGranularity);
    a("weight_scheme", v.weightScheme);
    a("weight_bits", v.weightBits);
    a("approach", v.approach);
    a("activation_scheme", v.activationScheme);
    a("range_method", v.rangeMethod);
    a("percentile", v.percentile);
    a("smoothing", v.smoothing);
    a("bias_correction", v.biasCorrection);
    a("locked", v.locked);
}

template <typename A, Is<OpLeaves> V>
void fields(A& a, V& v)
{
    leafFields(a, v);
}

template <typename A, Is<OpSettings> V>
void fields(A& a, V& v)
{
    leafFields(a, v);
    a.unlessEmpty("manual_ranges", v.manualRanges);
}

template <typename A, Is<Rule> V>
void fields(A& a, V& v)
{
    a("pattern", v.pattern);
    a("leaves", v.leaves);
}

template <typename A, Is<Config> V>
void fields(A& a, V& v)
{
    a("model", v.model);
    a("op_types", v.opTypes);
    a("rules", v.rules);
    a("ops", v.ops);
    a.unlessEmpty("manual_ranges", v.manualRanges);
}

template <typename A, Is<Interval> V>
void fields(A& a, V& v)
{
    a("min", v.min);
    a("max", v.max);
}

template <typename A, Is<RangeKey> V>
void fields(A& a, V& v)
{
    a("value", v.value);
    a("method", v.method);
    a("percentile", v.percentile);
    a("alpha", v.alpha);
}

template <typename A, Is<Range> V>
void fields(A& a, V& v)
{
    a("min", v.min);
    a("max", v.max);
    a("method", v.method);
    a("percentile", v.percentile);
    a("samples", v.samples);
    a("alpha", v.alpha);
    a.unlessEmpty("smoothing", v.smoothing);
    a.unlessEmpty("means", v.means);
    a("heads", v.heads);
}

template <typename A, Is<DataSpec> V>
void fields(A& a, V& v)
{
    a("kind", v.kind);
    a("test_file", v.testFile);
    a("calib_file", v.calibFile);
    a("text_column", v.textColumn);
    a("text_pair_column", v.textPairColumn);
    a("label_column", v.labelColumn);
    a("tokenizer_dir", v.tokenizerDir);
    a("max_length", v.maxLength);
    a("test_inputs", v.testInputs);
    a("calib_inputs", v.calibInputs);
    a("labels_file", v.labelsFile);
    a("mean", v.mean);
    a("std", v.std);
    a("limit", v.limit);
    a("calib_limit", v.calibLimit);
    a("split_seed", v.splitSeed);
    a("shared_rows", v.sharedRows);
    a("batch_size", v.batchSize);
    a("label_names", v.labelNames);
    a("hashes", v.hashes);
}

template <typename A, Is<Goal> V>
void fields(A& a, V& v)
{
    a("relative", v.relative);
    a("max_drop", v.maxDrop);
    a("max_trials", v.maxTrials);
    a("timeout_seconds", v.timeoutSeconds);
    a("metric", v.metric);
    a("objective", v.objective);
    a("strategy", v.strategy);
    a("keep_weights", v.keepWeights);
    a("search_on", v.searchOn);
    a("seed", v.seed);
}

template <typename A, Is<Workload> V>
void fields(A& a, V& v)
{
    a("batch", v.batch);
    a("length", v.length);
    a("threads", v.threads);
    a("isa", v.isa);
    a("runs", v.runs);
}

template <typename A, Is<Accuracy> V>
void fields(A& a, V& v)
{
    a("metric", v.metric);
    a("value", v.value);
    a("correct", v.correct);
    a("samples", v.samples);
    a("ci_low", v.ciLow);
    a("ci_high", v.ciHigh);
    a("predictions", v.predictions);
    a.unlessEmpty("confidences", v.confidences);
    a("worse", v.worse);
    a("better", v.better);
    a("flips", v.flips);
    a("loss_low", v.lossLow);
    a("loss_high", v.lossHigh);
}

template <typename A, Is<Latency> V>
void fields(A& a, V& v)
{
    a("runs", v.runs);
    a("p50", v.p50);
    a("p90", v.p90);
    a("p99", v.p99);
    a("min", v.min);
    a("mean", v.mean);
    a("ci_low", v.ciLow);
    a("ci_high", v.ciHigh);
    a("ratio_to_fp32", v.ratioToFp32);
    a("ratio_low", v.ratioLow);
    a("ratio_high", v.ratioHigh);
    a("drift", v.drift);
    a("drifted", v.drifted);
    a("waited", v.waited);
}

template <typename A, Is<GroupProfile> V>
void fields(A& a, V& v)
{
    a("name", v.name);
    a("nodes", v.nodes);
    a("kind", v.kind);
    a("asked", v.asked);
    a("executed", v.executed);
    a("reason", v.reason);
    a("kernel", v.kernel);
    a("ms", v.ms);
    a("isa", v.isa);
    a("operations", v.operations);
    a("bytes_read", v.bytesRead);
    a("bytes_written", v.bytesWritten);
}

template <typename A, Is<Machine> V>
void fields(A& a, V& v)
{
    a("cpu", v.cpu);
    a("isa", v.isa);
    a("cores", v.cores);
}

template <typename A, Is<Manifest> V>
void fields(A& a, V& v)
{
    a("model_path", v.modelPath);
    a("model_hash", v.modelHash);
    a("data_hash", v.dataHash);
    a("config_hash", v.configHash);
    a("machine", v.machine);
    a("threads", v.threads);
    a("seed", v.seed);
    a("versions", v.versions);
    a("started", v.started);
    a("seconds", v.seconds);
}

template <typename A, Is<PrecisionCounts> V>
void fields(A& a, V& v)
{
    a("int8", v.int8);
    a("bf16", v.bf16);
    a("fp32", v.fp32);
}

template <typename A, Is<Trial> V>
void fields(A& a, V& v)
{
    a("id", v.id);
    a("name", v.name);
    a("origin", v.origin);
    a("strategy_note", v.strategyNote);
    a("state", v.state);
    a("error", v.error);
    a("config", v.config);
    a("ranges", v.ranges);
    a("workload", v.workload);
    a("accuracy", v.accuracy);
    a("latency", v.latency);
    a("groups", v.groups);
    a("precision_counts", v.counts);
    a("output_digest", v.outputDigest);
    a("weight_bytes", v.weightBytes);
    a("memory_bytes", v.memoryBytes);
    a("manifest", v.manifest);
    a("pinned", v.pinned);
    a("chosen", v.chosen);
    a("note", v.note);
}

template <typename A, Is<JobRequest> V>
void fields(A& a, V& v)
{
    a("kind", v.kind);
    a("model_path", v.modelPath);
    a("model_hash", v.modelHash);
    a("data", v.data);
    a("draft", v.draft);
    a("goal", v.goal);
    a("workload", v.workload);
    a("known", v.known);
    a("ranges", v.ranges);
    a("trial_name", v.trialName);
    a("judged", v.judged);
    a("sensitivity", v.sensitivity);
}

template <typename A, Is<JobUpdate> V>
void fields(A& a, V& v)
{
    a("draft", v.draft);
    a("goal", v.goal);
}

template <typename A, Is<WaitingJob> V>
void fields(A& a, V& v)
{
    a("kind", v.kind);
    a("draft", v.draft);
    a("trial_name", v.trialName);
    a("judged", v.judged);
}

template <typename A, Is<OpSensitivity> V>
void fields(A& a, V& v)
{
    a("node", v.node);
    a("own_error", v.ownError);
    a("weight_error", v.weightError);
    a("activation_error", v.activationError);
    a("inherited_error", v.inheritedError);
    a("kl", v.kl);
    a("flips", v.flips);
    a("margin_shift", v.marginShift);
    a("accuracy_drop", v.accuracyDrop);
    a("fp32_ms", v.fp32Ms);
    a("int8_ms", v.int8Ms);
    a("outlier_channels", v.outlierChannels);
}

template <typename A, Is<Margin> V>
void fields(A& a, V& v)
{
    a("value", v.value);
    a("winner_right", v.winnerRight);
    a("runner_up_right", v.runnerUpRight);
}

template <typename A, Is<Sensitivity> V>
void fields(A& a, V& v)
{
    a("ops", v.ops);
    a("settings", v.settings);
    a("samples", v.samples);
    a("margins", v.margins);
    a("evaluations", v.evaluations);
    a("seconds", v.seconds);
}

template <typename A, Is<JobProgress> V>
void fields(A& a, V& v)
{
    a("stage", v.stage);
    a("done", v.done);
    a("total", v.total);
    a("overall", v.overall);
    a("seconds_left", v.secondsLeft);
}

template <typename A, Is<Threshold> V>
void fields(A& a, V& v)
{
    a("method", v.method);
    a("percentile", v.percentile);
    a("min", v.min);
    a("max", v.max);
}

template <typename A, Is<ValueEvidence> V>
void fields(A& a, V& v)
{
    a("value", v.value);
    a("count", v.count);
    a("not_finite", v.notFinite);
    a("histogram", v.histogram);
    a("thresholds", v.thresholds);
}

template <typename A, Is<RangeStep> V>
void fields(A& a, V& v)
{
    a("samples", v.samples);
    a("min", v.min);
    a("max", v.max);
}

template <typename A, Is<RangeGrowth> V>
void fields(A& a, V& v)
{
    a("key", v.key);
    a("steps", v.steps);
    a("driving_sample", v.drivingSample);
    a("driven_share", v.drivenShare);
}

template <typename A, Is<CalibrationEvidence> V>
void fields(A& a, V& v)
{
    a("samples", v.samples);
    a("values", v.values);
    a("ranges", v.ranges);
}

template <typename A, Is<JobResult> V>
void fields(A& a, V& v)
{
    a("summary", v.summary);
    a("goal_met", v.goalMet);
    a("best_trial", v.bestTrial);
    a("verdict", v.verdict);
    a("held_out", v.heldOut);
    a("ranges", v.ranges);
    a("evaluations", v.evaluations);
    a("seconds", v.seconds);
}

template <typename A, Is<CpuFeature> V>
void fields(A& a, V& v)
{
    a("name", v.name);
    a("use", v.use);
    a("has", v.has);
}

template <typename A, Is<CpuCache> V>
void fields(A& a, V& v)
{
    a("name", v.name);
    a("bytes", v.bytes);
    a("shared_by", v.sharedBy);
}

template <typename A, Is<KernelFact> V>
void fields(A& a, V& v)
{
    a("work", v.work);
    a("asked", v.asked);
    a("executed", v.executed);
    a("kernel", v.kernel);
    a("isa", v.isa);
    a("reason", v.reason);
    a("seven_bit_weights", v.sevenBitWeights);
}

template <typename A, Is<CapFacts> V>
void fields(A& a, V& v)
{
    a("cap", v.cap);
    a("isa", v.isa);
    a("kernels", v.kernels);
}

template <typename A, Is<Capability> V>
void fields(A& a, V& v)
{
    a("machine", v.machine);
    a("logical_cpus", v.logicalCpus);
    a("virtual_machine", v.virtualMachine);
    a("features", v.features);
    a("caches", v.caches);
    a("caps", v.caps);
    a("versions", v.versions);
}

template <typename A, Is<Location> V>
void fields(A& a, V& v)
{
    a("file", v.file);
    a("line", v.line);
    a("column", v.column);
    a("row", v.row);
    a("node", v.node);
}

} // namespace octet
