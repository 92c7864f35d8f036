// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QPushButton;
class QToolBar;
class QWidget;

namespace octet::widgets {
class Segmented;
}

namespace octet::desktop {

class Actions;

struct ToolBarParts
{
    QToolBar* bar;
    widgets::Segmented* pages;
    QPushButton* draft; // names the draft; its menu makes another one
};

/// 40 px: pages, open, undo and redo, jobs, draft, export.
ToolBarParts makeToolBar(Actions* actions, QWidget* parent);
/// "Search commands  Ctrl+K", for the menu bar's corner.
QWidget* makeSearchButton(Actions* actions, QWidget* parent);

} // namespace octet::desktop
