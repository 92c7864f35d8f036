// SPDX-License-Identifier: GPL-3.0-or-later
// What is done with a trial: make it the draft, pin it, compare it, choose it and hear the verdict.
#include "app/desktop/commands.h"

#include "app/desktop/actions.h"
#include "app/desktop/compare_control.h"
#include "app/desktop/document.h"
#include "app/desktop/export_dialog.h"
#include "app/desktop/job_control.h"
#include "app/desktop/main_window.h"
#include "app/desktop/marking.h"
#include "app/desktop/message_area.h"
#include "app/desktop/present_trials.h"
#include "app/desktop/trial_edits.h"
#include "app/desktop/words.h"
#include "app/desktop/workbench.h"
#include "widgets/trials_view.h"

namespace octet::desktop {

using words::q;

void Commands::draftFromTrial(int id)
{
    const Trial* trial = m_document->trial(id);
    if (!trial)
        return;
    marking::Mark mark;
    mark.draft = trial->config;
    mark.text = tr("Draft from trial %1").arg(id);
    marking::apply(m_document, mark);
}

void Commands::chooseTrial()
{
    trial_edits::askReason(m_document, m_document->selection()->trial(), m_window, [this] {
        if (chosenVerdict(*m_document).isEmpty() && m_jobs->whyNot(JobKind::Judge).isEmpty())
            m_jobs->start(JobKind::Judge);
        else
            showVerdict();
    });
}

void Commands::showVerdict()
{
    const Trial* chosen = m_document->chosenTrial();
    if (!chosen)
        return;
    const QString verdict = chosenVerdict(*m_document);
    m_window->showMessage({Notice::Kind::Info,
                              verdict.isEmpty() ? tr("Trial %1 is chosen. The held-out half has not judged it yet: %2.")
                                                      .arg(chosen->id)
                                                      .arg(m_jobs->whyNot(JobKind::Judge))
                                                : tr("Chosen. %1").arg(verdict),
                              q(chosen->note)},
        {{tr("Export..."), [this] { exportAs(ExportFormat::OctetYaml); }, true}});
}

void Commands::connectTrials()
{
    connect(m_window->workbench(), &Workbench::draftFromTrialRequested, this, &Commands::draftFromTrial);
    connect(
        m_actions->makeDraft, &QAction::triggered, this, [this] { draftFromTrial(m_document->selection()->trial()); });
    connect(m_actions->pin, &QAction::triggered, this, [this](bool pinned) {
        trial_edits::setPinned(m_document, m_document->selection()->trial(), pinned);
    });
    connect(m_actions->rename, &QAction::triggered, this, [this] {
        m_window->showPage(QStringLiteral("workbench"));
        m_window->workbench()->showLower(QStringLiteral("trials"));
        m_window->workbench()->trialsView()->editName(m_document->selection()->trial());
    });
    connect(m_actions->note, &QAction::triggered, this,
        [this] { trial_edits::askNote(m_document, m_document->selection()->trial(), m_window); });
    connect(m_actions->compare, &QAction::triggered, this, [this] {
        m_window->compare()->setFromSelection(m_window->workbench()->trialsView()->selectedTrials());
        m_window->showPage(QStringLiteral("compare"));
    });
    connect(m_actions->choose, &QAction::triggered, this, &Commands::chooseTrial);
    connect(m_actions->unchoose, &QAction::triggered, this, [this] { trial_edits::choose(m_document, 0, {}); });
}

} // namespace octet::desktop
