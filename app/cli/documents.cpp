// SPDX-License-Identifier: GPL-3.0-or-later
// The JSON pieces that several commands share (cli.md's field names, which scripts of others read).
#include "app/cli/shared.h"

#include "core/measure/metrics.h"
#include "core/values/json.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace octet::cli {

using nlohmann::json;

std::string answersText(const Accuracy& accuracy)
{
    switch (measure::metricOf(accuracy.metric).labels) {
    case LabelKind::Numbers:
        return fmt::format("{} samples", accuracy.samples);
    case LabelKind::Tokens:
        return fmt::format("{} of {} samples without a wrong token", accuracy.correct, accuracy.samples);
    case LabelKind::Classes:
    case LabelKind::None:
        break;
    }
    return fmt::format("{} of {}", accuracy.correct, accuracy.samples);
}

std::string describe(const Accuracy& accuracy)
{
    return fmt::format("{:.4f} ({})", accuracy.value, answersText(accuracy));
}

json countsJson(const PrecisionCounts& counts)
{
    return {{"int8", counts.int8}, {"bf16", counts.bf16}, {"fp32", counts.fp32}};
}

json accuracyJson(const Accuracy& accuracy)
{
    return {{"metric", accuracy.metric}, {"value", accuracy.value}, {"correct", accuracy.correct},
        {"samples", accuracy.samples}, {"ci95", {accuracy.ciLow, accuracy.ciHigh}}};
}

json machineJson(const Machine& machine)
{
    return toJson(machine);
}

json trialJson(const Trial& trial)
{
    json entry = {{"id", trial.id}, {"name", trial.name}, {"origin", trial.origin}, {"state", toString(trial.state)},
        {"accuracy", nullptr}, {"p50_ms", nullptr}, {"precision_counts", countsJson(trial.counts)},
        {"strategy_note", trial.strategyNote}, {"isa", trial.manifest.machine.isa},
        {"workload", toJson(trial.workload)}, {"output_digest", trial.outputDigest}, {"pinned", trial.pinned},
        {"chosen", trial.chosen}, {"note", trial.note}};
    if (!trial.error.empty())
        entry["error"] = trial.error;
    if (const Accuracy* accuracy = trial.tuning()) {
        entry["accuracy"] = accuracy->value; // of the metric, whatever it is
        entry["metric"] = accuracy->metric;
        entry["correct"] = accuracy->correct;
        entry["samples"] = accuracy->samples;
        entry["worse"] = accuracy->worse;
        entry["better"] = accuracy->better;
        entry["split"] = toString(Split::Tuning);
    }
    if (trial.latency.runs > 0) {
        entry["p50_ms"] = trial.latency.p50;
        entry["ci95_ms"] = {trial.latency.ciLow, trial.latency.ciHigh};
        entry["drifted"] = trial.latency.drifted;
        entry["waited"] = trial.latency.waited;
        if (trial.latency.ratioToFp32 > 0)
            entry["ratio_to_fp32"] = trial.latency.ratioToFp32;
    }
    return entry;
}

} // namespace octet::cli
