// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/trials_rows.h"

#include "core/values/metric.h"
#include "widgets/mark_look.h"

#include <algorithm>

namespace octet::widgets {

namespace {

double scoreOf(const Accuracy& accuracy)
{
    return countsAnswers(accuracy.metric) ? double(accuracy.correct) : accuracy.value;
}

QString failureText(const Trial& trial)
{
    const QString error = QString::fromStdString(trial.error);
    const QString word = trial.state == TrialState::Crashed ? QStringLiteral("Crashed")
        : trial.state == TrialState::Cancelled              ? QStringLiteral("Cancelled")
                                                            : QStringLiteral("Failed");
    return error.isEmpty() ? word : word + QStringLiteral(": ") + error;
}

const Trial* baselineOf(const std::vector<const Trial*>& trials)
{
    const auto it = std::find_if(trials.begin(), trials.end(),
        [](const Trial* trial) { return trial->origin == "baseline:fp32" && trial->state == TrialState::Done; });
    return it == trials.end() ? nullptr : *it;
}

TrialRow makeRow(const Trial& trial, const TrialJudgement& judgement, const Trial* baseline)
{
    TrialRow row;
    row.id = trial.id;
    row.state = QString::fromStdString(toString(trial.state));
    row.trialState = trial.state;
    row.pinned = trial.pinned || trial.chosen;
    row.kind = markKind(trial);
    const bool stands = trial.state == TrialState::Done || trial.state == TrialState::Running;
    row.today = stands && trial.origin == "baseline:fp32";
    row.name = QString::fromStdString(trial.name);
    row.note = QString::fromStdString(trial.note);
    if (trial.chosen)
        row.role = Mark::Role::Chosen;
    else if (row.today)
        row.role = Mark::Role::Today;
    else if (stands && trial.origin == "baseline:static")
        row.role = Mark::Role::EverythingInt8;
    if (!hasNumbers(trial.state)) {
        row.error = trial.state == TrialState::Running ? QString() : failureText(trial);
        return row;
    }
    if (trial.state == TrialState::Done)
        row.judgement = judgement;
    row.int8 = trial.counts.int8;
    if (trial.weightBytes > 0)
        row.weights = double(trial.weightBytes) / 1e6;
    if (trial.memoryBytes > 0)
        row.memory = double(trial.memoryBytes) / 1e6;
    if (const Accuracy* accuracy = trial.tuning()) {
        row.right = scoreOf(*accuracy);
        const Accuracy* reference = baseline ? baseline->tuning() : nullptr;
        if (!row.today && reference && reference->samples == accuracy->samples
            && reference->metric == accuracy->metric) {
            row.difference = scoreOf(*accuracy) - scoreOf(*reference);
            row.worse = accuracy->worse;
            row.better = accuracy->better;
        }
    }
    if (trial.latency.p50 > 0) {
        row.p50 = trial.latency.p50;
        if (trial.latency.p99 > 0)
            row.p99 = trial.latency.p99;
        if (row.today)
            row.speed = 1;
        else if (trial.latency.ratioToFp32 > 0)
            row.speed = 1 / trial.latency.ratioToFp32;
        else if (baseline && baseline->latency.p50 > 0)
            row.speed = baseline->latency.p50 / trial.latency.p50;
    }
    return row;
}

} // namespace

bool hasNumbers(TrialState state)
{
    return state == TrialState::Done || state == TrialState::Timed;
}

QString shownName(const TrialRow& row)
{
    QString word;
    switch (row.role) {
    case Mark::Role::Today:
        word = QStringLiteral("Today");
        break;
    case Mark::Role::EverythingInt8:
        word = QStringLiteral("Everything int8");
        break;
    case Mark::Role::Chosen:
        word = QStringLiteral("Chosen");
        break;
    case Mark::Role::BestSoFar:
        word = QStringLiteral("Best so far");
        break;
    case Mark::Role::Other:
        return row.name;
    }
    if (row.name.isEmpty())
        return word;
    QString rest = row.name;
    if (rest.size() > 1 && rest.at(1).isLower())
        rest[0] = rest.at(0).toLower();
    return word + QStringLiteral(": ") + rest;
}

std::vector<TrialRow> trialRows(
    const std::vector<const Trial*>& trials, const std::vector<TrialJudgement>& judgements)
{
    const Trial* baseline = baselineOf(trials);
    const bool hasChosen = std::any_of(trials.begin(), trials.end(), [](const Trial* trial) { return trial->chosen; });
    std::vector<TrialRow> rows;
    for (std::size_t i = 0; i < trials.size(); ++i) {
        rows.push_back(makeRow(*trials[i], i < judgements.size() ? judgements[i] : TrialJudgement(), baseline));
        if (rows.back().judgement.best && !hasChosen)
            rows.back().role = Mark::Role::BestSoFar;
    }
    return rows;
}

} // namespace octet::widgets
