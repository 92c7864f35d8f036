// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/tuner.h"

#include "core/engine/cpu.h"
#include "core/measure/sensitivity.h"
#include "core/tune/evaluator.h"
#include "core/tune/frontier.h"
#include "core/tune/space.h"
#include "core/tune/strategy.h"
#include "core/values/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

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

class Job
{
public:
    Job(const JobRequest& request, JobObserver& observer)
        : m_request(request)
        , m_observer(observer)
        , m_draft(request.draft)
        , m_goal(request.goal)
        , m_progress(observer)
        , m_evaluator(request, observer, m_progress)
    {
    }

    JobResult run()
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

private:
    const Trial& evaluate(const Evaluator::Wish& wish)
    {
        ++m_result.evaluations;
        return m_evaluator.run(wish);
    }

    /// Smoothing is of no use to a search that must leave the weights as they are.
    bool isWanted(const Config& baseline) const
    {
        return m_request.kind != JobKind::Tune || !m_goal.keepWeights || !baseline.model.smoothing;
    }

    int missingBaselines() const
    {
        int missing = 0;
        for (const Baseline& b : allBaselines()) {
            const Config config = presetConfig(b.preset);
            missing += isWanted(config) && !m_evaluator.finished(config);
        }
        return missing;
    }

    /// Fp32 is what everything is compared with: without it nothing can be done.
    void runFp32()
    {
        if (fp32Baseline(m_evaluator.trials()))
            return;
        const Trial& trial = evaluate({presetConfig("fp32"), allBaselines()[0].name, "baseline:fp32", {}});
        if (trial.state != TrialState::Done)
            throw Error(*m_evaluator.lastError());
        warnNearChance(trial);
    }

    void warnNearChance(const Trial& fp32)
    {
        const Accuracy* accuracy = fp32.tuning();
        const int classes = m_evaluator.data() ? m_evaluator.data()->classes() : 0;
        if (!accuracy || accuracy->metric != "accuracy" || classes < 2 || accuracy->ciLow > 1.0 / classes)
            return;
        m_observer.log(fmt::format("Warning: fp32 is right on {} of {} tuning samples, which guessing among {} classes "
                                   "reaches too; are the labels permuted or from a wrong column?",
            accuracy->correct, accuracy->samples, classes));
    }

    void runBaselines(bool retryCrashed)
    {
        runFp32();
        for (const Baseline& b : allBaselines()) {
            const Config config = presetConfig(b.preset);
            if (!isWanted(config) || m_evaluator.finished(config))
                continue;
            if (!retryCrashed && m_evaluator.crashed(config)) {
                m_observer.log(fmt::format("\"{}\" ended its worker before and is not tried again.", b.name));
                continue;
            }
            evaluate({config, b.name, fmt::format("baseline:{}", b.preset), {}});
        }
    }

    void baseline()
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

    void calibrate()
    {
        m_progress.beginStage("Calibrating", 0, 1);
        Settings settings = checkedSettings(m_draft);
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
            settings = checkedSettings(all);
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

    Settings checkedSettings(const Config& config)
    {
        const quantize::Resolution resolution = m_evaluator.resolve(config);
        for (const quantize::Problem& problem : resolution.problems)
            if (problem.error)
                throw Error(ErrorKind::Setting, fmt::format("{}: {}", problem.path, problem.message));
        return resolution.settings();
    }

    void measureDraft()
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

    void sensitivity()
    {
        m_progress.expectSteps(1);
        const Sensitivity& found = m_evaluator.sensitivity();
        m_result.evaluations = std::lround(found.evaluations);
        m_result.summary = sensitivityText(found);
    }

    /// What a person can act on: how many ops stand out, and what leaving them in fp32 costs.
    static std::string sensitivityText(const Sensitivity& found)
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

    /// Fp32, and the trials that run locked and excluded ops as the draft has them by now.
    std::vector<Trial> competitors() const
    {
        const quantize::Resolution draft = m_evaluator.resolve(m_draft);
        std::vector<Trial> kept;
        for (const Trial& trial : m_evaluator.trials())
            if (m_request.kind != JobKind::Tune || trial.origin == "baseline:fp32"
                || respects(m_evaluator.resolve(trial.config), draft.ops))
                kept.push_back(trial);
        return kept;
    }

    /// The cheapest competitor holds the goal by more than luck.
    const Trial* holder() const
    {
        const Trial* best = m_evaluator.find(bestTrial(competitors(), m_goal));
        const Trial* fp32 = fp32Baseline(m_evaluator.trials());
        return best && fp32 && holdsGoal(*best, *fp32, m_goal) ? best : nullptr;
    }

    SearchState searchState(const quantize::Resolution& draft)
    {
        SearchState state{draft.ops, m_draft, m_evaluator.trials(), m_goal, {}, {}, {}};
        state.sensitivity = [this] { return knownSensitivity(); };
        // Fitted when first asked, and for all that this state asks: a strategy goes through many configs.
        state.predict = [this, fitted = false, predictor = std::optional<Predictor>()](
                            const Config& config) mutable -> std::optional<Prediction> {
            if (!std::exchange(fitted, true) && knownSensitivity())
                predictor = m_evaluator.predictor();
            return predictor ? std::optional(predictor->predict(m_evaluator.resolve(config))) : std::nullopt;
        };
        state.outputError = [this](const Config& config) -> std::optional<double> {
            try {
                return m_evaluator.outputError(config);
            } catch (const Error& error) {
                if (error.kind() == ErrorKind::Cancelled)
                    throw;
                m_observer.log(fmt::format("A config cannot be ranked: {}", error.what()));
                return {};
            }
        };
        return state;
    }

    const Sensitivity* knownSensitivity()
    {
        if (m_withoutSensitivity)
            return nullptr;
        try {
            const bool measured = !m_evaluator.hasSensitivity() && !m_request.sensitivity.complete();
            const Sensitivity& sensitivity = m_evaluator.sensitivity();
            if (measured)
                m_result.evaluations += std::lround(sensitivity.evaluations);
            return &sensitivity;
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::Cancelled)
                throw;
            m_withoutSensitivity = true;
            m_observer.log(fmt::format("Sensitivity cannot be measured, so ops are tried in node order: {}", error.what()));
            return nullptr;
        }
    }

