// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/labels.h"

#include "core/data/files.h"
#include "core/data/nearest.h"
#include "core/values/error.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace octet::data {

namespace {

constexpr std::uint64_t maxConfigFile = 16u << 20;
constexpr int maxClasses = 10'000'000; // labels beyond are a wrong column

std::string_view trimmed(std::string_view text)
{
    const std::size_t start = text.find_first_not_of(" \t\r");
    return start == std::string_view::npos ? std::string_view()
                                           : text.substr(start, text.find_last_not_of(" \t\r") - start + 1);
}

std::vector<std::string> namesOfConfig(const std::string& path)
{
    const auto config = nlohmann::json::parse(readFile(path, maxConfigFile), nullptr, false);
    std::vector<std::string> names;
    if (!config.is_object() || !config.contains("id2label") || !config["id2label"].is_object())
        return names;
    const auto& byId = config["id2label"]; // {"0": "negative", "1": "positive"}
    for (std::size_t id = 0; id < byId.size(); ++id) {
        const auto it = byId.find(std::to_string(id));
        if (it == byId.end() || !it->is_string())
            return {};
        names.push_back(it->get<std::string>());
    }
    return names;
}

std::vector<std::string> namesOfList(const std::string& path)
{
    const std::string text = readFile(path, maxConfigFile);
    std::vector<std::string> names;
    for (std::size_t start = 0; start < text.size();) {
        const std::size_t end = std::min(text.find('\n', start), text.size());
        names.emplace_back(trimmed(std::string_view(text).substr(start, end - start)));
        start = end + 1;
    }
    while (!names.empty() && names.back().empty())
        names.pop_back();
    return names;
}

} // namespace

std::vector<std::string> findLabelNames(const DataSpec& spec, const Signature& signature)
{
    const auto classes = static_cast<std::size_t>(classesOf(signature));
    if (!spec.labelNames.empty()) {
        if (classes != 0 && spec.labelNames.size() != classes)
            throw Error(ErrorKind::Setting,
                fmt::format(
                    "{} label names are given, but the model has {} classes.", spec.labelNames.size(), classes));
        return spec.labelNames;
    }
    const std::string config = findBeside(signature, "config.json"), list = findBeside(signature, "labels.txt");
    for (const auto& names : {config.empty() ? std::vector<std::string>() : namesOfConfig(config),
             list.empty() ? std::vector<std::string>() : namesOfList(list)})
        if (!names.empty() && (classes == 0 || names.size() == classes))
            return names;
    return {};
}

LabelReader::LabelReader(int classes, std::vector<std::string> names)
    : m_classes(classes != 0 ? classes : static_cast<int>(names.size()))
    , m_names(std::move(names))
{
}

int LabelReader::read(std::string_view text, const std::string& file, long row) const
{
    const std::string_view value = trimmed(text);
    std::int64_t number = 0;
    const auto [end, code] = std::from_chars(value.data(), value.data() + value.size(), number);
    // Names come first, since a class may be called "5".
    const auto named = std::ranges::find(m_names, value);
    if (named != m_names.end())
        return static_cast<int>(named - m_names.begin());
    if (code == std::errc() && end == value.data() + value.size())
        return check(number, file, row);
    const std::string shown(value.substr(0, 60));
    throw Error(ErrorKind::Data,
        m_names.empty()
            ? fmt::format("{}, row {}: the label \"{}\" is not a number.", file, row, shown)
            : fmt::format("{}, row {}: the label \"{}\" is neither a number nor one of the names {}{}", file, row,
                shown, listed(m_names), nearestName(m_names, shown).empty() ? "." : nearestHint(m_names, shown)),
        {.file = file, .row = row});
}

float LabelReader::readNumber(std::string_view text, const std::string& file, long row)
{
    const std::string_view value = trimmed(text);
    float number = 0;
    const auto [end, code] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (code != std::errc() || end != value.data() + value.size() || !std::isfinite(number))
        throw Error(ErrorKind::Data,
            fmt::format("{}, row {}: \"{}\" is no number; the model has one output, so its labels are numbers.", file, row,
                value.substr(0, 60)),
            {.file = file, .row = row});
    return number;
}

int LabelReader::check(std::int64_t label, const std::string& file, long row) const
{
    if (label < 0 || label >= (m_classes != 0 ? m_classes : maxClasses))
        throw Error(ErrorKind::Data,
            m_classes == 0 ? fmt::format("{}, row {}: {} is not a label; labels start at 0.", file, row, label)
                           : fmt::format("{}, row {}: the label {} is out of range; the model has {} classes, 0 "
                                         "to {}.",
                               file, row, label, m_classes, m_classes - 1),
            {.file = file, .row = row});
    return static_cast<int>(label);
}

std::vector<std::string> completeNames(std::vector<std::string> names, int classes)
{
    constexpr int most = 100'000;
    for (int i = static_cast<int>(names.size()); i < std::min(classes, most); ++i)
        names.push_back(std::to_string(i));
    return names;
}

} // namespace octet::data
