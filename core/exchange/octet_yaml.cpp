// SPDX-License-Identifier: GPL-3.0-or-later
// One codec over the field tables of octet_fields.h, so that reader and writer cannot drift apart.
#include "core/exchange/octet_yaml.h"

#include "core/exchange/octet_fields.h"
#include "core/exchange/yaml_scalar.h"
#include "core/values/error.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <limits>
#include <type_traits>

namespace octet::exchange {

namespace {

constexpr int formatVersion = 1;

constexpr std::array<std::pair<DataKind, const char*>, 3> dataKinds{
    {{DataKind::None, "none"}, {DataKind::Text, "text"}, {DataKind::Arrays, "arrays"}}};
constexpr std::array<Split, 4> splits{Split::Calibration, Split::Tuning, Split::HeldOut, Split::Test};

std::string nameOf(Precision value)
{
    return toString(value);
}
std::string nameOf(Granularity value)
{
    return toString(value);
}
std::string nameOf(Scheme value)
{
    return toString(value);
}
std::string nameOf(Approach value)
{
    return toString(value);
}
std::string nameOf(RangeMethod value)
{
    return toString(value);
}
std::string nameOf(Objective value)
{
    return toString(value);
}
std::string nameOf(DataKind value)
{
    for (const auto& [kind, name] : dataKinds)
        if (kind == value)
            return name;
    return "none";
}

void parseName(const std::string& text, Precision& value)
{
    value = precisionFromString(text);
}
void parseName(const std::string& text, Granularity& value)
{
    value = granularityFromString(text);
}
void parseName(const std::string& text, Scheme& value)
{
    value = schemeFromString(text);
}
void parseName(const std::string& text, Approach& value)
{
    value = approachFromString(text);
}
void parseName(const std::string& text, RangeMethod& value)
{
    value = rangeMethodFromString(text);
}
void parseName(const std::string& text, Objective& value)
{
    value = objectiveFromString(text);
}
void parseName(const std::string& text, DataKind& value)
{
    for (const auto& [kind, name] : dataKinds)
        if (text == name) {
            value = kind;
            return;
        }
    throw Error(ErrorKind::Setting, fmt::format("\"{}\" is no kind of data; use one of none, text, arrays.", text));
}
void parseName(const std::string& text, Split& value)
{
    for (const Split split : splits)
        if (text == toString(split)) {
            value = split;
            return;
        }
    throw Error(
        ErrorKind::Setting, fmt::format("\"{}\" is no split; use one of calibration, tuning, held_out, test.", text));
}

// ---- writing

/// A class, so that its functions see each other whatever their order.
class Encoder
{
public:
    static YamlNode encode(const std::string& value) { return YamlNode::string(value); }
    static YamlNode encode(bool value) { return YamlNode::scalar(value ? "true" : "false", true); }
    static YamlNode encode(double value) { return YamlNode::scalar(floatText(value), true); }

    template <typename T>
    static YamlNode encode(const std::optional<T>& value)
    {
        return encode(*value);
    }

    template <typename T>
    static YamlNode encode(const std::vector<T>& values)
    {
        YamlNode list = YamlNode::sequence(std::is_same_v<T, double> || std::is_same_v<T, std::string>);
        for (const T& value : values)
            list.items.push_back(encode(value));
        return list;
    }

    template <typename T>
    static YamlNode encode(const std::map<std::string, T>& values)
    {
        YamlNode map = YamlNode::map();
        for (const auto& [key, value] : values)
            map.entries.emplace_back(YamlNode::string(key), encode(value));
        return map;
    }

    static YamlNode encode(const std::map<Split, Accuracy>& values)
    {
        YamlNode map = YamlNode::map();
        for (const auto& [split, accuracy] : values)
            map.entries.emplace_back(YamlNode::string(toString(split)), encode(accuracy));
        return map;
    }

    static YamlNode encode(const Ranges& ranges)
    {
        YamlNode list = YamlNode::sequence(false);
        for (const auto& [key, range] : ranges) {
            RangeEntry entry{key.value, key.method, key.percentile, range.min, range.max, range.samples, key.alpha,
                {range.smoothing.begin(), range.smoothing.end()}, {range.means.begin(), range.means.end()}, {}, {}, {}, {}};
            if (range.heads != 0)
                entry.heads = range.heads;
            if (range.method != key.method)
                entry.foundMethod = range.method;
            if (range.percentile != key.percentile)
                entry.foundPercentile = range.percentile;
            if (range.alpha != key.alpha)
                entry.foundAlpha = range.alpha;
            list.items.push_back(encode(entry));
            list.items.back().flow = true;
        }
        return list;
    }

