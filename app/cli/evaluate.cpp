// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"

#include "app/cli/opening.h"
#include "core/engine/cpu.h"
#include "core/measure/metrics.h"
#include "core/values/hash.h"
#include "core/values/json.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace octet::cli {

using nlohmann::json;

namespace {

/// All that the result depends on; threads and batch size are not among it.
std::string keyOf(const graph::Model& model, const data::Dataset& data, const Settings& settings, const Ranges& given,
    const std::string& metric)
{
    json settingsJson = json::object();
    for (const auto& [node, setting] : settings)
        settingsJson[node] = toJson(setting);
    json key = {{"model", model.hash()}, {"data", data.hash()}, {"test", data.size(Split::Test)},
        {"calibration", data.size(Split::Calibration)}, {"settings", std::move(settingsJson)},
        {"ranges", toJson(given)}, {"isa", engine::toString(engine::effectiveIsa())}, {"octet", OCTET_VERSION}};
    if (metric != "accuracy")
        key["metric"] = metric;
    return "evaluation:" + sha256(key.dump());
}

json compute(const Arguments& arguments, const std::shared_ptr<const graph::Model>& model,
    const std::shared_ptr<const data::Dataset>& data, const Settings& settings, const Ranges& given, Store& project,
    Console& console, const measure::Metric& metric)
{
    engine::WeightStore weights;
    measure::Context context = contextOf(arguments, model, data, weights);
    context.progress = console.step("Calibrating");
    Ranges known = given;
    known.merge(project.ranges(*data));
    const Ranges ranges = measure::calibrate(context, settings, known);
    project.addRanges(*data, given.empty() ? ranges : Ranges{});
    context.progress = console.step(metric.needsLabels ? "Accuracy" : metric.words.c_str());
    measure::AccuracyRun run = measure::accuracy(context, settings, ranges, Split::Test, metric.name);
    if (!metric.needsLabels) {
        context.progress = console.step("fp32, to compare with");
        const measure::AccuracyRun fp32 = measure::accuracy(context, {}, {}, Split::Test, metric.name);
        measure::compareOn(*data, Split::Test, run.accuracy, fp32.accuracy, run.outputs, fp32.outputs);
    }
    json document = accuracyJson(run.accuracy);
    document["precision_counts"] = countsJson(realisedCounts(*model, run.groups));
    if (!metric.needsLabels)
        document["flips"] = run.accuracy.flips;
    document["split"] = toString(Split::Test);
    document["output_digest"] = run.outputDigest;
    document["machine"] = machineJson(engine::machine(engine::effectiveIsa()));
    return document;
}

std::string sentence(const json& document, const std::string& config, const measure::Metric& metric)
{
    const json& counts = document["precision_counts"];
    const auto number = [&](const json& value) { // divergences may be tiny
        return metric.higherIsBetter ? fmt::format("{:.4f}", value.get<double>())
                                     : fmt::format("{:.3g}", value.get<double>());
    };
    const long samples = document["samples"].get<long>();
    Accuracy counted;
    counted.metric = metric.name;
    counted.correct = document["correct"].get<long>();
    counted.samples = samples;
    const std::string answers = metric.needsLabels
        ? answersText(counted) + (metric.labels == LabelKind::Classes ? " right" : "")
        : fmt::format("{} of {} answers as fp32's", samples - document["flips"].get<long>(), samples);
    return fmt::format("{}: {} {}, {} (95 %: {} to {})\n"
                       "Products with weights: {} int8, {} bf16, {} fp32\n",
        config, metric.words, number(document["value"]), answers, number(document["ci95"][0]),
        number(document["ci95"][1]), counts["int8"].get<int>(), counts["bf16"].get<int>(), counts["fp32"].get<int>());
}

} // namespace

int evaluate(const Arguments& arguments, Console& console)
{
    const measure::Metric& metric = measure::metricOf(arguments.metric.empty() ? "accuracy" : arguments.metric);
    Opening opening(arguments, console);
    auto& [spec, opened, model, project, data] = opening;
    if (data->size(Split::Test) == 0)
        throw Error(ErrorKind::Data,
            "There are no test samples; give --test FILE, or --input NAME=FILE.npy with --labels FILE.npy.");
    measure::checkLabels(metric, data->labelKind());
    project.setData(data->spec());
    const NamedConfig config = configOf(arguments, opened, console);
    const Settings settings = settingsOf(*model, config.config, console);
    throwIfInterrupted();

    const std::string key = keyOf(*model, *data, settings, config.ranges, metric.name);
    const std::string kept = project.result(key);
    json document = kept.empty() ? json() : json::parse(kept, nullptr, false);
    const bool reused = document.is_object();
    if (!reused) {
        document = compute(arguments, model, data, settings, config.ranges, project, console, metric);
        project.setResult(key, document.dump());
    }
    document["config"] = config.name;
    document["from_project"] = reused;
    if (metric.name == "accuracy" && measure::closeToChance(document["value"].get<double>(), data->classes()))
        console.note(
            fmt::format("This is close to chance for {} classes: are the labels permuted, or is it another column?",
                data->classes()));
    console.result(document, sentence(document, config.name, metric));
    return Done;
}

} // namespace octet::cli
