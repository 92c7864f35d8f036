// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/document.h"
#include "app/desktop/marking.h"
#include "app/desktop/present_ops.h"
#include "app/desktop/present_trial_card.h"
#include "app/desktop/words.h"
#include "core/graph/weight_values.h"
#include "core/tune/frontier.h"
#include "widgets/words.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace octet::desktop {

namespace {

using widgets::InspectorContent;
using words::q;
using words::s;
using Section = InspectorContent::Section;
// Reading more of a mapped file than this for two numbers would cost memory and time.
constexpr std::size_t cheapValues = 1'000'000;

QString shapeText(const std::vector<graph::Dim>& shape)
{
    QStringList dims;
    for (const graph::Dim& dim : shape)
        dims << (dim.value >= 0 ? QString::number(dim.value) : dim.name.empty() ? QStringLiteral("?") : q(dim.name));
    return dims.isEmpty() ? QStringLiteral("scalar") : dims.join(QStringLiteral(" x "));
}

QString weightShape(const Shape& shape)
{
    QStringList dims;
    for (const std::int64_t dim : shape)
        dims << QString::number(dim);
    return dims.isEmpty() ? QStringLiteral("scalar") : dims.join(QStringLiteral(" x "));
}

QString valueText(const graph::Model& model, const std::string& value)
{
    if (const graph::Weight* weight = model.weight(value))
        return QStringLiteral("%1, %2").arg(weightShape(weight->shape), q(toString(weight->type)));
    const graph::ValueInfo* info = model.valueInfo(value);
    if (!info || !info->hasShape)
        return QStringLiteral("computed");
    return QStringLiteral("%1, %2").arg(shapeText(info->shape), q(toString(info->type)));
}

QString tail(const std::string& name)
{
    return q(name).section(QLatin1Char('/'), -2);
}

QString attributeText(const graph::Attribute& attribute)
{
    const auto list = [](const auto& values, auto text) {
        QStringList parts;
        for (std::size_t i = 0; i < values.size() && i < 8; ++i)
            parts << text(values[i]);
        if (values.size() > 8)
            parts << QStringLiteral("...");
        return parts.join(QStringLiteral(", "));
    };
    struct Visitor
    {
        decltype(list)& join;
        QString operator()(std::int64_t v) const { return QString::number(v); }
        QString operator()(float v) const { return QString::number(double(v), 'g', 6); }
        QString operator()(const std::string& v) const { return q(v).left(80); }
        QString operator()(const std::vector<std::int64_t>& v) const
        {
            return join(v, [](std::int64_t x) { return QString::number(x); });
        }
        QString operator()(const std::vector<float>& v) const
        {
            return join(v, [](float x) { return QString::number(double(x), 'g', 6); });
        }
        QString operator()(const std::vector<std::string>& v) const
        {
            return join(v, [](const std::string& x) { return q(x); });
        }
        QString operator()(const graph::Weight& v) const
        {
            return QStringLiteral("%1, %2").arg(weightShape(v.shape), q(toString(v.type)));
        }
    };
    return std::visit(Visitor{list}, attribute);
}

QString extremes(const graph::Weight& weight)
{
    if (weight.type != DType::F32 || weight.byteCount() / sizeof(float) > cheapValues || weight.byteCount() == 0)
        return {};
    float low = std::numeric_limits<float>::infinity(), high = -low;
    for (const float value : graph::floats(weight)) {
        low = std::min(low, value);
        high = std::max(high, value);
    }
    return QStringLiteral("%1 to %2").arg(double(low), 0, 'g', 3).arg(double(high), 0, 'g', 3);
}

Section shapes(const graph::Model& model, const graph::Node& node)
{
    Section section{QObject::tr("Shapes"), {}};
    for (const std::string& input : node.inputs)
        if (!input.empty() && !model.weight(input))
            section.rows << qMakePair(QObject::tr("Input"), valueText(model, input));
    for (const std::string& output : node.outputs)
        if (!output.empty())
            section.rows << qMakePair(QObject::tr("Output"), valueText(model, output));
    section.rows.removeIf([](const auto& row) { return row.second == QLatin1String("computed"); });
    return section;
}

Section weights(const graph::Model& model, const graph::Node& node)
{
    Section section{QObject::tr("Weights"), {}};
    for (const std::string& input : node.inputs) {
        const graph::Weight* weight = model.weight(input);
        if (!weight)
            continue;
        section.rows << qMakePair(tail(weight->name), valueText(model, input));
        if (const QString text = extremes(*weight); !text.isEmpty())
            section.rows << qMakePair(QObject::tr("Values"), text);
    }
    return section;
}

Section attributes(const graph::Node& node)
{
    Section section{QObject::tr("Attributes"), {}};
    for (const auto& [key, value] : node.attributes)
        section.rows << qMakePair(q(key), attributeText(value));
    return section;
}

QString executedWith(const GroupProfile& group, const graph::Model& model, const graph::Node& node)
{
    QStringList others;
    for (const std::string& name : group.nodes)
        if (const graph::Node* other = model.node(name); other && other->name != node.name)
            others << q(other->opType);
    others.removeDuplicates();
    return others.size() > 5 ? others.mid(0, 5).join(QStringLiteral(", ")) + QStringLiteral(", ...")
                             : others.join(QStringLiteral(", "));
}

/// The same work in the fp32 baseline, when its group has the same main node.
void addFp32(Section& section, const Document& document, const Trial& trial, const GroupProfile& group)
{
    const Trial* fp32 = tune::fp32Baseline(document.shownTrials());
    if (!fp32 || fp32->id == trial.id || fp32->workload != trial.workload || !(group.ms > 0))
        return;
    for (const GroupProfile& other : fp32->groups)
        if (other.name == group.name && other.ms > 0)
            section.rows << qMakePair(QObject::tr("In fp32"),
                QObject::tr("%1 ms, %2x as long").arg(words::ms(other.ms)).arg(other.ms / group.ms, 0, 'f', 1));
}

void addRun(InspectorContent& content, const Document& document, const graph::Node& node)
{
    const Trial* trial = document.trial(document.selection()->trial());
    if (!trial)
        return;
    double total = 0;
    const GroupProfile* found = nullptr;
    for (const GroupProfile& group : trial->groups) {
        total += group.ms;
        if (std::find(group.nodes.begin(), group.nodes.end(), node.name) != group.nodes.end())
            found = &group;
    }
    if (!found)
        return;
    Section section{document.recordedOn().isEmpty() ? QObject::tr("Ran in trial %1").arg(trial->id)
                                                    : QObject::tr("Recorded in trial %1").arg(trial->id),
        noteRows(*trial)};
    section.rows << qMakePair(QObject::tr("Precision"), q(toString(found->executed)));
    if (found->name != node.name)
        section.rows << qMakePair(QObject::tr("Inside"), tail(found->name));
    if (const QString others = executedWith(*found, document.model(), node); !others.isEmpty())
        section.rows << qMakePair(QObject::tr("Executed with"), others);
    section.rows << qMakePair(QObject::tr("Kernel"), q(found->kernel));
    if (found->ms > 0)
        section.rows << qMakePair(QObject::tr("Time"),
            QObject::tr("%1 ms, %2 % of %3")
                .arg(words::ms(found->ms))
                .arg(total > 0 ? found->ms / total * 100 : 0, 0, 'f', 0)
                .arg(words::ms(total)));
    addFp32(section, document, *trial, *found);
    if (found->ms > 0 && found->operations > 0)
        section.rows << qMakePair(QObject::tr("Rate"),
            QObject::tr("%1 GOP/s, %2 GB/s")
                .arg(found->operations / found->ms / 1e6, 0, 'f', 0)
                .arg((found->bytesRead + found->bytesWritten) / found->ms / 1e6, 0, 'f', 1));
    if (found->bytesRead > 0)
        section.rows << qMakePair(QObject::tr("Memory"),
            QObject::tr("%1 MB read, %2 written")
                .arg(found->bytesRead / 1e6, 0, 'f', 2)
                .arg(found->bytesWritten / 1e6, 0, 'f', 2));
    if (!found->reason.empty())
        section.rows << qMakePair(QObject::tr("Why"), q(found->reason));
    content.sections << section;
}

void addSensitivity(InspectorContent& content, const Document& document, const graph::Node& node)
{
    const auto& ops = document.sensitivity().ops;
    const auto op = std::find_if(ops.begin(), ops.end(), [&](const OpSensitivity& o) { return o.node == node.name; });
    if (op == ops.end())
        return;
    Section section{QObject::tr("Sensitivity, rank %1 of %2").arg(op - ops.begin() + 1).arg(ops.size()), {}};
    if (op->kl)
        section.rows << qMakePair(QObject::tr("Output"),
            QObject::tr("KL %1, %2 % flips").arg(*op->kl, 0, 'g', 2).arg(100 * op->flips, 0, 'f', 1));
    section.rows << qMakePair(QObject::tr("Own error"),
        QObject::tr("%1 (weights %2, activation %3)")
            .arg(widgets::decibels(op->ownError), widgets::decibels(op->weightError), widgets::decibels(op->activationError)));
    section.rows << qMakePair(QObject::tr("Inherited"), widgets::decibels(op->inheritedError));
    if (!op->outlierChannels.empty()) {
        QStringList channels;
        for (std::size_t i = 0; i < op->outlierChannels.size() && i < 6; ++i)
            channels << QString::number(op->outlierChannels[i]);
        if (op->outlierChannels.size() > 6)
            channels << QObject::tr("and %1 more").arg(op->outlierChannels.size() - 6);
        section.rows << qMakePair(QObject::tr("Outlier channels"), channels.join(QStringLiteral(", ")));
    }
    content.sections << section;
}

QString rangeText(const Document& document, const std::string& value, const OpSettings& settings)
{
    const auto ends = [](double min, double max) { return QObject::tr("%1 to %2").arg(min, 0, 'g', 4).arg(max, 0, 'g', 4); };
    if (const auto manual = settings.manualRanges.find(value); manual != settings.manualRanges.end())
        return QObject::tr("%1, set by hand").arg(ends(manual->second.min, manual->second.max));
    const Ranges ranges = document.ranges();
    const auto it = ranges.find(rangeKey(value, settings));
    const QString method = words::rangeMethod(settings.rangeMethod, settings.percentile);
    if (it == ranges.end())
        return QObject::tr("%1, not collected yet").arg(method);
    return QStringLiteral("%1, %2, %3")
        .arg(ends(it->second.min, it->second.max), method,
            words::count(it->second.samples, words::sampleNoun(document.data()->spec())));
}

void addRange(InspectorContent& content, const Document& document, const quantize::ResolvedOp& op)
{
    if (op.settings.precision != Precision::Int8)
        return;
    Section section{QObject::tr("Int8 settings"), {}};
    const OpSettings& set = op.settings;
    section.rows << qMakePair(QObject::tr("Weights"),
        QObject::tr("%1, %2, %3 bits")
            .arg(q(toString(set.weightGranularity)).replace(QLatin1Char('_'), QLatin1Char(' ')),
                q(toString(set.weightScheme)))
            .arg(set.weightBits));
    const bool dynamic = set.approach == Approach::Dynamic;
    section.rows << qMakePair(QObject::tr("Activations"),
        (dynamic ? QObject::tr("dynamic, per token") : QObject::tr("static, per tensor")) + QStringLiteral(", ")
            + q(toString(set.activationScheme)));
    if (!dynamic)
        section.rows << qMakePair(QObject::tr("Range"), rangeText(document, op.product.activation, set));
    content.sections << section;
}

/// "attention.output.dense" out of "/bert/encoder/layer.3/attention/output/dense/MatMul", and its box "Layer 3".
QString titleOf(const Document& document, const graph::Node& node, QString* place)
{
    const graph::Structure& structure = *document.loaded().structure;
    const int leaf =
        std::size_t(node.index) < structure.leafOfNode.size() ? structure.leafOfNode[std::size_t(node.index)] : -1;
    if (leaf < 0)
        return q(node.name);
    const graph::Box* box = &structure.boxes[std::size_t(leaf)];
    // A leaf that is only called after its op type says nothing: the box around it is what people know it by.
    if (box->title == node.opType && box->parent > 0)
        box = &structure.boxes[std::size_t(box->parent)];
    if (box->parent > 0)
        *place = q(structure.boxes[std::size_t(box->parent)].title);
    return box->title.empty() ? q(node.name) : q(box->title);
}

void describeNode(InspectorContent& content, const Document& document, const graph::Node& node)
{
    const graph::Model& model = document.model();
    QString place;
    content.title = titleOf(document, node, &place);
    content.subtitle = q(node.opType);
    if (!place.isEmpty() && place != content.title)
        content.subtitle += QObject::tr(" in %1").arg(place);
    for (const std::string& input : node.inputs)
        if (const graph::Weight* weight = model.weight(input); weight && weight->shape.size() >= 2) {
            content.subtitle += QStringLiteral(", ") + weightShape(weight->shape);
            break;
        }
    const quantize::ResolvedOp* op = document.resolution().find(node.name);
    if (op) {
        content.precision = op->asked.precision;
        content.inherited = op->precisionSource.level != quantize::Level::Op;
        content.locked = op->asked.locked;
        content.sourceText = q(op->sourceText);
        content.refusal = q(!op->refusal.empty() ? op->refusal : op->product.int8Refusal);
    }
    addRun(content, document, node);
    addSensitivity(content, document, node);
    if (op)
        addRange(content, document, *op);
    for (Section section : {shapes(model, node), weights(model, node), attributes(node)})
        if (!section.rows.isEmpty())
            content.details << section;
    content.details << Section{QObject::tr("Names"), {qMakePair(QObject::tr("Node"), q(node.name))}};
    if (!op)
        content.notEditableReason = q(quantize::whyNotProduct(model, node));
}

void describeSeveral(InspectorContent& content, const Document& document, const QStringList& nodes)
{
    const auto ops = marking::products(document.resolution(), nodes);
    content.title = ops.empty() ? words::count(nodes.size(), QStringLiteral("node"))
                                : words::count(long(ops.size()), QStringLiteral("product"));
    content.subtitle = words::count(nodes.size(), QStringLiteral("node")) + QObject::tr(" selected");
    if (ops.empty()) {
        content.notEditableReason = QObject::tr("No product in the selection takes a precision.");
        return;
    }
    content.precision = ops.front()->asked.precision;
    content.inherited = content.locked = true;
    PrecisionCounts counts;
    int refused = 0;
    for (const quantize::ResolvedOp* op : ops) {
        if (content.precision && op->asked.precision != *content.precision)
            content.precision.reset();
        content.inherited = content.inherited && op->precisionSource.level != quantize::Level::Op;
        content.locked = content.locked && op->asked.locked;
        ++(op->settings.precision == Precision::Int8        ? counts.int8
                : op->settings.precision == Precision::Bf16 ? counts.bf16
                                                            : counts.fp32);
        refused += op->product.int8Refusal.empty() ? 0 : 1;
    }
    content.sourceText = QObject::tr("%1 int8, %2 bf16, %3 fp32").arg(counts.int8).arg(counts.bf16).arg(counts.fp32);
    if (refused > 0)
        content.refusal = QObject::tr("%1 of them cannot be int8").arg(refused);
    Section section{QObject::tr("Products"), {}};
    for (std::size_t i = 0; i < ops.size() && i < 24; ++i)
        section.rows << qMakePair(words::precision(ops[i]->settings.precision), widgets::shortOp(q(ops[i]->name)));
    if (ops.size() > 24)
        section.rows << qMakePair(QString(), QObject::tr("and %1 more").arg(ops.size() - 24));
    content.sections << section;
}

} // namespace

