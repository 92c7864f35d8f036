// SPDX-License-Identifier: GPL-3.0-or-later
// Trials -> plot, table, verdicts and words. Only trials of the document's workload: nothing is compared across.
#pragma once

#include "core/values/trial.h"
#include "widgets/frontier_plot.h"
#include "widgets/trials_view.h"

#include <QString>

#include <vector>

namespace octet::desktop {

class Document;

struct TrialsContent
{
    std::vector<const Trial*> trials; // of the document, until it changes
    std::vector<widgets::TrialJudgement> judgements; // one a trial
    std::vector<int> frontier; // ids by rising latency
    int best = 0; // id; 0 = none meets
    const Trial* fp32 = nullptr; // one of them
    widgets::PlotContent plot;
    QString summary; // "17 done, 8 on the frontier; numbers from the tuning half, 436 texts"
};
/// The trials that belong together: of the document's workload, data and metric. Until it changes.
std::vector<const Trial*> shownTrials(const Document& document);
TrialsContent presentTrials(const Document& document);

/// "2.2x faster" than fp32 in the same run, as the table has it, since the machine may have been busier in another.
QString pairedSpeed(const Trial& trial, const Trial& fp32);
/// "Trial 14, static, 6 products in fp32\n2.2x faster ...": four lines of words at most.
QString trialTooltip(const Trial& trial, const Trial* fp32, const Goal& goal, const QString& noun);
/// What the held-out half says of the chosen trial: "Trial 8 meets the goal on the held-out half: of 1,000 images 8 got
/// worse, 8 better."; empty = none is chosen, or it has not been judged.
QString chosenVerdict(const Document& document);
/// "Smoothed int8 already meets your goal: 2.1x faster, 0 worse." after a baseline; empty = none meets.
QString baselineAdvice(const Document& document);

} // namespace octet::desktop
