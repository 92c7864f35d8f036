// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/present_profile.h"

#include "app/desktop/document.h"
#include "app/desktop/words.h"
#include "core/tune/frontier.h"
#include "core/values/group_match.h"

#include <QCoreApplication>
#include <QHash>
#include <QLocale>

#include <algorithm>

namespace octet::desktop {

namespace {

using widgets::ProfileContent;
using widgets::ProfileRow;
using words::q;

QString tr(const char* text)
{
    return QCoreApplication::translate("Profile", text);
}

/// What was timed together: the baseline of the same workload on the same data, else any.
const Trial* baselineFor(const Document& document, const Trial& trial)
{
    for (const Trial& other : document.shownTrials())
        if (other.origin == "baseline:fp32" && other.state == TrialState::Done && !other.groups.empty()
            && other.workload == trial.workload)
            return &other;
    return nullptr;
}

const Trial* shownTrial(const Document& document)
{
    if (const Trial* selected = document.trial(document.selection()->trial()))
        return selected;
    const Trial* chosen = document.chosenTrial();
    return chosen ? chosen : tune::fp32Baseline(document.shownTrials());
}

/// Value -> the op that makes it: a group that changes a value's form is known by the value.
QHash<QString, QString> producers(const Document& document)
{
    QHash<QString, QString> result;
    if (document.hasModel())
        for (const graph::Node& node : document.model().nodes())
            for (const std::string& output : node.outputs)
                result.insert(q(output), document.loaded().nodeNames.value(node.index));
    return result;
}

QStringList nodesOf(const GroupProfile& group, const QHash<QString, QString>& producerOf)
{
    QStringList nodes;
    for (const std::string& node : group.nodes)
        nodes << q(node);
    if (nodes.isEmpty() && producerOf.contains(q(group.name)))
        nodes << producerOf.value(q(group.name));
    return nodes;
}

ProfileRow rowOf(const GroupProfile* fp32, const GroupProfile* here, const QHash<QString, QString>& producerOf)
{
    const GroupProfile& shown = here ? *here : *fp32;
    ProfileRow row;
    row.name = q(shown.name);
    row.nodes = nodesOf(shown, producerOf);
    row.kind = q(kindOf(shown));
    row.overhead = shown.overhead();
    if (fp32)
        row.fp32Ms = fp32->ms;
    if (here)
        row.ms = here->ms;
    const double bytes = shown.bytesRead + shown.bytesWritten;
    if (shown.ms > 0) {
        row.gops = shown.operations / shown.ms / 1e6;
        row.gbs = bytes / shown.ms / 1e6;
    }
    row.megabytes = bytes / 1e6;
    row.precision = shown.executed;
    row.isa = q(shown.isa);
    row.kernel = q(shown.kernel);
    row.reason = q(shown.reason);
    return row;
}

QString coverage(const Trial& trial)
{
    const double run = trial.latency.p50 * std::max(1, trial.workload.batch);
    if (run <= 0)
        return {};
    const double sum = groupsMs(trial.groups);
    QString text = tr("The groups add up to %1 ms; a run takes %2 ms (%3 %). Workload: %4.")
                       .arg(words::ms(sum), words::ms(run), QLocale().toString(100 * sum / run, 'f', 0),
                           words::workload(trial.workload));
    if (trial.workload.length == 0)
        text += QLatin1Char(' ') + tr("Groups were timed at the length of the median sample.");
    return text;
}

} // namespace

ProfileContent presentProfile(const Document& document)
{
    ProfileContent content;
    const Trial* trial = shownTrial(document);
    if (!trial) {
        content.emptyText = tr("No trial yet, so no profile. Measure the baseline, F5.");
        return content;
    }
    content.title = tr("Trial %1, %2").arg(trial->id).arg(q(trial->name));
    if (trial->groups.empty()) {
        content.emptyText = trial->state == TrialState::Running ? tr("Trial %1 is still running.").arg(trial->id)
            : trial->state == TrialState::Done ? tr("Trial %1 was kept without a profile.").arg(trial->id)
            : trial->error.empty()             ? tr("Trial %1 did not finish, so it has no profile.").arg(trial->id)
                                               : tr("Trial %1 has no profile: %2").arg(trial->id).arg(q(trial->error));
        return content;
    }
    const Trial* fp32 = baselineFor(document, *trial);
    content.title += fp32 == trial ? QString()
        : fp32                     ? tr(", beside fp32 (trial %1)").arg(fp32->id)
                                   : tr(", alone: fp32 was not measured with this workload");
    const auto producerOf = producers(document);
    const double total = groupsMs(trial->groups);
    const double fp32Total = fp32 ? groupsMs(fp32->groups) : 0;
    for (const GroupLine& line : matchGroups({&trial->groups, fp32 ? &fp32->groups : nullptr})) {
        ProfileRow row = rowOf(line[1], line[0], producerOf);
        const double all = row.ms ? total : fp32Total;
        row.share = all > 0 ? row.ms.value_or(row.fp32Ms.value_or(0)) / all : 0;
        content.rows << row;
    }
    for (const KindSums& sums : sumsByKind({&trial->groups, fp32 ? &fp32->groups : nullptr}))
        content.sums << widgets::ProfileSum{q(sums.kind), sums.overhead, sums.ms[1], sums.ms[0]};
    content.coverage = coverage(*trial);
    return content;
}

} // namespace octet::desktop
