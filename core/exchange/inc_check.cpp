// SPDX-License-Identifier: GPL-3.0-or-later
// The generic checker of inc_schema.cpp's tables. It follows Python's `schema` package where the two could differ:
// a bool is an int, an int is no float, null is an empty map.
#include "core/exchange/inc_schema.h"
#include "core/exchange/yaml_scalar.h"
#include "core/quantize/resolve.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace octet::exchange {

namespace {

/// As a person would write the value back: "7", "[a, b]", "a map".
std::string shown(const YamlNode& node)
{
    if (node.isNull())
        return "nothing";
    if (node.isMap())
        return node.entries.empty() ? "an empty map" : "a map";
    if (node.isSequence())
        return node.items.empty() ? "an empty list" : "a list";
    const std::string text = node.text.size() > 60 ? node.text.substr(0, 57) + "..." : node.text;
    switch (scalarType(node)) {
    case ScalarType::String:
        return fmt::format("the string \"{}\"", text);
    case ScalarType::Bool:
        return fmt::format("the boolean {}", text);
    case ScalarType::Int:
        return fmt::format("the integer {}", text);
    case ScalarType::Float:
        return fmt::format("the number {}", text);
    case ScalarType::Date:
        return fmt::format("the date {} (quote it to make it a string)", text);
    case ScalarType::Null:
        break;
    }
    return "nothing";
}

std::string suggestion(const std::vector<std::string>& accepted, const std::string& wanted)
{
    const auto nearest = quantize::nearestNames(accepted, wanted, 1);
    std::string text = nearest.empty() ? "" : fmt::format("; did you mean \"{}\"?", nearest.front());
    if (accepted.size() <= 16)
        text += fmt::format("{} accepted: {}", text.empty() ? ";" : "", fmt::join(accepted, ", "));
    return text;
}

bool isString(const YamlNode& node)
{
    return node.isScalar() && scalarType(node) == ScalarType::String;
}
bool isInt(const YamlNode& node)
{
    return node.isScalar() && (scalarType(node) == ScalarType::Int || scalarType(node) == ScalarType::Bool);
}
bool isFloat(const YamlNode& node)
{
    return node.isScalar() && scalarType(node) == ScalarType::Float;
}
bool isBool(const YamlNode& node)
{
    return node.isScalar() && scalarType(node) == ScalarType::Bool;
}
bool isEmptyMap(const YamlNode& node)
{
    return node.isNull() || (node.isMap() && node.entries.empty());
}

std::vector<std::string> splitWords(const std::string& text, bool commas)
{
    std::vector<std::string> parts;
    const bool byComma = commas && text.find(',') != std::string::npos;
    std::string part;
    const auto flush = [&](bool keepEmpty) {
        const auto first = part.find_first_not_of(" \t\r\n");
        const auto last = part.find_last_not_of(" \t\r\n");
        if (first != std::string::npos)
            parts.push_back(part.substr(first, last - first + 1));
        else if (keepEmpty)
            parts.emplace_back();
        part.clear();
    };
    for (const char c : text) {
        if (byComma ? c == ',' : (c == ' ' || c == '\t' || c == '\n' || c == '\r'))
            flush(byComma);
        else
            part += c;
    }
    flush(byComma);
    return parts;
}

class Checker
{
public:
    std::vector<IncFinding> findings;

    void check(const YamlNode& node, const IncType& type, const std::string& path)
    {
        if (!knownTag(node, path))
            return;
        switch (type.kind) {
        case IncKind::Any:
            return;
        case IncKind::String:
            return checkString(node, type, path);
        case IncKind::Int:
            return checkInt(node, type, path);
        case IncKind::Float:
            return checkFloat(node, type, path);
        case IncKind::FloatLike:
            return demand(
                isFloat(node) || isInt(node) || (isString(node) && pythonFloat(node.text)), node, path, "a number");
        case IncKind::Bool:
            return demand(isBool(node), node, path, "true or false");
        case IncKind::Nothing:
            return demand(isEmptyMap(node), node, path, "no value");
        case IncKind::Words:
            return checkWords(node, type, path);
        case IncKind::WordList:
            return checkWordList(node, type, path);
        case IncKind::Floats:
            return checkFloats(node, type, path);
        case IncKind::Ints:
            return checkInts(node, type, path);
        case IncKind::Bools:
            return checkBools(node, type, path);
        case IncKind::Percent:
            return checkPercent(node, type, path);
        case IncKind::Shape:
            return checkShape(node, path);
        case IncKind::Numbers:
            return checkNumbers(node, path);
        case IncKind::Size:
            return checkSize(node, path);
        case IncKind::FloatList:
            return checkEach(node, path, isFloat, "a list of numbers with a decimal point");
        case IncKind::IntList:
            return checkEach(node, path, isInt, "a list of integers");
        case IncKind::NumberList:
            return checkNumberList(node, type, path);
        case IncKind::List:
            return demand(node.isSequence(), node, path, "a list");
        case IncKind::Dict:
            return demand(node.isMap() || node.isNull(), node, path, "a map");
        case IncKind::IouThresholds:
            return checkIou(node, path);
        case IncKind::Version:
            return checkVersion(node, path);
        case IncKind::Map:
            return checkMap(node, type, path);
        case IncKind::FreeMap:
            return checkFreeMap(node, type, path);
        }
    }