    bool timeIsUp() const
    {
        return m_goal.timeoutSeconds > 0 && m_progress.seconds() >= m_goal.timeoutSeconds;
    }

    void tune()
    {
        const Goal& goal = m_goal;
        quantize::Resolution draft = checkedDraft();
        if (!isOwnStrategy(goal.strategy))
            m_observer.log(fmt::format("Octet has no strategy {}; pareto runs in its place.", goal.strategy));
        m_progress.limitSeconds(goal.timeoutSeconds);
        const auto trialsOfSearch =
            static_cast<int>(std::min<std::size_t>(draft.ops.size() + 3, static_cast<std::size_t>(goal.maxTrials)));
        m_progress.expectSteps(missingBaselines() + trialsOfSearch + 1);
        warnTooFew();
        runBaselines(false);

        std::string end;
        const Trial* holds = holder();
        const bool baselineHolds = holds && isBaseline(*holds);
        if (baselineHolds)
            m_observer.log(fmt::format("{} already holds the goal: {}, {}.", holds->name, speedText(*holds),
                changesText(*holds->tuning(), "tuning")));
        // Of a baseline in bf16 int8 is still worth looking for.
        if (baselineHolds && !goal.searchOn && holds->counts.int8 > 0)
            end = "a baseline already holds the goal";
        else
            end = search(draft);
        m_result.evaluations += std::lround(m_evaluator.rankingPasses());
        m_result.bestTrial = bestTrial(competitors(), goal);
        m_result.goalMet = m_result.bestTrial != 0;
        if (m_result.goalMet)
            judgeBest(end);
        else
            m_result.summary = fmt::format("No trial holds the goal ({}){}.", end, closestText());
        m_observer.log(fmt::format("Work: {} evaluations; with calibrating and timing as much as {:.1f} passes over the {} "
                                   "tuning samples.", m_result.evaluations, m_evaluator.passes(),
            m_evaluator.data() ? m_evaluator.data()->size(m_evaluator.searchSplit()) : 0));
    }

    /// Before any work: as if fp32 were always right where it is not known yet, which asks for fewest samples.
    void warnTooFew()
    {
        const Trial* fp32 = fp32Baseline(m_evaluator.trials());
        const double value = fp32 && fp32->tuning() ? fp32->tuning()->value : 1;
        const std::string sentence = measure::tooFewSamples(m_evaluator.judgedSamples(), value, m_goal);
        if (!sentence.empty())
            m_observer.log("Warning: " + sentence);
    }

    quantize::Resolution checkedDraft()
    {
        const Goal& goal = m_goal;
        if (!isKnownStrategy(goal.strategy))
            next(goal.strategy, {}); // throws with the names
        if (goal.maxTrials < 1)
            throw Error(ErrorKind::Setting, fmt::format("{} trials are too few; use 1 or more.", goal.maxTrials));
        quantize::Resolution draft = m_evaluator.resolve(m_draft);
        for (const quantize::Problem& problem : draft.problems)
            if (problem.error)
                throw Error(ErrorKind::Setting, fmt::format("{}: {}", problem.path, problem.message));
        return draft;
    }

