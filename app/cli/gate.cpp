// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"

#include "app/cli/job.h"
#include "app/cli/junit.h"
#include "app/cli/opening.h"
#include "core/engine/cpu.h"
#include "core/measure/gate.h"
#include "core/measure/metrics.h"
#include "core/tune/tuner.h"
#include "core/values/hash.h"
#include "core/values/json.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace octet::cli {

using measure::GateCheck;
using nlohmann::json;

namespace {

constexpr auto suiteName = "octet gate";

void requireIsa(const Arguments& arguments)
{
    capIsa(arguments);
    if (arguments.requireIsa.empty() || engine::effectiveIsa() >= engine::isaFromString(arguments.requireIsa))
        return;
    const Machine machine = engine::machine(engine::effectiveIsa());
    throw Error(ErrorKind::Unsupported,
        fmt::format("The gate needs {}, but this machine ({}) runs {} at most{}; run it on another.",
            arguments.requireIsa, machine.cpu, machine.isa, arguments.isa.empty() ? "" : " under --isa"));
}

Goal goalOf(const Arguments& arguments, const NamedConfig& config)
{
    Goal goal = config.goal;
    if (arguments.maxDrop)
        goal.relative = true, goal.maxDrop = *arguments.maxDrop;
    if (!arguments.metric.empty())
        goal.metric = arguments.metric;
    measure::checkGoal(goal);
    return goal;
}

/// The ops that the config names. A key that a retrained model does not have any more must not pass unseen.
std::set<std::string> matchedOps(const Arguments& arguments, const NamedConfig& config, const graph::Model& model)
{
    std::set<std::string> matched;
    for (const exchange::NameMatch& match :
        config.matches.empty() ? exchange::keyMatches(config.config, model) : config.matches) {
        if (match.rule == "op type")
            continue;
        if (match.nodes.empty()) {
            std::vector<std::string> names;
            for (const quantize::Product& product : quantize::products(model))
                names.push_back(model.nodes()[static_cast<std::size_t>(product.node)].name);
            throw Error(ErrorKind::Setting,
                fmt::format("{} matches no op of this model; the nearest are {}.", match.key,
                    fmt::join(quantize::nearestNames(names, match.key), ", ")),
                {.file = arguments.configs.front(), .line = match.line, .column = match.column});
        }
        matched.insert(match.nodes.begin(), match.nodes.end());
    }
    return matched;
}

/// Nothing can be said about a config where fp32 itself gives no answers to these labels: it is close to chance, or knows
/// classes that no label has and is beaten by giving the most frequent one always.
void requireSense(const Accuracy& fp32, const data::Dataset& data)
{
    std::map<int, long> counts;
    for (const int label : measure::labelsOf(data, Split::Test))
        ++counts[label];
    const auto most = std::ranges::max_element(counts, {}, [](const auto& entry) { return entry.second; });
    const bool chance = measure::closeToChance(fp32.value, data.classes());
    const bool fewer = counts.size() < static_cast<std::size_t>(data.classes()) && fp32.correct < most->second;
    if (chance || fewer)
        throw Error(ErrorKind::Data,
            fmt::format("In fp32 the model gets {} right, {}; are these another model's classes, or is it another column?",
                answersText(fp32),
                chance ? fmt::format("which is close to chance for {} classes", data.classes())
                       : fmt::format("and always answering {}, of its {} classes, would get {}", most->first,
                             data.classes(), most->second)));
}

/// Config and fp32, on the same samples and by turns.
struct Compared
{
    measure::AccuracyRun config, fp32;
    Latency latency;
    PrecisionCounts counts;
};

Compared compare(const Arguments& arguments, const Opening& opening, const Settings& settings, const Ranges& ranges,
    const Goal& goal, measure::Context& context, Console& console)
{
    Compared result;
    context.progress = console.step("fp32");
    result.fp32 = measure::accuracy(context, {}, {}, Split::Test, goal.metric);
    const Accuracy& fp32 = result.fp32.accuracy;
    if (goal.metric == "accuracy")
        requireSense(fp32, *opening.data);
    context.progress = console.step("The config");
    result.config = measure::accuracy(context, settings, ranges, Split::Test, goal.metric);
    measure::compareOn(*opening.data, Split::Test, result.config.accuracy, fp32, result.config.outputs, result.fp32.outputs);
    result.counts = realisedCounts(*opening.model, result.config.groups);
    Workload workload;
    workload.threads = context.threads;
    workload.isa = arguments.isa;
    context.progress = console.step("Timing");
    const measure::LatencyRun timed
        = measure::latency(context, {{"fp32", {}, {}}, {"config", settings, ranges}}, workload);
    result.latency = timed.latencies[1];
    if (const std::string doubt = measure::timingDoubt(timed.latencies[0]);
        !doubt.empty() && !measure::ratioHolds(result.latency))
        console.note(doubt);
    return result;
}

/// Ops in int8 that do most to the output, each alone: at most ten, which together do nearly all of it.
json suspects(const Arguments& arguments, Opening& opening, const Settings& settings, Console& console)
{
    if (opening.data->size(Split::Calibration) == 0)
        return json::array();
    const JobRequest request
        = requestOf(JobKind::Sensitivity, arguments, *opening.model, *opening.data, {}, opening.project);
    SensitivityWatcher watcher(console, opening.project, *opening.data);
    tune::run(request, watcher);
    std::vector<OpSensitivity> ops = (watcher.found.empty() ? request.sensitivity : watcher.found).ops;
    std::erase_if(ops, [&](const OpSensitivity& op) {
        const auto setting = settings.find(op.node);
        return !op.kl || setting == settings.end() || setting->second.precision != Precision::Int8;
    });
    std::ranges::sort(ops, std::greater(), [](const OpSensitivity& op) { return *op.kl; });
    double all = 0, told = 0;
    for (const OpSensitivity& op : ops)
        all += *op.kl;
    json list = json::array();
    for (const OpSensitivity& op : ops) {
        if (told >= 0.98 * all || list.size() == 10)
            break;
        told += *op.kl;
        list.push_back({{"node", op.node}, {"kl", *op.kl}, {"outlier_channels", op.outlierChannels}});
    }
    return list;
}

/// Of all that does not depend on the clock.
std::string digestOf(const Opening& opening, const Settings& settings, const Ranges& ranges, const Goal& goal,
    const Compared& compared, const std::vector<GateCheck>& checks)
{
    json key = {{"octet", OCTET_VERSION}, {"isa", engine::toString(engine::effectiveIsa())},
        {"model", opening.model->hash()}, {"data", opening.data->hash()}, {"ranges", toJson(ranges)},
        {"metric", goal.metric}, {"max_drop", goal.maxDrop}, {"relative", goal.relative},
        {"outputs", {compared.fp32.outputDigest, compared.config.outputDigest}}};
    for (const auto& [node, setting] : settings)
        key["settings"][node] = toJson(setting);
    for (const GateCheck& check : checks)
        if (check.name != "latency")
            key["checks"][check.name] = {check.value, check.limit ? json(*check.limit) : json(), inWords(check.verdict)};
    return sha256(key.dump());
}

json checksJson(const std::vector<GateCheck>& checks)
{
    json list = json::array();
    for (const GateCheck& check : checks)
        list.push_back({{"name", check.name}, {"value", check.value}, {"limit", check.limit ? json(*check.limit) : json()},
            {"ci95", check.interval ? json{check.interval->first, check.interval->second} : json()},
            {"passed", check.verdict == measure::Verdict::Meets}, {"verdict", inWords(check.verdict)}});
    return list;
}

/// One check in words.
std::string sentence(const GateCheck& check, const Compared& compared, const Goal& goal)
{
    const Accuracy& config = compared.config.accuracy;
    const auto limit = [&](const char* words, double scale) {
        return check.limit ? fmt::format(fmt::runtime(words), scale * *check.limit) : std::string();
    };
    if (check.name == "accuracy")
        return fmt::format("{} where fp32 has {}; {} worse, {} better; loses {:.2f} points (95 %: {:.2f} to {:.2f}){}",
            describe(config), describe(compared.fp32.accuracy), config.worse, config.better, 100 * check.value,
            100 * check.interval->first, 100 * check.interval->second, limit(", allowed {:.2f}", 100))
            + (check.verdict == measure::Verdict::TooClose
                    ? ": " + measure::verdictInWords(config, compared.fp32.accuracy, goal)
                    : std::string());
    if (check.name == "latency")
        return fmt::format("{:.2f} times as fast as fp32 (95 %: {:.2f} to {:.2f}){}", check.value, check.interval->first,
            check.interval->second, limit(", wanted {:.2f}", 1));
    return fmt::format("{} of {} products with weights in int8{}", compared.counts.int8,
        compared.counts.int8 + compared.counts.bf16 + compared.counts.fp32, limit(", wanted {:.0f}", 1));
}

ExitStatus statusOf(measure::Verdict verdict)
{
    switch (verdict) {
    case measure::Verdict::Meets: return Done;
    case measure::Verdict::TooClose: return TooClose;
    case measure::Verdict::Misses: break;
    }
    return NotMet;
}

std::string textOf(const json& document, const std::vector<GateCheck>& checks, const std::vector<std::string>& sentences)
{
    std::string text = fmt::format("The gate: {}.\n", document["verdict"].get<std::string>());
    std::vector<std::vector<std::string>> rows;
    for (std::size_t i = 0; i < checks.size(); ++i)
        rows.push_back({checks[i].name, checks[i].limit ? inWords(checks[i].verdict) : "no limit", sentences[i]});
    text += table(rows);
    if (const int matched = document["matched_ops"].get<int>())
        text += fmt::format("{} {} matched by name.\n", matched, matched == 1 ? "op" : "ops");
    for (const json& suspect : document["suspects"])
        text += fmt::format("Suspect: {} (KL {:.2g} alone in int8)\n", suspect["node"].get<std::string>(),
            suspect["kl"].get<double>());
    return text;
}

void writeCases(const std::string& path, const std::vector<GateCheck>& checks, const std::vector<std::string>& sentences)
{
    std::vector<JunitCase> cases;
    for (std::size_t i = 0; i < checks.size(); ++i) {
        const bool passed = checks[i].verdict == measure::Verdict::Meets;
        cases.push_back({checks[i].name, passed ? JunitCase::Outcome::Passed : JunitCase::Outcome::Failed,
            (checks[i].limit ? inWords(checks[i].verdict) : "no limit") + ": " + sentences[i]});
    }
    writeJunit(path, suiteName, cases);
}

int decide(const Arguments& arguments, Console& console)
{
    requireIsa(arguments);
    Opening opening(arguments, console);
    auto& [spec, opened, model, project, data] = opening;
    if (arguments.configs.empty() && arguments.presets.empty() && !opened.wasQuantized)
        throw UsageError{"Say what is to be accepted: --config FILE, or --preset."};
    const NamedConfig config = configOf(arguments, opened, console);
    const Goal goal = goalOf(arguments, config);
    measure::checkLabels(measure::metricOf(goal.metric), data->labelKind());
    if (data->size(Split::Test) == 0)
        throw Error(ErrorKind::Data, "There are no test samples to accept the config on; give --test or --input.");
    const std::set<std::string> matched = matchedOps(arguments, config, *model);
    const Settings settings = settingsOf(*model, config.config, console);
    throwIfInterrupted();

    engine::WeightStore weights;
    measure::Context context = contextOf(arguments, model, data, weights);
    context.progress = console.step("Calibrating");
    Ranges known = config.ranges;
    known.merge(project.ranges(*data));
    const Ranges ranges = measure::calibrate(context, settings, known);
    const Compared compared = compare(arguments, opening, settings, ranges, goal, context, console);
    const std::vector<GateCheck> checks{measure::accuracyCheck(compared.config.accuracy, compared.fp32.accuracy, goal),
        measure::latencyCheck(compared.latency, arguments.minSpeedup),
        measure::coverageCheck(compared.counts, arguments.minInt8)};

    const measure::Verdict verdict = measure::worst(checks);
    const bool accurate = checks.front().verdict == measure::Verdict::Meets;
    const json document = {{"verdict", inWords(verdict)}, {"checks", checksJson(checks)}, {"matched_ops", matched.size()},
        {"suspects", accurate ? json::array() : suspects(arguments, opening, settings, console)},
        {"digest", digestOf(opening, settings, ranges, goal, compared, checks)}, {"config", config.name},
        {"precision_counts", countsJson(compared.counts)}, {"accuracy", accuracyJson(compared.config.accuracy)},
        {"fp32", accuracyJson(compared.fp32.accuracy)}, {"machine", machineJson(engine::machine(engine::effectiveIsa()))},
        {"threads", context.threads}};
    std::vector<std::string> sentences;
    for (const GateCheck& check : checks)
        sentences.push_back(sentence(check, compared, goal));
    if (!arguments.junit.empty())
        writeCases(arguments.junit, checks, sentences);
    console.result(document, textOf(document, checks, sentences));
    return statusOf(verdict);
}

} // namespace

int gate(const Arguments& arguments, Console& console)
{
    try {
        return decide(arguments, console);
    } catch (const Error& error) {
        if (!arguments.junit.empty() && error.kind() != ErrorKind::Cancelled)
            writeJunit(arguments.junit, suiteName, {{"gate", JunitCase::Outcome::Error, error.message()}});
        throw;
    }
}

} // namespace octet::cli
