// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/edit_commands.h"

#include "app/desktop/document.h"
#include "app/desktop/words.h"
#include "widgets/goal_words.h"

namespace octet::desktop {

SetDraft::SetDraft(Document* document, Config draft, const QString& text, bool ofOps)
    : QUndoCommand(text)
    , m_document(document)
    , m_before(document->draft())
    , m_after(std::move(draft))
    , m_ofOps(ofOps)
{
}

void SetDraft::undo()
{
    change(m_after, m_before);
}

void SetDraft::redo()
{
    change(m_before, m_after);
}

void SetDraft::change(const Config& from, const Config& to)
{
    if (!m_document)
        return;
    m_document->setDraft(to);
    if (m_ofOps)
        emit m_document->opsMarked(from, to);
}

QString goalText(const Goal& goal)
{
    QString text = QObject::tr("Goal: lose at most %1 %2")
                       .arg(goal.maxDrop * 100, 0, 'g', 4)
                       .arg(goal.relative ? QObject::tr("% relative") : QObject::tr("points"));
    if (goal.metric != Goal{}.metric)
        text += QObject::tr(" of %1").arg(widgets::metricWords(goal.metric));
    text += goal.timeoutSeconds > 0 ? QObject::tr(", %1 min").arg(goal.timeoutSeconds / 60, 0, 'g', 4)
                                    : QObject::tr(", until one meets");
    return text + QStringLiteral(", ") + words::q(goal.strategy);
}

SetGoal::SetGoal(Document* document, Goal goal)
    : QUndoCommand(goalText(goal))
    , m_document(document)
    , m_before(document->goal())
    , m_after(std::move(goal))
{
}

void SetGoal::undo()
{
    if (m_document)
        m_document->setGoal(m_before);
}

void SetGoal::redo()
{
    if (m_document)
        m_document->setGoal(m_after);
}

bool SetGoal::mergeWith(const QUndoCommand* other)
{
    const auto* later = static_cast<const SetGoal*>(other);
    m_after = later->m_after;
    setText(later->text());
    setObsolete(m_after == m_before);
    return true;
}

SetWorkload::SetWorkload(Document* document, Workload workload)
    : QUndoCommand(QObject::tr("Workload: %1").arg(words::workload(workload)))
    , m_document(document)
    , m_before(document->workload())
    , m_after(std::move(workload))
{
}

void SetWorkload::undo()
{
    if (m_document)
        m_document->setWorkload(m_before);
}

void SetWorkload::redo()
{
    if (m_document)
        m_document->setWorkload(m_after);
}

AnnotateTrial::AnnotateTrial(Document* document, const Trial& trial, Annotation annotation, const QString& text)
    : QUndoCommand(text)
    , m_document(document)
    , m_trial(trial.id)
    , m_before(trial.annotation())
    , m_after(std::move(annotation))
{
}

void AnnotateTrial::undo()
{
    if (m_document)
        m_document->annotate(m_trial, m_before);
}

void AnnotateTrial::redo()
{
    if (m_document)
        m_document->annotate(m_trial, m_after);
}

ChooseTrial::ChooseTrial(Document* document, int trial, std::string reason, const QString& text)
    : QUndoCommand(text)
    , m_document(document)
    , m_after(trial)
    , m_reason(std::move(reason))
{
    if (const Trial* chosen = document->chosenTrial()) {
        m_before = chosen->id;
        m_reasonBefore = chosen->note;
    }
    if (const Trial* after = document->trial(trial))
        m_annotation = after->annotation();
}

void ChooseTrial::undo()
{
    if (!m_document)
        return;
    m_document->choose(m_before, m_reasonBefore);
    if (m_after != 0)
        m_document->annotate(m_after, m_annotation);
}

void ChooseTrial::redo()
{
    if (m_document)
        m_document->choose(m_after, m_reason);
}

} // namespace octet::desktop
