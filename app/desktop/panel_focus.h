// SPDX-License-Identifier: GPL-3.0-or-later
// The keyboard's big steps: from panel to panel of the page that is shown, with toolbar, messages and job strip among
// them.
#pragma once

#include <QList>

class QWidget;

namespace octet::desktop {

/// The panels of a window that can take the focus now: toolbar, messages, the page's column by column, job strip.
QList<QWidget*> focusablePanels(QWidget* window);
/// Where the focus was last in that panel, else at its main part, else at its first control.
void focusPanel(QWidget* panel);
/// 1 = to the next panel, -1 = to the one before.
void stepPanel(QWidget* window, int step);

} // namespace octet::desktop
