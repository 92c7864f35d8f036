// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/tuner.h"

#include "core/engine/cpu.h"
#include "core/measure/sensitivity.h"
#include "core/tune/frontier.h"
#include "core/tune/job.h"
#include "core/values/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace octet::tune {

namespace {

struct Baseline
{
    const char* preset;
    const char* name;
};
const std::vector<Baseline>& allBaselines()
{
    static const std::vector<Baseline> list = [] {
        std::vector<Baseline> all{{"fp32", "All fp32"}, {"static", "All int8, static"},
            {"smoothed", "All int8, smoothed"}, {"dynamic", "All int8, dynamic"}};
        if (engine::hasBf16())
            all.push_back({"bf16", "All bf16"});
        return all;
    }();
    return list;
}

} // namespace

bool isBaseline(const Trial& trial)
{
    return trial.origin.rfind("baseline:", 0) == 0;
}

std::string speedText(const Trial& trial)
{
    const double ratio = trial.latency.ratioToFp32;
    if (ratio <= 0)
        return "not timed";
    return ratio <= 1 ? fmt::format("{:.1f}x faster", 1 / ratio) : fmt::format("{:.1f}x slower", ratio);
}

std::string changesText(const Accuracy& accuracy, const char* split)
{
    return fmt::format(
        "{} worse and {} better of {} {} samples", accuracy.worse, accuracy.better, accuracy.samples, split);
}

std::string titleOf(const Trial& trial)
{
    return fmt::format("Trial {} ({})", trial.id, trial.name);
}

JobResult Job::run()
{
    switch (m_request.kind) {
    case JobKind::Baseline:
        baseline();
        break;
    case JobKind::Calibrate:
        calibrate();
        break;
    case JobKind::Measure:
        measureDraft();
        break;
    case JobKind::Sensitivity:
        sensitivity();
        break;
    case JobKind::Tune:
        tune();
        break;
    case JobKind::Judge:
        judge();
        break;
    }
    m_result.seconds = m_progress.seconds();
    return m_result;
}

const Trial& Job::evaluate(const Evaluator::Wish& wish)
{
    const Trial& trial = m_evaluator.run(wish);
    m_result.evaluations += trial.state != TrialState::Timed;
    return trial;
}

bool Job::isWanted(const Config& baseline) const
{
    return m_request.kind != JobKind::Tune || !m_goal.keepWeights || !baseline.model.smoothing;
}

int Job::missingBaselines() const
{
    int missing = 0;
    for (const Baseline& b : allBaselines()) {
        const Config config = presetConfig(b.preset);
        missing += isWanted(config) && !m_evaluator.finished(config) && !m_evaluator.timed(config);
    }
    return missing;
}

void Job::runFp32()
{
    if (fp32Baseline(m_evaluator.trials()))
        return;
    const Config config = presetConfig("fp32");
    if (m_evaluator.crashed(config))
        m_observer.log("\"All fp32\" ended its worker before; it is tried again, since everything is compared with it.");
    const Trial& trial = evaluate({config, allBaselines()[0].name, "baseline:fp32", {}});
    if (trial.state != TrialState::Done)
        throw Error(*m_evaluator.lastError());
    warnNearChance(trial);
}

void Job::warnNearChance(const Trial& fp32)
{
    const Accuracy* accuracy = fp32.tuning();
    const int classes = m_evaluator.data() ? m_evaluator.data()->classes() : 0;
    if (!accuracy || accuracy->metric != "accuracy" || classes < 2 || accuracy->ciLow > 1.0 / classes)
        return;
    m_observer.log(fmt::format("Warning: fp32 is right on {} of {} tuning samples, which guessing among {} classes "
                               "reaches too; are the labels permuted or from a wrong column?",
        accuracy->correct, accuracy->samples, classes));
}

void Job::runBaselines(bool all)
{
    runFp32();
    for (const Baseline& b : allBaselines()) {
        const Config config = presetConfig(b.preset);
        if (!isWanted(config) || m_evaluator.finished(config))
            continue;
        if (!all && m_evaluator.crashed(config)) {
            m_observer.log(fmt::format("\"{}\" ended its worker before and is not tried again.", b.name));
            continue;
        }
        Evaluator::Wish wish{config, b.name, fmt::format("baseline:{}", b.preset), {}};
        if (!all && !m_goal.searchOn && holder()) {
            if (const Trial* timed = m_evaluator.timed(config); timed && cannotWin(*timed))
                continue;
            wish.timeTells = [this](const Trial& timed) { return cannotWin(timed); };
        }
        evaluate(wish);
    }
}

bool Job::cannotWin(const Trial& timed)
{
    const Trial &fp32 = *fp32Baseline(m_evaluator.trials()), &other = *holder();
    const double cost = costOf(timed, fp32, m_goal.objective), least = costOf(other, fp32, m_goal.objective);
    if (cost < least)
        return false;
    m_observer.log(fmt::format("\"{}\" was timed and is not evaluated: it takes {:.0f} % of fp32's {}, and \"{}\", which "
                               "holds the goal, takes {:.0f} %.",
        timed.name, 100 * cost, toString(m_goal.objective), other.name, 100 * least));
    return true;
}

