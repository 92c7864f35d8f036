// SPDX-License-Identifier: GPL-3.0-or-later
// Keeps the inspector's range in step with the selection, the draft and what calibration sees, and sets ranges by hand.
#pragma once

#include <QObject>
#include <QTimer>

#include <string>

namespace octet::widgets {
class RangeView;
}

namespace octet::desktop {

class Document;
class JobControl;

class RangeControl : public QObject
{
    Q_OBJECT
public:
    RangeControl(Document* document, JobControl* jobs, widgets::RangeView* view);

private:
    void refresh();
    void setRange(const QString& value, double min, double max);
    void takeHandOff(const QString& value);

    Document* m_document;
    JobControl* m_jobs;
    widgets::RangeView* m_view;
    std::string m_wanted; // of several values of an op
    QTimer m_timer{this}; // several signals of one change make one refresh
};

} // namespace octet::desktop