    void add(bool error, const YamlNode& node, const std::string& path, std::string message, bool importable = false)
    {
        findings.push_back(
            {{error, std::max(node.line, 1), std::max(node.column, 1), path, std::move(message)}, importable});
    }

private:
    void demand(bool good, const YamlNode& node, const std::string& path, const std::string& wanted)
    {
        if (!good)
            add(true, node, path, fmt::format("must be {}, not {}", wanted, shown(node)));
    }

    bool knownTag(const YamlNode& node, const std::string& path)
    {
        static const std::set<std::string> known{"", "!Pruner", "tag:yaml.org,2002:str", "tag:yaml.org,2002:int",
            "tag:yaml.org,2002:float", "tag:yaml.org,2002:bool", "tag:yaml.org,2002:null", "tag:yaml.org,2002:map",
            "tag:yaml.org,2002:seq", "tag:yaml.org,2002:python/tuple"};
        if (known.count(node.tag))
            return true;
        add(true, node, path, fmt::format("has the tag {}, which INC does not know; remove it", node.tag));
        return false;
    }

    void checkString(const YamlNode& node, const IncType& type, const std::string& path)
    {
        if (!isString(node)) {
            const std::string wanted =
                type.words.empty() ? "a string" : "one of " + fmt::format("{}", fmt::join(type.words, ", "));
            return demand(false, node, path, wanted);
        }
        if (!type.words.empty())
            checkWord(node.text, node, type, path);
    }

    void checkWord(const std::string& word, const YamlNode& node, const IncType& type, const std::string& path)
    {
        if (std::find(type.words.begin(), type.words.end(), word) != type.words.end())
            return;
        const bool later = std::find(type.laterWords.begin(), type.laterWords.end(), word) != type.laterWords.end();
        if (later)
            add(true, node, path,
                fmt::format("\"{}\" came with INC 2; INC 1.14.2 accepts {}", word, fmt::join(type.words, ", ")), true);
        else
            add(true, node, path, fmt::format("\"{}\" is not accepted{}", word, suggestion(type.words, word)));
    }

    void checkInt(const YamlNode& node, const IncType& type, const std::string& path)
    {
        const auto value = isInt(node) ? intValue(node) : std::nullopt;
        if (!value)
            return demand(false, node, path, "an integer");
        const double number = static_cast<double>(*value);
        if (type.ranged && (number < type.low || number > type.high))
            add(true, node, path, fmt::format("must be at least {}, not {}", type.low, *value));
        if (!type.numbers.empty() && std::find(type.numbers.begin(), type.numbers.end(), *value) == type.numbers.end())
            add(true, node, path, fmt::format("must be one of {}, not {}", fmt::join(type.numbers, ", "), *value));
    }

    void checkRange(double value, const YamlNode& node, const IncType& type, const std::string& path)
    {
        if (!type.ranged || (value <= type.high && (type.lowOpen ? value > type.low : value >= type.low)))
            return;
        const std::string low = fmt::format("{} {}", type.lowOpen ? "above" : "at least", type.low);
        const std::string high = type.high < 1e300 ? fmt::format(" and at most {}", type.high) : "";
        add(true, node, path, fmt::format("must be {}{}, not {}", low, high, value));
    }

    void checkFloat(const YamlNode& node, const IncType& type, const std::string& path)
    {
        const auto value = isFloat(node) ? floatValue(node) : std::nullopt;
        if (!value)
            return demand(false, node, path, "a number with a decimal point");
        checkRange(*value, node, type, path);
    }

