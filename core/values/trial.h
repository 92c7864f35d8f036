// SPDX-License-Identifier: GPL-3.0-or-later
// What was asked, what ran, what came out. Immutable once Done.
#pragma once

#include "core/values/config.h"
#include "core/values/data_spec.h"
#include "core/values/goal.h"
#include "core/values/ranges.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace octet {

/// One fused group as it ran. Its time is never divided among its nodes.
struct GroupProfile
{
    std::string name; // of its main node
    std::vector<std::string> nodes; // origin ONNX nodes
    std::string kind; // "product", "attention", "layernorm", "elementwise", ...
    Precision asked = Precision::Fp32;
    Precision executed = Precision::Fp32;
    std::string reason; // why executed differs from asked; empty if it does not
    std::string kernel; // e.g. "brg:avx512_core_vnni + gelu"
    double ms = 0; // median a run
    std::string isa; // that its kernel runs on: avx2, avx512, vnni, amx; x86-64 for portable code
    double operations = 0; // multiplications and additions counted apart, a run
    double bytesRead = 0, bytesWritten = 0; // weights, operands and results once each, a run
    /// Work that only exists because values change their form: quantizing, requantizing, reordering, copying.
    bool overhead() const { return kind == "quantize" || kind == "reorder" || kind == "copy"; }
    bool operator==(const GroupProfile&) const = default;
};

struct Machine
{
    std::string cpu;
    std::string isa; // widest in use under the cap
    int cores = 0;
    bool operator==(const Machine&) const = default;
};

struct Latency
{
    int runs = 0;
    double p50 = 0, p90 = 0, p99 = 0, min = 0, mean = 0; // ms a sample
    double ciLow = 0, ciHigh = 0; // 95 % of the median
    double ratioToFp32 = 0; // interleaved in the same run; 0 = not measured, 1 for fp32 itself
    double ratioLow = 0, ratioHigh = 0; // 95 %
    /// By how much the reference, fp32 in trials, changed while this was timed, as a share: 0.1 = it ended 10 % slower.
    double drift = 0;
    bool drifted = false; // by more than its runs differ, and again when all was timed once more: ms are not to be trusted
    double waited = 0; // share of the time in which its threads waited for a processor that other programs had
    bool operator==(const Latency&) const = default;
};

struct Accuracy
{
    std::string metric = "accuracy";
    double value = 0;
    long correct = 0;
    long samples = 0;
    double ciLow = 0, ciHigh = 0; // 95 %: Wilson where answers are counted, else a bootstrap
    std::vector<int> predictions; // per sample of the split, class index
    // against fp32 on the same samples, when known
    long worse = 0;
    long better = 0;
    long flips = 0; // predictions that differ
    double lossLow = 0, lossHigh = 0; // of metrics that are no counts: paired loss, each end one-sided 95 %
    std::vector<int> confidences; // probability of each prediction, in thousandths; empty = not recorded, or no classes
    bool operator==(const Accuracy&) const = default;
};

/// All that must be equal for a result to be the same bit for bit, and who measured.
struct Manifest
{
    std::string modelPath, modelHash;
    std::string dataHash;
    std::string configHash;
    Machine machine;
    int threads = 1;
    unsigned seed = 0;
    std::map<std::string, std::string> versions; // "octet", "onednn", "compiler"
    std::string started; // ISO 8601, UTC
    double seconds = 0;
    bool operator==(const Manifest&) const = default;
};

/// Timed: its latency is known and settled that it cannot win, so its accuracy was not measured.
enum class TrialState { Running, Done, Failed, Crashed, Cancelled, Timed };
std::string toString(TrialState state);
TrialState trialStateFromString(const std::string& text); // throws Error(Setting) that lists the accepted names

struct PrecisionCounts
{
    int int8 = 0, bf16 = 0, fp32 = 0; // weight products only
    void add(Precision precision) { ++(precision == Precision::Int8 ? int8 : precision == Precision::Bf16 ? bf16 : fp32); }
    bool operator==(const PrecisionCounts&) const = default;
};

/// What a person says about a trial: no part of its result, so it may change.
struct Annotation
{
    std::string name;
    std::string note;
    bool pinned = false;
    bool operator==(const Annotation&) const = default;
};

struct Trial
{
    int id = 0; // unique in a project, from 1
    std::string name; // "All fp32", "Static, 6 products in fp32"
    std::string origin; // "baseline:fp32", "baseline:static", "baseline:dynamic", "draft", "tune:basic"
    std::string strategyNote; // why the strategy proposed it
    TrialState state = TrialState::Running;
    std::string error; // one sentence, when Failed or Crashed
    Config config;
    Ranges ranges; // those that the config uses
    Workload workload;
    std::map<Split, Accuracy> accuracy;
    Latency latency;
    std::vector<GroupProfile> groups;
    PrecisionCounts counts;
    std::string outputDigest; // sha256 over the raw output bits on the tuning split, in file order
    long long weightBytes = 0;
    long long memoryBytes = 0; // weights and arena of the largest timed program
    Manifest manifest;
    bool pinned = false;
    bool chosen = false;
    std::string note; // reason when chosen, free text otherwise
    bool operator==(const Trial&) const = default;

    Annotation annotation() const { return {name, note, pinned}; }
    void annotate(const Annotation& a) { name = a.name, note = a.note, pinned = a.pinned; }

    /// Accuracy on the split that searches read, or null.
    const Accuracy* tuning() const
    {
        const auto it = accuracy.find(Split::Tuning);
        return it == accuracy.end() ? nullptr : &it->second;
    }
};

} // namespace octet
