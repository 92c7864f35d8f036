// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"

#include "app/cli/shared.h"
#include "app/cli/store.h"
#include "core/engine/cpu.h"
#include "core/values/hash.h"
#include "core/values/json.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace octet::cli {

using nlohmann::json;

namespace {

/// All that the result depends on; threads and batch size are not among it.
std::string keyOf(const graph::Model& model, const data::Dataset& data, const Settings& settings, const Ranges& given)
{
    json settingsJson = json::object();
    for (const auto& [node, setting] : settings)
        settingsJson[node] = toJson(setting);
    const json key = {{"model", model.hash()}, {"data", data.hash()}, {"test", data.size(Split::Test)},
        {"calibration", data.size(Split::Calibration)}, {"settings", std::move(settingsJson)},
        {"ranges", toJson(given)}, {"isa", engine::toString(engine::effectiveIsa())}, {"octet", OCTET_VERSION}};
    return "evaluation:" + sha256(key.dump());
}

json compute(const Arguments& arguments, const std::shared_ptr<const graph::Model>& model,
    const std::shared_ptr<const data::Dataset>& data, const Settings& settings, const Ranges& given, Store& project,
    Console& console)
{
    engine::WeightStore weights;
    measure::Context context = contextOf(arguments, model, data, weights);
    context.progress = console.step("Calibrating");
    Ranges known = given;
    known.merge(project.ranges(*data));
    const Ranges ranges = measure::calibrate(context, settings, known);
    project.addRanges(*data, given.empty() ? ranges : Ranges{});
    context.progress = console.step("Accuracy");
    const measure::AccuracyRun run = measure::accuracy(context, settings, ranges, Split::Test);
    json document = accuracyJson(run.accuracy);
    document["precision_counts"] = countsJson(realisedCounts(*model, run.groups));
    document["split"] = toString(Split::Test);
    document["output_digest"] = run.outputDigest;
    document["machine"] = machineJson(engine::machine(engine::effectiveIsa()));
    return document;
}

std::string sentence(const json& document, const std::string& config)
{
    const json& counts = document["precision_counts"];
    return fmt::format("{}: accuracy {:.4f}, {} of {} right (95 %: {:.4f} to {:.4f})\n"
                       "Products with weights: {} int8, {} bf16, {} fp32\n",
        config, document["value"].get<double>(), document["correct"].get<long>(), document["samples"].get<long>(),
        document["ci95"][0].get<double>(), document["ci95"][1].get<double>(), counts["int8"].get<int>(),
        counts["bf16"].get<int>(), counts["fp32"].get<int>());
}

} // namespace

int evaluate(const Arguments& arguments, Console& console)
{
    capIsa(arguments);
    const DataSpec spec = dataSpec(arguments);
    const quantize::Opened opened = openModel(arguments, console);
    const auto& model = opened.model;
    Store project(arguments, *model);
    const auto data = data::open(spec, *model);
    if (data->size(Split::Test) == 0 || !data->hasLabels())
        throw Error(ErrorKind::Data,
            "There are no labelled test samples; give --test FILE, or --input NAME=FILE.npy with --labels FILE.npy.");
    project.setData(data->spec());
    const NamedConfig config = configOf(arguments, opened, console);
    const Settings settings = settingsOf(*model, config.config, console);
    throwIfInterrupted();

    const std::string key = keyOf(*model, *data, settings, config.ranges);
    const std::string kept = project.result(key);
    json document = kept.empty() ? json() : json::parse(kept, nullptr, false);
    const bool reused = document.is_object();
    if (!reused) {
        document = compute(arguments, model, data, settings, config.ranges, project, console);
        project.setResult(key, document.dump());
    }
    document["config"] = config.name;
    document["from_project"] = reused;
    if (data->classes() > 1 && document["value"].get<double>() < 1.2 / data->classes())
        console.note(
            fmt::format("This is close to chance for {} classes: are the labels permuted, or is it another column?",
                data->classes()));
    console.result(document, sentence(document, config.name));
    return Done;
}

} // namespace octet::cli
