// SPDX-License-Identifier: GPL-3.0-or-later
// A config file of either kind, told apart by what is in it and not by its name.
#include "core/exchange/inc_yaml.h"
#include "core/exchange/octet_yaml.h"
#include "core/exchange/yaml_tree.h"
#include "core/quantize/resolve.h"
#include "core/values/error.h"

#include <fmt/format.h>

#include <filesystem>

namespace octet::exchange {

namespace {

ConfigFile fromInc(IncImport import)
{
    ConfigFile file;
    file.isInc = true;
    file.config = std::move(import.config);
    file.goal = std::move(import.goal);
    file.matches = std::move(import.matches);
    for (const SchemaProblem& problem : import.problems)
        file.warnings.push_back(
            fmt::format("line {}, column {}: {}: {}", problem.line, problem.column, problem.path, problem.message));
    return file;
}

ConfigFile fromOctet(OctetDocument document)
{
    ConfigFile file;
    file.config = std::move(document.config);
    file.ranges = std::move(document.ranges);
    file.goal = document.goal.value_or(Goal{});
    return file;
}

} // namespace

ConfigFile readConfigFile(const std::string& path, const graph::Model* model)
{
    const std::string text = readYamlFile(path);
    const YamlNode root = parseYaml(text, path);
    if (root.find("octet"))
        return fromOctet(readOctetYaml(text, path));
    for (const char* key : {"model", "quantization", "tuning", "evaluation"})
        if (root.find(key))
            return fromInc(readIncYaml(text, path, model));
    throw Error(ErrorKind::Format,
        fmt::format("{} is no configuration: expected an .octet.yaml (top level key \"octet\") or an INC 1.x YAML "
                    "(top level keys \"model\", \"quantization\").",
            path),
        Location{path, root.line, root.column, 0, {}});
}

std::vector<NameMatch> keyMatches(const Config& config, const graph::Model& model)
{
    std::vector<NameMatch> matches;
    for (const auto& [type, leaves] : config.opTypes) {
        NameMatch& match = matches.emplace_back(type, std::vector<std::string>(), "op type");
        for (const auto& product : quantize::products(model))
            if (const auto& node = model.nodes()[static_cast<std::size_t>(product.node)]; node.opType == type)
                match.nodes.push_back(node.name);
    }
    for (const Rule& rule : config.rules)
        matches.push_back({rule.pattern, quantize::matchingNodes(model, rule.pattern), "full match"});
    for (const auto& [name, leaves] : config.ops)
        matches.push_back({name, model.node(name) ? std::vector{name} : std::vector<std::string>{}, "exact"});
    return matches;
}

} // namespace octet::exchange
