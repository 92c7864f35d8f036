// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"

#include "app/cli/shared.h"
#include "core/project/project.h"
#include "core/values/json.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace octet::cli {

using nlohmann::json;

int trials(const Arguments& arguments, Console& console)
{
    const auto project = project::Project::review(arguments.file); // reading changes nothing
    json list = json::array();
    std::vector<std::vector<std::string>> rows{
        {"trial", "state", "accuracy", "p50 ms", "int8", "bf16", "fp32", "", "name"}};
    for (const Trial& trial : project->trials()) {
        list.push_back(trialJson(trial));
        const Accuracy* accuracy = trial.tuning();
        rows.push_back(
            {std::to_string(trial.id), toString(trial.state), accuracy ? fmt::format("{:.4f}", accuracy->value) : "-",
                trial.latency.runs > 0 ? fmt::format("{:.3f}", trial.latency.p50) : "-",
                std::to_string(trial.counts.int8), std::to_string(trial.counts.bf16), std::to_string(trial.counts.fp32),
                trial.chosen       ? "chosen"
                    : trial.pinned ? "pinned"
                                   : "",
                trial.name});
    }
    const json document = {{"model", {{"path", project->modelPath()}, {"sha256", project->modelHash()}}},
        {"goal", toJson(project->goal())}, {"trials", std::move(list)}};
    console.result(document, rows.size() > 1 ? table(rows) : "The project holds no trials yet.\n");
    return Done;
}

} // namespace octet::cli
