// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/present_trials.h"

#include "app/desktop/broken_rules.h"
#include "app/desktop/document.h"
#include "app/desktop/goal_floor.h"
#include "app/desktop/present_prediction.h"
#include "app/desktop/words.h"
#include "core/measure/verdict.h"
#include "core/tune/frontier.h"
#include "core/values/metric.h"
#include "widgets/goal_words.h"
#include "widgets/mark_look.h"
#include "widgets/words.h"

#include <algorithm>
#include <cmath>

namespace octet::desktop {

namespace {

using widgets::Mark;
using words::q;

bool done(const Trial& trial)
{
    return trial.state == TrialState::Done && trial.tuning() && trial.latency.p50 > 0;
}

bool failed(const Trial& trial)
{
    return trial.state == TrialState::Failed || trial.state == TrialState::Crashed;
}

/// A project may hold trials of other sample limits: those are shown, not judged.
bool comparable(const Trial& trial, const Trial* fp32)
{
    return fp32 && done(trial) && trial.tuning()->samples == fp32->tuning()->samples;
}

/// On the plot's axis: answers where the metric counts them, else its value.
double scoreOf(const Accuracy& accuracy)
{
    return countsAnswers(accuracy.metric) ? double(accuracy.correct) : accuracy.value;
}

/// The score at the ends of the paired interval of the loss against Today.
std::pair<double, double> pairedInterval(const Accuracy& accuracy, const Accuracy& today)
{
    const auto [low, high] = measure::lossInterval(accuracy, today);
    const double each = countsAnswers(accuracy.metric) ? double(accuracy.samples) : 1;
    return {scoreOf(today) - high * each, scoreOf(today) - low * each};
}

QString valueText(const Accuracy& accuracy)
{
    return QString::number(accuracy.value, 'f', widgets::decimalsOf(accuracy.metric));
}

/// "none lost", "16 fewer right", "3 differ from fp32", "macro F1 0.912 instead of 0.915"
QString scoreDifference(const Accuracy& accuracy, const Accuracy& today)
{
    if (accuracy.metric == "agreement")
        return accuracy.correct == accuracy.samples
            ? QObject::tr("all as in fp32")
            : QObject::tr("%1 differ from fp32").arg(accuracy.samples - accuracy.correct);
    if (countsAnswers(accuracy.metric))
        return words::rightDifference(accuracy.correct - today.correct);
    return QObject::tr("%1 %2 instead of %3")
        .arg(widgets::metricWords(accuracy.metric), valueText(accuracy), valueText(today));
}

widgets::Score scoreAxis(const std::string& metric, long samples, const QString& noun)
{
    widgets::Score score;
    const QString name = widgets::capitalised(widgets::metricWords(metric));
    const QString all = words::count(samples, noun);
    score.decimals = widgets::decimalsOf(metric);
    score.title = score.decimals > 0 || samples <= 0 ? name
        : metric == "agreement" ? QObject::tr("%1: same answers of %2").arg(name, all)
                                : QObject::tr("%1: right answers of %2").arg(name, all);
    score.word = score.decimals > 0 ? QString() : metric == "agreement" ? QObject::tr("as in fp32") : QObject::tr("right");
    return score;
}

/// Where a failed trial is ticked: at the time of the nearest trial with as many products in int8.
double expectedMs(const std::vector<const Trial*>& trials, const Trial* fp32, const Trial& failedTrial)
{
    double ms = 0;
    int distance = 1 << 30;
    for (const Trial* trial : trials)
        if (done(*trial) && std::abs(trial->counts.int8 - failedTrial.counts.int8) < distance) {
            distance = std::abs(trial->counts.int8 - failedTrial.counts.int8);
            ms = tune::pairedMs(*trial, fp32);
        }
    return ms;
}

Mark::Role roleOf(const Trial& trial, const TrialsContent& content, bool hasChosen)
{
    if (trial.chosen)
        return Mark::Role::Chosen;
    if (failed(trial))
        return Mark::Role::Other; // it may have run again since
    if (trial.origin == "baseline:fp32")
        return Mark::Role::Today;
    if (!hasChosen && trial.id == content.best)
        return Mark::Role::BestSoFar;
    if (trial.origin == "baseline:static")
        return Mark::Role::EverythingInt8;
    return Mark::Role::Other;
}

QString labelOf(const Trial& trial, Mark::Role role, const Trial* fp32)
{
    const Accuracy* accuracy = trial.tuning();
    if (!accuracy)
        return {};
    if (role == Mark::Role::Today)
        return countsAnswers(accuracy->metric)
            ? QObject::tr("%1 ms, %2 right").arg(words::ms(trial.latency.p50)).arg(accuracy->correct)
            : QObject::tr("%1 ms, %2 %3")
                  .arg(words::ms(trial.latency.p50), widgets::metricWords(accuracy->metric), valueText(*accuracy));
    if (!fp32)
        return QStringLiteral("%1 ms").arg(words::ms(trial.latency.p50));
    return pairedSpeed(trial, *fp32) + QStringLiteral(", ")
        + scoreDifference(*accuracy, *fp32->tuning());
}

/// The two scales of time say the same: today's ms, and how many times faster in the same run.
void placeOnTime(Mark& mark, const Trial& trial, const Trial* fp32)
{
    const Latency& own = trial.latency;
    mark.ms = tune::pairedMs(trial, fp32);
    const bool paired = fp32 && trial.id != fp32->id && own.ratioToFp32 > 0 && own.ratioHigh > 0;
    mark.msLow = paired ? own.ratioLow * fp32->latency.p50 : own.ciLow * mark.ms / own.p50;
    mark.msHigh = paired ? own.ratioHigh * fp32->latency.p50 : own.ciHigh * mark.ms / own.p50;
}

Mark markOf(const Trial& trial, const TrialsContent& content, bool hasChosen)
{
    Mark mark;
    mark.trial = trial.id;
    mark.kind = widgets::markKind(trial);
    mark.role = roleOf(trial, content, hasChosen);
    mark.failed = failed(trial);
    if (mark.failed) {
        mark.ms = expectedMs(content.trials, content.fp32, trial);
        return mark;
    }
    placeOnTime(mark, trial, content.fp32);
    mark.right = scoreOf(*trial.tuning());
    mark.rightLow = mark.rightHigh = mark.right;
    if (mark.role != Mark::Role::Today && comparable(trial, content.fp32))
        std::tie(mark.rightLow, mark.rightHigh) = pairedInterval(*trial.tuning(), *content.fp32->tuning());
    mark.label = labelOf(trial, mark.role, content.fp32);
    return mark;
}

void fillEmpty(widgets::PlotContent& plot, const TrialsContent& content, const Document& document)
{
    const auto runs = [](const Trial* trial) { return trial->state == TrialState::Running; };
    if (std::any_of(content.trials.begin(), content.trials.end(), runs)) {
        plot.emptyText = QObject::tr("The first trial is running. It lands here.");
        plot.emptyAction.clear();
        return;
    }
    const DataSource& data = *document.data();
    const QString noun = words::sampleNoun(data.spec());
    const bool others = std::any_of(document.trials().begin(), document.trials().end(), done);
    plot.emptyText = data.accepted() && others
        ? QObject::tr("Nothing was measured in %1 with this workload and data yet.")
              .arg(widgets::metricWords(document.goal().metric))
        : data.accepted()            ? QObject::tr("No trials yet.")
        : data.usable()              ? QObject::tr("No trials yet. %1 to calibrate with and %2 to test with were found.")
                              .arg(words::count(data.calibrationSamples(), noun), words::count(data.testSamples(), noun))
                        : QObject::tr("No trials yet. The data comes first.");
    plot.emptyAction = !document.editable() ? QString()
        : data.accepted()                   ? QObject::tr("Measure the baseline, F5")
                                            : QObject::tr("Check the data, Ctrl+1");
}

void fillPlot(TrialsContent& content, const Document& document)
{
    const QString noun = words::sampleNoun(document.data()->spec());
    widgets::PlotContent& plot = content.plot;
    plot.sampleNoun = noun + QLatin1Char('s');
    const bool hasChosen =
        std::any_of(content.trials.begin(), content.trials.end(), [](const Trial* t) { return t->chosen; });
    for (const Trial* each : content.trials) {
        const Trial& trial = *each;
        if (done(trial) || failed(trial))
            plot.marks << markOf(trial, content, hasChosen);
        if (plot.samples == 0 && trial.tuning())
            plot.samples = trial.tuning()->samples;
    }
    plot.frontier = QVector<int>(content.frontier.begin(), content.frontier.end());
    plot.tooltipOf = [&document, fp32 = content.fp32 ? content.fp32->id : 0, goal = document.goal(), noun](int id) {
        const Trial* trial = document.trial(id);
        if (!trial)
            return QString();
        const QString broken = brokenRules(document, *trial);
        return trialTooltip(*trial, document.trial(fp32), goal, noun)
            + (broken.isEmpty() ? QString() : QObject::tr("\nnot allowed: %1").arg(broken));
    };
    plot.score = scoreAxis(document.goal().metric, plot.samples, noun);
    plot.recordedOn = document.recordedOn();
    if (content.fp32) {
        plot.ghost = presentGhost(document, *content.fp32);
        plot.todayMs = content.fp32->latency.p50;
        const Accuracy& today = *content.fp32->tuning();
        plot.floor = floorScore(document.goal(), today);
        plot.highestFloor = scoreOf(today);
        plot.whyNoGoal = document.reviewReason();
        plot.floorWords = [&document, fp32 = content.fp32->id, word = plot.score.word](double score) {
            const Trial* baseline = document.trial(fp32);
            return baseline ? floorWords(document.goal(), *baseline, shownTrials(document), score, word) : QString();
        };
    }
    fillEmpty(plot, content, document);
}

QString summarise(const TrialsContent& content, std::size_t hidden)
{
    std::size_t finished = 0;
    long samples = 0;
    for (const Trial* trial : content.trials)
        if (done(*trial)) {
            ++finished;
            samples = trial->tuning()->samples;
        }
    if (content.trials.empty() && hidden == 0)
        return {};
    QString text = QObject::tr("%1 done, %2 on the frontier").arg(finished).arg(content.frontier.size());
    if (samples > 0)
        text += QObject::tr("; numbers from the tuning half, %1")
                    .arg(words::count(samples, content.plot.sampleNoun.chopped(1)));
    if (hidden > 0)
        text += QObject::tr("; %1 of other workloads, data or metrics").arg(hidden);
    return text;
}

/// A tool tip is a few short lines; table and inspector have the whole note.
QString shortened(const QString& note)
{
    constexpr int longest = 60;
    return note.size() <= longest ? note : note.left(longest - 3) + QStringLiteral("...");
}

/// The machine was busier in one of the two runs: the quotient of their times is not how much faster it is.
bool timedApart(const Trial& trial, const Trial& fp32)
{
    const double apart = trial.latency.ratioToFp32 * fp32.latency.p50 / trial.latency.p50;
    return trial.latency.ratioToFp32 > 0 && (apart < 0.9 || apart > 1.1);
}

QStringList resultLines(const Trial& trial, const Trial* fp32, const Goal& goal, const QString& noun)
{
    QStringList lines;
    const Accuracy* accuracy = trial.tuning();
    if (fp32 && fp32->id != trial.id) {
        lines << (timedApart(trial, *fp32) ? QObject::tr("%1 side by side (%2 ms; fp32 %3, in another run)")
                                           : QObject::tr("%1 (%2 ms instead of %3)"))
                     .arg(pairedSpeed(trial, *fp32), words::ms(trial.latency.p50), words::ms(fp32->latency.p50));
        if (!countsAnswers(accuracy->metric))
            lines << scoreDifference(*accuracy, *fp32->tuning());
        lines << QObject::tr("of %1 %2 got worse, %3 better")
                     .arg(words::count(accuracy->samples, noun))
                     .arg(accuracy->worse)
                     .arg(accuracy->better);
    } else {
        lines << QObject::tr("%1 ms, %2 of %3 right")
                     .arg(words::ms(trial.latency.p50))
                     .arg(accuracy->correct)
                     .arg(words::count(accuracy->samples, noun));
    }
    const PrecisionCounts& counts = trial.counts;
    QString last =
        QObject::tr("%1 of %2 products in int8").arg(counts.int8).arg(counts.int8 + counts.bf16 + counts.fp32);
    if (comparable(trial, fp32) && trial.id != fp32->id) {
        const QString verdict = q(measure::verdictInWords(*accuracy, *fp32->tuning(), goal));
        last += QStringLiteral("; ")
            + (verdict.startsWith(QLatin1String("too close")) ? verdict : verdict + QObject::tr(" the goal"));
    }
    lines << last;
    if (const std::string doubt = measure::timingDoubt(trial.latency); !doubt.empty())
        lines << q(doubt);
    return lines;
}

} // namespace

QString pairedSpeed(const Trial& trial, const Trial& fp32)
{
    return trial.latency.ratioToFp32 > 0 ? words::speed(1, trial.latency.ratioToFp32)
                                         : words::speed(fp32.latency.p50, trial.latency.p50);
}

QString trialTooltip(const Trial& trial, const Trial* fp32, const Goal& goal, const QString& noun)
{
    QStringList lines{
        QObject::tr("Trial %1, %2").arg(trial.id).arg(q(trial.name).left(1).toLower() + q(trial.name).mid(1))};
    if (failed(trial))
        lines << QObject::tr("Failed: %1").arg(q(trial.error));
    else if (trial.tuning())
        lines << resultLines(trial, fp32, goal, noun);
    if (!trial.note.empty())
        lines << (trial.chosen ? QObject::tr("Why: %1") : QObject::tr("Note: %1")).arg(shortened(q(trial.note)));
    return lines.join(QLatin1Char('\n'));
}

std::vector<const Trial*> shownTrials(const Document& document)
{
    std::vector<const Trial*> trials;
    const std::string dataHash = document.data()->hash();
    for (const Trial& trial : document.shownTrials()) {
        const bool sameData =
            dataHash.empty() || trial.manifest.dataHash.empty() || trial.manifest.dataHash == dataHash;
        const bool sameMetric = !trial.tuning() || trial.tuning()->metric == document.goal().metric;
        if (trial.workload == document.workload() && sameData && sameMetric)
            trials.push_back(&trial);
    }
    return trials;
}

TrialsContent presentTrials(const Document& document)
{
    TrialsContent content;
    content.trials = shownTrials(document);
    const Trial* fp32 = tune::fp32Baseline(content.trials);
    content.fp32 = fp32 && done(*fp32) ? fp32 : nullptr;
    std::vector<const Trial*> allowed;
    for (const Trial* trial : content.trials) {
        const QString broken = brokenRules(document, *trial);
        if (broken.isEmpty())
            allowed.push_back(trial);
        const bool judged = comparable(*trial, content.fp32) && trial->id != content.fp32->id;
        content.judgements.push_back(
            {.verdict = judged ? q(measure::verdict(*trial->tuning(), *content.fp32->tuning(), document.goal())) : QString(),
                .broken = broken,
                .timingDoubt = q(measure::timingDoubt(trial->latency)),
                .ratioHolds = measure::ratioHolds(trial->latency)});
    }
    content.best = tune::bestTrial(allowed, document.goal());
    for (std::size_t i = 0; i < content.trials.size(); ++i)
        content.judgements[i].best = content.trials[i]->id == content.best;
    for (const std::size_t index : tune::frontier(content.trials)) {
        content.frontier.push_back(content.trials[index]->id);
        content.judgements[index].onFrontier = true;
    }
    fillPlot(content, document);
    content.summary = summarise(content, document.shownTrials().size() - content.trials.size());
    if (const QString cpu = document.recordedOn(); !cpu.isEmpty() && !content.summary.isEmpty())
        content.summary = QObject::tr("Recorded on %1: %2").arg(cpu, content.summary);
    return content;
}

QString chosenVerdict(const Document& document)
{
    const Trial* chosen = document.chosenTrial();
    const Trial* fp32 = nullptr;
    for (const Trial& trial : document.trials())
        if (chosen && trial.origin == "baseline:fp32" && trial.state == TrialState::Done
            && trial.workload == chosen->workload && trial.manifest.dataHash == chosen->manifest.dataHash)
            fp32 = &trial;
    if (!fp32)
        return {};
    const auto here = chosen->accuracy.find(Split::HeldOut), there = fp32->accuracy.find(Split::HeldOut);
    if (here == chosen->accuracy.end() || there == fp32->accuracy.end()
        || here->second.samples != there->second.samples || here->second.metric != there->second.metric)
        return {};
    const QString words = q(measure::verdictInWords(here->second, there->second, document.goal()));
    const QString counts = QObject::tr("of %1 %2 got worse, %3 better")
                               .arg(words::count(here->second.samples, words::sampleNoun(document.data()->spec())))
                               .arg(here->second.worse)
                               .arg(here->second.better);
    return words.startsWith(QLatin1String("too close"))
        ? QObject::tr("Trial %1 is %2 on the held-out half: %3.").arg(chosen->id).arg(words, counts)
        : QObject::tr("Trial %1 %2 the goal on the held-out half: %3.").arg(chosen->id).arg(words, counts);
}

QString baselineAdvice(const Document& document)
{
    if (!document.recordedOn().isEmpty())
        return {};
    const TrialsContent content = presentTrials(document);
    const auto found = std::find_if(
        content.trials.begin(), content.trials.end(), [&](const Trial* t) { return t->id == content.best; });
    const Trial* best = found == content.trials.end() ? nullptr : *found;
    if (!best || !content.fp32
        || q(best->origin).section(QLatin1Char(':'), 0, 0) != QLatin1String("baseline"))
        return {};
    if (content.judgements[std::size_t(found - content.trials.begin())].verdict != QLatin1String("meets"))
        return {};
    return QObject::tr("Trial %1, %2, already meets your goal: %3, %4 worse.")
        .arg(best->id)
        .arg(q(best->name).toLower(), pairedSpeed(*best, *content.fp32))
        .arg(best->tuning()->worse);
}

} // namespace octet::desktop
