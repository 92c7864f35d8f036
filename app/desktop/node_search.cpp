// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/node_search.h"

#include "app/desktop/words.h"

#include <QRegularExpression>

#include <functional>
#include <utility>
#include <vector>

namespace octet::desktop {

namespace {

using widgets::OpView;
using Test = std::function<bool(const graph::Node&, const QString& name, const OpView*)>;

bool same(const QString& a, const QString& b)
{
    return a.compare(b, Qt::CaseInsensitive) == 0;
}

Test never()
{
    return [](const graph::Node&, const QString&, const OpView*) { return false; };
}

Test stateTest(const QString& state)
{
    const std::pair<const char*, bool (*)(const OpView&)> states[] = {
        {"locked", [](const OpView& op) { return op.locked; }},
        {"out", [](const OpView& op) { return op.keptOut; }},
        {"refused", [](const OpView& op) { return op.product && !op.reason.isEmpty(); }},
        {"differs", [](const OpView& op) { return op.differs; }},
    };
    for (const auto& [name, holds] : states)
        if (same(state, QLatin1String(name)))
            return [holds = holds](const graph::Node&, const QString&, const OpView* op) { return op && holds(*op); };
    return never();
}

Test wordTest(const QString& key, const QString& value)
{
    if (key == QLatin1String("type"))
        return [value](const graph::Node& node, const QString&, const OpView*) {
            return same(words::q(node.opType), value);
        };
    if (key == QLatin1String("prec"))
        return [value](const graph::Node&, const QString&, const OpView* op) {
            return op && op->product && same(words::q(toString(op->precision)), value);
        };
    return stateTest(value);
}

double OpView::*quantityOf(const QString& key)
{
    return key == QLatin1String("sens") ? &OpView::sensitivity
        : key == QLatin1String("own")   ? &OpView::ownError
                                        : &OpView::ms;
}

Test numberTest(const QString& key, const QString& relation, const QString& number)
{
    bool ok = false;
    const double limit = number.toDouble(&ok);
    if (!ok)
        return never();
    return [=, quantity = quantityOf(key)](const graph::Node&, const QString&, const OpView* op) {
        const double value = op ? op->*quantity : -1;
        if (value < 0)
            return false;
        if (relation.size() == 2 && value == limit)
            return true;
        return relation.startsWith(QLatin1Char('>')) ? value > limit : value < limit;
    };
}

/// Empty: the term says nothing yet.
Test testOf(const QString& term)
{
    static const QRegularExpression word(
        QStringLiteral("^(type|prec|state):(.*)$"), QRegularExpression::CaseInsensitiveOption);
    static const QRegularExpression number(
        QStringLiteral("^(time|lat|sens|own)(>=|<=|>|<)(.*)$"), QRegularExpression::CaseInsensitiveOption);
    if (term.size() > 1 && term.startsWith(QLatin1Char('-'))) {
        const Test inner = testOf(term.mid(1));
        if (!inner)
            return inner;
        return
            [inner](const graph::Node& node, const QString& name, const OpView* op) { return !inner(node, name, op); };
    }
    if (const auto match = word.match(term); match.hasMatch())
        return match.captured(2).isEmpty() ? Test() : wordTest(match.captured(1).toLower(), match.captured(2));
    if (const auto match = number.match(term); match.hasMatch())
        return match.captured(3).isEmpty()
            ? Test()
            : numberTest(match.captured(1).toLower(), match.captured(2), match.captured(3));
    return [term](const graph::Node&, const QString& name, const OpView*) {
        return name.contains(term, Qt::CaseInsensitive);
    };
}

} // namespace

QStringList searchNodes(const graph::Model& model, const widgets::OpViews& ops, const QString& query)
{
    std::vector<Test> tests;
    for (const QString& term : query.split(QLatin1Char(' '), Qt::SkipEmptyParts))
        if (Test test = testOf(term))
            tests.push_back(std::move(test));
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
