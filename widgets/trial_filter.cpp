// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/trial_filter.h"

#include <QRegularExpression>

#include <cmath>

namespace octet::widgets {

namespace {

const QStringList numericKeys{QStringLiteral("#"), QStringLiteral("right"), QStringLiteral("ms"),
    QStringLiteral("speed"), QStringLiteral("int8"), QStringLiteral("diff")};
const QStringList textKeys{QStringLiteral("name"), QStringLiteral("state"), QStringLiteral("goal")};

double numberOf(const TrialFacts& facts, const QString& key)
{
    if (key == QLatin1String("#"))
        return facts.id;
    if (key == QLatin1String("right"))
        return facts.right;
    if (key == QLatin1String("ms"))
        return facts.ms;
    if (key == QLatin1String("speed"))
        return facts.speed;
    return key == QLatin1String("int8") ? facts.int8 : facts.difference;
}

const QString& textOf(const TrialFacts& facts, const QString& key)
{
    if (key == QLatin1String("state"))
        return facts.state;
    return key == QLatin1String("goal") ? facts.goal : facts.name;
}

bool compare(double a, const QString& op, double b)
{
    if (std::isnan(a))
        return false;
    if (op == QLatin1String("<"))
        return a < b;
    if (op == QLatin1String("<="))
        return a <= b;
    if (op == QLatin1String(">"))
        return a > b;
    if (op == QLatin1String(">="))
        return a >= b;
    // Shown values are rounded to two decimals; what looks equal is equal.
    const bool equal = std::abs(a - b) < 0.005;
    return op == QLatin1String("=") ? equal : !equal;
}

} // namespace

TrialFilter TrialFilter::parse(const QString& text, QString* error)
{
    static const QRegularExpression termPattern(QStringLiteral(
        R"re(\s*(?:([^\s<>=!"]*)\s*(<=|>=|!=|<|>|=)\s*("[^"]*"|[^\s<>=!"]*)|"([^"]*)"|([^\s"<>=!]+)))re"));
    error->clear();
    TrialFilter filter;
    const auto fail = [&](const QString& sentence) {
        *error = sentence;
        return TrialFilter{};
    };
    qsizetype at = 0;
    const QString trimmed = text.trimmed();
    while (at < trimmed.size()) {
        const auto match = termPattern.match(
            trimmed, at, QRegularExpression::NormalMatch, QRegularExpression::AnchorAtOffsetMatchOption);
        if (!match.hasMatch() || match.capturedLength() == 0)
            return fail(
                QStringLiteral("Cannot read \"%1\": write for example right>=350.").arg(trimmed.mid(at).trimmed()));
        at = match.capturedEnd();
        Term term;
        term.op = match.captured(2);
        if (term.op.isEmpty()) {
            term.text = match.captured(4) + match.captured(5);
            filter.m_terms.append(term);
            continue;
        }
        term.key = match.captured(1).toLower();
        term.text = match.captured(3).remove(QLatin1Char('"')).trimmed();
        if (!numericKeys.contains(term.key) && !textKeys.contains(term.key))
            return fail(QStringLiteral("Unknown column \"%1\": use %2.")
                            .arg(match.captured(1), (numericKeys + textKeys).join(QStringLiteral(", "))));
        if (term.text.isEmpty())
            return fail(QStringLiteral("A value is missing after \"%1\".").arg(term.key + term.op));
        if (numericKeys.contains(term.key)) {
            bool ok = false;
            QString number = term.text;
            number.replace(QChar(0x2212), QLatin1Char('-'));
            if (term.key == QLatin1String("speed") && number.endsWith(QLatin1Char('x')))
                number.chop(1);
            term.number = number.toDouble(&ok);
            if (!ok || !std::isfinite(term.number))
                return fail(QStringLiteral("\"%1\" is not a number: write for example %2.")
                                .arg(term.text, term.key + term.op + QStringLiteral("350")));
        } else if (term.op != QLatin1String("=") && term.op != QLatin1String("!=")) {
            return fail(QStringLiteral("\"%1\" is text: only = and != work.").arg(term.key));
        }
        filter.m_terms.append(term);
    }
    return filter;
}

bool TrialFilter::accepts(const TrialFacts& facts) const
{
    for (const Term& term : m_terms) {
        bool holds;
        if (term.key.isEmpty())
            holds = facts.name.contains(term.text, Qt::CaseInsensitive);
        else if (numericKeys.contains(term.key))
            holds = compare(numberOf(facts, term.key), term.op, term.number);
        else
            holds = textOf(facts, term.key).contains(term.text, Qt::CaseInsensitive) == (term.op == QLatin1String("="));
        if (!holds)
            return false;
    }
    return true;
}

} // namespace octet::widgets