    template <typename T>
    static YamlNode encode(const T& value)
    {
        if constexpr (Fields<T>::known) {
            YamlNode node = YamlNode::map();
            FieldWriter<T> writer{value, node};
            Fields<T>::visit(writer);
            return node;
        } else if constexpr (std::is_enum_v<T>) {
            return YamlNode::string(nameOf(value));
        } else {
            return YamlNode::scalar(fmt::format("{}", value), true);
        }
    }

private:
    template <typename T>
    static bool isEmptyValue(const T& value)
    {
        if constexpr (requires { value.has_value(); })
            return !value.has_value();
        else if constexpr (requires { value.empty(); })
            return value.empty();
        else
            return false;
    }

    /// Fields are left out only where leaving them out reads back as the same value.
    template <typename T>
    struct FieldWriter
    {
        const T& value;
        YamlNode& node;
        T defaults{};

        template <typename M>
        void operator()(const char* key, M T::*member)
        {
            if (isEmptyValue(value.*member) && isEmptyValue(defaults.*member))
                return;
            node.entries.emplace_back(YamlNode::string(key), encode(value.*member));
        }
        template <typename M>
        void inlined(M T::*member)
        {
            for (auto& entry : encode(value.*member).entries)
                node.entries.push_back(std::move(entry));
        }
    };
};

// ---- reading

class Decoder
{
public:
    explicit Decoder(const std::string& fileName)
        : m_fileName(fileName)
    {
    }

    [[noreturn]] void fail(
        ErrorKind kind, const YamlNode& node, const std::string& path, const std::string& message) const
    {
        throw Error(kind, fmt::format("{}: {} {}", placeText(m_fileName, node.line, node.column), path, message),
            Location{m_fileName, node.line, node.column, 0, {}});
    }

    void decode(const YamlNode& node, const std::string& path, std::string& value) const
    {
        if (!node.isScalar() && !node.isNull())
            fail(ErrorKind::Format, node, path, "must be a text.");
        value = node.text;
    }

    void decode(const YamlNode& node, const std::string& path, bool& value) const
    {
        const auto read = boolValue(node);
        if (!read)
            fail(ErrorKind::Format, node, path, "must be true or false.");
        value = *read;
    }

    void decode(const YamlNode& node, const std::string& path, double& value) const
    {
        const auto read = floatValue(node);
        if (!read)
            fail(ErrorKind::Format, node, path, "must be a number.");
        value = *read;
    }

    template <typename T>
    void decode(const YamlNode& node, const std::string& path, std::optional<T>& value) const
    {
        decode(node, path, value.emplace());
    }

    template <typename T>
    void decode(const YamlNode& node, const std::string& path, std::vector<T>& values) const
    {
        if (!node.isSequence() && !node.isNull())
            fail(ErrorKind::Format, node, path, "must be a list.");
        for (std::size_t i = 0; i < node.items.size(); ++i)
            decode(node.items[i], fmt::format("{}[{}]", path, i), values.emplace_back());
    }

    template <typename T>
    void decode(const YamlNode& node, const std::string& path, std::map<std::string, T>& values) const
    {
        demandMap(node, path);
        for (const auto& [key, value] : node.entries) {
            const auto [it, added] = values.try_emplace(keyText(key, path));
            if (!added)
                fail(ErrorKind::Format, key, join(path, key.text), "is given twice; keep one.");
            decode(value, join(path, key.text), it->second);
        }
    }

    void decode(const YamlNode& node, const std::string& path, std::map<Split, Accuracy>& values) const
    {
        demandMap(node, path);
        for (const auto& [key, value] : node.entries) {
            Split split = Split::Test;
            decode(key, join(path, key.text), split);
            decode(value, join(path, key.text), values[split]);
        }
    }

