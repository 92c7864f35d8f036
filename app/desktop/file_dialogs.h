// SPDX-License-Identifier: GPL-3.0-or-later
// Asking for files without stopping the event loop; native dialogs unless the environment says otherwise (tests).
#pragma once

#include <QString>

#include <functional>

class QWidget;

namespace octet::desktop::dialogs {

using Chosen = std::function<void(const QString&)>;

void openFile(QWidget* parent, const QString& title, const QString& filter, const QString& start, Chosen chosen);
void openFolder(QWidget* parent, const QString& title, const QString& start, Chosen chosen);
void saveFile(QWidget* parent, const QString& title, const QString& start, Chosen chosen);
enum class Answer { Optional, Required };
/// One line of text, such as a reason or a command; a required one cannot be left blank. `verb` is on the button that
/// takes the text.
void askText(QWidget* parent, const QString& title, const QString& label, const QString& start, const QString& verb,
    Chosen chosen, Answer answer = Answer::Optional);

} // namespace octet::desktop::dialogs
