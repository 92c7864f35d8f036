// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/present_trials.h"

#include "app/desktop/document.h"
#include "app/desktop/present_sensitivity.h"
#include "app/desktop/words.h"
#include "core/measure/verdict.h"
#include "core/tune/frontier.h"

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

Mark::Kind kindOf(const Trial& trial)
{
    if (trial.counts.int8 == 0 && trial.state == TrialState::Done)
        return trial.counts.bf16 > 0 ? Mark::Kind::Bf16 : Mark::Kind::Fp32;
    int dynamic = 0, fixed = 0;
    const auto count = [&](const OpLeaves& leaves) {
        if (leaves.approach)
            ++(*leaves.approach == Approach::Dynamic ? dynamic : fixed);
    };
    count(trial.config.model);
    for (const auto& [type, leaves] : trial.config.opTypes)
        count(leaves);
    return dynamic > fixed ? Mark::Kind::Dynamic : Mark::Kind::Static;
}

/// The plot counts answers; a floor or an interval of another metric has no place on it.
bool countsAnswers(const Accuracy& accuracy)
{
    return accuracy.metric == "accuracy" || accuracy.metric == "agreement";
}

/// Right answers at the ends of the paired interval of the loss against Today.
std::pair<double, double> pairedInterval(const Accuracy& accuracy, const Accuracy& today)
{
    const auto [low, high] = measure::lossInterval(accuracy, today);
    const auto n = double(accuracy.samples), right = double(today.correct);
    return {right - high * n, right - low * n};
}

/// Where a failed trial is ticked: at the time of the nearest trial with as many products in int8.
double expectedMs(const std::vector<Trial>& trials, const Trial& failedTrial)
{
    double ms = 0;
    int distance = 1 << 30;
    for (const Trial& trial : trials)
        if (done(trial) && std::abs(trial.counts.int8 - failedTrial.counts.int8) < distance) {
            distance = std::abs(trial.counts.int8 - failedTrial.counts.int8);
            ms = trial.latency.p50;
        }
    return ms;
}

Mark::Role roleOf(const Trial& trial, const TrialsContent& content, bool hasChosen)
{
    if (trial.chosen)
        return Mark::Role::Chosen;
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
        return QStringLiteral("%1 ms, %2 right").arg(words::ms(trial.latency.p50)).arg(accuracy->correct);
    if (!fp32)
        return QStringLiteral("%1 ms").arg(words::ms(trial.latency.p50));
    return words::speed(fp32->latency.p50, trial.latency.p50) + QStringLiteral(", ")
        + words::rightDifference(accuracy->correct - fp32->tuning()->correct);
}

Mark markOf(const Trial& trial, const TrialsContent& content, bool hasChosen, const Goal& goal, const QString& noun)
{
    Mark mark;
    mark.trial = trial.id;
    mark.kind = kindOf(trial);
    mark.role = roleOf(trial, content, hasChosen);
    mark.failed = failed(trial);
    mark.tooltip = trialTooltip(trial, content.fp32, goal, noun);
    if (mark.failed) {
        mark.ms = expectedMs(content.trials, trial);
        return mark;
    }
    mark.ms = trial.latency.p50;
    mark.msLow = trial.latency.ciLow;
    mark.msHigh = trial.latency.ciHigh;
    mark.right = double(trial.tuning()->correct);
    mark.rightLow = mark.rightHigh = mark.right;
    if (mark.role != Mark::Role::Today && comparable(trial, content.fp32) && countsAnswers(*trial.tuning()))
        std::tie(mark.rightLow, mark.rightHigh) = pairedInterval(*trial.tuning(), *content.fp32->tuning());
    mark.label = labelOf(trial, mark.role, content.fp32);
    return mark;
}

