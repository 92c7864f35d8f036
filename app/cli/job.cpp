// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/job.h"

#include <fmt/format.h>

namespace octet::cli {

JobWatcher::JobWatcher(Console& console, Store& project, const data::Dataset& data)
    : m_console(console)
    , m_project(project)
    , m_data(data)
{
}

void JobWatcher::trialStarted(const Trial& trial)
{
    Trial kept = trial;
    m_project.put(kept);
    m_ids[trial.id] = kept.id;
}

void JobWatcher::trialFinished(const Trial& trial)
{
    Trial kept = trial;
    m_project.put(kept);
    m_ids[trial.id] = kept.id;
    std::string line = fmt::format("Trial {} ({}): {}", kept.id, kept.name, toString(kept.state));
    if (kept.state == TrialState::Done) {
        if (const Accuracy* accuracy = kept.tuning())
            line += ", accuracy " + describe(*accuracy);
        if (kept.latency.runs > 0)
            line += fmt::format(", p50 {:.3f} ms", kept.latency.p50);
    } else if (!kept.error.empty()) {
        line += ", " + kept.error;
    }
    m_console.note(line);
    m_finished.push_back(std::move(kept));
}

int JobWatcher::keptId(int id) const
{
    const auto it = m_ids.find(id);
    return it == m_ids.end() ? id : it->second;
}

JobRequest requestOf(JobKind kind, const Arguments& arguments, const graph::Model& model, const data::Dataset& data,
    const NamedConfig& config, const Store& project)
{
    JobRequest request;
    request.kind = kind;
    request.modelPath = arguments.model;
    request.modelHash = model.hash();
    request.data = data.spec();
    request.draft = config.config;
    request.workload.threads = threadsOf(arguments);
    request.workload.isa = arguments.isa;
    request.known = project.known(data.hash(), request.workload);
    request.ranges = config.ranges;
    request.ranges.merge(project.ranges(data));
    return request;
}

} // namespace octet::cli
