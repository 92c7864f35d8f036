// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/graph_summary.h"

#include <QHash>
#include <QLocale>

#include <algorithm>

namespace octet::widgets {

namespace {

int sum(const PrecisionCounts& counts)
{
    return counts.int8 + counts.bf16 + counts.fp32;
}

/// Node index that a node's group time belongs to, or -1 when the node was not measured. A group is one number, so
/// exactly one node may carry it: its main node, or its first one when the main node is not in this model.
std::vector<int> groupOwners(const QStringList& nodeNames, const std::vector<const OpView*>& views)
{
    QHash<QString, int> indexOf;
    for (int i = 0; i < nodeNames.size(); ++i)
        indexOf.insert(nodeNames[i], i);
    QHash<QString, int> ownerOf;
    std::vector<int> owners(views.size(), -1);
    for (std::size_t i = 0; i < views.size(); ++i) {
        if (!views[i] || views[i]->ms < 0)
            continue;
        const QString& group = views[i]->group.isEmpty() ? nodeNames[int(i)] : views[i]->group;
        auto it = ownerOf.find(group);
        if (it == ownerOf.end())
            it = ownerOf.insert(group, indexOf.value(group, int(i)));
        owners[i] = it.value();
    }
    return owners;
}

BoxSummary summariseBox(const graph::Box& box, const std::vector<const OpView*>& views, const std::vector<int>& owners)
{
    BoxSummary result;
    bool allKeptOut = true, oneReason = true, foreign = false;
    int foreignOwner = -1;
    for (const int node : box.nodes) {
        if (node < 0 || node >= int(views.size()) || !views[node])
            continue;
        const OpView& view = *views[node];
        result.differs = result.differs || view.differs;
        result.differing += view.product && view.differs;
        result.sensitivity = std::max(result.sensitivity, view.sensitivity);
        result.ownError = std::max(result.ownError, view.ownError);
        if (owners[node] == node) {
            result.ms = std::max(result.ms, 0.0) + view.ms;
        } else if (owners[node] >= 0) {
            foreign = true;
            foreignOwner = owners[node];
        }
        if (!view.product)
            continue;
        const bool first = !result.hasProducts();
        (view.counted ? result.counted : result.uncounted).add(view.precision);
        allKeptOut = allKeptOut && view.keptOut;
        const QString reason = view.precision == Precision::Int8 ? QString() : view.reason;
        oneReason = oneReason && (first || reason == result.reason);
        result.reason = reason;
    }
    result.keptOut = result.hasProducts() && allKeptOut;
    if (!oneReason)
        result.reason.clear();
    if (foreign && result.ms < 0)
        result.executedWith = foreignOwner;
    return result;
}

} // namespace

int BoxSummary::products() const
{
    return sum(counted) + sum(uncounted);
}

const PrecisionCounts& BoxSummary::shown() const
{
    return sum(counted) > 0 ? counted : uncounted;
}

Precision BoxSummary::majority() const
{
    const PrecisionCounts& counts = shown();
    if (counts.fp32 >= counts.bf16 && counts.fp32 >= counts.int8)
        return Precision::Fp32;
    return counts.bf16 >= counts.int8 ? Precision::Bf16 : Precision::Int8;
}

std::vector<BoxSummary> summarise(const graph::Structure& structure, const QStringList& nodeNames, const OpViews& ops)
{
    std::vector<const OpView*> views(std::size_t(nodeNames.size()), nullptr);
    for (int i = 0; i < nodeNames.size(); ++i)
        if (const auto it = ops.constFind(nodeNames[i]); it != ops.constEnd())
            views[std::size_t(i)] = &it.value();
    const std::vector<int> owners = groupOwners(nodeNames, views);
    std::vector<BoxSummary> result;
    result.reserve(structure.boxes.size());
    for (const graph::Box& box : structure.boxes)
        result.push_back(summariseBox(box, views, owners));
    return result;
}

PrecisionCounts countProducts(const OpViews& ops)
{
    PrecisionCounts counts;
    for (const OpView& view : ops)
        if (view.product && view.counted)
            counts.add(view.precision);
    return counts;
}

QString formatMs(double ms)
{
    const int decimals = ms < 0.0995 ? 3 : ms < 9.95 ? 2 : 1;
    QLocale locale;
    QString text = locale.toString(ms, 'f', decimals);
    if (decimals == 3 && text.endsWith(locale.zeroDigit())) // "0.08 ms": the third digit is there for "0.024 ms"
        text.chop(1);
    return text + QStringLiteral(" ms");
}

} // namespace octet::widgets
