// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/goal_words.h"

#include "core/values/metric.h"
#include "widgets/words.h"

#include <cmath>
#include <string>

namespace octet::widgets {

QString dropWords(const Goal& goal)
{
    const QString number = plainNumber(goal.maxDrop * 100, 3);
    if (goal.relative)
        return number + QStringLiteral(" % relative");
    return number + (number == QLatin1String("1") ? QStringLiteral(" point") : QStringLiteral(" points"));
}

QString metricWords(const std::string& name)
{
    for (const Metric& metric : metrics())
        if (metric.name == name)
            return QString::fromStdString(metric.words);
    return QString::fromStdString(name);
}

int decimalsOf(const std::string& metric)
{
    return countsAnswers(metric) ? 0 : metric == "cosine" ? 4 : 3;
}

QString objectiveWords(const Goal& goal)
{
    switch (goal.objective) {
    case Objective::P99:
        return QStringLiteral("p99 latency");
    case Objective::Size:
        return QStringLiteral("the weights' size");
    case Objective::Memory:
        return QStringLiteral("memory");
    case Objective::P50:
        break;
    }
    return QStringLiteral("p50 latency");
}

QString timeWords(const Goal& goal)
{
    QString words = goal.timeoutSeconds > 0 ? plainNumber(goal.timeoutSeconds / 60, 1) + QStringLiteral(" min")
                                            : QStringLiteral("as long as it takes");
    if (goal.maxTrials != Goal{}.maxTrials)
        words += QStringLiteral(" or %1 trials").arg(grouped(goal.maxTrials));
    return words;
}

QString lossWords(const Goal& goal, long samples, long fp32Correct, const QString& noun)
{
    if (samples <= 0 || !countsAnswers(goal.metric))
        return {};
    const bool exact = !goal.relative || fp32Correct >= 0;
    const double whole = goal.relative && fp32Correct >= 0 ? double(fp32Correct) : double(samples);
    const long lost = long(std::floor(goal.maxDrop * whole + 1e-9));
    const QString things = noun.isEmpty() ? QStringLiteral("samples") : noun;
    if (lost == 0)
        return QStringLiteral(", none of %1 %2").arg(grouped(samples), things);
    return QStringLiteral(", %1 %2 of %3 %4")
        .arg(exact ? QStringLiteral("about") : QStringLiteral("at most"), grouped(lost), grouped(samples), things);
}

namespace {

double parseNumber(QString text, const QString& unit, bool* ok)
{
    text = text.trimmed();
    if (text.endsWith(unit))
        text.chop(unit.size());
    text = text.trimmed();
    text.replace(QLatin1Char(','), QLatin1Char('.')); // half of Europe types 0,5
    const double value = text.toDouble(ok);
    *ok = *ok && std::isfinite(value);
    return value;
}

} // namespace

double parsePercent(const QString& text, QString* error)
{
    bool ok = false;
    const double value = parseNumber(text, QStringLiteral("%"), &ok);
    *error = !ok                    ? QStringLiteral("Type a number such as 1 or 0.5.")
        : value < 0 || value >= 100 ? QStringLiteral("Between 0 and 100, please: the loss is a share of the accuracy.")
                                    : QString();
    return value / 100;
}

double parseMinutes(const QString& text, QString* error)
{
    error->clear();
    if (text.trimmed().isEmpty())
        return 0;
    bool ok = false;
    const double value = parseNumber(text, QStringLiteral("min"), &ok);
    if (!ok)
        *error = QStringLiteral("Type minutes such as 20, or 0 for no limit.");
    else if (value < 0 || value > 60 * 24 * 30)
        *error = QStringLiteral("Between 0 (no limit) and 43,200 minutes, a month.");
    return value * 60;
}

} // namespace octet::widgets
