// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/group_match.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <unordered_map>

namespace octet {

namespace {

using Groups = std::vector<GroupProfile>;

/// Groups of one config by what they hold.
class Index
{
public:
    explicit Index(const Groups& groups)
        : m_groups(groups)
    {
        for (std::size_t g = 0; g < groups.size(); ++g) {
            for (const std::string& node : groups[g].nodes)
                m_byNode[node].push_back(g);
            if (groups[g].nodes.empty())
                m_byName.try_emplace(nameKey(groups[g]), g);
        }
    }

    /// The group here that shares most with `group` of another config.
    std::optional<std::size_t> best(const GroupProfile& group) const
    {
        if (group.nodes.empty()) {
            const auto it = m_byName.find(nameKey(group));
            return it == m_byName.end() ? std::nullopt : std::optional(it->second);
        }
        std::unordered_map<std::size_t, std::size_t> shared;
        for (const std::string& node : group.nodes)
            if (const auto it = m_byNode.find(node); it != m_byNode.end())
                for (std::size_t g : it->second)
                    ++shared[g];
        std::optional<std::size_t> result;
        for (const auto& [g, count] : shared)
            if (!result || rank(group, g, count) > rank(group, *result, shared.at(*result)))
                result = g;
        return result;
    }

private:
    static std::string nameKey(const GroupProfile& group) { return group.kind + '\n' + group.name; }

    std::tuple<std::size_t, bool, bool, std::ptrdiff_t> rank(
        const GroupProfile& group, std::size_t g, std::size_t shared) const
    {
        return {
            shared, m_groups[g].name == group.name, m_groups[g].kind == group.kind, -static_cast<std::ptrdiff_t>(g)};
    }

    const Groups& m_groups;
    std::unordered_map<std::string, std::vector<std::size_t>> m_byNode;
    std::unordered_map<std::string, std::size_t> m_byName;
};

} // namespace

std::vector<GroupLine> matchGroups(const std::vector<const Groups*>& given)
{
    static const Groups none;
    std::vector<const Groups*> configs = given;
    std::replace(configs.begin(), configs.end(), static_cast<const Groups*>(nullptr), &none);
    std::vector<Index> indices;
    std::vector<std::vector<bool>> placed;
    for (const Groups* groups : configs) {
        indices.emplace_back(*groups);
        placed.emplace_back(groups->size(), false);
    }
    std::vector<GroupLine> lines;
    for (std::size_t c = 0; c < configs.size(); ++c)
        for (std::size_t g = 0; g < configs[c]->size(); ++g) {
            if (placed[c][g])
                continue;
            const GroupProfile& group = (*configs[c])[g];
            GroupLine line(configs.size(), nullptr);
            line[c] = &group;
            placed[c][g] = true;
            for (std::size_t d = c + 1; d < configs.size(); ++d) {
                const auto partner = indices[d].best(group);
                if (!partner || placed[d][*partner] || indices[c].best((*configs[d])[*partner]) != g)
                    continue;
                line[d] = &(*configs[d])[*partner];
                placed[d][*partner] = true;
            }
            lines.push_back(std::move(line));
        }
    return lines;
}

double groupsMs(const Groups& groups)
{
    double sum = 0;
    for (const GroupProfile& group : groups)
        sum += group.ms;
    return sum;
}

std::string kindOf(const GroupProfile& group)
{
    return group.overhead() ? "overhead: " + group.kind : group.kind;
}

std::vector<KindSums> sumsByKind(const std::vector<const Groups*>& configs)
{
    std::vector<KindSums> sums;
    for (std::size_t c = 0; c < configs.size(); ++c) {
        if (!configs[c])
            continue;
        for (const GroupProfile& group : *configs[c]) {
            const std::string kind = kindOf(group);
            auto it = std::find_if(sums.begin(), sums.end(), [&](const KindSums& s) { return s.kind == kind; });
            if (it == sums.end())
                it = sums.insert(sums.end(), {kind, group.overhead(), std::vector<double>(configs.size(), 0)});
            it->ms[c] += group.ms;
        }
    }
    std::stable_sort(sums.begin(), sums.end(), [](const KindSums& a, const KindSums& b) {
        return a.overhead != b.overhead ? b.overhead : a.ms.front() > b.ms.front();
    });
    return sums;
}

} // namespace octet
