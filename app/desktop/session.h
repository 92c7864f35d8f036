// SPDX-License-Identifier: GPL-3.0-or-later
// What a person finds again at the next start. Place and splitters belong to the person and lie in the settings; page,
// selection and view of the graph belong to the project and lie in it.
#pragma once

#include <QString>

namespace octet::desktop {

class MainWindow;

namespace session {

    void restoreWindow(MainWindow* window);
    /// Page, selection and view of the project that was just opened.
    void restoreView(MainWindow* window);
    void saveWindow(MainWindow* window);
    /// `note` is shown when the project is opened the next time.
    void saveView(MainWindow* window, const QString& note = {});

    /// What was open when the program ended, however it ended; empty = nothing, or it is gone.
    QString lastOpen();
    /// Until something is open again: what cannot be opened is not tried at every start.
    void forgetLastOpen();

} // namespace session

} // namespace octet::desktop
