// SPDX-License-Identifier: GPL-3.0-or-later
// The status bar always tells model, today, machine, jobs, project.
#pragma once

#include <QStatusBar>

class QLabel;

namespace octet::desktop {

class Document;
class JobControl;

class StatusLine : public QStatusBar
{
    Q_OBJECT
public:
    StatusLine(Document* document, JobControl* jobs, QWidget* parent = nullptr);
    void refresh();

private:
    Document* m_document;
    JobControl* m_jobs;
    QLabel *m_model, *m_today, *m_machine, *m_running, *m_project;
};

} // namespace octet::desktop
