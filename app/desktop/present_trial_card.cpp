// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/present_trial_card.h"

#include "app/desktop/broken_rules.h"
#include "app/desktop/document.h"
#include "app/desktop/present_trials.h"
#include "app/desktop/words.h"
#include "core/measure/verdict.h"
#include "core/values/metric.h"
#include "widgets/goal_words.h"

#include <QDateTime>
#include <QLocale>

namespace octet::desktop {

namespace {

using Section = widgets::InspectorContent::Section;
using words::q;

QString scoreText(const Document& document, const Accuracy& accuracy)
{
    const QString all = words::count(accuracy.samples, words::sampleNoun(document.data()->spec()));
    if (!countsAnswers(accuracy.metric))
        return QObject::tr("%1 %2, %3")
            .arg(widgets::metricWords(accuracy.metric))
            .arg(accuracy.value, 0, 'f', widgets::decimalsOf(accuracy.metric))
            .arg(all);
    return (accuracy.metric == "agreement" ? QObject::tr("%1 as in fp32, of %2") : QObject::tr("%1 right of %2"))
        .arg(accuracy.correct)
        .arg(all);
}

/// Of the same workload, data and metric.
const Trial* fp32Of(const Document& document, const Trial& trial)
{
    for (const Trial& other : document.shownTrials())
        if (other.origin == "baseline:fp32" && other.state == TrialState::Done && other.workload == trial.workload
            && other.manifest.dataHash == trial.manifest.dataHash && other.tuning() && trial.tuning()
            && other.tuning()->metric == trial.tuning()->metric)
            return &other;
    return nullptr;
}

void addSplit(Section& section, const Document& document, const Trial& trial, Split split, const QString& name)
{
    const auto accuracy = trial.accuracy.find(split);
    if (accuracy == trial.accuracy.end())
        return;
    section.rows << qMakePair(name, scoreText(document, accuracy->second));
    const Trial* fp32 = fp32Of(document, trial);
    if (!fp32 || fp32->id == trial.id)
        return;
    const auto reference = fp32->accuracy.find(split);
    if (reference != fp32->accuracy.end() && reference->second.samples == accuracy->second.samples)
        section.rows << qMakePair(QObject::tr("Against fp32"),
            QObject::tr("%1 worse, %2 better; %3")
                .arg(accuracy->second.worse)
                .arg(accuracy->second.better)
                .arg(q(measure::verdictInWords(accuracy->second, reference->second, document.goal()))));
}

Section result(const Document& document, const Trial& trial)
{
    Section section{QObject::tr("Result"), {}};
    if (!trial.error.empty())
        section.rows << qMakePair(QObject::tr("Failed"), q(trial.error));
    if (const QString broken = brokenRules(document, trial); !broken.isEmpty())
        section.rows << qMakePair(QObject::tr("Not allowed"), broken);
    addSplit(section, document, trial, Split::Tuning, QObject::tr("Tuning half"));
    addSplit(section, document, trial, Split::HeldOut, QObject::tr("Held-out half"));
    if (trial.latency.p50 > 0) {
        const Trial* fp32 = fp32Of(document, trial);
        section.rows << qMakePair(QObject::tr("Time"),
            fp32 && fp32->id != trial.id ? QObject::tr("%1 ms, %2").arg(words::ms(trial.latency.p50),
                                               pairedSpeed(trial, *fp32))
                                         : QObject::tr("%1 ms").arg(words::ms(trial.latency.p50)));
    }
    const PrecisionCounts& counts = trial.counts;
    if (const int all = counts.int8 + counts.bf16 + counts.fp32; all > 0)
        section.rows << qMakePair(QObject::tr("Products"),
            QObject::tr("%1 int8, %2 bf16, %3 fp32").arg(counts.int8).arg(counts.bf16).arg(counts.fp32));
    return section;
}

Section measured(const Trial& trial)
{
    Section section{QObject::tr("Measured"), {}};
    const QDateTime when = QDateTime::fromString(q(trial.manifest.started), Qt::ISODate);
    if (when.isValid())
        section.rows << qMakePair(QObject::tr("On"), QLocale().toString(when.toLocalTime(), QLocale::ShortFormat));
    if (!trial.manifest.machine.cpu.empty())
        section.rows << qMakePair(QObject::tr("Machine"),
            QObject::tr("%1, %2").arg(q(trial.manifest.machine.cpu), q(trial.manifest.machine.isa)));
    section.rows << qMakePair(QObject::tr("Workload"), words::workload(trial.workload));
    if (!trial.strategyNote.empty())
        section.rows << qMakePair(QObject::tr("Proposed"), q(trial.strategyNote));
    return section;
}

} // namespace

QVector<QPair<QString, QString>> noteRows(const Trial& trial)
{
    if (trial.note.empty())
        return {};
    return {qMakePair(trial.chosen ? QObject::tr("Why") : QObject::tr("Note"), q(trial.note))};
}

widgets::InspectorContent trialCard(const Document& document, const Trial& trial)
{
    widgets::InspectorContent content;
    content.title = trial.chosen ? QObject::tr("Chosen: trial %1").arg(trial.id) : QObject::tr("Trial %1").arg(trial.id);
    content.subtitle = q(trial.name);
    if (!trial.note.empty())
        content.sections << Section{trial.chosen ? QObject::tr("Why this one") : QObject::tr("Note"),
            {qMakePair(QString(), q(trial.note))}};
    content.sections << result(document, trial) << measured(trial);
    return content;
}

} // namespace octet::desktop
