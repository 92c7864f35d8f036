// SPDX-License-Identifier: GPL-3.0-or-later
// Runs a job of core/tune in this process, as the worker does for the window.
#pragma once

#include "app/cli/shared.h"
#include "app/cli/store.h"
#include "core/values/job.h"

namespace octet::cli {

/// Shows progress, and keeps trials and ranges in the project as they come.
class JobWatcher : public JobObserver
{
public:
    JobWatcher(Console& console, Store& project, const data::Dataset& data);
    bool cancelled() override { return interrupted(); }
    void progress(const JobProgress& progress) override { m_console.progress(progress); }
    void trialStarted(const Trial& trial) override { m_project.put(trial); }
    void trialFinished(const Trial& trial) override;
    void sensitivityFound(const Sensitivity& found) override
    {
        if (found.complete())
            m_project.putSensitivity(m_data, found);
    }
    void rangesFound(const Ranges& ranges) override { m_project.addRanges(m_data, ranges); }
    void evidenceFound(const CalibrationEvidence& found) override
    {
        m_evidence.add(found);
        m_project.addEvidence(m_data, found);
    }
    void log(const std::string& line) override { m_console.note(line); }

    /// By number; a trial that was reported again, judged on the held-out split, is in it once.
    const std::map<int, Trial>& finished() const { return m_finished; }
    /// What calibrating saw, with what the project knew of it before.
    const CalibrationEvidence& evidence() const { return m_evidence; }

private:
    Console& m_console;
    Store& m_project;
    const data::Dataset& m_data;
    std::map<int, Trial> m_finished;
    CalibrationEvidence m_evidence;
};

/// Keeps the ranking as well.
class SensitivityWatcher : public JobWatcher
{
public:
    using JobWatcher::JobWatcher;
    void sensitivityFound(const Sensitivity& sensitivity) override
    {
        found = sensitivity;
        JobWatcher::sensitivityFound(sensitivity);
    }
    Sensitivity found;
};

/// The trials that count with what was asked, `finished` ones and those that the project knew, each once, by number.
std::vector<Trial> trialsFor(const JobRequest& request, std::map<int, Trial> finished, const graph::Model& model,
    const data::Dataset& data);

/// Model, data, goal and workload of the arguments, with what the project knows.
JobRequest requestOf(JobKind kind, const Arguments& arguments, const graph::Model& model, const data::Dataset& data,
    const NamedConfig& config, const Store& project);

} // namespace octet::cli
