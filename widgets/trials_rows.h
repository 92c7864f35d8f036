// SPDX-License-Identifier: GPL-3.0-or-later
// Trials -> rows of the table. Internal to TrialsModel.
#pragma once

#include "core/values/trial.h"
#include "widgets/frontier_plot.h"
#include "widgets/trials_view.h"

#include <QString>

#include <limits>
#include <vector>

namespace octet::widgets {

constexpr double unknownNumber = std::numeric_limits<double>::quiet_NaN();

/// What the table needs of a trial: predictions and profiles stay with their owner.
struct TrialRow
{
    int id = 0;
    QString name, note, state, error;
    TrialJudgement judgement;
    TrialState trialState = TrialState::Running;
    Mark::Role role = Mark::Role::Other;
    Mark::Kind kind = Mark::Kind::Static;
    bool pinned = false, today = false;
    double right = unknownNumber, difference = unknownNumber; // answers, or the value of another metric
    double p50 = unknownNumber, p99 = unknownNumber, speed = unknownNumber, int8 = unknownNumber;
    double weights = unknownNumber, memory = unknownNumber; // MB
    long worse = -1, better = -1;
    bool operator==(const TrialRow&) const = default;
};

/// `judgements` by trial.
std::vector<TrialRow> trialRows(
    const std::vector<const Trial*>& trials, const std::vector<TrialJudgement>& judgements);
/// The others say something across the cells of numbers: how far they are, or what went wrong.
bool hasNumbers(TrialState state);
QString shownName(const TrialRow& row); // "Chosen: static, 6 products in fp32"

} // namespace octet::widgets
