// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/job.h"

#include "core/tune/circumstances.h"

#include <fmt/format.h>

#include <filesystem>

namespace octet::cli {

JobWatcher::JobWatcher(Console& console, Store& project, const data::Dataset& data)
    : m_console(console)
    , m_project(project)
    , m_data(data)
    , m_evidence(project.evidence(data))
{
}

void JobWatcher::trialFinished(const Trial& trial)
{
    m_project.put(trial);
    const bool again = !m_finished.insert_or_assign(trial.id, trial).second;
    if (again)
        return;
    std::string line = fmt::format("Trial {} ({}): {}", trial.id, trial.name, toString(trial.state));
    if (trial.state == TrialState::Done) {
        if (const Accuracy* accuracy = trial.tuning())
            line += ", accuracy " + describe(*accuracy);
        if (trial.latency.runs > 0)
            line += fmt::format(", p50 {:.3f} ms", trial.latency.p50);
    } else if (trial.state == TrialState::Timed) {
        line += fmt::format(", p50 {:.3f} ms", trial.latency.p50);
    } else if (!trial.error.empty()) {
        line += ", " + trial.error;
    }
    m_console.note(line);
}

std::vector<Trial> trialsFor(const JobRequest& request, std::map<int, Trial> finished, const graph::Model& model,
    const data::Dataset& data)
{
    for (const Trial& trial : request.known)
        if ((trial.state == TrialState::Done || trial.state == TrialState::Timed)
            && tune::sameCircumstances(trial, request, model, data))
            finished.emplace(trial.id, trial);
    std::vector<Trial> list;
    for (auto& [id, trial] : finished)
        list.push_back(std::move(trial));
    return list;
}

JobRequest requestOf(JobKind kind, const Arguments& arguments, const graph::Model& model, const data::Dataset& data,
    const NamedConfig& config, const Store& project)
{
    JobRequest request;
    request.kind = kind;
    request.modelPath = std::filesystem::absolute(model.path()).lexically_normal().string(); // goes into manifests
    request.modelHash = model.hash();
    request.data = data.spec();
    request.draft = config.config;
    request.workload.threads = threadsOf(arguments);
    request.workload.isa = arguments.isa;
    request.known = project.trials();
    request.sensitivity = project.sensitivity(data);
    request.ranges = config.ranges;
    request.ranges.merge(project.ranges(data));
    return request;
}

} // namespace octet::cli
