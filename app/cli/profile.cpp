// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/profile.h"

#include "app/cli/console.h"
#include "core/values/group_match.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace octet::cli {

using nlohmann::json;

namespace {

using Groups = std::vector<GroupProfile>;

std::string rate(const GroupProfile& group)
{
    return group.ms > 0 && group.operations > 0 ? fmt::format("{:.0f}", group.operations / group.ms / 1e6) : "";
}

std::string megabytes(double bytes)
{
    return fmt::format("{:.2f}", bytes / 1e6);
}

/// The figures after the times are those of the last config that has the group.
std::vector<std::string> textOf(const GroupLine& line)
{
    const auto isThere = [](const GroupProfile* group) { return group != nullptr; };
    const GroupProfile& named = **std::find_if(line.begin(), line.end(), isThere);
    const GroupProfile& shown = **std::find_if(line.rbegin(), line.rend(), isThere);
    std::vector<std::string> cells{named.name, kindOf(named)};
    for (std::size_t c = 0; c < line.size(); ++c) {
        cells.push_back(line[c] ? fmt::format("{:.4f}", line[c]->ms) : "");
        if (c > 0 && line[c] && line[0] && line[0]->ms > 0)
            cells.back() += fmt::format(" ({:.2f})", line[c]->ms / line[0]->ms);
    }
    const double bytes = shown.bytesRead + shown.bytesWritten;
    cells.insert(cells.end(),
        {toString(shown.executed), rate(shown), shown.ms > 0 ? fmt::format("{:.1f}", bytes / shown.ms / 1e6) : "",
            megabytes(bytes), shown.kernel});
    return cells;
}

} // namespace

json opsJson(const Groups& groups)
{
    json list = json::array();
    for (const GroupProfile& group : groups) {
        json entry = {{"node", group.name}, {"group", group.nodes}, {"kind", group.kind}, {"kernel", group.kernel},
            {"isa", group.isa}, {"precision", toString(group.executed)}, {"ms", group.ms},
            {"operations", group.operations}, {"bytes_read", group.bytesRead}, {"bytes_written", group.bytesWritten},
            {"overhead", group.overhead()}};
        if (!group.reason.empty())
            entry["reason"] = group.reason;
        list.push_back(std::move(entry));
    }
    return list;
}

std::string profileText(
    const std::vector<std::string>& names, const std::vector<Groups>& groups, const std::vector<double>& runMs)
{
    std::vector<std::string> head{"group", "kind"};
    for (const std::string& name : names)
        head.push_back(name + " ms");
    head.insert(head.end(), {"ran in", "GOP/s", "GB/s", "MB", "kernel"});
    std::vector<std::vector<std::string>> rows{head};
    std::vector<const Groups*> configs;
    for (const Groups& list : groups)
        configs.push_back(&list);
    for (const GroupLine& line : matchGroups(configs))
        rows.push_back(textOf(line));
    std::string text = table(rows);

    rows = {{"kind"}};
    for (const std::string& name : names)
        rows[0].push_back(name + " ms");
    for (const KindSums& sums : sumsByKind(configs)) {
        std::vector<std::string> row{sums.kind};
        for (std::size_t c = 0; c < sums.ms.size(); ++c)
            row.push_back(
                fmt::format("{:.4f} ({:.1f} %)", sums.ms[c], 100 * sums.ms[c] / std::max(1e-12, groupsMs(groups[c]))));
        rows.push_back(std::move(row));
    }
    text += "\n" + table(rows);
    for (std::size_t c = 0; c < groups.size(); ++c)
        text += fmt::format("{}: the groups add up to {:.4f} ms, a run takes {:.4f} ms ({:.0f} %)\n", names[c],
            groupsMs(groups[c]), runMs[c], 100 * groupsMs(groups[c]) / std::max(1e-12, runMs[c]));
    return text;
}

} // namespace octet::cli
