// SPDX-License-Identifier: GPL-3.0-or-later
// The open project file. Writes wait in line on a thread of their own, since a disk may take longer than a frame; a
// read waits for the writes before it.
#pragma once

#include "app/desktop/notice.h"
#include "core/project/project.h"
#include "widgets/background.h"

#include <QObject>

#include <functional>

namespace octet::desktop {

class ProjectStore : public QObject
{
    Q_OBJECT
public:
    explicit ProjectStore(QObject* parent = nullptr);

    void set(std::unique_ptr<project::Project> project);
    bool isOpen() const { return m_project != nullptr; }
    QString path() const;

    using Work = std::function<void(project::Project&)>;
    /// False: nothing is open, or it is open for review. What goes wrong later is told by failed().
    bool write(Work work);
    /// Also for review; `done` runs in this thread, and not after a failure.
    void run(Work work, std::function<void()> done);
    const project::Project& read() const;

signals:
    void failed(const octet::desktop::Notice& notice);

private:
    std::unique_ptr<project::Project> m_project;
    mutable widgets::Crew m_line {1}; // ends when everything is written
};

} // namespace octet::desktop