void fillEmpty(widgets::PlotContent& plot, const TrialsContent& content, const Document& document)
{
    const auto runs = [](const Trial& trial) { return trial.state == TrialState::Running; };
    if (std::any_of(content.trials.begin(), content.trials.end(), runs)) {
        plot.emptyText = QObject::tr("The first trial is running. It lands here.");
        plot.emptyAction.clear();
        return;
    }
    const DataSource& data = *document.data();
    const QString noun = words::sampleNoun(data.spec());
    plot.emptyText = data.accepted() ? QObject::tr("No trials yet.")
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
        std::any_of(content.trials.begin(), content.trials.end(), [](const Trial& t) { return t.chosen; });
    for (std::size_t i = 0; i < content.trials.size(); ++i) {
        const Trial& trial = content.trials[i];
        if (done(trial) || failed(trial))
            plot.marks << markOf(trial, content, hasChosen, document.goal(), noun);
        if (plot.samples == 0 && trial.tuning())
            plot.samples = trial.tuning()->samples;
    }
    plot.frontier = QVector<int>(content.frontier.begin(), content.frontier.end());
    plot.ghost = presentGhost(document);
    plot.recordedOn = document.recordedOn();
    if (content.fp32) {
        plot.todayMs = content.fp32->latency.p50;
        const Accuracy& today = *content.fp32->tuning();
        // The smallest whole count at or above the floor; a hair's breadth for 0.99 * 353 being 349.47.
        if (countsAnswers(today))
            plot.floor = std::ceil(document.goal().floor(today.value) * double(today.samples) - 1e-9);
    }
    fillEmpty(plot, content, document);
}

/// As the table has it: by the ratio that was taken in one run, since the machine may have been busier in another.
QString pairedSpeed(const Trial& trial, const Trial& fp32)
{
    return trial.latency.ratioToFp32 > 0 ? words::speed(1, trial.latency.ratioToFp32)
                                         : words::speed(fp32.latency.p50, trial.latency.p50);
}

QString summarise(const TrialsContent& content, std::size_t hidden)
{
    std::size_t finished = 0;
    long samples = 0;
    for (const Trial& trial : content.trials)
        if (done(trial)) {
            ++finished;
            samples = trial.tuning()->samples;
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

} // namespace

QString trialTooltip(const Trial& trial, const Trial* fp32, const Goal& goal, const QString& noun)
{
    QStringList lines{
        QObject::tr("Trial %1, %2").arg(trial.id).arg(q(trial.name).left(1).toLower() + q(trial.name).mid(1))};
    if (failed(trial)) {
        lines << QObject::tr("Failed: %1").arg(q(trial.error));
        return lines.join(QLatin1Char('\n'));
    }
    const Accuracy* accuracy = trial.tuning();
    if (!accuracy)
        return lines.join(QLatin1Char('\n'));
    if (fp32 && fp32->id != trial.id) {
        lines << QObject::tr("%1 (%2 ms instead of %3)")
                     .arg(words::speed(fp32->latency.p50, trial.latency.p50), words::ms(trial.latency.p50),
                         words::ms(fp32->latency.p50));
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
    if (trial.latency.drifted)
        lines << q(measure::driftInWords(trial.latency));
    return lines.join(QLatin1Char('\n'));
}

std::vector<Trial> shownTrials(const Document& document)
{
    std::vector<Trial> trials;
    const std::string dataHash = document.data()->hash();
    for (const Trial& trial : document.shownTrials()) {
        const bool sameData =
            dataHash.empty() || trial.manifest.dataHash.empty() || trial.manifest.dataHash == dataHash;
        const bool sameMetric = !trial.tuning() || trial.tuning()->metric == document.goal().metric;
        if (trial.workload == document.workload() && sameData && sameMetric)
            trials.push_back(trial);
    }
    return trials;
}

TrialsContent presentTrials(const Document& document)
{
    TrialsContent content;
    content.trials = shownTrials(document);
    const Trial* fp32 = tune::fp32Baseline(content.trials);
    content.fp32 = fp32 && done(*fp32) ? fp32 : nullptr;
    for (const Trial& trial : content.trials) {
        const bool judged = comparable(trial, content.fp32) && trial.id != content.fp32->id;
        content.verdicts.push_back(
            judged ? q(measure::verdict(*trial.tuning(), *content.fp32->tuning(), document.goal())) : QString());
    }
    for (const std::size_t index : tune::frontier(content.trials))
        content.frontier.push_back(content.trials[index].id);
    content.best = tune::bestTrial(content.trials, document.goal());
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
    const auto best = std::find_if(
        content.trials.begin(), content.trials.end(), [&](const Trial& t) { return t.id == content.best; });
    if (best == content.trials.end() || !content.fp32
        || q(best->origin).section(QLatin1Char(':'), 0, 0) != QLatin1String("baseline"))
        return {};
    if (content.verdicts[std::size_t(best - content.trials.begin())] != QLatin1String("meets"))
        return {};
    return QObject::tr("Trial %1, %2, already meets your goal: %3, %4 worse.")
        .arg(best->id)
        .arg(q(best->name).toLower(), pairedSpeed(*best, *content.fp32))
        .arg(best->tuning()->worse);
}

} // namespace octet::desktop
