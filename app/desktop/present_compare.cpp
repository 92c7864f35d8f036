// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/present_compare.h"

#include "app/desktop/document.h"
#include "app/desktop/present_ops.h"
#include "app/desktop/present_trials.h"
#include "app/desktop/words.h"
#include "core/measure/verdict.h"

#include <algorithm>
#include <cmath>

namespace octet::desktop {

namespace {

using widgets::CompareContent;
using words::q;
using Fact = CompareContent::Fact;

const QString arrow = QStringLiteral(" \u2192 ");

/// One of the two: a trial, or the draft when `trial` is null.
struct Side
{
    const Trial* trial = nullptr;
    const Config* config = nullptr;
    quantize::Resolution resolution;
    OpsContent ops;
};

QString nameOf(const Trial& trial)
{
    QString name = QStringLiteral("%1, %2").arg(trial.id).arg(q(trial.name).left(1).toLower() + q(trial.name).mid(1));
    return trial.chosen ? name + QObject::tr(", chosen") : name;
}

Side sideOf(const Document& document, int id)
{
    Side side;
    side.trial = document.trial(id);
    side.config = side.trial ? &side.trial->config : &document.draft();
    side.resolution = side.trial ? document.resolutionOf(*side.trial) : document.resolution();
    const LoadedModel& loaded = document.loaded();
    side.ops = side.trial && !side.trial->groups.empty() ? executedOps(*side.trial, loaded.products, loaded.nodeNames)
                                                         : plannedOps(side.resolution);
    return side;
}

struct Counts
{
    long correct = 0, samples = 0;
};

/// Over the halves that both have.
std::vector<Split> commonSplits(const Side& a, const Side& b)
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

QVector<Fact> factsOf(const Side& side, const std::vector<Split>& splits)
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
            0};
    return facts << int8;
}

QString between(double low, double high)
{
    return QObject::tr("between %1 and %2")
        .arg(words::signedCount(std::lround(low)), words::signedCount(std::lround(high)));
}

/// Of what the project has; < 0 = it was not recorded.
double sureness(const Accuracy& accuracy, std::size_t sample)
{
    return accuracy.confidences.size() == accuracy.predictions.size()
        ? std::clamp(accuracy.confidences[sample], 0, 1000) / 1000.0
        : -1;
}

/// Right and wrong by label, sample by sample; fills the answers that changed.
void compareAnswers(CompareContent& content, const Side& a, const Side& b, const std::vector<Split>& splits,
    const SampleTexts& texts, const std::vector<std::string>& labelNames, Accuracy& paired, Counts& before)
{
    const auto label = [&](int index) {
        return index < 0                             ? QString()
            : std::size_t(index) < labelNames.size() ? q(labelNames[std::size_t(index)])
                                                     : QString::number(index);
    };
    for (const Split split : splits) {
        const Accuracy &ofA = a.trial->accuracy.at(split), &ofB = b.trial->accuracy.at(split);
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
            if (first[i] != second[i])
                content.answers << CompareContent::Answer{
                    sample.row, sample.text, label(sample.label), label(first[i]), label(second[i]), aRight, bRight,
                    sample.image, sureness(ofA, i), sureness(ofB, i)};
        }
    }
    content.samples = paired.samples;
    std::sort(
        content.answers.begin(), content.answers.end(), [](const auto& x, const auto& y) { return x.row < y.row; });
}

void accuracyDifference(
    CompareContent& content, const Document& document, const Side& a, const Side& b, const SampleTexts* texts)
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
        compareAnswers(content, a, b, splits, *texts, document.data()->spec().labelNames, paired, before);
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

void latencyDifference(CompareContent& content, const Side& a, const Side& b)
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
    content.difference << fact;
}

template <typename Value>
void leaf(QStringList& found, const QString& title, const Value& a, const Value& b)
{
    if (a != b)
        found << title + QLatin1Char(' ') + q(toString(a)) + arrow + q(toString(b));
}

QString rangesOf(const OpSettings& settings)
{
    return words::rangeMethod(settings.rangeMethod, settings.percentile)
        + (settings.manualRanges.empty() ? QString() : QObject::tr(", set by hand"));
}

/// In words, of two that both run in int8; elsewhere these leaves mean nothing.
QString settingsDifference(const OpSettings& a, const OpSettings& b)
{
    QStringList found;
    leaf(found, QObject::tr("weights"), a.weightGranularity, b.weightGranularity);
    leaf(found, QObject::tr("weights"), a.weightScheme, b.weightScheme);
    if (a.weightBits != b.weightBits)
        found << QObject::tr("weight bits %1").arg(a.weightBits) + arrow + QString::number(b.weightBits);
    leaf(found, QObject::tr("activations"), a.approach, b.approach);
    leaf(found, QObject::tr("activations"), a.activationScheme, b.activationScheme);
    if (a.approach == Approach::Static && b.approach == Approach::Static && rangesOf(a) != rangesOf(b))
        found << QObject::tr("ranges %1").arg(rangesOf(a)) + arrow + rangesOf(b);
    if (a.smoothing != b.smoothing)
        found << QObject::tr("smoothing %1").arg(a.smoothing) + arrow + QString::number(b.smoothing);
    if (a.biasCorrection != b.biasCorrection)
        found << (b.biasCorrection ? QObject::tr("bias corrected in B") : QObject::tr("bias corrected in A"));
    return found.join(QStringLiteral("; "));
}

/// Ranges that both recorded and that are not the same, by ONNX value.
QString rangeDifference(const Side& a, const Side& b, const RangeKey& key)
{
    if (!a.trial || !b.trial)
        return {};
    const auto x = a.trial->ranges.find(key), y = b.trial->ranges.find(key);
    return x != a.trial->ranges.end() && y != b.trial->ranges.end() && !(x->second == y->second)
        ? QObject::tr("another range of %1").arg(q(key.value))
        : QString();
}

