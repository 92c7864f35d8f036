// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/node_search.h"

#include "app/desktop/words.h"

#include <functional>
#include <vector>

namespace octet::desktop {

namespace {

using Test = std::function<bool(const graph::Node&, const QString& name, const widgets::OpView*)>;

Test testOf(const QString& term)
{
    const auto after = [&](int length) { return term.mid(length); };
    if (term.startsWith(QLatin1String("type:"), Qt::CaseInsensitive))
        return [wanted = after(5)](const graph::Node& node, const QString&, const widgets::OpView*) {
            return words::q(node.opType).compare(wanted, Qt::CaseInsensitive) == 0;
        };
    if (term.startsWith(QLatin1String("prec:"), Qt::CaseInsensitive))
        return [wanted = after(5)](const graph::Node&, const QString&, const widgets::OpView* op) {
            return op && op->product && words::q(toString(op->precision)).compare(wanted, Qt::CaseInsensitive) == 0;
        };
    if (term.startsWith(QLatin1String("lat>")) || term.startsWith(QLatin1String("lat<"))) {
        bool ok = false;
        const double limit = after(4).toDouble(&ok);
        const bool more = term[3] == QLatin1Char('>');
        return [=](const graph::Node&, const QString&, const widgets::OpView* op) {
            return ok && op && op->ms >= 0 && (more ? op->ms > limit : op->ms < limit);
        };
    }
    return [term](const graph::Node&, const QString& name, const widgets::OpView*) {
        return name.contains(term, Qt::CaseInsensitive);
    };
}

} // namespace

QStringList searchNodes(const graph::Model& model, const widgets::OpViews& ops, const QString& query)
{
    std::vector<Test> tests;
    for (const QString& term : query.split(QLatin1Char(' '), Qt::SkipEmptyParts))
        tests.push_back(testOf(term));
    QStringList found;
    if (tests.empty())
        return found;
    for (const graph::Node& node : model.nodes()) {
        const QString name = words::q(node.name);
        const auto it = ops.constFind(name);
        const widgets::OpView* op = it == ops.constEnd() ? nullptr : &*it;
        bool all = true;
        for (const Test& test : tests)
            all = all && test(node, name, op);
        if (all)
            found << name;
    }
    return found;
}

} // namespace octet::desktop
