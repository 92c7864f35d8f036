// SPDX-License-Identifier: GPL-3.0-or-later
// Every struct lists its fields once; the same list writes and reads, so the two cannot drift apart.
#include "core/values/json.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <concepts>
#include <limits>
#include <type_traits>

namespace octet {

using nlohmann::json;

namespace {

template <typename V, typename T>
concept Is = std::same_as<std::remove_cv_t<V>, T>;

// One list of fields a struct; `A` is the Writer or the Reader below.

template <typename A, Is<OpLeaves> V>
void fields(A& a, V& v)
{
    a("precision", v.precision);
    a("weight_granularity", v.weightGranularity);
    a("weight_scheme", v.weightScheme);
    a("weight_bits", v.weightBits);
    a("approach", v.approach);
    a("activation_scheme", v.activationScheme);
    a("range_method", v.rangeMethod);
    a("percentile", v.percentile);
    a("locked", v.locked);
}

template <typename A, Is<OpSettings> V>
void fields(A& a, V& v)
{
    a("precision", v.precision);
    a("weight_granularity", v.weightGranularity);
    a("weight_scheme", v.weightScheme);
    a("weight_bits", v.weightBits);
    a("approach", v.approach);
    a("activation_scheme", v.activationScheme);
    a("range_method", v.rangeMethod);
    a("percentile", v.percentile);
    a("locked", v.locked);
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
}

template <typename A, Is<RangeKey> V>
void fields(A& a, V& v)
{
    a("value", v.value);
    a("method", v.method);
    a("percentile", v.percentile);
}

template <typename A, Is<Range> V>
void fields(A& a, V& v)
{
    a("min", v.min);
    a("max", v.max);
    a("method", v.method);
    a("percentile", v.percentile);
    a("samples", v.samples);
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
    a("worse", v.worse);
    a("better", v.better);
    a("flips", v.flips);
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

template <typename A, Is<Location> V>
void fields(A& a, V& v)
{
    a("file", v.file);
    a("line", v.line);
    a("column", v.column);
    a("row", v.row);
    a("node", v.node);
}

template <typename T>
concept Number = std::is_arithmetic_v<T> && !std::same_as<T, bool>;

template <typename T>
T enumFromString(const std::string& text)
{
    if constexpr (std::same_as<T, Precision>)
        return precisionFromString(text);
    else if constexpr (std::same_as<T, Granularity>)
        return granularityFromString(text);
    else if constexpr (std::same_as<T, Scheme>)
        return schemeFromString(text);
    else if constexpr (std::same_as<T, Approach>)
        return approachFromString(text);
    else if constexpr (std::same_as<T, RangeMethod>)
        return rangeMethodFromString(text);
    else if constexpr (std::same_as<T, DataKind>)
        return dataKindFromString(text);
    else if constexpr (std::same_as<T, Split>)
        return splitFromString(text);
    else if constexpr (std::same_as<T, TrialState>)
        return trialStateFromString(text);
    else
        return jobKindFromString(text);
}

// Writing

template <typename T>
json write(const T& value);

struct Writer
{
    json object = json::object();

    template <typename T>
    void operator()(const char* key, const T& value)
    {
        if constexpr (std::floating_point<T>) {
            if (!std::isfinite(value))
                throw Error(
                    ErrorKind::Format, fmt::format("\"{}\" is {}, which is no number that can be kept.", key, value));
        }
        object[key] = write(value);
    }
    template <typename T>
    void operator()(const char* key, const std::optional<T>& value)
    {
        if (value)
            (*this)(key, *value);
    }
};

template <typename T>
json writeRange(const T& ranges)
{
    json array = json::array();
    for (const auto& [key, range] : ranges) {
        json entry = write(range);
        entry["value"] = key.value;
        // A range is nearly always filed under its own method; only the exception is spelt out.
        if (key.method != range.method || key.percentile != range.percentile)
            entry["key"] = write(key);
        array.push_back(std::move(entry));
    }
    return array;
}

template <typename T>
json write(const T& value)
{
    if constexpr (std::floating_point<T>) {
        if (!std::isfinite(value))
            throw Error(ErrorKind::Format, fmt::format("{} is no number that can be kept.", value));
        return value;
    } else if constexpr (std::is_arithmetic_v<T> || std::same_as<T, std::string>) {
        return value;
    } else if constexpr (std::is_enum_v<T>) {
        return toString(value);
    } else if constexpr (std::same_as<T, Ranges>) {
        return writeRange(value);
    } else if constexpr (requires { typename T::mapped_type; }) {
        json object = json::object();
        for (const auto& [key, entry] : value) {
            if constexpr (std::is_enum_v<typename T::key_type>)
                object[toString(key)] = write(entry);
            else
                object[key] = write(entry);
        }
        return object;
    } else if constexpr (requires { typename T::value_type; }) {
        json array = json::array();
        for (const auto& entry : value)
            array.push_back(write(entry));
        return array;
    } else {
        Writer writer;
        fields(writer, value);
        return std::move(writer.object);
    }
}

// Reading

[[noreturn]] void refuse(const std::string& path, const char* wanted, const json& found)
{
    throw Error(ErrorKind::Format,
        fmt::format("\"{}\" must be {}, but is {} {}.", path.empty() ? "the value" : path, wanted,
            std::string_view("aeiou").find(found.type_name()[0]) == std::string_view::npos ? "a" : "an",
            found.type_name()));
}

std::string joined(const std::string& path, const std::string& key)
{
    return path.empty() ? key : path + "." + key;
}

template <typename T>
T read(const json& in, const std::string& path);

struct Reader
{
    const json& object;
    const std::string& path;

    template <typename T>
    void operator()(const char* key, T& value) const
    {
        if (const auto it = object.find(key); it != object.end())
            value = read<T>(*it, joined(path, key));
    }
    template <typename T>
    void operator()(const char* key, std::optional<T>& value) const
    {
        if (const auto it = object.find(key); it != object.end())
            value = read<T>(*it, joined(path, key));
    }
};

template <std::integral T>
T readInteger(const json& in, const std::string& path)
{
    bool fits = in.is_number_integer();
    T value{};
    if (in.is_number_unsigned()) {
        const auto wide = in.get<std::uint64_t>();
        fits = std::in_range<T>(wide);
        value = static_cast<T>(wide);
    } else if (fits) {
        const auto wide = in.get<std::int64_t>();
        fits = std::in_range<T>(wide);
        value = static_cast<T>(wide);
    }
    if (!fits)
        refuse(path, "a whole number in range", in);
    return value;
}

Ranges readRanges(const json& in, const std::string& path)
{
    Ranges ranges;
    for (std::size_t i = 0; i < in.size(); ++i) {
        const std::string here = fmt::format("{}[{}]", path, i);
        const auto range = read<Range>(in[i], here);
        RangeKey key{"", range.method, range.percentile};
        if (const auto it = in[i].find("key"); it != in[i].end())
            key = read<RangeKey>(*it, here + ".key");
        if (const auto it = in[i].find("value"); it != in[i].end())
            key.value = read<std::string>(*it, here + ".value");
        ranges[key] = range;
    }
    return ranges;
}

template <typename T>
T readEnum(const std::string& text, const std::string& path)
{
    try {
        return enumFromString<T>(text);
    } catch (const Error& error) {
        throw Error(ErrorKind::Format, fmt::format("\"{}\": {}", path, error.message()));
    }
}

template <typename T>
T readMap(const json& in, const std::string& path)
{
    T map;
    for (const auto& [key, entry] : in.items()) {
        const std::string here = joined(path, key);
        auto value = read<typename T::mapped_type>(entry, here);
        if constexpr (std::is_enum_v<typename T::key_type>)
            map[readEnum<typename T::key_type>(key, here)] = std::move(value);
        else
            map[key] = std::move(value);
    }
    return map;
}

template <typename T>
T read(const json& in, const std::string& path)
{
    if constexpr (std::same_as<T, bool>) {
        if (!in.is_boolean())
            refuse(path, "true or false", in);
        return in.get<bool>();
    } else if constexpr (std::floating_point<T>) {
        if (!in.is_number() || !std::isfinite(in.get<T>()))
            refuse(path, "a finite number", in);
        return in.get<T>();
    } else if constexpr (std::integral<T>) {
        return readInteger<T>(in, path);
    } else if constexpr (std::same_as<T, std::string>) {
        if (!in.is_string())
            refuse(path, "text", in);
        return in.get<std::string>();
    } else if constexpr (std::is_enum_v<T>) {
        return readEnum<T>(read<std::string>(in, path), path);
    } else if constexpr (std::same_as<T, Ranges>) {
        if (!in.is_array())
            refuse(path, "a list", in);
        return readRanges(in, path);
    } else if constexpr (requires { typename T::mapped_type; }) {
        if (!in.is_object())
            refuse(path, "an object", in);
        return readMap<T>(in, path);
    } else if constexpr (requires { typename T::value_type; }) {
        if (!in.is_array())
            refuse(path, "a list", in);
        T list;
        list.reserve(in.size());
        for (std::size_t i = 0; i < in.size(); ++i)
            list.push_back(read<typename T::value_type>(in[i], fmt::format("{}[{}]", path, i)));
        return list;
    } else {
        if (!in.is_object())
            refuse(path, "an object", in);
        T value;
        Reader reader{in, path};
        fields(reader, value);
        return value;
    }
}

} // namespace

json toJson(const Config& value)
{
    return write(value);
}
json toJson(const OpLeaves& value)
{
    return write(value);
}
json toJson(const OpSettings& value)
{
    return write(value);
}
json toJson(const Ranges& value)
{
    return write(value);
}
json toJson(const DataSpec& value)
{
    return write(value);
}
json toJson(const Goal& value)
{
    return write(value);
}
json toJson(const Workload& value)
{
    return write(value);
}
json toJson(const Accuracy& value)
{
    return write(value);
}
json toJson(const Latency& value)
{
    return write(value);
}
json toJson(const GroupProfile& value)
{
    return write(value);
}
json toJson(const Machine& value)
{
    return write(value);
}
json toJson(const Manifest& value)
{
    return write(value);
}
json toJson(const Trial& value)
{
    return write(value);
}
json toJson(const JobRequest& value)
{
    return write(value);
}
json toJson(const JobProgress& value)
{
    return write(value);
}
json toJson(const JobResult& value)
{
    return write(value);
}

json toJson(const Error& value)
{
    return {{"kind", toString(value.kind())}, {"message", value.message()}, {"detail", value.detail()},
        {"where", write(value.where())}};
}

template <>
Config fromJson(const json& in)
{
    return read<Config>(in, "");
}
template <>
OpLeaves fromJson(const json& in)
{
    return read<OpLeaves>(in, "");
}
template <>
OpSettings fromJson(const json& in)
{
    return read<OpSettings>(in, "");
}
template <>
Ranges fromJson(const json& in)
{
    return read<Ranges>(in, "");
}
template <>
DataSpec fromJson(const json& in)
{
    return read<DataSpec>(in, "");
}
template <>
Goal fromJson(const json& in)
{
    return read<Goal>(in, "");
}
template <>
Workload fromJson(const json& in)
{
    return read<Workload>(in, "");
}
template <>
Accuracy fromJson(const json& in)
{
    return read<Accuracy>(in, "");
}
template <>
Latency fromJson(const json& in)
{
    return read<Latency>(in, "");
}
template <>
GroupProfile fromJson(const json& in)
{
    return read<GroupProfile>(in, "");
}
template <>
Machine fromJson(const json& in)
{
    return read<Machine>(in, "");
}
template <>
Manifest fromJson(const json& in)
{
    return read<Manifest>(in, "");
}
template <>
Trial fromJson(const json& in)
{
    return read<Trial>(in, "");
}
template <>
JobRequest fromJson(const json& in)
{
    return read<JobRequest>(in, "");
}
template <>
JobProgress fromJson(const json& in)
{
    return read<JobProgress>(in, "");
}
template <>
JobResult fromJson(const json& in)
{
    return read<JobResult>(in, "");
}

Error errorFromJson(const json& in)
{
    if (!in.is_object())
        refuse("error", "an object", in);
    std::string kind, message, detail;
    Location where;
    const std::string path = "error";
    const Reader reader{in, path};
    reader("kind", kind);
    reader("message", message);
    reader("detail", detail);
    reader("where", where);
    return Error(errorKindFromString(kind), message, where, detail);
}

} // namespace octet
