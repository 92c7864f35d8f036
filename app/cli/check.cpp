// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"

#include "app/cli/shared.h"
#include "core/exchange/inc_yaml.h"
#include "core/graph/model.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace octet::cli {

using nlohmann::json;

namespace {

json problemJson(bool error, int line, int column, const std::string& path, const std::string& message)
{
    return {{"severity", error ? "error" : "warning"}, {"line", line}, {"column", column}, {"path", path},
        {"message", message}};
}

json problemJson(const exchange::SchemaProblem& problem)
{
    return problemJson(problem.error, problem.line, problem.column, problem.path, problem.message);
}

void checkAgainstModel(const Arguments& arguments, const std::string& text, json& problems, json& resolved)
{
    const quantize::Opened opened = quantize::open(arguments.model);
    const auto& model = opened.model;
    const exchange::ConfigFile file = exchange::readConfigFile(arguments.file, model.get());
    for (const quantize::Problem& problem : quantize::resolve(*model, file.config).problems)
        problems.push_back(problemJson(problem.error, 0, 0, problem.path, problem.message));
    for (const exchange::NameMatch& key : file.isInc ? file.matches : exchange::keyMatches(file.config, *model)) {
        json entry = {{"key", key.key}, {"nodes", key.nodes}, {"rule", key.rule}};
        if (file.isInc)
            entry.update({{"line", key.line}, {"column", key.column}});
        resolved.push_back(std::move(entry));
    }
    if (!file.isInc)
        return;
    const exchange::IncImport inc = exchange::readIncYaml(text, arguments.file, model.get());
    for (const exchange::SchemaProblem& problem : inc.problems)
        if (const json entry = problemJson(problem); std::ranges::find(problems, entry) == problems.end())
            problems.push_back(entry);
}

std::string describe(const Arguments& arguments, const json& document)
{
    std::string text;
    for (const json& problem : document["problems"]) {
        text += arguments.file;
        if (problem["line"].get<int>() > 0)
            text += fmt::format(":{}:{}", problem["line"].get<int>(), problem["column"].get<int>());
        text += fmt::format(": {}: {}{}{}\n", problem["severity"].get<std::string>(),
            problem["path"].get<std::string>(), problem["path"].get_ref<const std::string&>().empty() ? "" : ": ",
            problem["message"].get<std::string>());
    }
    for (const json& entry : document["resolved"])
        text += fmt::format("{} ({}): {} {}\n", entry["key"].get<std::string>(), entry["rule"].get<std::string>(),
            entry["nodes"].size(), entry["nodes"].size() == 1 ? "op" : "ops");
    return text.empty() ? "No problems.\n" : text;
}

bool hasErrors(const json& problems)
{
    return std::ranges::any_of(problems, [](const json& problem) { return problem["severity"] == "error"; });
}

} // namespace

int check(const Arguments& arguments, Console& console)
{
    const std::string text = readTextFile(arguments.file);
    json problems = json::array(), resolved = json::array();
    bool isInc = true;
    try {
        isInc = exchange::readConfigFile(arguments.file, nullptr).isInc;
    } catch (const Error& error) {
        // An INC YAML gets all of its problems listed below; anything else has this one.
        for (const exchange::SchemaProblem& problem : exchange::validateIncYaml(text))
            problems.push_back(problemJson(problem));
        if (!hasErrors(problems))
            problems.push_back(problemJson(true, error.where().line, error.where().column, "", error.message()));
    }
    if (problems.empty()) {
        if (isInc)
            for (const exchange::SchemaProblem& problem : exchange::validateIncYaml(text))
                problems.push_back(problemJson(problem));
        if (!arguments.model.empty() && !hasErrors(problems))
            checkAgainstModel(arguments, text, problems, resolved);
    }
    const json document = {{"problems", problems}, {"resolved", resolved}};
    console.result(document, describe(arguments, document));
    if (!hasErrors(problems))
        return Done;
    console.note(fmt::format("octet-cli: {} has errors; correct them at the places named.", arguments.file));
    return Failed;
}

} // namespace octet::cli
