// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exchange/yaml_scalar.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <string_view>
#include <utility>

namespace octet::exchange {

namespace {

using View = std::string_view;

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}
bool isDigitOr_(char c)
{
    return isDigit(c) || c == '_';
}

template <typename Predicate>
std::size_t skip(View text, std::size_t at, Predicate predicate)
{
    while (at < text.size() && predicate(text[at]))
        ++at;
    return at;
}

bool isOneOf(View text, std::initializer_list<View> words)
{
    return std::find(words.begin(), words.end(), text) != words.end();
}

View withoutSign(View text)
{
    return !text.empty() && (text[0] == '-' || text[0] == '+') ? text.substr(1) : text;
}

std::string withoutUnderscores(View text)
{
    std::string result(text);
    result.erase(std::remove(result.begin(), result.end(), '_'), result.end());
    return result;
}

/// ":59" parts of a base 60 number; true when all of `text` from `at` is such parts, at least one.
bool base60Tail(View text, std::size_t at)
{
    bool any = false;
    while (at < text.size() && text[at] == ':') {
        const std::size_t end = skip(text, at + 1, isDigit);
        const std::size_t digits = end - at - 1;
        if (digits < 1 || digits > 2 || (digits == 2 && text[at + 1] > '5'))
            return false;
        at = end;
        any = true;
    }
    return any && at == text.size();
}

bool looksInt(View text)
{
    const View digits = withoutSign(text);
    if (digits.empty())
        return false;
    if (digits.starts_with("0b"))
        return digits.size() > 2
            && skip(digits, 2, [](char c) { return c == '0' || c == '1' || c == '_'; }) == digits.size();
    if (digits.starts_with("0x"))
        return digits.size() > 2 && skip(digits, 2, [](char c) {
            return isDigitOr_(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        }) == digits.size();
    if (digits == "0")
        return true;
    if (digits[0] == '0')
        return skip(digits, 1, [](char c) { return (c >= '0' && c <= '7') || c == '_'; }) == digits.size();
    if (!isDigit(digits[0]))
        return false;
    const std::size_t end = skip(digits, 1, isDigitOr_);
    return end == digits.size() || base60Tail(digits, end);
}

bool looksFloat(View text)
{
    const View number = withoutSign(text);
    if (isOneOf(number, {".inf", ".Inf", ".INF"}))
        return true;
    if (isOneOf(text, {".nan", ".NaN", ".NAN"}))
        return true;
    std::size_t at = 0;
    if (!number.empty() && isDigit(number[0])) {
        at = skip(number, 1, isDigitOr_);
        if (at < number.size() && number[at] == ':') {
            const std::size_t dot = number.find('.');
            return dot != View::npos && base60Tail(number.substr(0, dot), at)
                && skip(number, dot + 1, isDigitOr_) == number.size();
        }
        if (at == number.size() || number[at] != '.')
            return false;
        at = skip(number, at + 1, isDigitOr_);
    } else {
        if (number.size() < 2 || number[0] != '.' || !isDigitOr_(number[1]))
            return false;
        at = skip(number, 1, isDigitOr_);
    }
    if (at == number.size())
        return true;
    if (number[at] != 'e' && number[at] != 'E')
        return false;
    ++at;
    if (at >= number.size() || (number[at] != '-' && number[at] != '+')) // PyYAML demands the sign
        return false;
    return at + 1 < number.size() && skip(number, at + 1, isDigit) == number.size();
}

bool looksDate(View text)
{
    if (text.size() < 8 || !isDigit(text[0]) || !isDigit(text[1]) || !isDigit(text[2]) || !isDigit(text[3])
        || text[4] != '-')
        return false;
    std::size_t at = skip(text, 5, isDigit);
    if (at == 5 || at > 7 || at >= text.size() || text[at] != '-')
        return false;
    const std::size_t end = skip(text, at + 1, isDigit);
    if (end == at + 1 || end > at + 3)
        return false;
    return end == text.size() || text[end] == 'T' || text[end] == 't' || text[end] == ' ';
}

ScalarType plainType(View text)
{
    if (text.empty() || isOneOf(text, {"~", "null", "Null", "NULL"}))
        return ScalarType::Null;
    if (isOneOf(text,
            {"yes", "Yes", "YES", "no", "No", "NO", "true", "True", "TRUE", "false", "False", "FALSE", "on", "On", "ON",
                "off", "Off", "OFF"}))
        return ScalarType::Bool;
    if (looksFloat(text))
        return ScalarType::Float;
    if (looksInt(text))
        return ScalarType::Int;
    if (looksDate(text))
        return ScalarType::Date;
    return ScalarType::String;
}

std::optional<long long> parseInteger(View digits, int base)
{
    long long value = 0;
    const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    if (code != std::errc() || end != digits.data() + digits.size())
        return std::nullopt;
    return value;
}

View strip(View text)
{
    const auto space = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
    while (!text.empty() && space(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && space(text.back()))
        text.remove_suffix(1);
    return text;
}

std::string quoted(const std::string& text)
{
    const bool control =
        std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
    std::string result;
    if (!control) {
        result = "'";
        for (const char c : text)
            result += c == '\'' ? std::string("''") : std::string(1, c);
        return result + "'";
    }
    result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            result += std::string("\\") + c;
        else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            result += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        else
            result += c;
    }
    return result + "\"";
}

std::string scalarText(const YamlNode& node)
{
    const std::string text = node.plain ? node.text : quoted(node.text);
    return node.tag.empty() ? text : fmt::format("!<{}> {}", node.tag, text);
}

void appendFlow(std::string& out, const YamlNode& node)
{
    switch (node.kind) {
    case YamlNode::Kind::Null:
        out += "null";
        break;
    case YamlNode::Kind::Scalar:
        out += scalarText(node);
        break;
    case YamlNode::Kind::Sequence:
        out += "[";
        for (std::size_t i = 0; i < node.items.size(); ++i) {
            out += i ? ", " : "";
            appendFlow(out, node.items[i]);
        }
        out += "]";
        break;
    case YamlNode::Kind::Map:
        out += "{";
        for (std::size_t i = 0; i < node.entries.size(); ++i) {
            out += i ? ", " : "";
            appendFlow(out, node.entries[i].first);
            out += ": ";
            appendFlow(out, node.entries[i].second);
        }
        out += "}";
        break;
    }
}

bool isEmpty(const YamlNode& node)
{
    return (node.isMap() && node.entries.empty()) || (node.isSequence() && node.items.empty());
}

void appendBlock(std::string& out, const YamlNode& node, int indent);

/// After "key:" or "-": on the same line where it fits there, else below.
void appendValue(std::string& out, const YamlNode& node, int indent, bool inSequence)
{
    if (node.isNull()) {
        out += "\n";
        return;
    }
    const std::string tag = node.tag.empty() || node.isScalar() ? "" : fmt::format(" !<{}>", node.tag);
    if (node.isScalar() || node.flow || isEmpty(node)) {
        out += tag + " ";
        appendFlow(out, node);
        out += "\n";
    } else if (inSequence && node.isMap() && tag.empty()) {
        std::string body;
        appendBlock(body, node, indent + 2);
        out += " " + body.substr(static_cast<std::size_t>(indent) + 2);
    } else {
        out += tag + "\n";
        appendBlock(out, node, indent + 2);
    }
}

void appendBlock(std::string& out, const YamlNode& node, int indent)
{
    const std::string margin(static_cast<std::size_t>(indent), ' ');
    for (const auto& [key, value] : node.entries) {
        out += margin;
        appendFlow(out, key);
        out += ":";
        appendValue(out, value, indent, false);
    }
    for (const YamlNode& item : node.items) {
        out += margin + "-";
        if (item.isNull())
            out += " null";
        appendValue(out, item, indent, true);
    }
}

} // namespace

ScalarType scalarType(const YamlNode& scalar)
{
    if (scalar.isNull())
        return ScalarType::Null;
    if (scalar.tag == "tag:yaml.org,2002:str")
        return ScalarType::String;
    return scalar.plain ? plainType(scalar.text) : ScalarType::String;
}

std::optional<bool> boolValue(const YamlNode& scalar)
{
    if (!scalar.isScalar() || scalarType(scalar) != ScalarType::Bool)
        return std::nullopt;
    const char first = scalar.text[0];
    return first == 't' || first == 'T' || first == 'y' || first == 'Y' || scalar.text == "on" || scalar.text == "On"
        || scalar.text == "ON";
}

std::optional<long long> intValue(const YamlNode& scalar)
{
    if (const auto flag = boolValue(scalar))
        return *flag ? 1 : 0;
    if (!scalar.isScalar() || scalarType(scalar) != ScalarType::Int)
        return std::nullopt;
    const bool negative = scalar.text[0] == '-';
    const std::string digits = withoutUnderscores(withoutSign(scalar.text));
    std::optional<long long> value;
    if (digits.starts_with("0b")) {
        value = parseInteger(View(digits).substr(2), 2);
    } else if (digits.starts_with("0x")) {
        value = parseInteger(View(digits).substr(2), 16);
    } else if (digits.size() > 1 && digits[0] == '0') {
        value = parseInteger(View(digits).substr(1), 8);
    } else if (digits.find(':') != std::string::npos) {
        value = 0;
        std::size_t at = 0;
        while (at <= digits.size()) {
            const std::size_t end = std::min(digits.find(':', at), digits.size());
            const auto part = parseInteger(View(digits).substr(at, end - at), 10);
            if (!part || *value > std::numeric_limits<long long>::max() / 120)
                return std::nullopt;
            value = *value * 60 + *part;
            at = end + 1;
        }
    } else {
        value = parseInteger(digits, 10);
    }
    if (!value)
        return std::nullopt;
    return negative ? -*value : *value;
}

std::optional<double> floatValue(const YamlNode& scalar)
{
    if (!scalar.isScalar())
        return std::nullopt;
    if (scalarType(scalar) == ScalarType::Int) {
        const auto value = intValue(scalar);
        return value ? std::optional<double>(static_cast<double>(*value)) : std::nullopt;
    }
    if (scalarType(scalar) != ScalarType::Float)
        return std::nullopt;
    std::string text = withoutUnderscores(scalar.text);
    const std::size_t dot = text.find('.');
    if (dot != std::string::npos && dot + 1 < text.size()
        && (text[dot + 1] == 'i' || text[dot + 1] == 'I' || text[dot + 1] == 'n' || text[dot + 1] == 'N'))
        text.erase(dot, 1);
    return pythonFloat(text);
}

std::optional<double> pythonFloat(const std::string& text)
{
    View number = strip(text);
    if (number.starts_with('+'))
        number.remove_prefix(1);
    const std::string digits = withoutUnderscores(number);
    if (digits.empty())
        return std::nullopt;
    double value = 0;
    const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (end != digits.data() + digits.size())
        return std::nullopt;
    if (code == std::errc::result_out_of_range)
        return digits.find("e-") != std::string::npos || digits.find("E-") != std::string::npos
            ? 0.0
            : std::numeric_limits<double>::infinity();
    return code == std::errc() ? std::optional<double>(value) : std::nullopt;
}

std::optional<long long> pythonInt(const std::string& text)
{
    View number = strip(text);
    if (number.starts_with('+'))
        number.remove_prefix(1);
    return parseInteger(withoutUnderscores(number), 10);
}

bool isPlainSafe(const std::string& text)
{
    if (plainType(text) != ScalarType::String || text.size() > 200)
        return false;
    // YAML 1.2 readers know more numbers (1e-4, 0o17): whatever could be one is quoted.
    if (pythonFloat(text) || isOneOf(text, {"y", "Y", "n", "N", "<<", "="}))
        return false;
    const auto letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '/' || c == '.';
    };
    if (!letter(text[0]) || text.back() == ' ')
        return false;
    return std::all_of(text.begin(), text.end(),
        [&](char c) { return letter(c) || isDigit(c) || c == '-' || c == ' ' || c == '(' || c == ')' || c == '+'; });
}

std::string floatText(double value)
{
    if (std::isnan(value))
        return ".nan";
    if (std::isinf(value))
        return value < 0 ? "-.inf" : ".inf";
    std::array<char, 40> buffer{};
    const auto [end, code] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
    std::string text(buffer.data(), code == std::errc() ? end : buffer.data());
    const std::size_t exponent = text.find('e');
    const std::size_t mantissa = exponent == std::string::npos ? text.size() : exponent;
    if (text.find('.') == std::string::npos)
        text.insert(mantissa, ".0");
    return text;
}

std::string yamlText(const YamlNode& node)
{
    std::string out;
    if (node.isScalar() || node.isNull() || node.flow || isEmpty(node)) {
        appendFlow(out, node);
        return out + "\n";
    }
    appendBlock(out, node, 0);
    return out;
}

} // namespace octet::exchange
