// SPDX-License-Identifier: GPL-3.0-or-later
// Every struct lists its fields once; the same list writes and reads, so the two cannot drift apart.
#include "core/values/json.h"

#include "core/values/json_fields.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <concepts>
#include <limits>
#include <type_traits>

namespace octet {

using nlohmann::json;

namespace {

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
    else if constexpr (std::same_as<T, Objective>)
        return objectiveFromString(text);
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
    template <typename T>
    void unlessEmpty(const char* key, const T& value)
    {
        if (!value.empty())
            (*this)(key, value);
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
        if (key.method != range.method || key.percentile != range.percentile || key.alpha != range.alpha)
            entry["key"] = write(key);
        array.push_back(std::move(entry));
    }
    return array;
}

/// low, high, count, low, high, count ...: a third of the text that objects would be.
json writeBins(const std::vector<HistogramBin>& bins)
{
    json array = json::array();
    for (const HistogramBin& bin : bins) {
        array.push_back(bin.low);
        array.push_back(bin.high);
        array.push_back(bin.count);
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
    } else if constexpr (std::same_as<T, std::vector<HistogramBin>>) {
        return writeBins(value);
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
    template <typename T>
    void unlessEmpty(const char* key, T& value) const
    {
        (*this)(key, value);
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
        RangeKey key{"", range.method, range.percentile, range.alpha};
        if (const auto it = in[i].find("key"); it != in[i].end())
            key = read<RangeKey>(*it, here + ".key");
        if (const auto it = in[i].find("value"); it != in[i].end())
            key.value = read<std::string>(*it, here + ".value");
        ranges[key] = range;
    }
    return ranges;
}

std::vector<HistogramBin> readBins(const json& in, const std::string& path)
{
    if (!in.is_array() || in.size() % 3 != 0 || in.size() > 3 * ValueEvidence::mostBins)
        refuse(path, "a list of low, high and count of each bin", in);
    std::vector<HistogramBin> bins;
    for (std::size_t i = 0; i < in.size(); i += 3) {
        const HistogramBin bin{
            read<double>(in[i], path), read<double>(in[i + 1], path), read<std::int64_t>(in[i + 2], path)};
        if (bin.low > bin.high || bin.count < 0 || (!bins.empty() && bin.low < bins.back().high))
            throw Error(ErrorKind::Format, fmt::format("\"{}\": bin {} is no part of a histogram.", path, i / 3));
        bins.push_back(bin);
    }
    return bins;
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
    } else if constexpr (std::same_as<T, std::vector<HistogramBin>>) {
        return readBins(in, path);
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
json toJson(const JobUpdate& value)
{
    return write(value);
}
json toJson(const WaitingJob& value)
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
json toJson(const Sensitivity& value)
{
    return write(value);
}
json toJson(const CalibrationEvidence& value)
{
    return write(value);
}

json toJson(const Capability& value)
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
JobUpdate fromJson(const json& in)
{
    return read<JobUpdate>(in, "");
}
template <>
WaitingJob fromJson(const json& in)
{
    return read<WaitingJob>(in, "");
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
template <>
Sensitivity fromJson(const json& in)
{
    return read<Sensitivity>(in, "");
}
template <>
CalibrationEvidence fromJson(const json& in)
{
    return read<CalibrationEvidence>(in, "");
}

template <>
Capability fromJson(const json& in)
{
    return read<Capability>(in, "");
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