void compareOps(CompareContent& content, const Side& a, const Side& b)
{
    for (const quantize::ResolvedOp& op : a.resolution.ops) {
        const QString node = q(op.name);
        CompareContent::Op row;
        row.node = node;
        const widgets::OpView x = a.ops.ops.value(node), y = b.ops.ops.value(node);
        row.a = x.precision;
        row.b = y.precision;
        row.aMs = a.trial ? x.ms : -1;
        row.bMs = b.trial ? y.ms : -1;
        const quantize::ResolvedOp* other = b.resolution.find(op.name);
        if (other && row.a == Precision::Int8 && row.b == Precision::Int8) {
            row.settings = settingsDifference(op.settings, other->settings);
            if (row.settings.isEmpty())
                row.settings = rangeDifference(a, b, rangeKey(op.product.activation, op.settings));
        }
        QStringList notes;
        if (!x.reason.isEmpty())
            notes << QStringLiteral("A: ") + x.reason;
        if (!y.reason.isEmpty())
            notes << QStringLiteral("B: ") + y.reason;
        row.note = notes.join(QLatin1Char('\n'));
        content.ops << row;
    }
}

QString leavesText(const OpLeaves& leaves)
{
    QStringList parts;
    const auto add = [&](const auto& value) {
        if (value)
            parts << q(toString(*value));
    };
    add(leaves.precision);
    add(leaves.weightGranularity);
    add(leaves.weightScheme);
    add(leaves.approach);
    add(leaves.activationScheme);
    add(leaves.rangeMethod);
    if (leaves.weightBits)
        parts << QObject::tr("%1 bits").arg(*leaves.weightBits);
    if (leaves.percentile)
        parts << QString::number(*leaves.percentile);
    if (leaves.smoothing && *leaves.smoothing != 0)
        parts << QObject::tr("smoothing %1").arg(*leaves.smoothing);
    if (leaves.biasCorrection.value_or(false))
        parts << QObject::tr("bias correction");
    return parts.isEmpty() ? QObject::tr("nothing set") : parts.join(QStringLiteral(", "));
}

QString rulesText(const Config& config)
{
    QStringList lines;
    for (const Rule& rule : config.rules)
        lines << q(rule.pattern) + QStringLiteral(": ") + leavesText(rule.leaves);
    for (const auto& [type, leaves] : config.opTypes)
        lines << q(type) + QStringLiteral(": ") + leavesText(leaves);
    return lines.isEmpty() ? QObject::tr("none") : lines.join(QStringLiteral("; "));
}

void compareSettings(CompareContent& content, const Document& document, const Side& a, const Side& b)
{
    QStringList same;
    const auto add = [&](const QString& title, const QString& x, const QString& y) {
        if (x != y)
            content.settings << CompareContent::Setting{title, x, y};
        else
            same << title.toLower();
    };
    add(QObject::tr("Model"), leavesText(a.config->model), leavesText(b.config->model));
    add(QObject::tr("Rules"), rulesText(*a.config), rulesText(*b.config));
    const auto exceptions = [](const Config& config) {
        return config.ops.empty() ? QObject::tr("none") : words::count(long(config.ops.size()), QStringLiteral("op"));
    };
    if (a.config->ops != b.config->ops)
        content.settings << CompareContent::Setting{
            QObject::tr("Set op by op"), exceptions(*a.config), exceptions(*b.config)};
    else
        same << QObject::tr("set op by op");
    const auto workload = [&](const Side& side) {
        return words::workload(side.trial ? side.trial->workload : document.workload());
    };
    add(QObject::tr("Workload"), workload(a), workload(b));
    if (a.trial && b.trial) {
        const auto machine = [](const Trial& trial) {
            return QStringLiteral("%1, %2").arg(q(trial.manifest.machine.cpu), q(trial.manifest.machine.isa));
        };
        add(QObject::tr("Machine"), machine(*a.trial), machine(*b.trial));
        add(QObject::tr("Data"), q(a.trial->manifest.dataHash).left(12), q(b.trial->manifest.dataHash).left(12));
    }
    content.sameSettings = same.join(QStringLiteral(", "));
}

} // namespace

CompareContent presentCompare(const Document& document, int a, int b, const SampleTexts* texts)
{
    CompareContent content;
    content.noun = words::sampleNoun(document.data()->spec()) + QLatin1Char('s');
    content.choices << CompareContent::Choice{0, QObject::tr("Draft, planned")};
    for (const Trial& trial : document.shownTrials())
        if (trial.state != TrialState::Running)
            content.choices << CompareContent::Choice{trial.id, nameOf(trial)};
    const Side first = sideOf(document, a), second = sideOf(document, b);
    content.a = first.trial ? a : 0;
    content.b = second.trial ? b : 0;
    const std::vector<Split> splits = commonSplits(first, second);
    content.factsA = factsOf(first, splits);
    content.factsB = factsOf(second, splits);
    const TrialsContent trials = presentTrials(document);
    const auto said = [](const widgets::TrialJudgement& judgement) {
        return judgement.broken.isEmpty() ? judgement.verdict : QObject::tr("not allowed: %1").arg(judgement.broken);
    };
    for (std::size_t i = 0; i < trials.trials.size(); ++i) {
        if (trials.trials[i]->id == content.a)
            content.verdictA = said(trials.judgements[i]);
        if (trials.trials[i]->id == content.b)
            content.verdictB = said(trials.judgements[i]);
    }
    accuracyDifference(content, document, first, second, texts);
    latencyDifference(content, first, second);
    compareOps(content, first, second);
    compareSettings(content, document, first, second);
    return content;
}

} // namespace octet::desktop
