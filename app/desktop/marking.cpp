// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/marking.h"

#include "app/desktop/document.h"
#include "app/desktop/edit_commands.h"
#include "app/desktop/words.h"
#include "core/graph/counterparts.h"
#include "core/values/error.h"
#include "widgets/words.h"

#include <QObject>

namespace octet::desktop::marking {

namespace {

using words::q;
using words::s;

QString ops(std::size_t n)
{
    return words::count(long(n), QStringLiteral("op"));
}

Mark refuse(const QString& reason)
{
    Mark mark;
    mark.refusal = reason;
    return mark;
}

QString whyNoProduct(const Document& document, const QStringList& nodes)
{
    if (nodes.isEmpty())
        return QObject::tr("Select an op or a box first.");
    if (nodes.size() == 1)
        if (const graph::Node* node = document.model().node(s(nodes.front())))
            if (const std::string why = quantize::whyNotProduct(document.model(), *node); !why.empty())
                return q(why) + (why.back() == '.' ? QString() : QStringLiteral("."));
    return QObject::tr(
        "No product in the selection: only MatMul, Gemm and Conv with weights and the attention products "
        "take a precision.");
}

const std::string& refusalOf(const quantize::Product& product, Precision precision)
{
    static const std::string none;
    return precision == Precision::Int8 ? product.int8Refusal
        : precision == Precision::Bf16  ? product.bf16Refusal
                                        : none;
}

/// An op without leaves of its own must leave the map, or configs that mean the same would differ.
template <typename Change>
void changeOp(Config& config, const std::string& name, Change change)
{
    OpLeaves& leaves = config.ops[name];
    change(leaves);
    if (leaves.empty())
        config.ops.erase(name);
}

} // namespace

std::vector<const quantize::ResolvedOp*> products(const quantize::Resolution& resolution, const QStringList& nodes)
{
    const QSet<QString> wanted(nodes.begin(), nodes.end());
    std::vector<const quantize::ResolvedOp*> found;
    for (const quantize::ResolvedOp& op : resolution.ops)
        if (wanted.contains(q(op.name)))
            found.push_back(&op);
    return found;
}

Mark mark(const Document& document, const QStringList& nodes, std::optional<Precision> precision)
{
    if (!document.hasModel())
        return refuse(document.reviewReason());
    const auto found = products(document.resolution(), nodes);
    if (found.empty())
        return refuse(whyNoProduct(document, nodes));
    Mark mark;
    mark.draft = document.draft();
    mark.ofOps = true;
    std::size_t changed = 0, left = 0;
    QString reason;
    for (const quantize::ResolvedOp* op : found) {
        if (precision && !refusalOf(op->product, *precision).empty()) {
            ++left;
            reason = q(refusalOf(op->product, *precision));
            continue;
        }
        changeOp(mark.draft, op->name, [&](OpLeaves& leaves) { leaves.precision = precision; });
        ++changed;
    }
    if (changed == 0)
        return refuse(
            QObject::tr("%1 cannot run in %2: %3")
                .arg(left == 1 ? widgets::shortOp(q(found.front()->name)) : ops(left), words::precision(*precision), reason));
    if (left > 0)
        mark.note = QObject::tr("%1 of %2 stay as they are: %3").arg(left).arg(ops(found.size()), reason);
    const QString what = changed == 1 && found.size() == 1 ? widgets::shortOp(q(found.front()->name)) : ops(changed);
    mark.text = precision ? QObject::tr("Set %1 to %2").arg(what, words::precision(*precision))
                          : QObject::tr("Let %1 inherit").arg(what);
    return mark;
}

Mark lock(const Document& document, const QStringList& nodes, bool locked)
{
    if (!document.hasModel())
        return refuse(document.reviewReason());
    const auto found = products(document.resolution(), nodes);
    if (found.empty())
        return refuse(whyNoProduct(document, nodes));
    Mark mark;
    mark.draft = document.draft();
    mark.ofOps = true;
    for (const quantize::ResolvedOp* op : found)
        changeOp(mark.draft, op->name, [&](OpLeaves& leaves) {
            leaves.locked = locked ? std::optional(true) : std::nullopt;
            // A lock keeps what it looked like when it was set, whatever the weaker levels do later.
            if (locked)
                leaves.precision = op->asked.precision;
        });
    mark.text = (locked ? QObject::tr("Lock %1") : QObject::tr("Unlock %1")).arg(ops(found.size()));
    return mark;
}

Mark markOpType(const Document& document, const QString& opType, Precision precision)
{
    std::size_t count = 0;
    for (const quantize::ResolvedOp& op : document.resolution().ops)
        if (q(document.model().nodes()[std::size_t(op.product.node)].opType) == opType)
            ++count;
    if (count == 0)
        return refuse(QObject::tr("No %1 of this model is a product.").arg(opType));
    Mark mark;
    mark.draft = document.draft();
    mark.ofOps = true;
    mark.draft.opTypes[s(opType)].precision = precision;
    mark.text = QObject::tr("Set op type %1 to %2").arg(opType, words::precision(precision));
    return mark;
}

Mark markPattern(const Document& document, const QString& pattern, Precision precision)
{
    try {
        const auto names = quantize::matchingNodes(document.model(), s(pattern));
        QStringList nodes;
        for (const std::string& name : names)
            nodes << q(name);
        const std::size_t found = products(document.resolution(), nodes).size();
        if (found == 0)
            return refuse(QObject::tr("\u201c%1\u201d matches no product.").arg(pattern));
        Mark mark;
        mark.draft = document.draft();
        mark.ofOps = true;
        OpLeaves leaves;
        leaves.precision = precision;
        mark.draft.rules.push_back({s(pattern), leaves});
        mark.text = QObject::tr("Rule \u201c%1\u201d: %2 to %3").arg(pattern, ops(found), words::precision(precision));
        return mark;
    } catch (const Error& error) {
        return refuse(q(error.message()));
    }
}

Everywhere inAllLayers(const Document& document, const QStringList& nodes)
{
    Everywhere all;
    if (!document.hasModel()) {
        all.refusal = document.reviewReason();
        return all;
    }
    const LoadedModel& loaded = document.loaded();
    const QSet<QString> wanted(nodes.begin(), nodes.end());
    std::vector<int> indices;
    for (int i = 0; i < loaded.nodeNames.size(); ++i)
        if (wanted.contains(loaded.nodeNames[i]))
            indices.push_back(i);
    const std::vector<int> found = graph::counterparts(*loaded.model, *loaded.structure, indices);
    for (const int node : found)
        all.nodes << loaded.nodeNames[node];
    if (indices.empty())
        all.refusal = QObject::tr("Select an op or a box first.");
    else if (found.size() == indices.size())
        all.refusal = QObject::tr("No other layer has an op in this place, or all of them are selected already.");
    return all;
}

bool apply(Document* document, const Mark& mark)
{
    if (!document->editable() && document->isOpen()) {
        emit document->notice({Notice::Kind::Warning, document->reviewReason(), {}});
        return false;
    }
    if (!mark.refusal.isEmpty()) {
        emit document->notice({Notice::Kind::Warning, mark.refusal, {}});
        return false;
    }
    // The draft is what was asked for; a graph that goes on showing a trial would hide it.
    document->selection()->setShowsDraft(true);
    if (mark.draft != document->draft())
        document->undoStack()->push(new SetDraft(document, mark.draft, mark.text, mark.ofOps));
    if (!mark.note.isEmpty())
        emit document->notice({Notice::Kind::Info, mark.note, {}});
    return true;
}

} // namespace octet::desktop::marking