    /// What was locked, excluded or limited since the last proposal; a change that cannot be followed is none.
    void takeUpdate(quantize::Resolution& draft)
    {
        const std::optional<JobUpdate> update = m_observer.update();
        if (!update)
            return;
        quantize::Resolution changed = m_evaluator.resolve(update->draft);
        for (const quantize::Problem& problem : changed.problems)
            if (problem.error) {
                m_observer.log(fmt::format("The search does not follow the change: {}: {}", problem.path, problem.message));
                return;
            }
        if (update->goal.maxTrials < 1) {
            m_observer.log(fmt::format("The search does not follow the change: {} trials are too few; use 1 or more.",
                update->goal.maxTrials));
            return;
        }
        const auto freeOnes = [](const quantize::Resolution& of) { return std::count_if(of.ops.begin(), of.ops.end(), isFree); };
        m_observer.log(fmt::format("The search follows the change from here: {} ops are free to it, {} were; {} trials, {}.",
            freeOnes(changed), freeOnes(draft), update->goal.maxTrials,
            update->goal.timeoutSeconds > 0 ? fmt::format("{:.0f} s", update->goal.timeoutSeconds) : "no time limit"));
        draft = std::move(changed);
        m_draft = update->draft;
        Goal goal = update->goal;
        goal.strategy = m_goal.strategy;
        goal.metric = m_goal.metric;
        goal.seed = m_goal.seed;
        m_goal = goal;
        m_progress.limitSeconds(m_goal.timeoutSeconds);
    }

    bool isFound() const
    {
        if (!endsAtFirst(m_goal.strategy))
            return false;
        std::vector<Trial> found = competitors();
        std::erase_if(found, [](const Trial& trial) { return isBaseline(trial) && trial.origin != "baseline:fp32"; });
        return bestTrial(found, m_goal) != 0;
    }

    /// Runs proposals until the goal is held or nothing is left; says why it ended.
    std::string search(quantize::Resolution& draft)
    {
        const Goal& goal = m_goal;
        for (int run = 0;; ++run) {
            if (m_progress.cancelled())
                throw Error(ErrorKind::Cancelled, "Cancelled between two trials.");
            takeUpdate(draft);
            if (isFound())
                return "the search holds it";
            if (run >= goal.maxTrials)
                return fmt::format("all {} trials are used", goal.maxTrials);
            if (timeIsUp())
                return fmt::format("the {:.0f} s are over", goal.timeoutSeconds);
            const std::optional<Proposal> proposal = next(goal.strategy, searchState(draft));
            if (!proposal)
                return holder() ? "the search holds it" : "the strategy has tried everything";
            const std::string strategy = isOwnStrategy(goal.strategy) ? goal.strategy : "pareto";
            evaluate({proposal->config, proposal->name, "tune:" + strategy, proposal->note});
        }
    }

    void judge()
    {
        m_progress.expectSteps(1);
        const Trial* trial = m_evaluator.find(m_request.judged);
        if (!trial || trial->state != TrialState::Done)
            throw Error(ErrorKind::Data,
                fmt::format("Trial {} cannot be judged here: it is no finished trial of this model, data and machine. "
                            "Measure its config again.", m_request.judged));
        m_result.bestTrial = trial->id;
        judgeBest("as it was asked for");
        m_result.goalMet = m_result.verdict == "meets";
    }

    void judgeBest(const std::string& end)
    {
        const Goal& goal = m_goal;
        const int id = m_result.bestTrial;
        const bool heldOut = m_evaluator.hasHeldOut();
        const Split split = heldOut ? Split::HeldOut : Split::Tuning;
        const Accuracy fp32 = m_evaluator.reference(split);
        const Trial& trial = heldOut ? m_evaluator.judge(id) : *m_evaluator.find(id);
        const Accuracy& accuracy = trial.accuracy.at(split);
        if (heldOut)
            m_result.heldOut = accuracy;
        m_result.verdict = measure::verdict(accuracy, fp32, goal);
        std::string words = m_result.verdict == "too close to call"
            ? "is " + measure::verdictInWords(accuracy, fp32, goal)
            : m_result.verdict + " the goal";
        if (!heldOut)
            words += "; there is no held-out split, so that is on the samples that the search saw";
        m_result.summary = fmt::format("{} is {}, {}: {} ({}).", titleOf(trial), speedText(trial),
            changesText(accuracy, heldOut ? "held-out" : "tuning"), words, end);
    }

    std::string closestText() const
    {
        const std::vector<Trial> trials = competitors();
        const Trial* closest = nullptr;
        for (const Trial& trial : trials)
            if (trial.state == TrialState::Done && trial.tuning() && trial.counts.int8 > 0
                && (!closest || trial.tuning()->value > closest->tuning()->value))
                closest = &trial;
        return closest ? fmt::format("; the closest is {}: {}, {}", titleOf(*closest), speedText(*closest),
                   changesText(*closest->tuning(), "tuning"))
                       : std::string();
    }

    const JobRequest& m_request;
    JobObserver& m_observer;
    Config m_draft; // as the request has it; a search follows what changes
    Goal m_goal;
    Progress m_progress;
    Evaluator m_evaluator;
    JobResult m_result;
    bool m_withoutSensitivity = false;
};

} // namespace

JobResult run(const JobRequest& request, JobObserver& observer)
{
    return Job(request, observer).run();
}

} // namespace octet::tune
