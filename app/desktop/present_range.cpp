// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/present_range.h"

#include "app/desktop/document.h"
#include "app/desktop/words.h"

#include <algorithm>

namespace octet::desktop {

using quantize::ResolvedOp;
using widgets::RangeViewContent;
using words::q;
using words::s;

namespace {

const graph::Node* selectedNode(const Document& document)
{
    const QStringList& nodes = document.selection()->nodes();
    return document.hasModel() && nodes.size() == 1 ? document.model().node(s(nodes.front())) : nullptr;
}

bool reads(const ResolvedOp& op, const std::string& value)
{
    const std::vector<std::string> values = quantize::valuesOf(op.product);
    return std::find(values.begin(), values.end(), value) != values.end();
}

/// The op whose settings the range follows: the selected one, or the first that reads what it makes.
const ResolvedOp* reader(const Document& document, const graph::Node& node, const std::string& value)
{
    const ResolvedOp* own = document.resolution().find(node.name);
    if (own && reads(*own, value))
        return own;
    for (const ResolvedOp& op : document.resolution().ops)
        if (reads(op, value))
            return &op;
    return nullptr;
}

QString nameOf(const ResolvedOp* op, const std::string& value)
{
    if (op && op->product.kind == quantize::ProductKind::Scores)
        return value == op->product.activation ? QObject::tr("Query") : QObject::tr("Key");
    if (op && op->product.kind == quantize::ProductKind::Context)
        return QObject::tr("Value");
    return op ? QObject::tr("Input") : QObject::tr("Output");
}

/// In int8 as it is asked for, whatever the precision of the draft.
OpSettings int8Settings(const ResolvedOp& op)
{
    OpSettings asked = op.asked;
    asked.precision = Precision::Int8;
    return quantize::realisable(op.product, asked);
}

void addCuts(RangeViewContent& content, const ValueEvidence& evidence, const RangeKey& own, const Ranges& known)
{
    for (const Threshold& cut : evidence.thresholds) {
        const bool isOwn = cut.method == own.method && cut.percentile == own.percentile;
        if (isOwn)
            content.own = int(content.cuts.size());
        content.cuts.push_back({words::rangeMethod(cut.method, cut.percentile), {cut.min, cut.max}});
    }
    const auto range = known.find(own);
    if (content.own >= 0 || own.alpha != 0 || range == known.end())
        return;
    content.own = int(content.cuts.size());
    content.cuts.push_back(
        {words::rangeMethod(own.method, own.percentile), {range->second.min, range->second.max}});
}

void addConvergence(RangeViewContent& content, const CalibrationEvidence& evidence, const ValueEvidence& value,
    const RangeKey& own, bool live)
{
    const RangeGrowth* growth = evidence.range(own);
    for (const RangeGrowth& other : evidence.ranges)
        if (!growth && other.key.value == value.value && other.key.alpha == 0)
            growth = &other;
    if (growth) {
        content.steps = growth->steps;
        if (!live) {
            const Sufficiency found = sufficiency(*growth, evidence.samples);
            content.sentence = q(found.sentence);
            content.enough = found.enough;
        }
    }
    for (const std::string& warning : warnings(value, growth))
        content.warnings << q(warning);
}

QString whyNotEditable(const Document& document, const OpSettings& settings)
{
    if (!document.editable())
        return document.reviewReason();
    const std::string reason = quantize::whyNotManual(settings);
    return reason.empty() ? QString() : QObject::tr("No range can be set by hand: %1.").arg(q(reason));
}

} // namespace

std::vector<std::string> valuesOfSelection(const Document& document)
{
    const graph::Node* node = selectedNode(document);
    if (!node)
        return {};
    if (const ResolvedOp* op = document.resolution().find(node->name))
        return quantize::valuesOf(op->product);
    return node->outputs;
}

RangeViewContent presentRange(const Document& document, const CalibrationEvidence& live, const std::string& wanted)
{
    RangeViewContent content;
    const graph::Node* node = selectedNode(document);
    const ResolvedOp* product = node ? document.resolution().find(node->name) : nullptr;
    std::string name;
    for (const std::string& value : valuesOfSelection(document)) {
        if (!live.value(value) && !document.evidence().value(value))
            continue;
        content.values << qMakePair(q(value), nameOf(product, value));
        if (name.empty() || value == wanted)
            name = value;
    }
    const ResolvedOp* op = node && !name.empty() ? reader(document, *node, name) : nullptr;
    if (!op)
        return {};
    const bool isLive = live.value(name) != nullptr;
    const CalibrationEvidence& evidence = isLive ? live : document.evidence();
    const ValueEvidence& value = *evidence.value(name);

    const OpSettings settings = int8Settings(*op);
    OpSettings plain = settings;
    plain.manualRanges.clear();
    const RangeKey own = rangeKey(name, plain);
    const auto manual = settings.manualRanges.find(name);
    content.value = q(name);
    content.title = QObject::tr("%1 values, log count").arg(nameOf(product, name));
    content.note = words::count(evidence.samples, words::sampleNoun(document.data()->spec()))
        + (isLive ? QObject::tr(" so far") : QString());
    content.histogram = value.histogram;
    content.scheme = settings.activationScheme;
    addCuts(content, value, own, isLive ? Ranges{} : document.ranges());
    content.manual = manual != settings.manualRanges.end();
    if (content.manual)
        content.range = manual->second;
    else if (!content.cuts.isEmpty())
        content.range = content.cuts[std::max(content.own, 0)].range;
    content.notEditable = whyNotEditable(document, settings);
    if (content.manual && op->settings.precision != Precision::Int8)
        content.hint = QObject::tr("Set by hand; it counts once the op is int8.");
    else if (content.manual)
        content.hint = QObject::tr("Set by hand, for every op that reads this value.");
    addConvergence(content, evidence, value, own, isLive);
    return content;
}

Config withManualRange(const Config& draft, const std::string& value, std::optional<Interval> range)
{
    Config changed = draft;
    if (range)
        changed.manualRanges[value] = *range;
    else
        changed.manualRanges.erase(value);
    return changed;
}

} // namespace octet::desktop
