// SPDX-License-Identifier: GPL-3.0-or-later
// One window a project: a second start brings up the one that has it, also when that goes on without being seen.
#pragma once

#include <QLocalServer>

namespace octet::desktop {

class SingleWindow : public QObject
{
    Q_OBJECT
public:
    explicit SingleWindow(QObject* parent = nullptr);
    /// From now on whoever starts with this project is heard here; empty = nobody is.
    void answerFor(const QString& projectPath);
    /// Asks the window that has the project of this model, folder or project to show itself. False: nobody did, within
    /// two seconds at most.
    static bool showOther(const QString& path);

signals:
    void showRequested();

private:
    QLocalServer m_server;
};

} // namespace octet::desktop
