// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"

#include "app/cli/profile.h"
#include "app/cli/shared.h"
#include "app/cli/store.h"
#include "core/engine/cpu.h"
#include "core/values/group_match.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace octet::cli {

using nlohmann::json;

namespace {

json entriesJson(const Arguments& arguments, const graph::Model& model, const std::vector<NamedConfig>& configs,
    const measure::LatencyRun& run, const Workload& workload)
{
    json entries = json::array();
    for (std::size_t i = 0; i < run.latencies.size(); ++i) {
        const Latency& latency = run.latencies[i];
        json entry = {{"name", configs[i].name}, {"threads", workload.threads},
            {"isa", engine::toString(engine::effectiveIsa())}, {"batch", workload.batch}, {"length", workload.length},
            {"runs", latency.runs}, {"p50_ms", latency.p50}, {"p90_ms", latency.p90}, {"p99_ms", latency.p99},
            {"min_ms", latency.min}, {"mean_ms", latency.mean}, {"ci95_ms", {latency.ciLow, latency.ciHigh}},
            {"drift", latency.drift}, {"drifted", latency.drifted}, {"waited", latency.waited},
            {"precision_counts", countsJson(realisedCounts(model, run.groups[i]))}};
        if (i < run.weightBytes.size())
            entry["weight_bytes"] = run.weightBytes[i];
        if (arguments.ops) {
            entry["ops"] = opsJson(run.groups[i]);
            entry["run_ms"] = run.runMs[i];
            entry["coverage"] = groupsMs(run.groups[i]) / run.runMs[i];
            entry["profiling_cost"] = run.profilingCost[i];
        }
        entries.push_back(std::move(entry));
    }
    return entries;
}

json ratiosJson(const std::vector<NamedConfig>& configs, const measure::LatencyRun& run)
{
    json ratios = json::array();
    for (std::size_t i = 1; i < run.latencies.size(); ++i)
        ratios.push_back({{"a", configs[i].name}, {"b", configs[0].name}, {"ratio", run.latencies[i].ratioToFp32},
            {"ci95", {run.latencies[i].ratioLow, run.latencies[i].ratioHigh}}});
    return ratios;
}

std::string text(const json& document)
{
    std::vector<std::vector<std::string>> rows{{"config", "p50 ms", "p90 ms", "p99 ms", "min ms", "95 % of p50"}};
    const auto number = [](const json& value) { return fmt::format("{:.3f}", value.get<double>()); };
    for (const json& entry : document["entries"])
        rows.push_back({entry["name"], number(entry["p50_ms"]), number(entry["p90_ms"]), number(entry["p99_ms"]),
            number(entry["min_ms"]), number(entry["ci95_ms"][0]) + " to " + number(entry["ci95_ms"][1])});
    const json& machine = document["machine"];
    std::string result = fmt::format("{}, {}, {} threads; ms a sample\n", machine["cpu"].get<std::string>(),
                             machine["isa"].get<std::string>(), document["entries"][0]["threads"].get<int>())
        + table(rows);
    for (const json& ratio : document["ratios"])
        result += fmt::format("{} takes {:.3f} of the time of {} (95 %: {:.3f} to {:.3f})\n",
            ratio["a"].get<std::string>(), ratio["ratio"].get<double>(), ratio["b"].get<std::string>(),
            ratio["ci95"][0].get<double>(), ratio["ci95"][1].get<double>());
    return result;
}

} // namespace

int benchmark(const Arguments& arguments, Console& console)
{
    constexpr int defaultLength = 128;
    capIsa(arguments);
    const bool ownData = namesData(arguments);
    const DataSpec spec = ownData ? dataSpec(arguments) : DataSpec{};
    const quantize::Opened opened = openModel(arguments, console);
    const auto& model = opened.model;
    Store project(arguments, *model);
    Workload workload;
    workload.batch = arguments.batch;
    workload.length = arguments.length > 0 || ownData ? arguments.length : defaultLength;
    workload.threads = threadsOf(arguments);
    workload.isa = arguments.isa;
    workload.runs = arguments.runs;
    const auto data = ownData ? data::open(spec, *model) : nullptr;
    if (!ownData)
        console.note(
            "No data given: inputs, and static ranges where a config brings none, are drawn from a seed. The times "
            "are real, accuracy is not looked at.");

    auto configs = configsOf(arguments, *model, console);
    if (configs.empty())
        configs.push_back(configOf(arguments, opened, console));
    engine::WeightStore weights;
    measure::Context context = contextOf(arguments, model, data, weights);
    std::vector<measure::Contender> contenders;
    for (const NamedConfig& config : configs) {
        const Settings settings = settingsOf(*model, config.config, console);
        context.progress = console.step("Calibrating " + config.name);
        Ranges ranges = config.ranges;
        if (ownData) {
            ranges.merge(project.ranges(*data));
            ranges = measure::calibrate(context, settings, ranges);
            if (config.ranges.empty())
                project.addRanges(*data, ranges);
        } else {
            ranges.merge(measure::seededRanges(context, settings, workload)); // those of a config file come first
        }
        contenders.push_back({config.name, settings, ranges});
        throwIfInterrupted();
    }
    context.progress = console.step("Timing");
    const measure::LatencyRun run = measure::latency(context, contenders, workload);
    if (const std::string doubt = measure::timingDoubt(run.latencies[0], configs[0].name); !doubt.empty())
        console.note(doubt);
    const json document = {{"machine", machineJson(engine::machine(engine::effectiveIsa()))},
        {"entries", entriesJson(arguments, *model, configs, run, workload)}, {"ratios", ratiosJson(configs, run)},
        {"seeded_inputs", !ownData}};
    std::string shown = text(document);
    if (arguments.ops) {
        std::vector<std::string> names;
        for (const NamedConfig& config : configs)
            names.push_back(config.name);
        shown += "\n" + profileText(names, run.groups, run.runMs);
    }
    console.result(document, shown);
    return Done;
}

} // namespace octet::cli
