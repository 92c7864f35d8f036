// SPDX-License-Identifier: GPL-3.0-or-later
// How far a job is: stages with shares of a trial, trials with shares of the job.
#pragma once

#include "core/values/job.h"

#include <chrono>
#include <functional>
#include <string>

namespace octet::tune {

class Progress
{
public:
    explicit Progress(JobObserver& observer);

    /// How many steps (trials and the like) the job is expected to have in all; may change.
    void expectSteps(int steps) { m_expected = steps; }
    /// > 0: the job ends at the latest after so many seconds of search.
    void limitSeconds(double seconds) { m_limit = seconds; }
    void beginStep() { m_low = m_high = 0; }
    void endStep();
    /// The stage covers this part of its step, `low` to `high` in 0..1.
    void beginStage(const std::string& name, double low, double high);
    void report(long done, long total);
    double seconds() const; // of work: while the job is paused, time stands still
    /// What cancelled() of the observer says, after a pause if there is one; meanwhile no machine lock is held.
    bool cancelled();
    std::function<void(long, long)> callback();

private:
    double overall(double share) const;

    JobObserver& m_observer;
    std::chrono::steady_clock::time_point m_start, m_last;
    std::string m_stage;
    double m_low = 0, m_high = 0, m_limit = 0, m_shown = 0, m_paused = 0;
    int m_steps = 0, m_expected = 1, m_samples = 0;
    bool m_stageShown = false;
};

} // namespace octet::tune