void Job::baseline()
{
    m_progress.expectSteps(std::max(1, missingBaselines()));
    runBaselines(true);
    m_result.bestTrial = bestTrial(m_evaluator.trials(), m_goal);
    const Trial* best = m_evaluator.find(m_result.bestTrial);
    m_result.goalMet = best != nullptr;
    m_result.summary = best
        ? fmt::format("{} {}: {}, {}.", best->name,
            holder() ? "already holds the goal" : "is above the goal, but too close to call",
            speedText(*best), changesText(*best->tuning(), "tuning"))
        : "No baseline holds the goal and is faster than fp32; a search may find what to leave in fp32.";
}

void Job::calibrate()
{
    m_progress.beginStage("Calibrating", 0, 1);
    Settings settings = checked(m_draft).settings();
    const bool any = std::any_of(settings.begin(), settings.end(), [](const auto& s) {
        return s.second.precision == Precision::Int8 && s.second.approach == Approach::Static;
    });
    if (!any) { // asked for while nothing is marked yet: ranges for whatever may be marked next
        Config all = m_draft;
        for (const quantize::Product& product : m_evaluator.products()) {
            if (!product.int8Refusal.empty())
                continue;
            OpLeaves& leaves = all.ops[m_evaluator.model().nodes()[static_cast<std::size_t>(product.node)].name];
            leaves.precision = Precision::Int8;
            leaves.approach = Approach::Static;
        }
        settings = checked(all).settings();
    }
    if (m_evaluator.data())
        for (const std::string& concern : measure::calibrationConcerns(*m_evaluator.data()))
            m_observer.log("Warning: " + concern);
    m_result.ranges = m_evaluator.ranges(settings);
    // Also what would be without the ranges that were set by hand: to compare with, and to go back to.
    for (auto& [op, leaves] : settings)
        leaves.manualRanges.clear();
    m_result.ranges.merge(m_evaluator.ranges(settings));
    const std::size_t samples = m_evaluator.data() ? m_evaluator.data()->size(Split::Calibration) : std::size_t(0);
    m_result.summary = fmt::format("{} ranges from {} calibration samples.", m_result.ranges.size(), samples);
    if (!m_evaluator.evidence().empty())
        m_result.summary += " " + sufficiency(m_evaluator.evidence()).sentence;
    for (const std::string& warning : warnings(m_evaluator.evidence()))
        m_observer.log("Warning: " + warning);
}

quantize::Resolution Job::checked(const Config& config)
{
    quantize::Resolution resolution = m_evaluator.resolve(config);
    for (const quantize::Problem& problem : resolution.problems)
        if (problem.error)
            throw Error(ErrorKind::Setting, fmt::format("{}: {}", problem.path, problem.message));
    return resolution;
}

void Job::measureDraft()
{
    const Trial* known = m_evaluator.finished(m_draft);
    m_progress.expectSteps(fp32Baseline(m_evaluator.trials()) ? 1 : 2);
    if (!known) {
        runFp32();
        known = m_evaluator.finished(m_draft);
    }
    const bool again = known != nullptr;
    const Trial& trial = again
        ? *known
        : evaluate({m_draft, m_request.trialName.empty() ? "Draft" : m_request.trialName, "draft", {}});
    m_result.bestTrial = trial.id;
    if (trial.state != TrialState::Done)
        m_result.summary = fmt::format("{} failed: {}", titleOf(trial), trial.error);
    else
        m_result.summary = fmt::format("{}{}: {}, {}.", titleOf(trial), again ? " holds this config already" : "",
            speedText(trial), changesText(*trial.tuning(), "tuning"));
}

void Job::sensitivity()
{
    m_progress.expectSteps(1);
    const Sensitivity& found = m_evaluator.sensitivity();
    m_result.evaluations = std::lround(found.evaluations);
    m_result.summary = sensitivityText(found);
}

std::string Job::sensitivityText(const Sensitivity& found)
{
    const double fine = measure::SensitivityOptions{}.filter;
    std::vector<const OpSensitivity*> out;
    double cost = 0;
    for (const OpSensitivity& op : found.ops)
        if (op.ownError < fine) {
            out.push_back(&op);
            cost += op.fp32Ms - op.int8Ms;
        }
    if (out.empty())
        return fmt::format("No op stands out: the own error of all {} is below 1/1000 of their signal.", found.ops.size());
    return fmt::format("{} of {} ops stand out, first {}; leaving them in fp32 costs about {:.2f} ms a run.", out.size(),
        found.ops.size(), out.front()->node, cost);
}

JobResult run(const JobRequest& request, JobObserver& observer)
{
    return Job(request, observer).run();
}

} // namespace octet::tune
