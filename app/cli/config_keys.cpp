// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/config_keys.h"

#include "app/cli/shared.h"

namespace octet::cli {

std::vector<exchange::NameMatch> configKeys(const std::string& file, const graph::Model& model)
{
    const exchange::ConfigFile read = exchange::readConfigFile(file, &model);
    if (read.isInc)
        return exchange::readIncYaml(readTextFile(file), file, &model).matches;
    std::vector<exchange::NameMatch> keys;
    for (const auto& [type, leaves] : read.config.opTypes) {
        exchange::NameMatch& key = keys.emplace_back(type, std::vector<std::string>(), "op type");
        for (const auto& product : quantize::products(model))
            if (const auto& node = model.nodes()[static_cast<std::size_t>(product.node)]; node.opType == type)
                key.nodes.push_back(node.name);
    }
    for (const Rule& rule : read.config.rules)
        keys.push_back({rule.pattern, quantize::matchingNodes(model, rule.pattern), "full match"});
    for (const auto& [name, leaves] : read.config.ops)
        keys.push_back({name, model.node(name) ? std::vector{name} : std::vector<std::string>{}, "exact"});
    return keys;
}

} // namespace octet::cli