    void checkWords(const YamlNode& node, const IncType& type, const std::string& path)
    {
        if (type.intToo && isInt(node))
            return;
        if (!isString(node) && !node.isSequence())
            return demand(false, node, path, type.intToo ? "a string, an integer or a list" : "a string or a list");
        if (type.words.empty())
            return;
        if (node.isSequence())
            return checkElements(node, type, path);
        for (const std::string& word : listWords(node))
            checkWord(word, node, type, path);
    }

    void checkElements(const YamlNode& list, const IncType& type, const std::string& path)
    {
        for (std::size_t i = 0; i < list.items.size(); ++i) {
            const std::string itemPath = fmt::format("{}[{}]", path, i);
            if (isString(list.items[i]))
                checkWord(list.items[i].text, list.items[i], type, itemPath);
            else
                demand(false, list.items[i], itemPath, fmt::format("one of {}", fmt::join(type.words, ", ")));
        }
    }

    void checkWordList(const YamlNode& node, const IncType& type, const std::string& path)
    {
        if (node.isSequence())
            return type.words.empty() ? void() : checkElements(node, type, path);
        if (!isString(node))
            return demand(false, node, path, "a list");
        const std::size_t before = findings.size();
        for (const std::string& word : listWords(node))
            if (!type.words.empty())
                checkWord(word, node, type, path);
        if (findings.size() == before)
            add(true, node, path, fmt::format("must be a list here, write [{}]", fmt::join(listWords(node), ", ")),
                true);
    }

    void checkFloats(const YamlNode& node, const IncType& type, const std::string& path)
    {
        if (type.floatToo && isFloat(node))
            return checkRange(*floatValue(node), node, type, path);
        if (node.isSequence()) {
            for (std::size_t i = 0; i < node.items.size(); ++i) {
                const YamlNode& item = node.items[i];
                const auto value = isString(item)  ? pythonFloat(item.text)
                    : isInt(item) || isFloat(item) ? std::optional<double>(
                          isBool(item) ? static_cast<double>(*intValue(item)) : floatValue(item).value_or(0))
                                                   : std::nullopt;
                const std::string itemPath = fmt::format("{}[{}]", path, i);
                if (value)
                    checkRange(*value, item, type, itemPath);
                else
                    demand(false, item, itemPath, "a number");
            }
            return;
        }
        if (type.floatToo || !isString(node))
            return demand(false, node, path,
                type.floatToo ? "a number with a decimal point or a list" : "a string of numbers or a list");
        for (const std::string& part : splitWords(node.text, false))
            if (!pythonFloat(part))
                add(true, node, path, fmt::format("\"{}\" is no number", part));
    }

    void checkInts(const YamlNode& node, const IncType& type, const std::string& path)
    {
        if (type.intToo && isInt(node))
            return;
        if (type.stringToo && isString(node)) {
            std::string text = node.text;
            for (const std::string& part : splitWords(text + ",", true))
                if (!part.empty() && !pythonInt(part))
                    add(true, node, path, fmt::format("\"{}\" is no integer", part));
            return;
        }
        checkEach(
            node, path,
            [](const YamlNode& item) {
                return isInt(item) || isFloat(item) || (isString(item) && pythonInt(item.text));
            },
            "a list of integers");
    }

    void checkBools(const YamlNode& node, const IncType& type, const std::string& path)
    {
        if (isString(node) || (type.boolToo && isBool(node)))
            return;
        checkEach(node, path, isBool, "a string or a list of booleans");
    }

    template <typename Predicate>
    void checkEach(const YamlNode& node, const std::string& path, Predicate good, const std::string& wanted)
    {
        if (!node.isSequence())
            return demand(false, node, path, wanted);
        for (std::size_t i = 0; i < node.items.size(); ++i)
            if (!good(node.items[i]))
                return add(true, node.items[i], fmt::format("{}[{}]", path, i),
                    fmt::format("{} does not belong into {}", shown(node.items[i]), wanted));
    }

    void checkNumberList(const YamlNode& node, const IncType& type, const std::string& path)
    {
        checkEach(
            node, path, [](const YamlNode& item) { return isInt(item) || isFloat(item); }, "a list of numbers");
        if (!node.isSequence())
            return;
        for (std::size_t i = 0; i < node.items.size(); ++i)
            if (const auto value = floatValue(node.items[i]))
                checkRange(*value, node.items[i], type, fmt::format("{}[{}]", path, i));
    }

    void checkPercent(const YamlNode& node, const IncType& type, const std::string& path)
    {
        const std::string wanted = type.intToo ? "a number or a percentage such as 1%"
                                               : "a number with a decimal point or a percentage such as 1%";
        const bool accepted = isFloat(node) || (isString(node) && percentValue(node)) || (type.intToo && isInt(node));
        demand(accepted, node, path, wanted);
    }

