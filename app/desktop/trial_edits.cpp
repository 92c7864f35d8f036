// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/trial_edits.h"

#include "app/desktop/document.h"
#include "app/desktop/edit_commands.h"
#include "app/desktop/file_dialogs.h"
#include "app/desktop/words.h"

#include <QObject>

namespace octet::desktop::trial_edits {

namespace {

using words::q;
using words::s;

constexpr int longestName = 200, longestNote = 2000;

/// Null: there is no such trial, or it may not be edited and that was said.
const Trial* editable(Document* document, int id)
{
    const Trial* trial = document->trial(id);
    const QString whyNot = !document->editable() ? document->reviewReason()
        : document->recordedOn().isEmpty()       ? QString()
                                                 : QObject::tr("These trials were recorded on %1. Measure here first, F5.")
                                                 .arg(document->recordedOn());
    if (trial && !whyNot.isEmpty()) {
        emit document->notice({Notice::Kind::Warning, whyNot, {}});
        return nullptr;
    }
    return trial;
}

void annotate(Document* document, const Trial& trial, const Annotation& annotation, const QString& text)
{
    if (annotation != trial.annotation())
        document->undoStack()->push(new AnnotateTrial(document, trial, annotation, text));
}

} // namespace

void rename(Document* document, int id, const QString& name)
{
    const Trial* trial = editable(document, id);
    if (!trial || name.simplified().isEmpty())
        return;
    Annotation annotation = trial->annotation();
    annotation.name = s(name.simplified().left(longestName));
    annotate(document, *trial, annotation, QObject::tr("Rename trial %1").arg(id));
}

void setNote(Document* document, int id, const QString& note)
{
    const Trial* trial = editable(document, id);
    if (!trial)
        return;
    Annotation annotation = trial->annotation();
    annotation.note = s(note.trimmed().left(longestNote));
    annotate(document, *trial, annotation, QObject::tr("Note on trial %1").arg(id));
}

void setPinned(Document* document, int id, bool pinned)
{
    const Trial* trial = editable(document, id);
    if (!trial)
        return;
    Annotation annotation = trial->annotation();
    annotation.pinned = pinned;
    annotate(document, *trial, annotation, (pinned ? QObject::tr("Pin trial %1") : QObject::tr("Unpin trial %1")).arg(id));
}

void choose(Document* document, int id, const QString& reason)
{
    if (id == 0 && document->editable() && document->chosenTrial())
        document->undoStack()->push(new ChooseTrial(document, 0, {}, QObject::tr("Choose none")));
    else if (editable(document, id))
        document->undoStack()->push(new ChooseTrial(
            document, id, s(reason.simplified().left(longestNote)), QObject::tr("Choose trial %1").arg(id)));
}

void askNote(Document* document, int id, QWidget* window)
{
    if (const Trial* trial = editable(document, id))
        dialogs::askText(window, QObject::tr("Note on trial %1").arg(id),
            trial->chosen ? QObject::tr("It is chosen: this is the reason that stands in the report.")
                          : QObject::tr("What is worth knowing about it? Empty takes the note away."),
            q(trial->note), QObject::tr("Note it"),
            [document, id](const QString& note) { setNote(document, id, note); });
}

void askReason(Document* document, int id, QWidget* window, std::function<void()> chosen)
{
    if (const Trial* trial = editable(document, id))
        dialogs::askText(window, QObject::tr("Choose trial %1").arg(id),
            QObject::tr("Why this one? The reason stands in the report."), q(trial->note),
            QObject::tr("Choose"),
            [document, id, chosen = std::move(chosen)](const QString& reason) {
                choose(document, id, reason);
                chosen();
            },
            dialogs::Answer::Required);
}

} // namespace octet::desktop::trial_edits