    void decode(const YamlNode& node, const std::string& path, Ranges& ranges) const
    {
        std::vector<RangeEntry> entries;
        decode(node, path, entries);
        for (std::size_t i = 0; i < entries.size(); ++i) {
            const RangeEntry& entry = entries[i];
            Range range{entry.min, entry.max, entry.foundMethod.value_or(entry.method),
                entry.foundPercentile.value_or(entry.percentile), entry.samples, entry.foundAlpha.value_or(entry.alpha),
                {}, entry.heads.value_or(0), {}};
            for (const double factor : entry.smoothing)
                range.smoothing.push_back(static_cast<float>(factor));
            for (const double mean : entry.means)
                range.means.push_back(static_cast<float>(mean));
            if (!(entry.min <= entry.max))
                fail(ErrorKind::Setting, node.items[i], fmt::format("{}[{}]", path, i), "has a min above its max.");
            if (!ranges.emplace(RangeKey{entry.value, entry.method, entry.percentile, entry.alpha}, range).second)
                fail(ErrorKind::Format, node.items[i], fmt::format("{}[{}]", path, i),
                    fmt::format("gives the range of {} twice; keep one.", entry.value));
        }
    }

    template <typename T>
    void decode(const YamlNode& node, const std::string& path, T& value) const
    {
        if constexpr (Fields<T>::known)
            decodeStruct(node, path, value);
        else if constexpr (std::is_enum_v<T>)
            decodeName(node, path, value);
        else
            decodeInteger(node, path, value);
    }

    /// Of the whole text: `octet` is the version, not a field.
    template <typename T>
    T decodeText(const YamlNode& root) const
    {
        demandVersion(root);
        T document;
        decodeStruct(root, "", document, {"octet"});
        return document;
    }

private:
    static std::string join(const std::string& path, const std::string& key)
    {
        return path.empty() ? key : path + "." + key;
    }

    void demandVersion(const YamlNode& root) const
    {
        const YamlNode* version = root.find("octet");
        if (!root.isMap() || !version)
            fail(ErrorKind::Format, root, "",
                "this is no .octet.yaml: the key \"octet\" with its version is missing.");
        const auto number = intValue(*version);
        if (!number || *number < 1)
            fail(ErrorKind::Format, *version, "octet",
                fmt::format("must be the version of the format, {}.", formatVersion));
        if (*number > formatVersion)
            fail(ErrorKind::Format, *version, "octet",
                fmt::format(
                    "is {}: a newer Octet wrote this file, and this one reads up to {}.", *number, formatVersion));
    }

    void demandMap(const YamlNode& node, const std::string& path) const
    {
        if (!node.isMap() && !node.isNull())
            fail(ErrorKind::Format, node, path, "must be a map.");
    }

    const std::string& keyText(const YamlNode& key, const std::string& path) const
    {
        if (!key.isScalar())
            fail(ErrorKind::Format, key, path, "has a key that is no word.");
        return key.text;
    }

    template <typename T>
    void decodeName(const YamlNode& node, const std::string& path, T& value) const
    {
        try {
            parseName(node.text, value);
        } catch (const Error& error) {
            fail(ErrorKind::Setting, node, path + ":", error.message());
        }
    }

    template <typename T>
    void decodeInteger(const YamlNode& node, const std::string& path, T& value) const
    {
        const auto read = scalarType(node) == ScalarType::Int ? intValue(node) : std::nullopt;
        const bool fits = read && *read >= static_cast<long long>(std::numeric_limits<T>::min())
            && (sizeof(T) == sizeof(long long) || *read <= static_cast<long long>(std::numeric_limits<T>::max()));
        if (!fits)
            fail(ErrorKind::Format, node, path, "must be an integer in range.");
        value = static_cast<T>(*read);
    }

    template <typename T>
    struct FieldReader
    {
        const Decoder& decoder;
        const YamlNode& key;
        const YamlNode& node;
        const std::string& path;
        T& value;
        bool found = false;

        template <typename M>
        void operator()(const char* name, M T::*member)
        {
            if (found || key.text != name)
                return;
            found = true;
            decoder.decode(node, join(path, name), value.*member);
        }
        template <typename M>
        void inlined(M T::*member)
        {
            if (found)
                return;
            FieldReader<M> inner{decoder, key, node, path, value.*member};
            Fields<M>::visit(inner);
            found = inner.found;
        }
    };

    template <typename T>
    struct KeyCollector
    {
        std::vector<std::string> keys{};
        template <typename M>
        void operator()(const char* name, M T::*)
        {
            keys.emplace_back(name);
        }
        template <typename M>
        void inlined(M T::*)
        {
            KeyCollector<M> inner;
            Fields<M>::visit(inner);
            keys.insert(keys.end(), inner.keys.begin(), inner.keys.end());
        }
    };

