// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/broken_rules.h"

#include "app/desktop/words.h"
#include "core/tune/frontier.h"

#include <QObject>

#include <algorithm>

namespace octet::desktop {

BrokenRules::BrokenRules(const Goal& goal, const quantize::Resolution& draft)
    : m_keepWeights(goal.keepWeights)
{
    for (const quantize::ResolvedOp& op : draft.ops)
        if (op.asked.locked)
            m_locked.emplace(op.name, op.asked.precision);
}

QString BrokenRules::of(const Trial& trial) const
{
    if (trial.state != TrialState::Done || trial.origin == "baseline:fp32")
        return {};
    if (m_keepWeights && tune::smooths(trial))
        return QObject::tr("it smooths weights that the goal keeps");
    if (m_locked.empty())
        return {};
    int others = -1;
    QString first;
    for (const GroupProfile& group : trial.groups) {
        const auto look = [&](const std::string& node) {
            const auto lock = m_locked.find(node);
            if (lock == m_locked.end() || lock->second == group.asked)
                return;
            if (++others == 0)
                first = QObject::tr("%1 is locked to %2 and ran in %3")
                            .arg(words::q(node).section(QLatin1Char('/'), -3), words::precision(lock->second), words::precision(group.asked));
        };
        // A group is named by its product; of an attention both products are inside.
        if (group.kind == "attention")
            std::for_each(group.nodes.begin(), group.nodes.end(), look);
        else
            look(group.name);
    }
    return others > 0 ? QObject::tr("%1, and %2").arg(first, words::count(others, QObject::tr("other op"))) : first;
}

} // namespace octet::desktop
