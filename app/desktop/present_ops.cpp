// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/present_ops.h"

#include "app/desktop/document.h"
#include "app/desktop/words.h"

#include <cmath>

namespace octet::desktop {

namespace {

using widgets::OpView;
using words::q;

bool mayBeInt8(const quantize::Product& product)
{
    return product.int8Refusal.empty();
}

/// In a model that is fp32 altogether nothing is "kept out": an outline on every box would say nothing.
void outlineExceptions(
    OpsContent& content, const std::vector<quantize::Product>& products, const QStringList& nodeNames)
{
    if (content.counts.int8 == 0)
        return;
    for (const quantize::Product& product : products) {
        const auto it = content.ops.find(nodeNames.value(product.node));
        if (it != content.ops.end())
            it->keptOut = it->precision != Precision::Int8 && mayBeInt8(product);
    }
}

void count(PrecisionCounts& counts, Precision precision)
{
    ++(precision == Precision::Int8 ? counts.int8 : precision == Precision::Bf16 ? counts.bf16 : counts.fp32);
}

} // namespace

OpsContent plannedOps(const quantize::Resolution& resolution)
{
    OpsContent content;
    content.counts = resolution.counts();
    for (const quantize::ResolvedOp& op : resolution.ops) {
        OpView view;
        view.product = true;
        view.counted = op.product.counted();
        view.precision = op.settings.precision;
        view.keptOut = content.counts.int8 > 0 && view.precision != Precision::Int8 && mayBeInt8(op.product);
        view.reason = !op.refusal.empty() ? q(op.refusal) : view.keptOut ? q(op.sourceText) : QString();
        content.ops.insert(q(op.name), view);
    }
    return content;
}

OpsContent executedOps(const Trial& trial, const std::vector<quantize::Product>& products, const QStringList& nodeNames)
{
    OpsContent content;
    for (const quantize::Product& product : products) {
        OpView view;
        view.product = true;
        view.counted = product.counted();
        content.ops.insert(nodeNames.value(product.node), view);
    }
    double total = 0;
    for (const GroupProfile& group : trial.groups) {
        total += group.ms;
        for (const std::string& node : group.nodes) {
            OpView& view = content.ops[q(node)];
            view.precision = group.executed;
            view.group = q(group.name);
            if (group.ms > 0)
                view.ms = group.ms;
            view.reason = q(group.reason);
        }
    }
    // Attention is one group of two products and a softmax; its executed precision is that of the products.
    for (const OpView& view : content.ops)
        if (view.counted)
            count(content.counts, view.precision);
    content.totalMs = total > 0 ? total : -1;
    outlineExceptions(content, products, nodeNames);
    return content;
}

namespace {

/// A signal-to-noise ratio in dB as the noise's share of the signal: 40 dB = 0.01. 0 dB is what was never measured.
double shareOf(double decibels)
{
    return decibels == 0 ? -1 : std::pow(10.0, -decibels / 20);
}

/// What a trial ran, or, before it has, what it asks for.
OpsContent opsOf(const Document& document, const Trial& trial)
{
    const LoadedModel& loaded = document.loaded();
    return trial.groups.empty() ? plannedOps(document.resolutionOf(trial))
                                : executedOps(trial, loaded.products, loaded.nodeNames);
}

void compare(OpsContent& content, const OpsContent& with, int trial)
{
    content.other = trial;
    for (auto it = content.ops.begin(); it != content.ops.end(); ++it) {
        const auto there = with.ops.constFind(it.key());
        if (!it->product || there == with.ops.constEnd())
            continue;
        it->differs = there->precision != it->precision;
        ++content.compared;
        content.differing += it->differs;
    }
}

} // namespace

OpsContent shownOps(const Document& document)
{
    const Selection& selection = *document.selection();
    const Trial* trial = selection.showsDraft() ? nullptr : document.trial(selection.trial());
    OpsContent content = trial ? opsOf(document, *trial) : plannedOps(document.resolution());
    for (const OpSensitivity& op : document.sensitivity().ops)
        if (const auto it = content.ops.find(q(op.node)); it != content.ops.end()) {
            it->ownError = shareOf(op.ownError);
            if (op.kl)
                it->sensitivity = *op.kl;
        }
    // A lock binds the next search, whatever trial is on the graph.
    for (const quantize::ResolvedOp& op : document.resolution().ops)
        if (const auto it = content.ops.find(q(op.name)); it != content.ops.end())
            it->locked = op.asked.locked;
    // What is on the graph is never compared with itself.
    const int shown = trial ? trial->id : 0;
    for (const int id : {selection.hoveredTrial(), selection.comparedTrial()})
        if (const Trial* other = id != shown ? document.trial(id) : nullptr; other && content.other == 0)
            compare(content, opsOf(document, *other), other->id);
    return content;
}

} // namespace octet::desktop
