// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/profile.h"

#include "app/cli/console.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

namespace octet::cli {

using nlohmann::json;

namespace {

using Groups = std::vector<GroupProfile>;

/// The group that a node runs in, else null.
const GroupProfile* groupOf(const Groups& groups, const std::string& node)
{
    for (const GroupProfile& group : groups)
        if (std::find(group.nodes.begin(), group.nodes.end(), node) != group.nodes.end())
            return &group;
    return nullptr;
}

/// Of a later config: does its main node stand in a group of the first one, so that it has a line already?
bool hasPartner(const GroupProfile& group, const Groups& first)
{
    return !group.nodes.empty() && groupOf(first, group.nodes.front());
}

std::string rate(const GroupProfile& group)
{
    return group.ms > 0 && group.operations > 0 ? fmt::format("{:.0f}", group.operations / group.ms / 1e6) : "";
}

std::string megabytes(double bytes)
{
    return fmt::format("{:.2f}", bytes / 1e6);
}

std::string kindOf(const GroupProfile& group)
{
    return group.overhead() ? "overhead: " + group.kind : group.kind;
}

std::vector<std::string> lineOf(const std::vector<Groups>& all, std::size_t config, const GroupProfile& group)
{
    std::vector<std::string> line{group.name, kindOf(group)};
    const GroupProfile* shown = &group;
    const GroupProfile* first = config == 0 ? &group : nullptr;
    for (std::size_t c = 0; c < all.size(); ++c) {
        const GroupProfile* here = c == config ? &group
            : c < config || group.nodes.empty() ? nullptr
                                                : groupOf(all[c], group.nodes.front());
        // Fused into the group of another main node: that one has its own line.
        if (here && here != &group && here->name != group.name && groupOf(all[config], here->name) != &group)
            here = nullptr;
        line.push_back(here ? fmt::format("{:.4f}", here->ms) : "");
        if (c > 0 && here && first && first->ms > 0)
            line.back() += fmt::format(" ({:.2f})", here->ms / first->ms);
        if (here)
            shown = here;
    }
    const double ms = shown->ms;
    line.insert(line.end(),
        {toString(shown->executed), rate(*shown),
            ms > 0 ? fmt::format("{:.1f}", (shown->bytesRead + shown->bytesWritten) / ms / 1e6) : "",
            megabytes(shown->bytesRead + shown->bytesWritten), shown->kernel});
    return line;
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

double groupsMs(const Groups& groups)
{
    double sum = 0;
    for (const GroupProfile& group : groups)
        sum += group.ms;
    return sum;
}

std::string profileText(
    const std::vector<std::string>& names, const std::vector<Groups>& groups, const std::vector<double>& runMs)
{
    std::vector<std::string> head{"group", "kind"};
    for (const std::string& name : names)
        head.push_back(name + " ms");
    head.insert(head.end(), {"ran in", "GOP/s", "GB/s", "MB", "kernel"});
    std::vector<std::vector<std::string>> rows{head};
    for (std::size_t c = 0; c < groups.size(); ++c)
        for (const GroupProfile& group : groups[c])
            if (c == 0 || !hasPartner(group, groups[0]))
                rows.push_back(lineOf(groups, c, group));
    std::string text = table(rows);

    std::map<std::string, std::vector<double>> kinds;
    for (std::size_t c = 0; c < groups.size(); ++c)
        for (const GroupProfile& group : groups[c]) {
            auto& sums = kinds[kindOf(group)];
            sums.resize(groups.size(), 0);
            sums[c] += group.ms;
        }
    rows = {{"kind"}};
    for (const std::string& name : names)
        rows[0].push_back(name + " ms");
    for (const auto& [kind, sums] : kinds) {
        std::vector<std::string> row{kind};
        for (std::size_t c = 0; c < sums.size(); ++c)
            row.push_back(fmt::format("{:.4f} ({:.1f} %)", sums[c], 100 * sums[c] / std::max(1e-12, groupsMs(groups[c]))));
        rows.push_back(std::move(row));
    }
    text += "\n" + table(rows);
    for (std::size_t c = 0; c < groups.size(); ++c)
        text += fmt::format("{}: the groups add up to {:.4f} ms, a run takes {:.4f} ms ({:.0f} %)\n", names[c],
            groupsMs(groups[c]), runMs[c], 100 * groupsMs(groups[c]) / std::max(1e-12, runMs[c]));
    return text;
}

} // namespace octet::cli
