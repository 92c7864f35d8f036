// SPDX-License-Identifier: GPL-3.0-or-later
// Jobs that wait until the one that runs has ended, in the order in which they were asked for.
#pragma once

#include "core/values/job.h"

#include <QString>
#include <QVector>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace octet::desktop {

struct QueuedJob : WaitingJob
{
    QString title; // "Measure draft: Static, 2 products in fp32"
    int id = 0; // unique in a queue

    /// To run both would give one result twice.
    bool sameAs(const QueuedJob& other) const
    {
        const bool ofDraft = kind == JobKind::Measure || kind == JobKind::Calibrate;
        return kind == other.kind && judged == other.judged && (!ofDraft || draft == other.draft);
    }
};

class JobQueue
{
public:
    void add(QueuedJob job)
    {
        job.id = ++m_lastId;
        m_jobs.push_back(std::move(job));
    }
    bool remove(int id)
    {
        return m_jobs.removeIf([id](const QueuedJob& job) { return job.id == id; }) > 0;
    }
    std::optional<QueuedJob> takeFirst()
    {
        return m_jobs.isEmpty() ? std::nullopt : std::optional(m_jobs.takeFirst());
    }
    bool holds(const QueuedJob& job) const
    {
        return std::any_of(m_jobs.begin(), m_jobs.end(), [&](const QueuedJob& waiting) { return waiting.sameAs(job); });
    }
    const QVector<QueuedJob>& jobs() const { return m_jobs; }
    void clear() { m_jobs.clear(); }

private:
    QVector<QueuedJob> m_jobs;
    int m_lastId = 0;
};

} // namespace octet::desktop
