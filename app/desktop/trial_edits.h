// SPDX-License-Identifier: GPL-3.0-or-later
// What a person says about trials: names, notes, pins, the choice. Undoable; a project under review answers why not.
#pragma once

#include <QString>

#include <functional>

class QWidget;

namespace octet::desktop {

class Document;

namespace trial_edits {

void rename(Document* document, int trial, const QString& name); // an empty name changes nothing
void setNote(Document* document, int trial, const QString& note);
void setPinned(Document* document, int trial, bool pinned);
void choose(Document* document, int trial, const QString& reason); // 0 = none

/// Ask for one line first, above `window`.
void askNote(Document* document, int trial, QWidget* window);
/// `chosen` runs when it is.
void askReason(Document* document, int trial, QWidget* window, std::function<void()> chosen);

} // namespace trial_edits
} // namespace octet::desktop
