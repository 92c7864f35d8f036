// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/config.h"

#include "core/values/data_spec.h"
#include "core/values/error.h"
#include "core/values/job.h"
#include "core/values/ranges.h"
#include "core/values/trial.h"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace octet {

namespace {

template <typename T, std::size_t N>
using Names = std::array<std::pair<T, const char*>, N>;

constexpr Names<Precision, 3> precisions{
    {{Precision::Fp32, "fp32"}, {Precision::Bf16, "bf16"}, {Precision::Int8, "int8"}}};
constexpr Names<Granularity, 2> granularities{
    {{Granularity::PerTensor, "per_tensor"}, {Granularity::PerChannel, "per_channel"}}};
constexpr Names<Scheme, 2> schemes{{{Scheme::Sym, "sym"}, {Scheme::Asym, "asym"}}};
constexpr Names<Approach, 2> approaches{{{Approach::Static, "static"}, {Approach::Dynamic, "dynamic"}}};
constexpr Names<RangeMethod, 6> rangeMethods{{{RangeMethod::MinMax, "minmax"}, {RangeMethod::Percentile, "percentile"},
    {RangeMethod::Kl, "kl"}, {RangeMethod::Mse, "mse"}, {RangeMethod::MseWeighted, "mse_weighted"},
    {RangeMethod::Manual, "manual"}}};
constexpr Names<DataKind, 3> dataKinds{
    {{DataKind::None, "none"}, {DataKind::Text, "text"}, {DataKind::Arrays, "arrays"}}};
constexpr Names<Split, 4> splits{{{Split::Calibration, "calibration"}, {Split::Tuning, "tuning"},
    {Split::HeldOut, "held_out"}, {Split::Test, "test"}}};
constexpr Names<TrialState, 6> trialStates{{{TrialState::Running, "running"}, {TrialState::Done, "done"},
    {TrialState::Failed, "failed"}, {TrialState::Crashed, "crashed"}, {TrialState::Cancelled, "cancelled"},
    {TrialState::Timed, "timed"}}};
constexpr Names<Objective, 4> objectives{{{Objective::P50, "p50"}, {Objective::P99, "p99"}, {Objective::Size, "size"},
    {Objective::Memory, "memory"}}};
constexpr Names<JobKind, 6> jobKinds{{{JobKind::Baseline, "baseline"}, {JobKind::Calibrate, "calibrate"},
    {JobKind::Measure, "measure"}, {JobKind::Sensitivity, "sensitivity"}, {JobKind::Tune, "tune"},
    {JobKind::Judge, "judge"}}};
constexpr Names<ErrorKind, 9> errorKinds{
    {{ErrorKind::File, "file"}, {ErrorKind::Format, "format"}, {ErrorKind::Unsupported, "unsupported"},
        {ErrorKind::Setting, "setting"}, {ErrorKind::Data, "data"}, {ErrorKind::Busy, "busy"},
        {ErrorKind::Resource, "resource"}, {ErrorKind::Cancelled, "cancelled"}, {ErrorKind::Internal, "internal"}}};

template <typename T, std::size_t N>
std::string nameOf(const Names<T, N>& names, T value)
{
    for (const auto& [candidate, name] : names)
        if (candidate == value)
            return name;
    return "?";
}

template <typename T, std::size_t N>
T valueOf(const Names<T, N>& names, const std::string& text, const char* what)
{
    std::string accepted;
    for (const auto& [value, name] : names) {
        if (text == name)
            return value;
        accepted += (accepted.empty() ? "" : ", ") + std::string(name);
    }
    throw Error(ErrorKind::Setting, fmt::format("\"{}\" is no {}; use one of {}.", text, what, accepted));
}

} // namespace

std::string toString(Precision value)
{
    return nameOf(precisions, value);
}
std::string toString(Granularity value)
{
    return nameOf(granularities, value);
}
std::string toString(Scheme value)
{
    return nameOf(schemes, value);
}
std::string toString(Approach value)
{
    return nameOf(approaches, value);
}
std::string toString(RangeMethod value)
{
    return nameOf(rangeMethods, value);
}

std::string toString(Objective value)
{
    return nameOf(objectives, value);
}
Objective objectiveFromString(const std::string& text)
{
    return valueOf(objectives, text, "objective");
}

Precision precisionFromString(const std::string& text)
{
    return valueOf(precisions, text, "precision");
}
Granularity granularityFromString(const std::string& text)
{
    return valueOf(granularities, text, "granularity");
}
Scheme schemeFromString(const std::string& text)
{
    return valueOf(schemes, text, "scheme");
}
Approach approachFromString(const std::string& text)
{
    return valueOf(approaches, text, "approach");
}
RangeMethod rangeMethodFromString(const std::string& text)
{
    return valueOf(rangeMethods, text, "range method");
}

Config presetConfig(const std::string& name)
{
    Config config;
    if (name == "fp32") {
        config.model.precision = Precision::Fp32;
    } else if (name == "bf16") {
        config.model.precision = Precision::Bf16;
    } else if (name == "static" || name == "dynamic") {
        config.model.precision = Precision::Int8;
        config.model.approach = approachFromString(name);
    } else if (name == "smoothed") {
        config.model.precision = Precision::Int8;
        config.model.approach = Approach::Static;
        config.model.smoothing = 0.5;
    } else {
        throw Error(
            ErrorKind::Setting, fmt::format("\"{}\" is no preset; use one of fp32, bf16, static, smoothed, dynamic.", name));
    }
    return config;
}

RangeKey rangeKey(const std::string& value, const OpSettings& settings)
{
    if (settings.manualRanges.contains(value))
        return {value, RangeMethod::Manual, 0, 0};
    const bool percentile = settings.rangeMethod == RangeMethod::Percentile;
    return {value, settings.rangeMethod, percentile ? settings.percentile : 0, settings.smoothing};
}

std::string toString(DataKind kind)
{
    return nameOf(dataKinds, kind);
}
std::string toString(Split split)
{
    return nameOf(splits, split);
}
std::string toString(TrialState state)
{
    return nameOf(trialStates, state);
}
std::string toString(JobKind kind)
{
    return nameOf(jobKinds, kind);
}
std::string toString(ErrorKind kind)
{
    return nameOf(errorKinds, kind);
}

DataKind dataKindFromString(const std::string& text)
{
    return valueOf(dataKinds, text, "kind of data");
}
Split splitFromString(const std::string& text)
{
    return valueOf(splits, text, "split");
}
TrialState trialStateFromString(const std::string& text)
{
    return valueOf(trialStates, text, "trial state");
}
JobKind jobKindFromString(const std::string& text)
{
    return valueOf(jobKinds, text, "job");
}

ErrorKind errorKindFromString(const std::string& text)
{
    for (const auto& [kind, name] : errorKinds)
        if (text == name)
            return kind;
    return ErrorKind::Internal;
}

std::string sampleNoun(const DataSpec& data)
{
    if (data.kind == DataKind::Text)
        return "text";
    return data.kind == DataKind::Arrays && !data.mean.empty() ? "image" : "sample";
}

} // namespace octet
