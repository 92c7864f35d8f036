// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"

#include "app/cli/advice.h"
#include "app/cli/job.h"
#include "core/exchange/inc_yaml.h"
#include "core/measure/metrics.h"
#include "core/tune/frontier.h"
#include "core/tune/strategy.h"
#include "core/tune/tuner.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace octet::cli {

using nlohmann::json;

namespace {

Goal goalOf(const Arguments& arguments, const graph::Model& model)
{
    Goal goal;
    if (!arguments.tuning.empty())
        goal = exchange::readConfigFile(arguments.tuning, &model).goal;
    if (arguments.relative || arguments.absolute) {
        goal.relative = arguments.relative.has_value();
        goal.maxDrop = goal.relative ? *arguments.relative : *arguments.absolute;
    }
    if (!arguments.strategy.empty())
        goal.strategy = arguments.strategy;
    if (!arguments.metric.empty())
        goal.metric = arguments.metric;
    measure::checkGoal(goal);
    goal.maxTrials = arguments.maxTrials.value_or(goal.maxTrials);
    goal.timeoutSeconds = arguments.timeout.value_or(goal.timeoutSeconds);
    goal.seed = arguments.seed.value_or(goal.seed);
    goal.keepWeights = goal.keepWeights || arguments.keepWeights;
    goal.searchOn = goal.searchOn || arguments.searchOn;
    if (!tune::isKnownStrategy(goal.strategy))
        throw Error(ErrorKind::Setting,
            fmt::format(
                "\"{}\" is no strategy; use pareto, basic, mse, mse_v2, or another name of INC.", goal.strategy));
    return goal;
}

json trialsJson(const std::vector<Trial>& trials)
{
    json list = json::array();
    for (const Trial& trial : trials)
        list.push_back(trialJson(trial));
    return list;
}

json documentOf(
    const std::vector<Trial>& trials, const JobResult& result, const std::vector<tune::Advice>& advice)
{
    const Trial* baseline = tune::fp32Baseline(trials);
    const auto best = std::ranges::find(trials, result.bestTrial, &Trial::id);
    json document = {{"baseline", baseline ? trialJson(*baseline) : json()}, {"trials", trialsJson(trials)},
        {"best", best != trials.end() ? trialJson(*best) : json()}, {"verdict", result.verdict}, {"held_out", nullptr},
        {"met", result.goalMet}, {"evaluations", result.evaluations}, {"seconds", result.seconds},
        {"summary", result.summary}, {"advice", adviceJson(advice)}};
    if (result.heldOut.samples > 0) {
        document["held_out"] = accuracyJson(result.heldOut);
        document["held_out"].update({{"worse", result.heldOut.worse}, {"better", result.heldOut.better}});
    }
    return document;
}

std::string text(const json& document, const std::string& metric)
{
    std::vector<std::vector<std::string>> rows{{"trial", "state", metric, "p50 ms", "int8", "bf16", "fp32", "name"}};
    for (const json& trial : document["trials"]) {
        const json& counts = trial["precision_counts"];
        rows.push_back({std::to_string(trial["id"].get<int>()), trial["state"],
            trial["accuracy"].is_null() ? "-" : fmt::format("{:.4f}", trial["accuracy"].get<double>()),
            trial["p50_ms"].is_null() ? "-" : fmt::format("{:.3f}", trial["p50_ms"].get<double>()),
            std::to_string(counts["int8"].get<int>()), std::to_string(counts["bf16"].get<int>()),
            std::to_string(counts["fp32"].get<int>()), trial["name"]});
    }
    std::string result = table(rows);
    if (document.contains("summary"))
        result += document["summary"].get<std::string>() + "\n";
    return result;
}

} // namespace

int tune(const Arguments& arguments, Console& console)
{
    Goal goal;
    Opening opening(arguments, console, [&](const graph::Model& m) { goal = goalOf(arguments, m); });
    auto& [spec, opened, model, project, data] = opening;
    measure::checkLabels(measure::metricOf(goal.metric), data->labelKind());
    // Without a config nothing is set, so that the search decides everything.
    NamedConfig config;
    if (!arguments.configs.empty() || !arguments.presets.empty())
        config = configOf(arguments, *model, console);
    settingsOf(*model, config.config, console);
    JobRequest request = requestOf(JobKind::Tune, arguments, *model, *data, config, project);
    request.goal = goal;
    project.setData(data->spec());
    project.setGoal(goal);
    project.setWorkload(request.workload);
    throwIfInterrupted();

    SensitivityWatcher watcher(console, project, *data);
    JobResult result;
    try {
        result = tune::run(request, watcher);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::Cancelled)
            throw;
        const json partial = {{"trials", trialsJson(trialsFor(request, watcher.finished(), *model, *data))}};
        if (!console.wantsJson() && !watcher.finished().empty())
            console.result(partial, text(partial, goal.metric));
        return console.fail(error, partial);
    }
    const std::vector<Trial> trials = trialsFor(request, watcher.finished(), *model, *data);
    const Sensitivity& sensitivity = watcher.found.empty() ? request.sensitivity : watcher.found;
    const auto advice = adviceOn(opening, request, watcher.evidence(), sensitivity, trials);
    const json document = documentOf(trials, result, advice);
    console.result(document, text(document, goal.metric) + adviceText(advice));
    return result.goalMet ? Done : NotMet;
}

} // namespace octet::cli
