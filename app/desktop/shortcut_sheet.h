// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAction>
#include <QList>

class QWidget;

namespace octet::desktop {

/// A sheet of all shortcuts, made from the actions themselves and a few keys of the canvas.
void showShortcuts(const QList<QAction*>& actions, QWidget* parent);

} // namespace octet::desktop
