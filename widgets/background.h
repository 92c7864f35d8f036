// SPDX-License-Identifier: GPL-3.0-or-later
// Work on other threads, its results back on the window's. What goes from one thread to another passes a queue behind
// a std::mutex: the order that Qt's own queues keep can't be seen by the thread sanitizer, as Qt is not built for it.
#pragma once

#include <QObject>
#include <QPointer>

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace octet::widgets {

/// Threads that do what they are given, begun in the order of giving: a crew of one is a line.
class Crew
{
public:
    explicit Crew(unsigned threads);
    ~Crew(); // when everything is done
    Crew(const Crew&) = delete;
    Crew& operator=(const Crew&) = delete;

    /// `work` must not throw. It is destroyed on its thread before wait() returns.
    void start(std::function<void()> work);
    /// Until everything that was given is done.
    void wait();

private:
    void serve();

    std::mutex m_mutex;
    std::condition_variable m_given, m_idle;
    std::deque<std::function<void()>> m_waiting;
    std::size_t m_running = 0;
    bool m_ending = false;
    std::vector<std::jthread> m_threads;
};

namespace background {

/// From the window's thread: on one of the program's crew, which ends with the application. `work` must not throw.
void start(std::function<void()> work);

/// From any thread: `said` runs on the window's thread, in the order of saying, and never after `context` is gone.
void later(QPointer<QObject> context, std::function<void()> said);

/// `done(result)` runs on the window's thread, and never after `context` is gone. `work` must not throw.
template <typename Work, typename Done>
void run(QObject* context, Work work, Done done)
{
    start([context = QPointer<QObject>(context), work = std::move(work), done = std::move(done)]() mutable {
        const auto result = std::make_shared<std::invoke_result_t<Work>>(work());
        later(std::move(context), [result, done = std::move(done)]() mutable { done(std::move(*result)); });
    });
}

} // namespace background
} // namespace octet::widgets