    void checkShape(const YamlNode& node, const std::string& path)
    {
        if (isString(node)) {
            for (const std::string& part : splitWords(node.text + ",", true))
                if (!part.empty() && !pythonInt(part))
                    add(true, node, path, fmt::format("\"{}\" is no integer", part));
            return;
        }
        const auto number = [](const YamlNode& item) {
            return isInt(item) || isFloat(item) || (isString(item) && pythonInt(item.text));
        };
        if (!node.isSequence() || node.items.empty())
            return demand(false, node, path, "a shape such as [3, 224, 224]");
        if (!node.items.front().isSequence())
            return checkEach(node, path, number, "a list of integers");
        for (std::size_t i = 0; i < node.items.size(); ++i)
            checkEach(node.items[i], fmt::format("{}[{}]", path, i), number, "a list of integers");
    }

    void checkNumbers(const YamlNode& node, const std::string& path)
    {
        if (isFloat(node) || isInt(node))
            return;
        if (isString(node)) {
            for (const std::string& part : splitWords(node.text, true))
                if (!pythonFloat(part))
                    add(true, node, path, fmt::format("\"{}\" is no number", part));
            return;
        }
        checkEach(
            node, path,
            [](const YamlNode& item) {
                return isInt(item) || isFloat(item) || (isString(item) && pythonFloat(item.text));
            },
            "a number or a list of numbers");
    }

    void checkSize(const YamlNode& node, const std::string& path)
    {
        if (node.isSequence())
            return checkEach(node, path, isInt, "a list of integers");
        demand(isInt(node) && intValue(node).value_or(0) > 0, node, path, "an integer above 0 or a list of integers");
    }

    void checkIou(const YamlNode& node, const std::string& path)
    {
        const double value = isFloat(node) ? floatValue(node).value_or(-1) : -1;
        demand((isString(node) && node.text == "0.5:0.05:0.95") || (value >= 0 && value <= 1), node, path,
            "a number from 0.0 to 1.0 or 0.5:0.05:0.95");
    }

    void checkVersion(const YamlNode& node, const std::string& path)
    {
        const auto value = isString(node) ? pythonFloat(node.text) : floatValue(node);
        if (value.value_or(0) != 1.0)
            add(true, node, path,
                fmt::format("must be 1.0, not {}; only configurations of INC 1.x can be read", shown(node)));
    }

    /// Of a key that occurs twice, Python keeps the last value; so only that one is checked, and the others are named.
    bool isShadowed(const YamlNode& map, std::size_t index, const std::string& path)
    {
        const YamlNode& key = map.entries[index].first;
        for (std::size_t later = index + 1; later < map.entries.size(); ++later) {
            const YamlNode& other = map.entries[later].first;
            if (other.isScalar() && key.isScalar() && other.text == key.text) {
                if (key.line != other.line || key.column != other.column)
                    add(false, key, path, fmt::format("is given again in line {}, which wins", other.line));
                return true;
            }
        }
        return false;
    }

    static std::string join(const std::string& path, const std::string& key)
    {
        return path.empty() ? key : path + "." + key;
    }

    void checkMap(const YamlNode& node, const IncType& type, const std::string& path)
    {
        if (!node.isMap() && !node.isNull())
            return demand(false, node, path, "a map");
        std::vector<std::string> accepted;
        for (const IncField& field : type.fields)
            accepted.push_back(field.key);
        std::size_t known = 0;
        const auto duplicates = duplicateFree(node, path);
        for (const auto* entry : duplicates) {
            const auto& [key, value] = *entry;
            const auto field = std::find_if(type.fields.begin(), type.fields.end(),
                [&](const IncField& f) { return isString(key) && f.key == key.text; });
            if (field == type.fields.end()) {
                unknownKey(key, accepted, path);
                continue;
            }
            ++known;
            YamlNode placed;
            check(withPlace(value, key, placed), field->type, join(path, field->key));
        }
        for (const IncField& field : type.fields)
            if (field.required && !node.find(field.key))
                add(true, node, join(path, field.key), fmt::format("is missing; \"{}\" is mandatory here", field.key));
        countKeys(node, type, path, known, accepted);
        if (type.rule) {
            std::vector<SchemaProblem> problems;
            type.rule(node, path, problems);
            for (SchemaProblem& problem : problems)
                findings.push_back({std::move(problem), false});
        }
    }

