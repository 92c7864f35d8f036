// SPDX-License-Identifier: GPL-3.0-or-later
// One job from its request to its result, for the two files that it is in: what a person asks for one by one (tuner.cpp),
// and the search with its verdict (search.cpp).
#pragma once

#include "core/tune/evaluator.h"
#include "core/tune/progress.h"
#include "core/tune/strategy.h"

#include <optional>
#include <string>
#include <vector>

namespace octet::tune {

bool isBaseline(const Trial& trial);
std::string titleOf(const Trial& trial); // "Trial 3 (Smoothed)"
std::string speedText(const Trial& trial); // "2.1x faster"
std::string changesText(const Accuracy& accuracy, const char* split); // "3 worse and 1 better of 436 tuning samples"

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
    JobResult run();

private:
    const Trial& evaluate(const Evaluator::Wish& wish);
    /// Smoothing is of no use to a search that must leave the weights as they are.
    bool isWanted(const Config& baseline) const;
    int missingBaselines() const;
    /// Fp32 is what everything is compared with: without it nothing can be done.
    void runFp32();
    void warnNearChance(const Trial& fp32);
    /// `all`: also those that crashed before or cannot win.
    void runBaselines(bool all);
    /// A trial holds the goal at a lower cost, as timing alone tells: to evaluate this one would be of no use to the goal.
    bool cannotWin(const Trial& timed);
    void baseline();
    void calibrate();
    quantize::Resolution checked(const Config& config); // throws what is wrong with it
    void measureDraft();
    void sensitivity();
    /// What a person can act on: how many ops stand out, and what leaving them in fp32 costs.
    static std::string sensitivityText(const Sensitivity& found);

    /// Fp32, and the trials that run locked and excluded ops as the draft has them by now.
    std::vector<Trial> competitors() const;
    /// The cheapest competitor holds the goal by more than luck.
    const Trial* holder() const;
    SearchState searchState(const quantize::Resolution& draft);
    const Sensitivity* knownSensitivity();
    bool timeIsUp() const;
    void tune();
    /// Before any work: as if fp32 were always right where it is not known yet, which asks for fewest samples.
    void warnTooFew();
    quantize::Resolution checkedDraft();
    /// What was locked, excluded or limited since the last proposal; a change that cannot be followed is none.
    void takeUpdate(quantize::Resolution& draft);
    bool isFound() const;
    /// Runs proposals until the goal is held or nothing is left; says why it ended.
    std::string search(quantize::Resolution& draft);
    void judge();
    void judgeBest(const std::string& end);
    std::string closestText() const;

    const JobRequest& m_request;
    JobObserver& m_observer;
    Config m_draft; // as the request has it; a search follows what changes
    Goal m_goal;
    Progress m_progress;
    Evaluator m_evaluator;
    JobResult m_result;
    bool m_withoutSensitivity = false;
};

} // namespace octet::tune
