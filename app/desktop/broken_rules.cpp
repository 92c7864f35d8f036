// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/broken_rules.h"

#include "app/desktop/document.h"
#include "app/desktop/words.h"
#include "core/tune/frontier.h"
#include "core/tune/space.h"

#include <QObject>

#include <algorithm>

namespace octet::desktop {

QString brokenRules(const Document& document, const Trial& trial)
{
    if (trial.state != TrialState::Done || trial.origin == "baseline:fp32")
        return {};
    if (document.goal().keepWeights && tune::smooths(trial))
        return QObject::tr("it smooths weights that the goal keeps");
    const quantize::Resolution& draft = document.resolution();
    if (std::none_of(draft.ops.begin(), draft.ops.end(), [](const quantize::ResolvedOp& op) { return op.asked.locked; }))
        return {};
    std::vector<tune::Breach> broken = tune::breaches(document.resolutionOf(trial), draft);
    std::erase_if(broken, [](const tune::Breach& breach) { return !breach.locked; });
    if (broken.empty())
        return {};
    const tune::Breach& first = broken.front();
    const QString op = words::q(first.op).section(QLatin1Char('/'), -3);
    const QString text = first.wanted == first.ran
        ? QObject::tr("%1 is locked and ran with other settings").arg(op)
        : QObject::tr("%1 is locked to %2 and ran in %3").arg(op, words::precision(first.wanted), words::precision(first.ran));
    return broken.size() > 1
        ? QObject::tr("%1, and %2").arg(text, words::count(int(broken.size()) - 1, QObject::tr("other op")))
        : text;
}

} // namespace octet::desktop
