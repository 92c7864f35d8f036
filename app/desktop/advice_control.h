// SPDX-License-Identifier: GPL-3.0-or-later
// core/tune's advice on the open project, and what its buttons do: one undo step each.
#pragma once

#include "core/tune/advice.h"
#include "core/values/job.h"

#include <QObject>
#include <QSet>
#include <QTimer>

namespace octet::widgets {
class AdviceList;
}

namespace octet::desktop {

class Document;
class JobControl;

class AdviceControl : public QObject
{
    Q_OBJECT
public:
    AdviceControl(Document* document, JobControl* jobs, widgets::AdviceList* list, QObject* parent);
    const std::vector<tune::Advice>& advice() const { return m_advice; }

signals:
    void dataPageRequested();

private:
    void refresh();
    void follow(int row);

    Document* m_document;
    JobControl* m_jobs;
    widgets::AdviceList* m_list;
    std::vector<tune::Advice> m_advice; // as shown
    QSet<QString> m_dismissed; // sentences
    QTimer m_timer{this};
};

} // namespace octet::desktop
