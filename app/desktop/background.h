// SPDX-License-Identifier: GPL-3.0-or-later
// A pure function on another thread, its result back on this one.
#pragma once

#include "app/desktop/handover.h"

#include <QFutureWatcher>
#include <QObject>
#include <QtConcurrentRun>

#include <memory>
#include <optional>
#include <type_traits>

namespace octet::desktop::background {

/// `done(result)` runs in the thread of `context`, and never after `context` is gone. `work` must not throw.
template <typename Work, typename Done>
void run(QObject* context, Work work, Done done)
{
    const auto result = std::make_shared<std::optional<std::invoke_result_t<Work>>>();
    auto* watcher = new QFutureWatcher<void>(context);
    QObject::connect(watcher, &QFutureWatcherBase::finished, context, [watcher, result, done]() mutable {
        handover::take();
        watcher->deleteLater();
        done(std::move(**result));
    });
    handover::give();
    watcher->setFuture(QtConcurrent::run([work = std::move(work), result]() mutable {
        handover::take();
        result->emplace(work());
        handover::give();
    }));
}

} // namespace octet::desktop::background
