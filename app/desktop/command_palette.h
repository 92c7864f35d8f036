// SPDX-License-Identifier: GPL-3.0-or-later
// Ctrl+K: every action by its words, with its shortcut and, when disabled, the reason.
#pragma once

#include <QAction>
#include <QFrame>
#include <QList>

class QLineEdit;
class QListWidget;

namespace octet::desktop {

class CommandPalette : public QFrame
{
    Q_OBJECT
public:
    CommandPalette(QList<QAction*> actions, QWidget* parent);
    void open();
    QLineEdit* line() { return m_line; }
    QListWidget* list() { return m_list; }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void fill();
    void run();

    QList<QAction*> m_actions;
    QLineEdit* m_line;
    QListWidget* m_list;
};

} // namespace octet::desktop
