// SPDX-License-Identifier: GPL-3.0-or-later
// What an opened project offers: the job that did not end, and those that waited behind it.
#include "app/desktop/commands.h"

#include "app/desktop/document.h"
#include "app/desktop/job_control.h"
#include "app/desktop/main_window.h"
#include "app/desktop/message_area.h"
#include "app/desktop/words.h"
#include "core/values/error.h"

#include <algorithm>

namespace octet::desktop {

/// What the last session began and did not end, and what waited behind it: nothing runs before somebody says so.
void Commands::offerToResume()
{
    if (!m_document->editable())
        return;
    const std::optional<JobKind> unfinished = unfinishedKind();
    QStringList left;
    for (const QueuedJob& job : m_jobs->left())
        left << job.title;
    if (!unfinished && left.isEmpty())
        return;
    const QString waited = tr("%1 %2 waiting: %3.")
                               .arg(words::count(left.size(), QStringLiteral("job")),
                                   left.size() == 1 ? tr("was") : tr("were"), left.join(QStringLiteral(", ")));
    const QString again = left.size() == 1 ? tr("Queue it again") : tr("Queue them again");
    const auto forget = [this] { m_jobs->forgetLeft(); };
    if (!unfinished) {
        m_window->showMessage({Notice::Kind::Info, waited, tr("They had not begun when the project was last open.")},
            {{again, [this] { queueLeft(); }, true}, {tr("Forget"), forget, false}});
        return;
    }
    const auto& trials = m_document->trials();
    const long kept = std::count_if(
        trials.begin(), trials.end(), [](const Trial& trial) { return trial.state == TrialState::Done; });
    const QString text = tr("%1 did not end when the project was last open: %2 kept.")
                             .arg(JobControl::title(*unfinished), words::count(kept, QStringLiteral("trial")));
    const auto resume = [this, kind = *unfinished] { return m_jobs->start(kind); };
    QVector<MessageAction> actions{{tr("Resume"), [resume, forget] { resume() ? forget() : void(); }, true}};
    if (!left.isEmpty())
        actions = {{tr("Resume, then the rest"), [this, resume] { resume() ? queueLeft() : void(); }, true},
            {tr("Resume only"), actions.front().run, false}};
    m_window->showMessage({Notice::Kind::Info, left.isEmpty() ? text : text + QLatin1Char(' ') + waited,
                              tr("It goes on from there; nothing that is finished runs again.")},
        actions);
}

std::optional<JobKind> Commands::unfinishedKind() const
{
    const QString unfinished = m_document->unfinishedJob();
    try {
        return unfinished.isEmpty() ? std::nullopt : std::optional(jobKindFromString(words::s(unfinished)));
    } catch (const Error&) {
        return {}; // of a newer version
    }
}

void Commands::queueLeft()
{
    if (!m_jobs->queueLeft())
        offerToResume(); // too early: the data is still being read
}

} // namespace octet::desktop
