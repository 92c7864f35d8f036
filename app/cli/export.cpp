// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"

#include "app/cli/shared.h"
#include "core/exchange/atomic_file.h"
#include "core/exchange/inc_yaml.h"
#include "core/exchange/octet_yaml.h"
#include "core/exchange/qdq.h"
#include "core/exchange/report_html.h"
#include "core/graph/model.h"
#include "core/project/project.h"
#include "core/tune/frontier.h"
#include "core/tune/report.h"
#include "core/values/hash.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <filesystem>

namespace octet::cli {

using nlohmann::json;

namespace {

const Trial& wantedTrial(const Arguments& arguments, const std::vector<Trial>& trials, const project::Project& project)
{
    const std::string& wanted = arguments.trial;
    int id = 0;
    if (wanted.empty()) {
        const auto chosen = std::ranges::find(trials, true, &Trial::chosen);
        if (chosen != trials.end())
            return *chosen;
    }
    if (wanted.empty() || wanted == "best") {
        id = tune::bestTrial(trials, project.goal());
        if (id == 0)
            throw Error(ErrorKind::Setting,
                fmt::format(
                    "No trial in {} holds the goal and is faster than fp32; name one with --trial N.", arguments.file),
                {.file = arguments.file});
    } else if (const auto [end, code] = std::from_chars(wanted.data(), wanted.data() + wanted.size(), id);
               code != std::errc() || end != wanted.data() + wanted.size()) {
        throw UsageError{fmt::format("--trial {}: expected the number of a trial, or best.", wanted)};
    }
    const auto found = std::ranges::find(trials, id, &Trial::id);
    if (found == trials.end())
        throw Error(ErrorKind::Setting,
            fmt::format("{} has no trial {}; \"octet-cli trials\" lists them.", arguments.file, id),
            {.file = arguments.file});
    return *found;
}

std::string csvField(const std::string& text)
{
    if (text.find_first_of(",\"\r\n") == std::string::npos)
        return text;
    std::string quoted = "\"";
    for (const char c : text)
        quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + "\"";
}

std::string csv(const std::vector<Trial>& trials)
{
    std::string text =
        "id,name,origin,state,accuracy,correct,samples,worse,better,p50_ms,p90_ms,p99_ms,ratio_to_fp32,int8,bf16,"
        "fp32,weight_bytes,threads,batch,length,isa,started,seconds,chosen,note,error\n";
    for (const Trial& trial : trials) {
        const Accuracy* accuracy = trial.tuning();
        const Latency& latency = trial.latency;
        text +=
            fmt::format("{},{},{},{},", trial.id, csvField(trial.name), csvField(trial.origin), toString(trial.state));
        text += accuracy ? fmt::format("{},{},{},{},{},", accuracy->value, accuracy->correct, accuracy->samples,
                    accuracy->worse, accuracy->better)
                         : ",,,,,";
        text += latency.runs > 0
            ? fmt::format("{},{},{},{},", latency.p50, latency.p90, latency.p99, latency.ratioToFp32)
            : ",,,,";
        text += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{}\n", trial.counts.int8, trial.counts.bf16,
            trial.counts.fp32, trial.weightBytes, trial.workload.threads, trial.workload.batch, trial.workload.length,
            csvField(trial.manifest.machine.isa), csvField(trial.manifest.started), trial.manifest.seconds,
            trial.chosen ? 1 : 0, csvField(trial.note), csvField(trial.error));
    }
    return text;
}

std::shared_ptr<const graph::Model> modelOf(const Arguments& arguments, const project::Project& project)
{
    const auto model = quantize::open(arguments.model.empty() ? project.modelPath() : arguments.model).model;
    if (model->hash() != project.modelHash())
        throw Error(ErrorKind::Data,
            fmt::format("{} is not the model of {}; name the right one with --model.", model->path(), arguments.file),
            {.file = model->path()});
    return model;
}

Report reportOf(const Arguments& arguments, const project::Project& project, const std::vector<Trial>& trials,
    const Trial& trial)
{
    const Goal goal = project.goal();
    const DataSpec data = project.data();
    const Sensitivity sensitivity = project.sensitivity(trial.manifest.dataHash);
    return tune::reportOf({trials, trial, goal, data, sensitivity, std::filesystem::path(arguments.file).stem().string(),
        tune::modelWords(project.modelPath(), project.modelHash()), graph::fixtureNote(project.modelPath())});
}

/// Writes the file and returns what the format could not say.
std::vector<std::string> writeTrial(const Arguments& arguments, const project::Project& project,
    const std::vector<Trial>& trials, const Trial& trial, Console& console)
{
    const DataSpec data = project.data();
    const Goal goal = project.goal();
    if (arguments.format == "octet") {
        exchange::writeAtomically(
            arguments.output, exchange::writeOctetYaml(exchange::documentOf(trial, &data, &goal)));
        return {};
    }
    if (arguments.format == "report") {
        exchange::writeAtomically(arguments.output, exchange::reportHtml(reportOf(arguments, project, trials, trial)));
        return {};
    }
    const auto model = modelOf(arguments, project);
    if (arguments.format == "inc") {
        long samples = data.calibLimit;
        for (const auto& [key, range] : trial.ranges)
            samples = std::max(samples, range.samples);
        const auto inc = exchange::writeIncYaml(*model, trial.config, goal, samples);
        exchange::writeAtomically(arguments.output, inc.yaml);
        return inc.losses;
    }
    return exchange::writeQdq(*model, settingsOf(*model, trial.config, console), trial.ranges, arguments.output).losses;
}

} // namespace

int exportTrial(const Arguments& arguments, Console& console)
{
    const auto project = project::Project::review(arguments.file);
    const auto trials = project->trials();
    json document = {{"file", arguments.output}, {"format", arguments.format}};
    std::vector<std::string> losses;
    if (arguments.format == "csv") {
        exchange::writeAtomically(arguments.output, csv(trials));
    } else {
        const Trial& trial = wantedTrial(arguments, trials, *project);
        document["trial"] = trial.id;
        losses = writeTrial(arguments, *project, trials, trial, console);
    }
    document["sha256"] = sha256File(arguments.output);
    document["losses"] = losses;
    std::string text =
        fmt::format("Written to {} (sha256 {}).\n", arguments.output, document["sha256"].get<std::string>());
    for (const std::string& loss : losses)
        text += fmt::format("This format cannot say: {}\n", loss);
    console.result(document, text);
    return Done;
}

} // namespace octet::cli
