// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"

#include "app/cli/advice.h"
#include "app/cli/job.h"
#include "core/tune/tuner.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace octet::cli {

using nlohmann::json;

namespace {

json documentOf(const Sensitivity& found, const JobResult& result, const std::vector<tune::Advice>& advice)
{
    json ops = json::array();
    for (const OpSensitivity& op : found.ops)
        ops.push_back({{"node", op.node}, {"kl", op.kl ? json(*op.kl) : json()}, {"flips", op.flips},
            {"accuracy_drop", op.accuracyDrop}, {"own_error", op.ownError}, {"own_error_weights", op.weightError},
            {"own_error_activation", op.activationError}, {"inherited_error", op.inheritedError},
            {"latency_gain_ms", op.fp32Ms - op.int8Ms}, {"outlier_channels", op.outlierChannels}});
    return {{"ops", ops}, {"samples", found.samples}, {"seconds", found.seconds},
        {"evaluations_equivalent", found.evaluations}, {"summary", result.summary},
        {"advice", adviceJson(advice)}};
}

std::string text(const Sensitivity& found, const JobResult& result, const std::vector<tune::Advice>& advice)
{
    std::vector<std::vector<std::string>> rows{
        {"op", "KL", "flips", "own error", "weights", "activation", "inherited", "gain ms", "outlier channels"}};
    const auto dB = [](double x) { return x >= 120 ? std::string("none") : fmt::format("{:.0f} dB", x); };
    std::size_t leftAlone = 0;
    for (const OpSensitivity& op : found.ops) {
        if (!op.kl) {
            ++leftAlone;
            continue;
        }
        std::string channels;
        for (std::size_t i = 0; i < op.outlierChannels.size() && i < 4; ++i)
            channels += fmt::format("{}{}", i ? " " : "", op.outlierChannels[i]);
        if (op.outlierChannels.size() > 4)
            channels += fmt::format(" and {} more", op.outlierChannels.size() - 4);
        rows.push_back({op.node, fmt::format("{:.2g}", *op.kl), fmt::format("{:.1f} %", 100 * op.flips), dB(op.ownError),
            dB(op.weightError), dB(op.activationError), dB(op.inheritedError),
            fmt::format("{:.3f}", op.fp32Ms - op.int8Ms), channels});
    }
    std::string text = table(rows);
    if (leftAlone > 0)
        text += fmt::format(
            "... and {} more that were left alone, since their own error is small (--json has them).\n", leftAlone);
    return text
        + fmt::format("KL on {} samples. Work of {:.1f} evaluations.\n{}\n", found.samples, found.evaluations, result.summary)
        + adviceText(advice);
}

} // namespace

int sensitivity(const Arguments& arguments, Console& console)
{
    Opening opening(arguments, console);
    auto& [spec, opened, model, project, data] = opening;
    project.setData(data->spec());
    const JobRequest request = requestOf(JobKind::Sensitivity, arguments, *model, *data, {}, project);
    throwIfInterrupted();
    SensitivityWatcher watcher(console, project, *data);
    const JobResult result = tune::run(request, watcher);
    if (watcher.found.empty()) // the project knew it
        watcher.found = request.sensitivity;
    std::vector<Trial> trials = trialsFor(request, watcher.finished(), *model, *data);
    const auto advice = adviceOn(opening, request, watcher.evidence(), watcher.found, trials);
    console.result(documentOf(watcher.found, result, advice), text(watcher.found, result, advice));
    return Done;
}

} // namespace octet::cli
