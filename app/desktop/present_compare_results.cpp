// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/present_compare_results.h"

#include "app/desktop/document.h"
#include "app/desktop/words.h"
#include "core/measure/verdict.h"

#include <algorithm>
#include <cmath>

namespace octet::desktop {

namespace {

using widgets::CompareContent;
using words::q;
using Fact = CompareContent::Fact;

struct Counts
{
    long correct = 0, samples = 0;
};

/// Over the halves that both have.
std::vector<Split> commonSplits(const CompareSide& a, const CompareSide& b)
{
    std::vector<Split> splits;
    if (!a.trial || !b.trial)
        return splits;
    for (const auto& [split, accuracy] : a.trial->accuracy) {
        const auto other = b.trial->accuracy.find(split);
        if ((split == Split::Tuning || split == Split::HeldOut) && other != b.trial->accuracy.end()
            && other->second.samples == accuracy.samples)
            splits.push_back(split);
    }
    return splits;
}

Counts countsOf(const Trial& trial, const std::vector<Split>& splits)
{
    Counts counts;
    const auto add = [&](const Accuracy& accuracy) {
        counts.correct += accuracy.correct;
        counts.samples += accuracy.samples;
    };
    for (const Split split : splits)
        add(trial.accuracy.at(split));
    if (splits.empty() && trial.tuning())
        add(*trial.tuning());
    return counts;
}

QVector<Fact> factsOf(const CompareSide& side, const std::vector<Split>& splits)
{
    const PrecisionCounts& products = side.ops.counts;
    const Fact int8{QObject::tr("Int8"),
        QObject::tr("%1 of %2").arg(products.int8).arg(products.int8 + products.bf16 + products.fp32), {}, 0};
    if (!side.trial)
        return {{QObject::tr("Draft"), QObject::tr("not measured"), QObject::tr("F9 measures it"), 0}, int8};
    QVector<Fact> facts;
    const Counts counts = countsOf(*side.trial, splits);
    if (counts.samples > 0)
        facts << Fact{
            QObject::tr("Right answers"), QObject::tr("%1 of %2").arg(counts.correct).arg(counts.samples), {}, 0};
    else
        facts << Fact{QObject::tr("State"), q(toString(side.trial->state)), q(side.trial->error), 0};
    const Latency& latency = side.trial->latency;
    if (latency.p50 > 0)
        facts << Fact{QObject::tr("p50"), words::ms(latency.p50) + QStringLiteral(" ms"),
            latency.ciHigh > 0
                ? QObject::tr("between %1 and %2").arg(words::ms(latency.ciLow), words::ms(latency.ciHigh))
                : QString(),
            0, q(measure::timingDoubt(latency))};
    return facts << int8;
}

QString between(double low, double high)
{
    return QObject::tr("between %1 and %2")
        .arg(words::signedCount(std::lround(low)), words::signedCount(std::lround(high)));
}

/// fp32's answers on the same data; null = not known, or it is one of the two.
const Trial* todayBeside(const Document& document, const Trial& a, const Trial& b)
{
    for (const Trial& trial : document.shownTrials())
        if (trial.origin == "baseline:fp32" && trial.state == TrialState::Done
            && trial.manifest.dataHash == a.manifest.dataHash)
            return &trial == &a || &trial == &b ? nullptr : &trial;
    return nullptr;
}

/// Of what the project has; < 0 = it was not recorded.
double sureness(const Accuracy& accuracy, std::size_t sample)
{
    return accuracy.confidences.size() == accuracy.predictions.size()
        ? std::clamp(accuracy.confidences[sample], 0, 1000) / 1000.0
        : -1;
}

/// Right and wrong by label, sample by sample; fills the answers that changed.
void compareAnswers(CompareContent& content, const Document& document, const CompareSide& a, const CompareSide& b,
    const std::vector<Split>& splits, const SampleTexts& texts, Accuracy& paired, Counts& before)
{
    const std::vector<std::string>& labelNames = document.data()->spec().labelNames;
    content.classes = int(labelNames.size());
    const Trial* today = todayBeside(document, *a.trial, *b.trial);
    const auto label = [&](int index) {
        return index < 0                             ? QString()
            : std::size_t(index) < labelNames.size() ? q(labelNames[std::size_t(index)])
                                                     : QString::number(index);
    };
    for (const Split split : splits) {
        const Accuracy &ofA = a.trial->accuracy.at(split), &ofB = b.trial->accuracy.at(split);
        const Accuracy* ofToday = today && today->accuracy.contains(split) ? &today->accuracy.at(split) : nullptr;
        const std::vector<int>&first = ofA.predictions, &second = ofB.predictions;
        const auto known = texts.splits.find(split);
        if (known == texts.splits.end() || first.size() != second.size() || first.size() != known->second.size()) {
            content.noAnswers = QObject::tr("Single answers are not recorded for all of these samples.");
            continue;
        }
        for (std::size_t i = 0; i < first.size(); ++i) {
            const SampleTexts::Sample& sample = known->second[i];
            const bool aRight = first[i] == sample.label, bRight = second[i] == sample.label;
            ++paired.samples;
            before.correct += aRight;
            paired.worse += aRight && !bRight;
            paired.better += bRight && !aRight;
            if (first[i] == second[i])
                continue;
            content.answers << CompareContent::Answer{sample.row, sample.text, label(sample.label), label(first[i]),
                label(second[i]), aRight, bRight, sample.image, sureness(ofA, i), sureness(ofB, i)};
            if (ofToday && i < ofToday->predictions.size()) {
                CompareContent::Answer& answer = content.answers.back();
                answer.today = label(ofToday->predictions[i]);
                answer.todayRight = ofToday->predictions[i] == sample.label;
                answer.todaySure = sureness(*ofToday, i);
            }
        }
    }
    content.samples = paired.samples;
    std::sort(
        content.answers.begin(), content.answers.end(), [](const auto& x, const auto& y) { return x.row < y.row; });
}

void accuracyDifference(
    CompareContent& content, const Document& document, const CompareSide& a, const CompareSide& b, const SampleTexts* texts)
{
    const std::vector<Split> splits = commonSplits(a, b);
    const QString noun = words::sampleNoun(document.data()->spec());
    if (splits.empty()) {
        content.noAnswers = !a.trial || !b.trial ? QObject::tr("The draft has no answers yet: measure it, F9.")
                                                 : QObject::tr("The two were not measured on the same samples.");
        return;
    }
    const Counts first = countsOf(*a.trial, splits), second = countsOf(*b.trial, splits);
    content.samplesNote = QStringLiteral("%1, %2").arg(splits.size() == 2 ? QObject::tr("both halves")
            : splits.front() == Split::Tuning                             ? QObject::tr("tuning half")
                                                                          : QObject::tr("held-out half"),
        words::count(first.samples, noun));
    Fact right{QObject::tr("Right answers"), words::signedCount(second.correct - first.correct), {}, 0};
    right.tone = second.correct > first.correct ? 1 : second.correct < first.correct ? -1 : 0;
    const bool sameData = a.trial->manifest.dataHash == b.trial->manifest.dataHash;
    if (!sameData) {
        content.noAnswers = QObject::tr("The two were measured on different data.");
    } else if (!texts || texts->dataHash != a.trial->manifest.dataHash) {
        content.noAnswers = document.data()->checking() || (document.data()->usable() && !texts)
            ? QObject::tr("Reading the %1s.").arg(noun)
            : QObject::tr(
                "The data that these trials were measured on is not here, so single answers cannot be shown.");
    } else {
        Accuracy paired;
        Counts before;
        compareAnswers(content, document, a, b, splits, *texts, paired, before);
        if (paired.samples == first.samples) {
            Accuracy reference;
            reference.samples = paired.samples;
            reference.correct = before.correct;
            const auto [low, high] = measure::lossInterval(paired, reference);
            const auto n = double(paired.samples);
            right.detail = between(-high * n, -low * n);
            content.difference << right
                               << Fact{QObject::tr("Answers"),
                                      QObject::tr("%1 repaired, %2 broken").arg(paired.better).arg(paired.worse),
                                      QObject::tr("%1 the same").arg(paired.samples - content.answers.size()), 0};
            if (content.answers.isEmpty())
                content.noAnswers = QObject::tr("Every answer is the same in both.");
            return;
        }
    }
    content.difference << right;
}

void latencyDifference(CompareContent& content, const CompareSide& a, const CompareSide& b)
{
    if (!a.trial || !b.trial || a.trial->latency.p50 <= 0 || b.trial->latency.p50 <= 0)
        return;
    const Latency &x = a.trial->latency, &y = b.trial->latency;
    if (a.trial->workload != b.trial->workload) {
        content.difference << Fact{QObject::tr("p50"), QObject::tr("not compared"), QObject::tr("another workload"), 0};
        return;
    }
    // Both beside fp32, or else both as they are: the machine may have been busier in one of the runs.
    const bool paired = x.ratioToFp32 > 0 && y.ratioToFp32 > 0;
    const auto interval = [paired](const Latency& of) {
        return !paired ? std::pair(of.ciLow, of.ciHigh)
            : of.ratioLow > 0 ? std::pair(of.ratioLow, of.ratioHigh) : std::pair(of.ratioToFp32, of.ratioToFp32);
    };
    const double a0 = paired ? x.ratioToFp32 : x.p50, b0 = paired ? y.ratioToFp32 : y.p50;
    Fact fact{QObject::tr("p50"), words::speed(a0, b0), {}, b0 < a0 ? 1 : -1};
    const auto [xLow, xHigh] = interval(x);
    const auto [yLow, yHigh] = interval(y);
    // Ends of both intervals against each other: wider than need be, and never too narrow.
    if (xLow > 0 && yLow > 0) {
        const double low = xLow / yHigh, high = xHigh / yLow;
        fact.detail = high < 1
            ? QObject::tr("between %1 and %2 slower").arg(words::times(1 / high), words::times(1 / low))
            : low > 1 ? QObject::tr("between %1 and %2 faster").arg(words::times(low), words::times(high))
                      : QObject::tr("within the noise");
        if (low <= 1 && high >= 1)
            fact.tone = 0;
    }
    for (const Latency* latency : {&x, &y})
        if (fact.doubt.isEmpty() && !(paired && measure::ratioHolds(*latency)))
            fact.doubt = q(measure::timingDoubt(*latency));
    content.difference << fact;
}

} // namespace

void compareResults(CompareContent& content, const Document& document, const CompareSide& a, const CompareSide& b,
    const SampleTexts* texts)
{
    const std::vector<Split> splits = commonSplits(a, b);
    content.factsA = factsOf(a, splits);
    content.factsB = factsOf(b, splits);
    accuracyDifference(content, document, a, b, texts);
    latencyDifference(content, a, b);
}

} // namespace octet::desktop
