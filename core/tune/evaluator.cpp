// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/evaluator.h"

#include "core/measure/metrics.h"
#include "core/measure/sensitivity.h"
#include "core/quantize/imported.h"
#include "core/tune/circumstances.h"
#include "core/tune/manifest.h"
#include "core/values/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <new>

namespace octet::tune {

namespace {

std::shared_ptr<const graph::Model> loadChecked(const JobRequest& request)
{
    auto model = quantize::open(request.modelPath).model;
    if (!request.modelHash.empty() && model->hash() != request.modelHash)
        throw Error(ErrorKind::File,
            fmt::format("{} is not the model that this project was made with; its content has changed.", model->path()),
            {.file = model->path()}, "expected sha256 " + request.modelHash + ", found " + model->hash());
    return model;
}

bool isInt8(const Settings& settings)
{
    return std::any_of(
        settings.begin(), settings.end(), [](const auto& s) { return s.second.precision == Precision::Int8; });
}

} // namespace

Evaluator::Evaluator(const JobRequest& request, JobObserver& observer, Progress& progress)
    : m_request(request)
    , m_observer(observer)
    , m_progress(progress)
    , m_ranges(request.ranges)
{
    measure::checkGoal(request.goal);
    engine::capIsa(request.workload.isa);
    m_context.model = loadChecked(request);
    if (request.data.kind != DataKind::None)
        m_context.data = data::open(request.data, *m_context.model);
    m_context.store = &m_store;
    m_context.threads = std::max(1, request.workload.threads);
    m_context.cancelled = [&progress] { return progress.cancelled(); };
    m_context.progress = progress.callback();
    m_context.statistics = &m_statistics;
    m_context.watched = [&observer] { return observer.watched(); };
    m_context.partial = [&observer](const CalibrationEvidence& soFar) { observer.partialEvidence(soFar); };
    std::erase_if(m_ranges, [](const auto& range) { return range.first.method == RangeMethod::Manual; });
    m_products = quantize::products(*m_context.model);
    for (const Trial& trial : request.known) {
        m_nextId = std::max(m_nextId, trial.id + 1);
        if (counts(trial))
            (trial.state == TrialState::Timed ? m_timed : m_trials).push_back(trial);
    }
}

bool Evaluator::counts(const Trial& trial) const
{
    if (trial.state == TrialState::Crashed) // its manifest was never filled by a result
        return trial.workload == m_request.workload;
    return (trial.state == TrialState::Done || trial.state == TrialState::Failed || trial.state == TrialState::Timed)
        && m_context.data && sameCircumstances(trial, m_request, *m_context.model, *m_context.data);
}

quantize::Resolution Evaluator::resolve(const Config& config) const
{
    return quantize::resolve(*m_context.model, m_products, config);
}

const Trial* Evaluator::find(int id) const
{
    for (const Trial& trial : m_trials)
        if (trial.id == id)
            return &trial;
    return nullptr;
}

const Trial* Evaluator::finished(const Config& config) const
{
    for (const Trial& trial : m_trials) {
        if (trial.state != TrialState::Done || trial.config != config || !trial.tuning())
            continue;
        const bool sameRanges = std::all_of(trial.ranges.begin(), trial.ranges.end(), [&](const auto& range) {
            const auto it = m_ranges.find(range.first);
            return it == m_ranges.end() || it->second == range.second;
        });
        if (sameRanges)
            return &trial;
    }
    return nullptr;
}

const Trial* Evaluator::crashed(const Config& config) const
{
    for (const Trial& trial : m_trials)
        if (trial.state == TrialState::Crashed && trial.config == config)
            return &trial;
    return nullptr;
}

const Trial* Evaluator::timed(const Config& config) const
{
    const auto it = std::ranges::find(m_timed, config, &Trial::config);
    return it == m_timed.end() ? nullptr : &*it;
}

bool Evaluator::hasHeldOut() const
{
    return m_context.data && m_context.data->size(Split::HeldOut) > 0;
}

long Evaluator::judgedSamples() const
{
    return m_context.data ? static_cast<long>(m_context.data->size(hasHeldOut() ? Split::HeldOut : searchSplit())) : 0;
}

Trial& Evaluator::store(Trial trial)
{
    std::vector<Trial>& trials = trial.state == TrialState::Timed ? m_timed : m_trials;
    trials.push_back(std::move(trial));
    return trials.back();
}

/// What was only timed goes on under its number.
int Evaluator::numberFor(const Config& config)
{
    const auto it = std::ranges::find(m_timed, config, &Trial::config);
    if (it == m_timed.end())
        return m_nextId++;
    const int id = it->id;
    m_timed.erase(it);
    return id;
}

const Trial& Evaluator::run(const Wish& wish)
{
    const double start = m_progress.seconds();
    Trial trial;
    trial.id = numberFor(wish.config);
    trial.name = wish.name;
    trial.origin = wish.origin;
    trial.strategyNote = wish.note;
    trial.config = wish.config;
    trial.workload = m_request.workload;
    trial.manifest = manifestFor(*m_context.model, m_context.data.get(), m_request, wish.config);
    m_observer.trialStarted(trial);
    m_progress.beginStep();
    m_lastError.reset();
    try {
        trial.state = measureInto(trial, wish);
    } catch (const Error& error) {
        m_lastError = error;
    } catch (const std::bad_alloc&) {
        m_lastError = Error(ErrorKind::Resource, "There is not enough memory for this trial.");
    } catch (const std::exception& error) {
        m_lastError = Error(ErrorKind::Internal, fmt::format("The trial failed unexpectedly: {}.", error.what()));
    }
    const bool cancelled = m_lastError && m_lastError->kind() == ErrorKind::Cancelled;
    if (m_lastError) {
        trial.state = cancelled ? TrialState::Cancelled : TrialState::Failed;
        if (!cancelled)
            trial.error = m_lastError->message();
    }
    trial.manifest.seconds = m_progress.seconds() - start;
    m_observer.trialFinished(trial);
    m_progress.endStep();
    if (cancelled)
        throw Error(*m_lastError);
    return store(std::move(trial));
}

TrialState Evaluator::measureInto(Trial& trial, const Wish& wish)
{
    const quantize::Resolution resolution = resolve(wish.config);
    for (const quantize::Problem& problem : resolution.problems) {
        if (problem.error)
            throw Error(ErrorKind::Setting, fmt::format("{}: {}", problem.path, problem.message));
        m_observer.log(fmt::format("{}: {}", problem.path, problem.message));
    }
    if (!m_context.data)
        throw Error(ErrorKind::Data, "Measuring accuracy needs data; choose test data with labels.");
    const Settings settings = resolution.settings();
    trial.counts = resolution.counts();
    m_progress.beginStage(fmt::format("Calibrating for trial {}", trial.id), 0, 0.1);
    trial.ranges = ranges(settings);
    const auto time = [&](double low, double high) {
        measureLatency(trial, settings, low, high);
        annotate(trial.groups, resolution);
    };
    if (wish.timeTells) {
        time(0.1, 0.5);
        if (wish.timeTells(trial))
            return TrialState::Timed;
        measureAccuracy(trial, settings, searchSplit(), 0.5, 1);
        return TrialState::Done;
    }
    const bool fp32 = !isInt8(settings);
    measureAccuracy(trial, settings, searchSplit(), 0.1, fp32 ? 0.4 : 0.6);
    if (trial.origin == "baseline:fp32" && hasHeldOut())
        measureAccuracy(trial, settings, Split::HeldOut, 0.4, 0.6);
    time(0.6, 1);
    return TrialState::Done;
}

measure::AccuracyRun Evaluator::runOver(Split split, const Settings& settings, const Ranges& ranges)
{
    measure::AccuracyRun run = measure::accuracy(m_context, settings, ranges, split, m_request.goal.metric);
    m_samples += static_cast<double>(m_context.data->size(split));
    return run;
}

void Evaluator::measureAccuracy(Trial& trial, const Settings& settings, Split split, double low, double high)
{
    const char* where = split == Split::HeldOut ? "Held-out accuracy" : "Accuracy";
    m_progress.beginStage(fmt::format("{} of trial {}", where, trial.id), low, high);
    measure::AccuracyRun run = runOver(split, settings, trial.ranges);
    if (split == searchSplit())
        trial.outputDigest = run.outputDigest;
    if (trial.origin == "baseline:fp32") {
        m_reference[split] = run.accuracy;
        if (readsOutputs())
            m_referenceOutputs[split] = std::move(run.outputs);
    } else {
        const std::vector<float> none;
        measure::compareOn(*m_context.data, split, run.accuracy, reference(split), run.outputs,
            readsOutputs() ? referenceOutputs(split) : none);
    }
    trial.accuracy[split] = std::move(run.accuracy);
}

void Evaluator::measureLatency(Trial& trial, const Settings& settings, double low, double high)
{
    const std::string what = fmt::format("trial {}", trial.id);
    m_progress.beginStage("Timing " + what, low, high);
    std::vector<measure::Contender> contenders{{"fp32", {}, {}}};
    if (trial.origin != "baseline:fp32")
        contenders.push_back({trial.name, settings, trial.ranges});
    measure::LatencyRun run = measure::latency(m_context, contenders, m_request.workload);
    for (const Latency& timed : run.latencies)
        m_samples += static_cast<double>(timed.runs) * std::max(1, m_request.workload.batch);
    trial.latency = run.latencies.back();
    if (const std::string doubt = measure::timingDoubt(trial.latency); !doubt.empty())
        m_observer.log(fmt::format("Warning: {}: {}", what, doubt));
    trial.groups = std::move(run.groups.back());
    trial.weightBytes = run.weightBytes.back();
    trial.memoryBytes = run.memoryBytes.back();
}

void Evaluator::annotate(std::vector<GroupProfile>& groups, const quantize::Resolution& resolution) const
{
    std::map<std::string, const quantize::ResolvedOp*> refused;
    for (const quantize::ResolvedOp& op : resolution.ops)
        if (!op.refusal.empty())
            refused[op.name] = &op;
    for (GroupProfile& group : groups) {
        for (const std::string& node : group.nodes) {
            const auto it = refused.find(node);
            if (it == refused.end() || !group.reason.empty())
                continue;
            group.asked = it->second->asked.precision;
            group.reason = it->second->refusal;
        }
    }
}

const Accuracy& Evaluator::reference(Split split)
{
    if (const auto it = m_reference.find(split); it != m_reference.end())
        return it->second;
    const std::size_t samples = m_context.data ? m_context.data->size(split) : 0;
    for (const Trial& trial : m_trials) {
        const auto it = trial.accuracy.find(split);
        if (trial.origin == "baseline:fp32" && trial.state == TrialState::Done && it != trial.accuracy.end()
            && it->second.predictions.size() == samples)
            return m_reference[split] = it->second;
    }
    return m_reference[split] = runOver(split, {}, {}).accuracy;
}

bool Evaluator::readsOutputs() const
{
    return measure::readsOutputs(measure::metricOf(m_request.goal.metric));
}

const std::vector<float>& Evaluator::referenceOutputs(Split split)
{
    std::vector<float>& outputs = m_referenceOutputs[split];
    if (outputs.empty())
        outputs = runOver(split, {}, {}).outputs;
    return outputs;
}

const Trial& Evaluator::judge(int id)
{
    const auto it = std::find_if(m_trials.begin(), m_trials.end(), [&](const Trial& t) { return t.id == id; });
    if (it == m_trials.end())
        throw Error(ErrorKind::Internal, fmt::format("There is no trial {}.", id));
    Trial& trial = *it;
    const auto done = trial.accuracy.find(Split::HeldOut);
    if (done != trial.accuracy.end() && done->second.samples == static_cast<long>(m_context.data->size(Split::HeldOut)))
        return trial;
    m_progress.beginStep();
    measureAccuracy(trial, resolve(trial.config).settings(), Split::HeldOut, 0, 1);
    m_progress.endStep();
    m_observer.trialFinished(trial);
    return trial;
}

Ranges Evaluator::ranges(const Settings& settings)
{
    CalibrationEvidence evidence;
    m_context.evidence = &evidence;
    const Ranges found = measure::calibrate(m_context, settings, m_ranges);
    m_context.evidence = nullptr;
    if (!evidence.values.empty()) {
        m_samples += m_context.data ? static_cast<double>(m_context.data->size(Split::Calibration)) : 0;
        m_evidence.add(evidence);
        m_observer.evidenceFound(evidence);
    }
    Ranges fresh;
    for (const auto& [key, range] : found)
        if (key.method != RangeMethod::Manual && m_ranges.emplace(key, range).second)
            fresh.emplace(key, range);
    if (!fresh.empty())
        m_observer.rangesFound(fresh);
    return found;
}

const Sensitivity& Evaluator::sensitivity()
{
    if (!m_sensitivity.empty())
        return m_sensitivity;
    OpSettings settings;
    settings.precision = Precision::Int8;
    if (m_request.sensitivity.settings == settings && m_request.sensitivity.complete())
        return m_sensitivity = m_request.sensitivity;
    m_progress.beginStep();
    m_progress.beginStage("Calibrating for sensitivity", 0, 0.2);
    const Ranges found = ranges(measure::allInt8(*m_context.model, m_products, settings));
    m_progress.beginStage("Sensitivity", 0.2, 1);
    measure::SensitivityOptions options;
    options.settings = settings;
    options.partial = [this](const Sensitivity& soFar) { m_observer.sensitivityFound(soFar); };
    m_sensitivity = measure::sensitivity(m_context, found, options, &m_request.workload);
    m_sensitivityPasses = m_sensitivity.evaluations;
    m_observer.sensitivityFound(m_sensitivity);
    m_progress.endStep();
    return m_sensitivity;
}

double Evaluator::outputError(const Config& config)
{
    constexpr std::size_t batches = 2;
    const Split split = m_context.data->size(Split::Calibration) > 0 ? Split::Calibration : searchSplit();
    const std::size_t count =
        std::min(m_context.data->size(split), batches * static_cast<std::size_t>(m_context.data->spec().batchSize));
    if (m_rankedBeside.empty())
        m_rankedBeside = measure::firstOutputs(m_context, {}, {}, split, count);
    const Settings settings = resolve(config).settings();
    const std::vector<float> mine = measure::firstOutputs(m_context, settings, ranges(settings), split, count);
    m_rankedSamples += static_cast<long>(count);
    return measure::meanSquare(mine, m_rankedBeside);
}

double Evaluator::inPasses(double samples) const
{
    const std::size_t ofPass = m_context.data ? m_context.data->size(searchSplit()) : 0;
    return ofPass > 0 ? samples / static_cast<double>(ofPass) : 0;
}

double Evaluator::rankingPasses() const
{
    return inPasses(static_cast<double>(m_rankedSamples));
}

double Evaluator::passes() const
{
    return inPasses(m_samples) + rankingPasses() + m_sensitivityPasses;
}

std::optional<Predictor> Evaluator::predictor() const
{
    std::vector<const Trial*> trials;
    for (const Trial& trial : m_trials)
        trials.push_back(&trial);
    return predictorFrom(m_sensitivity, trials, [this](const Config& config) { return resolve(config); });
}

} // namespace octet::tune
