// SPDX-License-Identifier: GPL-3.0-or-later
// What a worker is asked to do and what it says while it does it.
#pragma once

#include "core/values/evidence.h"
#include "core/values/sensitivity.h"
#include "core/values/trial.h"

#include <optional>
#include <string>
#include <vector>

namespace octet {

enum class JobKind { Baseline, Calibrate, Measure, Sensitivity, Tune, Judge };
std::string toString(JobKind kind);
JobKind jobKindFromString(const std::string& text); // throws Error(Setting) that lists the accepted names

struct JobRequest
{
    JobKind kind = JobKind::Baseline;
    std::string modelPath;
    std::string modelHash; // empty: not checked
    DataSpec data;
    Config draft; // Calibrate (which values and methods), Measure; the locks of Tune
    Goal goal;
    Workload workload;
    std::vector<Trial> known; // finished trials of this model, data and workload: not computed again
    Ranges ranges; // known calibration results, reused when they cover what is asked
    std::string trialName; // for Measure
    int judged = 0; // for Judge: the trial among `known` whose held-out accuracy is wanted
    Sensitivity sensitivity; // known; empty = not measured yet
    bool operator==(const JobRequest&) const = default;
};

/// A job that was asked for while another ran: what must be as it was when it was asked for.
struct WaitingJob
{
    JobKind kind = JobKind::Baseline;
    Config draft; // read by Measure and Calibrate; the other kinds take the draft of their turn
    std::string trialName; // of Measure
    int judged = 0; // of Judge
    bool operator==(const WaitingJob&) const = default;
};

/// What may change while a search runs; the others of its settings are final when it starts.
struct JobUpdate
{
    Config draft; // locks and exclusions
    Goal goal; // drop, trials, time, objective, keepWeights, searchOn; strategy, metric and seed are not read
    bool operator==(const JobUpdate&) const = default;
};

struct JobProgress
{
    std::string stage; // "Calibrating", "Accuracy of trial 7", "Timing trial 7"
    long done = 0, total = 0; // of the stage; total 0 = not countable
    double overall = 0; // 0..1 of the job
    double secondsLeft = -1; // of the job; < 0 = not known yet
    bool operator==(const JobProgress&) const = default;
};

struct JobResult
{
    std::string summary; // one sentence for people
    bool goalMet = false; // Tune
    int bestTrial = 0; // Tune, Baseline, Measure, Judge: id, 0 = none
    std::string verdict; // "meets", "too close to call", "misses"; empty = not judged
    Accuracy heldOut; // of the best trial, when judged
    Ranges ranges; // Calibrate
    long evaluations = 0;
    double seconds = 0;
    bool operator==(const JobResult&) const = default;
};

/// Receives what a job has to say; called on the computing thread only.
class JobObserver
{
public:
    virtual ~JobObserver() = default;
    virtual bool cancelled() = 0; // asked at least every 100 ms of work
    virtual bool paused() { return false; } // asked where cancelled() is; the job then waits, and holds no machine lock
    virtual void pauseChanged(bool /*stands*/) {} // it has stopped to wait, or goes on
    virtual std::optional<JobUpdate> update() { return {}; } // the newest since the last call; between trials of a search
    virtual void progress(const JobProgress& progress) = 0;
    virtual void trialStarted(const Trial& trial) = 0; // state Running, id set; before any of its work
    virtual void trialFinished(const Trial& trial) = 0;
    virtual void rangesFound(const Ranges& ranges) = 0;
    virtual void evidenceFound(const CalibrationEvidence&) {} // of what the data was run for, once it has
    /// ONNX values of which partialEvidence() is wanted while the data runs; asked at most twice a second. Each costs a
    /// search for ranges.
    static constexpr std::size_t mostWatched = 8;
    virtual std::vector<std::string> watched() { return {}; }
    virtual void partialEvidence(const CalibrationEvidence&) {}
    virtual void sensitivityFound(const Sensitivity& sensitivity) = 0; // also while it grows: ops so far
    virtual void log(const std::string& line) = 0;
};

} // namespace octet
