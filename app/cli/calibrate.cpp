// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"

#include "app/cli/histogram.h"
#include "app/cli/job.h"
#include "app/cli/opening.h"
#include "core/engine/cpu.h"
#include "core/exchange/atomic_file.h"
#include "core/exchange/octet_yaml.h"
#include "core/measure/measure.h"
#include "core/quantize/products.h"
#include "core/tune/tuner.h"
#include "core/values/edit_distance.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace octet::cli {

using nlohmann::json;

namespace {

json tensorsJson(const Ranges& ranges, const CalibrationEvidence& evidence)
{
    json tensors = json::array();
    for (const auto& [key, range] : ranges) {
        json entry = {{"name", key.value}, {"min", range.min}, {"max", range.max}, {"method", toString(key.method)},
            {"samples", range.samples}};
        if (key.method == RangeMethod::Percentile)
            entry["percentile"] = key.percentile;
        if (const RangeGrowth* growth = evidence.range(key)) {
            json& steps = entry["growth"] = json::array();
            for (const RangeStep& step : growth->steps)
                steps.push_back({{"samples", step.samples}, {"min", step.min}, {"max", step.max}});
            entry["last_change"] = growth->lastChange();
            if (growth->drivingSample > 0) {
                entry["driving_sample"] = growth->drivingSample;
                entry["driven_share"] = growth->drivenShare;
            }
        }
        tensors.push_back(std::move(entry));
    }
    return tensors;
}

json valuesJson(const CalibrationEvidence& evidence)
{
    json values = json::array();
    for (const ValueEvidence& value : evidence.values) {
        json bins = json::array(), thresholds = json::array();
        for (const HistogramBin& bin : value.histogram)
            bins.push_back({bin.low, bin.high, bin.count});
        for (const Threshold& threshold : value.thresholds) {
            json entry = {{"method", toString(threshold.method)}, {"min", threshold.min}, {"max", threshold.max}};
            if (threshold.method == RangeMethod::Percentile)
                entry["percentile"] = threshold.percentile;
            thresholds.push_back(std::move(entry));
        }
        values.push_back({{"name", value.value}, {"count", value.count}, {"not_finite", value.notFinite},
            {"histogram", std::move(bins)}, {"thresholds", std::move(thresholds)}});
    }
    return values;
}

json sufficiencyJson(const CalibrationEvidence& evidence)
{
    if (evidence.empty())
        return nullptr; // every range was known
    const Sufficiency found = sufficiency(evidence);
    return {{"enough", found.enough}, {"sentence", found.sentence}, {"worst_change", found.worstChange},
        {"worst_value", found.worstValue}, {"suggested_samples", found.suggested}};
}

/// The ranges that moved most first; the file has all.
std::string rangesText(const Ranges& ranges, const CalibrationEvidence& evidence)
{
    struct Row
    {
        double change;
        std::vector<std::string> cells;
    };
    std::vector<Row> sorted;
    for (const auto& [key, range] : ranges) {
        const RangeGrowth* growth = evidence.range(key);
        const double change = growth ? growth->lastChange() : 0;
        sorted.push_back({change,
            {key.value, fmt::format("{:.4g}", range.min), fmt::format("{:.4g}", range.max), toString(key.method),
                std::to_string(range.samples), growth ? fmt::format("{:.1f} %", 100 * change) : key.method == RangeMethod::Manual ? "by hand" : "known"}});
    }
    std::stable_sort(sorted.begin(), sorted.end(), [](const Row& a, const Row& b) { return a.change > b.change; });
    constexpr std::size_t shown = 12;
    std::vector<std::vector<std::string>> rows{{"value", "min", "max", "method", "samples", "moved over last half"}};
    for (std::size_t i = 0; i < std::min(shown, sorted.size()); ++i)
        rows.push_back(sorted[i].cells);
    std::string text = table(rows);
    if (sorted.size() > shown)
        text += fmt::format("... and {} more that moved no further.\n", sorted.size() - shown);
    return text;
}

/// The value of that name, or what the op of that name reads.
const ValueEvidence& valueNamed(const std::string& name, const graph::Model& model, const CalibrationEvidence& evidence)
{
    const std::string value = valueRead(name, model);
    constexpr std::size_t longest = 200; // names come from a file
    const auto distance = [&](const std::string& other) {
        return editDistance(std::string_view(other).substr(0, longest), std::string_view(name).substr(0, longest));
    };
    const ValueEvidence* nearest = nullptr;
    for (const ValueEvidence& candidate : evidence.values) {
        if (candidate.value == value)
            return candidate;
        if (!nearest || distance(candidate.value) < distance(nearest->value))
            nearest = &candidate;
    }
    throw Error(ErrorKind::Setting,
        fmt::format("No calibrated value and no product is named \"{}\"{}.", name,
            nearest ? fmt::format("; the nearest is \"{}\"", nearest->value) : ""));
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
    Opening opening(arguments, console);
    auto& [spec, opened, model, project, data] = opening;
    const NamedConfig config = configOf(arguments, *model, console, "static");
    settingsOf(*model, config.config, console);
    project.setData(data->spec());
    JobRequest request = requestOf(JobKind::Calibrate, arguments, *model, *data, config, project);
    JobWatcher watcher(console, project, *data);
    if (!arguments.histogram.empty()) // a range that is known alone has no histogram
        std::erase_if(request.ranges, [&](const auto& range) { return !watcher.evidence().value(range.first.value); });
    const JobResult result = tune::run(request, watcher);
    project.addRanges(*data, result.ranges);
    const CalibrationEvidence& evidence = watcher.evidence();

    std::string text;
    if (!arguments.histogram.empty())
        text = histogramText(valueNamed(arguments.histogram, *model, evidence)) + "\n";
    std::vector<std::string> advice = measure::calibrationConcerns(*data);
    for (std::string& line : warnings(evidence))
        advice.push_back(std::move(line));
    const json document = {{"tensors", tensorsJson(result.ranges, evidence)}, {"samples", data->size(Split::Calibration)},
        {"sufficiency", sufficiencyJson(evidence)}, {"warnings", advice},
        {"values", valuesJson(evidence)}, {"file", arguments.output}, {"seconds", result.seconds}};
    const bool asJson = arguments.output.ends_with(".json");
    exchange::writeAtomically(arguments.output,
        asJson ? document.dump(2, ' ', false, json::error_handler_t::replace) + "\n"
               : yamlOf(request, config, result.ranges, *data));
    text += rangesText(result.ranges, evidence);
    text += (evidence.empty() ? std::string("Every range was known; nothing was calibrated again.")
                                     : sufficiency(evidence).sentence)
        + "\n";
    console.result(document, text + fmt::format("Written to {}.\n", arguments.output));
    return Done;
}

} // namespace octet::cli
