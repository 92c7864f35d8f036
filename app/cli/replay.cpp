// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"

#include "app/cli/shared.h"
#include "core/engine/cpu.h"
#include "core/exchange/octet_yaml.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace octet::cli {

using nlohmann::json;

namespace {

class Differences
{
public:
    template <typename T>
    void compare(const std::string& what, const T& recorded, const T& now)
    {
        if (recorded != now)
            m_list.push_back({{"what", what}, {"recorded", recorded}, {"now", now}});
    }
    const json& list() const { return m_list; }

private:
    json m_list = json::array();
};

void compareGroups(
    const std::vector<GroupProfile>& recorded, const std::vector<GroupProfile>& now, Differences& differences)
{
    differences.compare("number of groups", recorded.size(), now.size());
    for (std::size_t i = 0; i < std::min(recorded.size(), now.size()); ++i) {
        const std::string& name = recorded[i].name;
        differences.compare("group " + std::to_string(i), name, now[i].name);
        differences.compare("nodes of " + name, recorded[i].nodes, now[i].nodes);
        differences.compare("precision of " + name, toString(recorded[i].executed), toString(now[i].executed));
        differences.compare("kernel of " + name, recorded[i].kernel, now[i].kernel);
    }
}

void compareAccuracy(const exchange::OctetDocument& document, measure::Context& context, const Settings& settings,
    Console& console, Differences& differences)
{
    const bool digestKnown = !document.outputDigest.empty();
    std::map<Split, Accuracy> splits = document.accuracy;
    if (digestKnown)
        splits.try_emplace(Split::Tuning); // what the digest is over
    for (const auto& [split, recorded] : splits) {
        context.progress = console.step("Accuracy, " + toString(split));
        const bool labels = context.data->hasLabels();
        const measure::AccuracyRun run =
            measure::accuracy(context, settings, document.ranges, split, labels ? "accuracy" : "agreement");
        if (recorded.samples > 0) {
            differences.compare("samples, " + toString(split), recorded.samples, run.accuracy.samples);
            if (labels && recorded.metric != "agreement") // that one counts answers like fp32's; the digest has it
                differences.compare("right answers, " + toString(split), recorded.correct, run.accuracy.correct);
        }
        if (split == Split::Tuning) {
            differences.compare("digest of the outputs", document.outputDigest, run.outputDigest);
            if (!document.groups.empty())
                compareGroups(document.groups, run.groups, differences);
        }
    }
}

} // namespace

int replay(const Arguments& arguments, Console& console)
{
    const auto document = exchange::readOctetYaml(readTextFile(arguments.file), arguments.file);
    if (document.outputDigest.empty())
        throw Error(ErrorKind::Data,
            fmt::format("{} records no result, so there is nothing to compare with.", arguments.file),
            {.file = arguments.file});
    const std::string isa = arguments.isa.empty() ? document.manifest.machine.isa : arguments.isa;
    if (!isa.empty())
        engine::capIsa(isa);
    const auto model = quantize::open(arguments.model.empty() ? document.manifest.modelPath : arguments.model).model;
    DataSpec spec;
    if (namesData(arguments))
        spec = dataSpec(arguments);
    else if (document.data)
        spec = *document.data;
    else
        throw Error(ErrorKind::Data,
            fmt::format("{} does not say where its data is; name it with --test or --input.", arguments.file),
            {.file = arguments.file});
    overrideSpec(arguments, spec);
    const auto data = data::open(spec, *model);

    Differences differences;
    differences.compare("model", document.manifest.modelHash, model->hash());
    if (!document.manifest.dataHash.empty())
        differences.compare("data", document.manifest.dataHash, data->hash());
    differences.compare("instruction set", document.manifest.machine.isa, engine::toString(engine::effectiveIsa()));
    engine::WeightStore weights;
    measure::Context context = contextOf(arguments, model, data, weights);
    if (!arguments.threads)
        context.threads = std::max(1, document.manifest.threads);
    compareAccuracy(document, context, settingsOf(*model, document.config, console), console, differences);

    const bool identical = differences.list().empty();
    std::string text = identical ? "Identical, bit for bit.\n" : "Not identical:\n";
    for (const json& difference : differences.list())
        text += fmt::format("  {}: {} recorded, {} now\n", difference["what"].get<std::string>(),
            difference["recorded"].dump(), difference["now"].dump());
    console.result({{"identical", identical}, {"differences", differences.list()}}, text);
    return identical ? Done : NotMet;
}

} // namespace octet::cli
