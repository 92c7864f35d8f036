// SPDX-License-Identifier: GPL-3.0-or-later
// The 36 px line above the status bar: what runs, how far, how long, Pause and Stop, and what waits.
#pragma once

#include "core/values/job.h"

#include <QVector>
#include <QWidget>

#include <memory>

namespace octet::widgets {

struct WaitingJob
{
    int id = 0;
    QString title; // "Tune"
};

class JobStrip : public QWidget
{
    Q_OBJECT
public:
    explicit JobStrip(QWidget* parent = nullptr);
    ~JobStrip() override;
    void start(const QString& title); // "Tune"
    void setProgress(const JobProgress& progress);
    void setPaused(bool stands); // the job waits, or goes on
    void setNote(const QString& note); // "best so far: trial 14, meets the goal"
    void finish(const QString& summary, bool failed); // stays until the next start
    void appendLog(const QString& line);
    void setWaiting(const QVector<WaitingJob>& jobs); // first in turn first
signals:
    void stopRequested();
    void removeRequested(int id); // of one that waits
    void pauseRequested(bool on);

protected:
    void changeEvent(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace octet::widgets