    std::vector<const std::pair<YamlNode, YamlNode>*> duplicateFree(const YamlNode& map, const std::string& path)
    {
        std::set<std::string> seen;
        std::vector<const std::pair<YamlNode, YamlNode>*> result;
        for (std::size_t i = map.entries.size(); i-- > 0;) {
            const YamlNode& key = map.entries[i].first;
            if (key.isScalar() && !seen.insert(key.text).second) {
                if (map.entries.size() <= 1000)
                    isShadowed(map, i, join(path, key.text));
                continue;
            }
            result.push_back(&map.entries[i]);
        }
        std::reverse(result.begin(), result.end());
        return result;
    }

    /// An empty value stands nowhere; its key is the place to show.
    static const YamlNode& withPlace(const YamlNode& value, const YamlNode& key, YamlNode& storage)
    {
        if (!value.isNull())
            return value;
        storage = value;
        storage.line = key.line;
        storage.column = key.column;
        return storage;
    }

    void unknownKey(const YamlNode& key, const std::vector<std::string>& accepted, const std::string& path)
    {
        if (!key.isScalar())
            return add(true, key, path, fmt::format("has {} as a key; keys must be words", shown(key)));
        add(true, key, join(path, key.text),
            fmt::format("unknown key \"{}\"{}", key.text, suggestion(accepted, key.text)));
    }

    void countKeys(const YamlNode& node, const IncType& type, const std::string& path, std::size_t known,
        const std::vector<std::string>& accepted)
    {
        if (type.exactlyOne && known != 1 && known == node.entries.size())
            add(true, node, path, fmt::format("needs exactly one of {}", fmt::join(accepted, ", ")));
        if (type.atMostOne && known > 1)
            add(true, node, path, "takes only one of its keys; remove the others");
    }

    void checkFreeMap(const YamlNode& node, const IncType& type, const std::string& path)
    {
        if (!node.isMap() && !node.isNull())
            return demand(false, node, path, "a map");
        for (const auto* entry : duplicateFree(node, path)) {
            const auto& [key, value] = *entry;
            if (!isString(key)) {
                add(true, key, path, fmt::format("has {} as a key; write it in quotes", shown(key)));
                continue;
            }
            YamlNode placed;
            check(withPlace(value, key, placed), type.fields.front().type, fmt::format("{}.{}", path, key.text));
        }
    }
};

} // namespace

std::vector<std::string> listWords(const YamlNode& node)
{
    std::vector<std::string> result;
    if (node.isSequence()) {
        for (const YamlNode& item : node.items)
            if (item.isScalar())
                result.push_back(item.text);
        return result;
    }
    if (!node.isScalar())
        return result;
    return scalarType(node) == ScalarType::String ? splitWords(node.text, true) : std::vector<std::string>{node.text};
}

std::optional<double> percentValue(const YamlNode& node)
{
    if (!node.isScalar() || scalarType(node) != ScalarType::String)
        return floatValue(node);
    // The whole text must be the percentage: what follows it would fail in INC's float().
    const std::string& text = node.text;
    if (text.size() < 2 || text.back() != '%')
        return std::nullopt;
    const std::string number = text.substr(0, text.size() - 1);
    const auto good = [](char c) { return (c >= '0' && c <= '9') || c == '.' || c == '-'; };
    const std::string digits = number.starts_with('-') ? number.substr(1) : number;
    if (digits.empty() || digits.front() == '.' || digits.back() == '.'
        || !std::all_of(digits.begin(), digits.end(), good) || digits.find('-') != std::string::npos)
        return std::nullopt;
    const auto value = pythonFloat(number);
    return value ? std::optional<double>(*value / 100) : std::nullopt;
}

std::vector<IncFinding> checkInc(const YamlNode& root, const IncType& type)
{
    Checker checker;
    checker.check(root, type, "");
    if (root.isMap() && !root.find("version"))
        checker.add(false, root, "version", "is missing; INC itself would write \"version: 1.0\" into the file");
    // In the order of the file: what a person repairs first stands first.
    std::stable_sort(checker.findings.begin(), checker.findings.end(), [](const IncFinding& a, const IncFinding& b) {
        return std::pair(a.problem.line, a.problem.column) < std::pair(b.problem.line, b.problem.column);
    });
    return std::move(checker.findings);
}

std::vector<SchemaProblem> validateIncYaml(const std::string& text, const std::string& fileName)
{
    std::vector<SchemaProblem> problems;
    for (IncFinding& finding : checkInc(parseYaml(text, fileName), incSchema()))
        problems.push_back(std::move(finding.problem));
    return problems;
}

} // namespace octet::exchange
