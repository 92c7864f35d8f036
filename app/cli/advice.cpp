// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/advice.h"

#include "core/values/json.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace octet::cli {

using nlohmann::json;

std::vector<tune::Advice> adviceOn(const Opening& opening, const JobRequest& request,
    const CalibrationEvidence& evidence, const Sensitivity& sensitivity, const std::vector<Trial>& trials)
{
    tune::AdviceFacts facts;
    facts.draft = request.draft;
    facts.goal = request.goal;
    for (const Trial& trial : trials)
        facts.trials.push_back(&trial);
    facts.sensitivity = &sensitivity;
    facts.evidence = &evidence;
    const std::size_t heldOut = opening.data->size(Split::HeldOut);
    facts.judgedSamples = static_cast<long>(heldOut > 0 ? heldOut : opening.data->size(Split::Tuning));
    facts.resolve = [&](const Config& config) { return quantize::resolve(*opening.model, config); };
    return tune::advise(facts);
}

json adviceJson(const std::vector<tune::Advice>& advice)
{
    json list = json::array();
    for (const tune::Advice& a : advice) {
        json entry = {{"kind", tune::toString(a.kind)}, {"sentence", a.sentence}};
        if (a.command == tune::Advice::Command::Edit) {
            entry["action"] = a.button;
            entry["ops"] = a.ops;
            entry["set"] = toJson(a.leaves);
            entry["from_trial"] = a.fromTrial ? json(a.fromTrial) : json();
        }
        list.push_back(std::move(entry));
    }
    return list;
}

std::string adviceText(const std::vector<tune::Advice>& advice)
{
    std::string text;
    for (const tune::Advice& a : advice)
        text += fmt::format("{}- {}\n", text.empty() ? "Advice:\n" : "", a.sentence);
    return text;
}

} // namespace octet::cli
