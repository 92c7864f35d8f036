// SPDX-License-Identifier: GPL-3.0-or-later
// A pure function on another thread, its result back on this one.
#pragma once

#include <QFutureWatcher>
#include <QObject>
#include <QtConcurrentRun>

namespace octet::desktop::background {

/// `done(result)` runs in the thread of `context`, and never after `context` is gone. `work` must not throw.
template <typename Work, typename Done>
void run(QObject* context, Work work, Done done)
{
    using Result = std::invoke_result_t<Work>;
    auto* watcher = new QFutureWatcher<Result>(context);
    QObject::connect(watcher, &QFutureWatcherBase::finished, context, [watcher, done]() mutable {
        watcher->deleteLater();
        done(watcher->result());
    });
    watcher->setFuture(QtConcurrent::run(std::move(work)));
}

} // namespace octet::desktop::background