namespace {

/// Of the whole model: are the samples enough, and what is odd.
void addCalibration(InspectorContent& content, const CalibrationEvidence& evidence)
{
    if (evidence.empty())
        return;
    Section section{QObject::tr("Calibration"), {qMakePair(QString(), q(sufficiency(evidence).sentence))}};
    for (const std::string& warning : warnings(evidence))
        section.rows << qMakePair(QString(), q(warning));
    content.sections << section;
}

} // namespace

InspectorContent inspect(const Document& document)
{
    InspectorContent content;
    const QStringList& nodes = document.selection()->nodes();
    const Trial* trial = document.trial(document.selection()->trial());
    if (trial && (!document.hasModel() || nodes.isEmpty()))
        return trialCard(document, *trial);
    if (!document.hasModel() || nodes.isEmpty()) {
        content.title = QObject::tr("Nothing selected");
        content.subtitle = QObject::tr("Click a box or an op.");
        addCalibration(content, document.evidence());
        return content;
    }
    const graph::Node* node = nodes.size() == 1 ? document.model().node(s(nodes.front())) : nullptr;
    if (node)
        describeNode(content, document, *node);
    else
        describeSeveral(content, document, nodes);
    content.editable = document.editable() && content.notEditableReason.isEmpty();
    if (!document.editable())
        content.notEditableReason = document.reviewReason();
    return content;
}

} // namespace octet::desktop
