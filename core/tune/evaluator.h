// SPDX-License-Identifier: GPL-3.0-or-later
// Runs one config: ranges, accuracy, latency beside fp32, what ran. Keeps what later trials can use again.
#pragma once

#include "core/measure/measure.h"
#include "core/quantize/resolve.h"
#include "core/tune/predictor.h"
#include "core/tune/progress.h"
#include "core/values/error.h"
#include "core/values/job.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace octet::tune {

class Evaluator
{
public:
    /// Loads the model and opens the data; throws Error as they do, and Error(File) when the model's hash is another.
    Evaluator(const JobRequest& request, JobObserver& observer, Progress& progress);

    const graph::Model& model() const { return *m_context.model; }
    const data::Dataset* data() const { return m_context.data.get(); }
    const std::vector<quantize::Product>& products() const { return m_products; }
    quantize::Resolution resolve(const Config& config) const;

    /// Known trials of this model, data, workload and machine, then those that ran here, in order.
    const std::vector<Trial>& trials() const { return m_trials; }
    const Trial* find(int id) const;
    /// The finished trial of this config with the ranges that would be used now; null = it has to run.
    const Trial* finished(const Config& config) const;
    /// The same among trials that killed their worker.
    const Trial* crashed(const Config& config) const;

    /// The one of which only the latency was wanted; null = none.
    const Trial* timed(const Config& config) const;

    struct Wish
    {
        Config config;
        std::string name, origin, note;
        /// Of a trial whose latency is known: that is enough, its accuracy is not wanted. Empty: it is, and comes first.
        std::function<bool(const Trial&)> timeTells = {};
    };
    /// Runs the config and reports the trial, whatever becomes of it. Throws only Error(Cancelled). The result is valid
    /// until the next call.
    const Trial& run(const Wish& wish);
    /// Why the last trial failed.
    const std::optional<Error>& lastError() const { return m_lastError; }

    /// The split that searches read, and whether a held-out one is there.
    Split searchSplit() const { return Split::Tuning; }
    bool hasHeldOut() const;
    long judgedSamples() const; // of the split that verdicts are from: held out where there is one
    /// Fills the held-out accuracy of a finished trial, compared with fp32 there, and reports the trial again.
    const Trial& judge(int id);
    const Accuracy& reference(Split split); // of fp32; measured when no trial has it with predictions

    /// Ranges that `settings` need, from what is known or calibrated now (and reported).
    Ranges ranges(const Settings& settings);
    /// What ranges() learnt about the values that it had to run the data for.
    const CalibrationEvidence& evidence() const { return m_evidence; }

    /// Of static int8 on every op: known from the request, or measured now and reported.
    const Sensitivity& sensitivity();
    bool hasSensitivity() const { return !m_sensitivity.empty(); }
    /// Mean squared difference of the output from fp32's on the first two batches of the calibration split (of the search's,
    /// where there is none), as INC's mse_v2 ranks by.
    double outputError(const Config& config);
    /// The work of that so far, in passes over the search's split.
    double rankingPasses() const;
    /// All that the model ran on so far, likewise: trials, sensitivity and ranking, calibrating and timing, in fp32 too;
    /// without warming up.
    double passes() const;

    /// From what is known by now; nothing without sensitivity or the fp32 baseline.
    std::optional<Predictor> predictor() const;

private:
    /// What is known once it returns: all that was wanted (Done), or only what it takes (Timed).
    TrialState measureInto(Trial& trial, const Wish& wish);
    int numberFor(const Config& config);
    void measureAccuracy(Trial& trial, const Settings& settings, Split split, double low, double high);
    void measureLatency(Trial& trial, const Settings& settings, double low, double high);
    void annotate(std::vector<GroupProfile>& groups, const quantize::Resolution& resolution) const;
    const std::vector<float>& referenceOutputs(Split split);
    measure::AccuracyRun runOver(Split split, const Settings& settings, const Ranges& ranges);
    double inPasses(double samples) const;
    bool readsOutputs() const;
    bool counts(const Trial& trial) const; // of those known before
    Trial& store(Trial trial);

    const JobRequest& m_request;
    JobObserver& m_observer;
    Progress& m_progress;
    engine::WeightStore m_store;
    measure::Context m_context;
    std::map<std::string, quantize::ValueStatistics> m_statistics; // of the calibration split, as far as seen
    std::vector<quantize::Product> m_products;
    std::vector<Trial> m_trials;
    std::vector<Trial> m_timed; // apart: to whom asks for trials they are none
    std::map<Split, Accuracy> m_reference;
    std::map<Split, std::vector<float>> m_referenceOutputs; // kept only for metrics that read them
    Ranges m_ranges; // none that was set by hand
    CalibrationEvidence m_evidence;
    Sensitivity m_sensitivity;
    std::vector<float> m_rankedBeside; // fp32's outputs on the samples of outputError()
    long m_rankedSamples = 0;
    double m_samples = 0; // that the model ran on, without sensitivity's and ranking's
    double m_sensitivityPasses = 0;
    std::optional<Error> m_lastError;
    int m_nextId = 1;
};

} // namespace octet::tune
