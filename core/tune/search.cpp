// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/job.h"

#include "core/measure/verdict.h"
#include "core/tune/frontier.h"
#include "core/tune/space.h"
#include "core/values/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace octet::tune {

std::vector<Trial> Job::competitors() const
{
    const quantize::Resolution draft = m_evaluator.resolve(m_draft);
    std::vector<Trial> kept;
    for (const Trial& trial : m_evaluator.trials())
        if (m_request.kind != JobKind::Tune || trial.origin == "baseline:fp32"
            || breaches(m_evaluator.resolve(trial.config), draft).empty())
            kept.push_back(trial);
    return kept;
}

const Trial* Job::holder() const
{
    const Trial* best = m_evaluator.find(bestTrial(competitors(), m_goal));
    const Trial* fp32 = fp32Baseline(m_evaluator.trials());
    return best && fp32 && holdsGoal(*best, *fp32, m_goal) ? best : nullptr;
}

SearchState Job::searchState(const quantize::Resolution& draft)
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

const Sensitivity* Job::knownSensitivity()
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

bool Job::timeIsUp() const
{
    return m_goal.timeoutSeconds > 0 && m_progress.seconds() >= m_goal.timeoutSeconds;
}

void Job::tune()
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

void Job::warnTooFew()
{
    const Trial* fp32 = fp32Baseline(m_evaluator.trials());
    const double value = fp32 && fp32->tuning() ? fp32->tuning()->value : 1;
    const std::string sentence = measure::tooFewSamples(m_evaluator.judgedSamples(), value, m_goal);
    if (!sentence.empty())
        m_observer.log("Warning: " + sentence);
}

quantize::Resolution Job::checkedDraft()
{
    const Goal& goal = m_goal;
    if (!isKnownStrategy(goal.strategy))
        next(goal.strategy, {}); // throws with the names
    if (goal.maxTrials < 1)
        throw Error(ErrorKind::Setting, fmt::format("{} trials are too few; use 1 or more.", goal.maxTrials));
    return checked(m_draft);
}

void Job::takeUpdate(quantize::Resolution& draft)
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

bool Job::isFound() const
{
    if (!endsAtFirst(m_goal.strategy))
        return false;
    std::vector<Trial> found = competitors();
    std::erase_if(found, [](const Trial& trial) { return isBaseline(trial) && trial.origin != "baseline:fp32"; });
    return bestTrial(found, m_goal) != 0;
}

std::string Job::search(quantize::Resolution& draft)
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

void Job::judge()
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

void Job::judgeBest(const std::string& end)
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

std::string Job::closestText() const
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

} // namespace octet::tune
