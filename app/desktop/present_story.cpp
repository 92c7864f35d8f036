// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/present_story.h"

#include "app/desktop/document.h"
#include "app/desktop/goal_floor.h"
#include "app/desktop/present_trials.h"
#include "app/desktop/words.h"
#include "core/graph/model.h"
#include "core/measure/verdict.h"
#include "core/tune/frontier.h"
#include "core/values/metric.h"
#include "widgets/goal_words.h"
#include "widgets/mark_look.h"
#include "widgets/words.h"

#include <QLocale>
#include <QObject>

#include <algorithm>

namespace octet::desktop {

namespace {

using widgets::Mark;
using widgets::PresentationContent;
using words::q;
using Step = PresentationContent::Step;

/// Answers over the halves that all of the shown trials were measured on; a metric that is no count has the tuning half.
struct Scores
{
    std::vector<Split> splits;
    bool counts = true;
    std::string metric;

    double of(const Trial& trial) const
    {
        if (!counts)
            return trial.tuning()->value;
        long correct = 0;
        for (const Split split : splits)
            correct += trial.accuracy.at(split).correct;
        return double(correct);
    }
    long samples(const Trial& trial) const
    {
        long all = 0;
        for (const Split split : splits)
            all += trial.accuracy.at(split).samples;
        return all;
    }
    QString text(double score) const
    {
        return counts ? QObject::tr("%1 right").arg(widgets::grouped(std::lround(score)))
                      : QStringLiteral("%1 %2").arg(
                          widgets::metricWords(metric), QString::number(score, 'f', widgets::decimalsOf(metric)));
    }
};

Scores commonScores(const std::vector<const Trial*>& trials)
{
    Scores scores;
    const Trial& today = *trials.front();
    scores.metric = today.tuning()->metric;
    scores.counts = countsAnswers(scores.metric);
    for (const Split split : {Split::Tuning, Split::HeldOut}) {
        const auto first = today.accuracy.find(split);
        const bool all = first != today.accuracy.end()
            && std::all_of(trials.begin(), trials.end(), [&](const Trial* trial) {
                   const auto there = trial->accuracy.find(split);
                   return there != trial->accuracy.end() && there->second.samples == first->second.samples;
               });
        if (all && (scores.counts || split == Split::Tuning))
            scores.splits.push_back(split);
    }
    return scores;
}

/// "2.2 times faster", "1.1 times slower", "As fast": the "2.2x" of the plot, spoken.
QString speedSpoken(const Trial& trial, const Trial& fp32)
{
    QString words = pairedSpeed(trial, fp32);
    words.replace(QStringLiteral("x faster"), QObject::tr(" times faster"));
    words.replace(QStringLiteral("x slower"), QObject::tr(" times slower"));
    return widgets::capitalised(words);
}

/// "no answer lost", "3 fewer right", "macro F1 0.912 instead of 0.915"
QString lossSpoken(const Scores& scores, double score, double today)
{
    if (!scores.counts)
        return QObject::tr("%1 instead of %2").arg(scores.text(score)).arg(today, 0, 'f', widgets::decimalsOf(scores.metric));
    const long difference = std::lround(score - today);
    return difference == 0 ? QObject::tr("no answer lost") : words::rightDifference(difference);
}

QString verdictOf(const Trial& trial, const Trial& fp32, const Goal& goal)
{
    for (const Split split : {Split::HeldOut, Split::Tuning}) { // the search never saw the held-out half
        const auto here = trial.accuracy.find(split), there = fp32.accuracy.find(split);
        if (here != trial.accuracy.end() && there != fp32.accuracy.end()
            && here->second.samples == there->second.samples && here->second.metric == there->second.metric)
            return q(measure::verdict(here->second, there->second, goal));
    }
    return {};
}

Step todayStep(const Trial& today, const Scores& scores, const QString& noun)
{
    Step step;
    step.name = QObject::tr("Today");
    const QString score = scores.text(scores.of(today));
    step.detail = QObject::tr("%1 ms, %2").arg(words::ms(today.latency.p50), score);
    step.headline = scores.counts ? QObject::tr("Today: %1 ms per %2, %3 of %4 right")
                                        .arg(words::ms(today.latency.p50), noun)
                                        .arg(scores.of(today))
                                        .arg(widgets::grouped(scores.samples(today)))
                                  : QObject::tr("Today: %1 ms per %2, %3").arg(words::ms(today.latency.p50), noun, score);
    step.mark.role = Mark::Role::Today;
    return step;
}

Step trialStep(const Trial& trial, Mark::Role role, const Trial& today, const Scores& scores, const Goal& goal)
{
    Step step;
    step.mark.role = role;
    step.name = role == Mark::Role::EverythingInt8 ? QObject::tr("Everything int8")
        : role == Mark::Role::Chosen               ? QObject::tr("Chosen")
                                                   : QObject::tr("Best so far");
    const double score = scores.of(trial), before = scores.of(today);
    const QString loss = lossSpoken(scores, score, before);
    const QString ms = words::ms(tune::pairedMs(trial, &today));
    const bool worse = scores.counts && score < before;
    step.detail = worse ? QObject::tr("%1 ms, %2: %3 fewer").arg(ms, scores.text(score)).arg(before - score)
                        : QObject::tr("%1 ms, %2").arg(ms, scores.text(score));
    const QString speed = speedSpoken(trial, today);
    step.headline = role == Mark::Role::EverythingInt8
        ? (worse ? QObject::tr("Everything in int8: %1, but %2") : QObject::tr("Everything in int8: %1, and %2"))
              .arg(speed.left(1).toLower() + speed.mid(1), loss)
        : (worse ? QObject::tr("%1, but %2") : QObject::tr("%1, and %2")).arg(speed, loss);
    step.arrow = scores.counts && std::lround(score) == std::lround(before)
        ? QObject::tr("%1, the same %2").arg(pairedSpeed(trial, today), scores.text(score))
        : QObject::tr("%1, %2").arg(pairedSpeed(trial, today), loss);
    step.verdict = verdictOf(trial, today, goal);
    if (const Latency& latency = trial.latency; latency.ratioLow > 0 && latency.ratioHigh > 0)
        step.note = QObject::tr("%1 is between %2 and %3")
                        .arg(words::times(1 / latency.ratioToFp32), words::times(1 / latency.ratioHigh),
                            words::times(1 / latency.ratioLow));
    if (!measure::ratioHolds(trial.latency))
        step.note = q(measure::timingDoubt(trial.latency));
    return step;
}

/// Chosen, or while none is the best so far; not fp32 itself.
const Trial* third(const TrialsContent& content, Mark::Role& role)
{
    const auto find = [&](auto wanted) {
        const auto it = std::find_if(content.trials.begin(), content.trials.end(),
            [&](const Trial* trial) { return trial != content.fp32 && trial->tuning() && wanted(*trial); });
        return it == content.trials.end() ? nullptr : *it;
    };
    role = Mark::Role::Chosen;
    if (const Trial* chosen = find([](const Trial& trial) { return trial.chosen; }))
        return chosen;
    role = Mark::Role::BestSoFar;
    return find([&](const Trial& trial) { return trial.id == content.best; });
}

} // namespace

QString whyNoStory(const Document& document)
{
    if (!document.isOpen())
        return QObject::tr("open a model first");
    const Trial* today = tune::fp32Baseline(shownTrials(document));
    return today && today->tuning() && today->latency.p50 > 0 ? QString() : QObject::tr("measure the baseline first");
}

PresentationContent presentStory(const Document& document)
{
    PresentationContent content;
    const TrialsContent trials = presentTrials(document);
    if (!trials.fp32)
        return content;
    const Trial& today = *trials.fp32;
    Mark::Role lastRole = Mark::Role::Chosen;
    const Trial* last = third(trials, lastRole);
    std::vector<std::pair<const Trial*, Mark::Role>> told {{&today, Mark::Role::Today}};
    for (const Trial* trial : trials.trials)
        if (trial->origin == "baseline:static" && trial->state == TrialState::Done && trial->tuning() && trial != last
            && trial->latency.p50 > 0) {
            told.emplace_back(trial, Mark::Role::EverythingInt8);
            break;
        }
    if (last && last->latency.p50 > 0)
        told.emplace_back(last, lastRole);
    std::vector<const Trial*> shown;
    for (const auto& [trial, role] : told)
        shown.push_back(trial);
    const Scores scores = commonScores(shown);
    const QString noun = words::sampleNoun(document.data()->spec());
    for (const auto& [trial, role] : told) {
        Step step = role == Mark::Role::Today ? todayStep(today, scores, noun)
                                              : trialStep(*trial, role, today, scores, document.goal());
        step.mark.trial = trial->id;
        step.mark.kind = widgets::markKind(*trial);
        step.mark.ms = tune::pairedMs(*trial, &today);
        step.mark.right = step.mark.rightLow = step.mark.rightHigh = scores.of(*trial);
        content.steps << step;
    }
    content.sampleNoun = noun + QLatin1Char('s');
    content.samples = scores.samples(today);
    content.score = trials.plot.score;
    if (scores.counts && scores.metric == Accuracy {}.metric)
        content.score.title.clear(); // of all samples, not of one half
    Accuracy over = *today.tuning();
    if (scores.counts) {
        over.samples = content.samples;
        over.correct = std::lround(scores.of(today));
        over.value = double(over.correct) / double(std::max(1L, over.samples));
    }
    content.floor = floorScore(document.goal(), over);
    const Machine& machine = today.manifest.machine;
    content.subtitle = QObject::tr("%1 on %2, %3; %4")
                           .arg(document.title(), q(machine.cpu), q(machine.isa), words::workload(document.workload()));
    if (document.hasModel())
        content.notes << widgets::capitalised(q(graph::fixtureNote(document.model().path())));
    content.notes.removeAll(QString());
    return content;
}

} // namespace octet::desktop
