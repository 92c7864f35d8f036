// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"

#include "app/cli/job.h"
#include "core/engine/cpu.h"
#include "core/exchange/atomic_file.h"
#include "core/exchange/octet_yaml.h"
#include "core/tune/tuner.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace octet::cli {

using nlohmann::json;

namespace {

json tensorsJson(const Ranges& ranges)
{
    json tensors = json::array();
    for (const auto& [key, range] : ranges) {
        json entry = {{"name", key.value}, {"min", range.min}, {"max", range.max}, {"method", toString(key.method)},
            {"samples", range.samples}};
        if (key.method == RangeMethod::Percentile)
            entry["percentile"] = key.percentile;
        tensors.push_back(std::move(entry));
    }
    return tensors;
}

std::string yamlOf(
    const JobRequest& request, const NamedConfig& config, const Ranges& ranges, const data::Dataset& data)
{
    exchange::OctetDocument document;
    document.config = config.config;
    document.ranges = ranges;
    document.data = data.spec();
    document.workload = request.workload;
    document.manifest.modelPath = request.modelPath;
    document.manifest.modelHash = request.modelHash;
    document.manifest.dataHash = data.hash();
    document.manifest.machine = engine::machine(engine::effectiveIsa());
    document.manifest.threads = request.workload.threads;
    document.manifest.versions["octet"] = OCTET_VERSION;
    return exchange::writeOctetYaml(document);
}

} // namespace

int calibrate(const Arguments& arguments, Console& console)
{
    capIsa(arguments);
    const DataSpec spec = dataSpec(arguments);
    const quantize::Opened opened = openModel(arguments, console);
    const auto& model = opened.model;
    Store project(arguments, *model);
    const auto data = data::open(spec, *model);
    const NamedConfig config = configOf(arguments, *model, console, "static");
    settingsOf(*model, config.config, console);
    project.setData(data->spec());
    const JobRequest request = requestOf(JobKind::Calibrate, arguments, *model, *data, config, project);
    JobWatcher watcher(console, project, *data);
    const JobResult result = tune::run(request, watcher);
    project.addRanges(*data, result.ranges);

    const json document = {{"tensors", tensorsJson(result.ranges)}, {"samples", data->size(Split::Calibration)},
        {"file", arguments.output}, {"seconds", result.seconds}};
    const bool asJson = arguments.output.ends_with(".json");
    exchange::writeAtomically(arguments.output,
        asJson ? document.dump(2, ' ', false, json::error_handler_t::replace) + "\n"
               : yamlOf(request, config, result.ranges, *data));
    std::vector<std::vector<std::string>> rows{{"value", "min", "max", "method", "samples"}};
    for (const auto& [key, range] : result.ranges)
        rows.push_back({key.value, fmt::format("{:.4g}", range.min), fmt::format("{:.4g}", range.max),
            toString(key.method), std::to_string(range.samples)});
    console.result(document, table(rows) + fmt::format("Written to {}.\n", arguments.output));
    return Done;
}

} // namespace octet::cli