    template <typename T>
    void decodeStruct(
        const YamlNode& node, const std::string& path, T& value, const std::vector<std::string>& others = {}) const
    {
        demandMap(node, path);
        std::vector<std::string> seen;
        for (const auto& [key, child] : node.entries) {
            const std::string& name = keyText(key, path);
            if (std::find(seen.begin(), seen.end(), name) != seen.end())
                fail(ErrorKind::Format, key, join(path, name), "is given twice; keep one.");
            seen.push_back(name);
            FieldReader<T> reader{*this, key, child, path, value};
            Fields<T>::visit(reader);
            if (!reader.found && std::find(others.begin(), others.end(), name) == others.end())
                unknownKey<T>(key, path);
        }
    }

    template <typename T>
    [[noreturn]] void unknownKey(const YamlNode& key, const std::string& path) const
    {
        KeyCollector<T> collector;
        Fields<T>::visit(collector);
        const auto nearest = quantize::nearestNames(collector.keys, key.text, 1);
        fail(ErrorKind::Setting, key, path.empty() ? "the top level" : path,
            fmt::format("has the unknown key \"{}\"{}; known here: {}.", key.text,
                nearest.empty() ? "" : fmt::format(", did you mean \"{}\"?", nearest.front()),
                fmt::join(collector.keys, ", ")));
    }

    const std::string& m_fileName;
};

} // namespace

OctetDocument documentOf(const Trial& trial, const DataSpec* data, const Goal* goal)
{
    OctetDocument document;
    document.config = trial.config;
    document.ranges = trial.ranges;
    if (data)
        document.data = *data;
    if (goal)
        document.goal = *goal;
    document.workload = trial.workload;
    document.manifest = trial.manifest;
    document.accuracy = trial.accuracy;
    for (auto& [split, accuracy] : document.accuracy) {
        accuracy.predictions.clear();
        accuracy.confidences.clear();
    }
    document.outputDigest = trial.outputDigest;
    document.groups = trial.groups;
    return document;
}

namespace {

template <typename T>
std::string versionedText(const T& document)
{
    YamlNode root = YamlNode::map();
    root.entries.emplace_back(YamlNode::string("octet"), Encoder::encode(formatVersion));
    for (auto& entry : Encoder::encode(document).entries)
        root.entries.push_back(std::move(entry));
    return yamlText(root);
}

constexpr const char* levelsComment
    = "# Levels of `config`, weakest first: model, op_types, rules (the last match wins), ops.\n";

Location placeOf(const YamlNode& node)
{
    return {.line = node.line, .column = node.column};
}

} // namespace

std::string writeOctetYaml(const OctetDocument& document)
{
    return std::string("# A quantization configuration of Octet and what it gave. Run it again with: octet-cli replay "
                       "FILE\n")
        + levelsComment + versionedText(document);
}

OctetDocument readOctetYaml(const std::string& text, const std::string& fileName)
{
    return Decoder(fileName).decodeText<OctetDocument>(parseYaml(text, fileName));
}

std::string writeConfigYaml(const Config& config)
{
    return levelsComment + versionedText(ConfigOnly{config});
}

ConfigText readConfigYaml(const std::string& text, const std::string& fileName)
{
    const YamlNode root = parseYaml(text, fileName);
    ConfigText result{Decoder(fileName).decodeText<ConfigOnly>(root).config, {}};
    const YamlNode* config = root.find("config");
    for (const auto& [key, prefix] : {std::pair("op_types", "opTypes."), std::pair("ops", "ops.")})
        if (const YamlNode* level = config ? config->find(key) : nullptr)
            for (const auto& entry : level->entries)
                result.places[prefix + entry.first.text] = placeOf(entry.first);
    if (const YamlNode* rules = config ? config->find("rules") : nullptr)
        for (std::size_t i = 0; i < rules->items.size(); ++i)
            result.places[fmt::format("rules[{}]", i)] = placeOf(rules->items[i]);
    for (const auto& entry : config ? config->entries : decltype(YamlNode::entries){})
        if (entry.first.text == "model")
            result.places["model"] = placeOf(entry.first);
    return result;
}

} // namespace octet::exchange
