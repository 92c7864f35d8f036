// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/command_line.h"

#include "app/desktop/document.h"
#include "app/desktop/words.h"

#include <QRegularExpression>

namespace octet::desktop {

namespace {

using words::q;

class Line
{
public:
    void add(QString word)
    {
        static const QRegularExpression plain(QStringLiteral("^[\\w./=:,+-]+$"));
        if (!plain.match(word).hasMatch())
            word = QLatin1Char('\'') + word.replace(QLatin1Char('\''), QLatin1String("'\\''")) + QLatin1Char('\'');
        m_words << word;
    }
    void add(const char* option, const QString& value)
    {
        if (value.isEmpty())
            return;
        m_words << QLatin1String(option);
        add(value);
    }
    void add(const char* option, const std::map<std::string, std::string>& files)
    {
        for (const auto& [name, file] : files)
            add(option, q(name + '=' + file));
    }
    void add(const char* option, const std::vector<double>& numbers)
    {
        QStringList list;
        for (const double number : numbers)
            list << QString::number(number, 'g', 9);
        add(option, list.join(QLatin1Char(',')));
    }
    void addIf(const char* option, bool wanted)
    {
        if (wanted)
            m_words << QLatin1String(option);
    }
    QString text() const { return m_words.join(QLatin1Char(' ')); }

private:
    QStringList m_words;
};

void addData(Line& line, const DataSpec& data)
{
    if (data.kind == DataKind::Text) {
        line.add("--test", q(data.testFile));
        line.add("--calib", q(data.calibFile));
        line.add("--text-column", q(data.textColumn));
        line.add("--text-pair-column", q(data.textPairColumn));
        line.add("--label-column", q(data.labelColumn));
        line.add("--tokenizer", q(data.tokenizerDir));
        line.add("--max-length", QString::number(data.maxLength));
    } else {
        line.add("--input", data.testInputs);
        line.add("--labels", q(data.labelsFile));
        line.add("--calib-input", data.calibInputs);
        line.add("--mean", data.mean);
        line.add("--std", data.std);
    }
    if (data.limit > 0)
        line.add("--limit", QString::number(data.limit));
    if (data.calibLimit > 0)
        line.add("--calib-limit", QString::number(data.calibLimit));
    line.addIf("--leave-out-shared", data.sharedRows == "leave_out");
    if (data.splitSeed != 0)
        line.add("--split-seed", QString::number(data.splitSeed));
}

void addGoal(Line& line, const Goal& goal)
{
    const Goal usual;
    line.add(goal.relative ? "--relative" : "--absolute", QString::number(goal.maxDrop, 'g', 9));
    if (goal.metric != usual.metric)
        line.add("--metric", q(goal.metric));
    if (goal.strategy != usual.strategy)
        line.add("--strategy", q(goal.strategy));
    if (goal.maxTrials != usual.maxTrials)
        line.add("--max-trials", QString::number(goal.maxTrials));
    if (goal.timeoutSeconds != usual.timeoutSeconds)
        line.add("--timeout", QString::number(goal.timeoutSeconds, 'g', 9));
    line.addIf("--keep-weights", goal.keepWeights);
    line.addIf("--search-on", goal.searchOn);
}

} // namespace

QString tuneCommand(const Document& document)
{
    Line line;
    line.add(QStringLiteral("octet-cli"));
    line.add(QStringLiteral("tune"));
    line.add(document.modelPath());
    addData(line, document.data()->spec());
    addGoal(line, document.goal());
    line.add("--threads", QString::number(document.workload().threads));
    line.add("--isa", q(document.workload().isa));
    line.add("--project", document.projectPath());
    return line.text();
}

} // namespace octet::desktop
