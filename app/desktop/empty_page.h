// SPDX-License-Identifier: GPL-3.0-or-later
// What is there before anything is open: Open, the recent ones, the sample.
#pragma once

#include <QWidget>

class QAction;
class QLabel;
class QListWidget;

namespace octet::desktop {

class EmptyPage : public QWidget
{
    Q_OBJECT
public:
    EmptyPage(QAction* open, QAction* openFolder, QAction* sample, QWidget* parent = nullptr);
    void refreshRecent();
    void setOpening(const QString& path); // "" = not

signals:
    void openRequested(const QString& path);

private:
    QLabel* m_state;
    QLabel* m_recentTitle;
    QListWidget* m_recent;
};

} // namespace octet::desktop
