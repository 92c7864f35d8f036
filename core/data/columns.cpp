// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/columns.h"

#include "core/data/nearest.h"
#include "core/values/error.h"

#include <fmt/format.h>

#include <algorithm>

namespace octet::data {

namespace {

bool has(const std::vector<std::string>& names, const std::string& name)
{
    return std::ranges::find(names, name) != names.end();
}

[[noreturn]] void missing(const std::vector<std::string>& available, const std::string& wanted,
    const std::string& option, const std::string& file)
{
    const std::string hint = nearestHint(available, wanted);
    throw Error(ErrorKind::Data,
        fmt::format("{} has no column {}; its columns are {}{} Name the right one with {}.", file, wanted,
            listed(available), hint.empty() ? "." : hint, option),
        {.file = file});
}

} // namespace

std::vector<std::string> TextColumns::names() const
{
    std::vector<std::string> all = {text};
    for (const std::string& optional : {pair, label})
        if (!optional.empty())
            all.push_back(optional);
    return all;
}

TextColumns findColumns(
    const std::vector<std::string>& available, const DataSpec& spec, const std::string& file, bool labelNeeded)
{
    TextColumns columns{spec.textColumn, spec.textPairColumn, spec.labelColumn.empty() ? "label" : spec.labelColumn};
    for (const char* name : {"sentence", "text", "sentence1"})
        if (columns.text.empty() && has(available, name))
            columns.text = name;
    if (columns.text.empty())
        missing(available, "sentence or text", "--text-column", file);
    if (!has(available, columns.text))
        missing(available, columns.text, "--text-column", file);
    if (columns.pair.empty() && columns.text == "sentence1" && has(available, "sentence2"))
        columns.pair = "sentence2";
    if (!columns.pair.empty() && !has(available, columns.pair))
        missing(available, columns.pair, "the data's text_pair_column", file);
    if (!has(available, columns.label)) {
        // A column that is asked for, or that looks like a slip of the pen, is not passed over in silence.
        if (labelNeeded && (!spec.labelColumn.empty() || !nearestName(available, columns.label).empty()))
            missing(available, columns.label, "--label-column", file);
        columns.label.clear();
    }
    return columns;
}

} // namespace octet::data
