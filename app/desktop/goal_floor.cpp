// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/goal_floor.h"

#include "app/desktop/present_trials.h"
#include "app/desktop/words.h"
#include "core/tune/frontier.h"
#include "core/values/metric.h"
#include "widgets/goal_words.h"

#include <QObject>

#include <algorithm>
#include <cmath>

namespace octet::desktop {

namespace {

/// A hair's breadth for 0.99 * 353 being 349.47.
constexpr double hair = 1e-9;

double scoreOf(const Accuracy& accuracy)
{
    return countsAnswers(accuracy.metric) ? double(accuracy.correct) : accuracy.value;
}

} // namespace

double floorScore(const Goal& goal, const Accuracy& fp32)
{
    const double floor = goal.floor(fp32.value);
    return countsAnswers(fp32.metric) ? std::ceil(floor * double(fp32.samples) - hair) : floor;
}

Goal goalWithFloor(const Goal& goal, const Accuracy& fp32, double score)
{
    Goal wanted = goal;
    const double one = countsAnswers(fp32.metric) ? double(fp32.samples) : 1;
    const double whole = goal.relative ? fp32.value : 1;
    const double lost = whole > 0 ? std::clamp((fp32.value - score / one) / whole, 0.0, 0.999) : 0;
    // "2 %" rather than "1.983 %", when both mean the same answers.
    double steps = 100;
    for (int decimals = 0; decimals < 3; ++decimals, steps *= 10) {
        wanted.maxDrop = std::ceil(lost * steps - hair) / steps;
        if (std::abs(floorScore(wanted, fp32) - score) < (one > 1 ? 0.5 : 5e-4))
            return wanted;
    }
    wanted.maxDrop = lost;
    return wanted;
}

QString floorWords(
    const Goal& goal, const Trial& fp32, const std::vector<const Trial*>& trials, double score, const QString& scoreWord)
{
    const Accuracy& today = *fp32.tuning();
    const Trial* fastest = nullptr;
    int there = 0;
    for (const Trial* trial : trials) {
        const Accuracy* accuracy = trial->tuning();
        if (trial->state != TrialState::Done || trial == &fp32 || !accuracy || accuracy->samples != today.samples
            || accuracy->metric != today.metric || trial->latency.p50 <= 0 || scoreOf(*accuracy) < score - hair)
            continue;
        ++there;
        if (!fastest || tune::pairedMs(*trial, &fp32) < tune::pairedMs(*fastest, &fp32))
            fastest = trial;
    }
    const int decimals = widgets::decimalsOf(today.metric);
    const QString number = decimals == 0 ? QString::number(std::lround(score)) : QString::number(score, 'f', decimals);
    QString text = QObject::tr("What if %1 or more%2: lose at most %3\n")
                       .arg(number, scoreWord.isEmpty() ? QString() : QLatin1Char(' ') + scoreWord,
                           widgets::dropWords(goalWithFloor(goal, today, score)));
    text += fastest ? (there == 1 ? QObject::tr("%1 reaches it; the fastest, trial %2, is %3")
                              : QObject::tr("%1 reach it; the fastest, trial %2, is %3"))
                          .arg(words::count(there, QStringLiteral("trial")))
                          .arg(fastest->id)
                          .arg(pairedSpeed(*fastest, fp32))
                    : QObject::tr("No trial reaches it");
    return text;
}

} // namespace octet::desktop
