// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/present_compare.h"

#include "app/desktop/document.h"
#include "app/desktop/present_compare_results.h"
#include "app/desktop/present_trials.h"
#include "app/desktop/words.h"

namespace octet::desktop {

namespace {

using widgets::CompareContent;
using words::q;

const QString arrow = QStringLiteral(" \u2192 ");

QString nameOf(const Trial& trial)
{
    QString name = QStringLiteral("%1, %2").arg(trial.id).arg(q(trial.name).left(1).toLower() + q(trial.name).mid(1));
    return trial.chosen ? name + QObject::tr(", chosen") : name;
}

CompareSide sideOf(const Document& document, int id)
{
    CompareSide side;
    side.trial = document.trial(id);
    side.config = side.trial ? &side.trial->config : &document.draft();
    side.resolution = side.trial ? document.resolutionOf(*side.trial) : document.resolution();
    const LoadedModel& loaded = document.loaded();
    side.ops = side.trial && !side.trial->groups.empty() ? executedOps(*side.trial, loaded.products, loaded.nodeNames)
                                                         : plannedOps(side.resolution);
    return side;
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
QString rangeDifference(const CompareSide& a, const CompareSide& b, const RangeKey& key)
{
    if (!a.trial || !b.trial)
        return {};
    const auto x = a.trial->ranges.find(key), y = b.trial->ranges.find(key);
    return x != a.trial->ranges.end() && y != b.trial->ranges.end() && !(x->second == y->second)
        ? QObject::tr("another range of %1").arg(q(key.value))
        : QString();
}

/// The box of the whole model that a node is in; empty = none is known.
QString partOf(const graph::Structure& structure, int node)
{
    int box = node >= 0 && std::size_t(node) < structure.leafOfNode.size() ? structure.leafOfNode[std::size_t(node)] : -1;
    while (box > 0 && structure.boxes[std::size_t(box)].parent > 0)
        box = structure.boxes[std::size_t(box)].parent;
    return box > 0 ? q(structure.boxes[std::size_t(box)].title) : QString();
}

void compareOps(CompareContent& content, const Document& document, const CompareSide& a, const CompareSide& b)
{
    const auto& structure = document.loaded().structure;
    if (structure && !structure->boxes.empty())
        for (const int child : structure->boxes.front().children)
            if (const graph::Box& box = structure->boxes[std::size_t(child)]; !box.plumbing)
                content.parts << q(box.title);
    std::map<std::string, double> ownErrors;
    for (const OpSensitivity& op : document.sensitivity().ops)
        if (op.ownError != 0) // else it was never measured
            ownErrors[op.node] = op.ownError;
    for (const quantize::ResolvedOp& op : a.resolution.ops) {
        const QString node = q(op.name);
        CompareContent::Op row;
        row.node = node;
        if (structure)
            row.part = partOf(*structure, op.product.node);
        if (const auto known = ownErrors.find(op.name); known != ownErrors.end())
            row.ownError = known->second;
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

void compareSettings(CompareContent& content, const Document& document, const CompareSide& a, const CompareSide& b)
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
    const auto workload = [&](const CompareSide& side) {
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
    const CompareSide first = sideOf(document, a), second = sideOf(document, b);
    content.a = first.trial ? a : 0;
    content.b = second.trial ? b : 0;
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
    compareResults(content, document, first, second, texts);
    compareOps(content, document, first, second);
    compareSettings(content, document, first, second);
    return content;
}

} // namespace octet::desktop
