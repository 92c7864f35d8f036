// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/background.h"

#include <QCoreApplication>
#include <QEvent>
#include <QThread>

#include <utility>

namespace octet::widgets {

Crew::Crew(unsigned threads)
{
    for (unsigned n = 0; n < threads; ++n)
        m_threads.emplace_back([this] { serve(); });
}

Crew::~Crew()
{
    {
        const std::lock_guard lock(m_mutex);
        m_ending = true;
    }
    m_given.notify_all();
    m_threads.clear();
}

void Crew::start(std::function<void()> work)
{
    {
        const std::lock_guard lock(m_mutex);
        m_waiting.push_back(std::move(work));
    }
    m_given.notify_one();
}

void Crew::wait()
{
    std::unique_lock lock(m_mutex);
    m_idle.wait(lock, [this] { return m_waiting.empty() && m_running == 0; });
}

void Crew::serve()
{
    std::unique_lock lock(m_mutex);
    for (;;) {
        m_given.wait(lock, [this] { return m_ending || !m_waiting.empty(); });
        if (m_waiting.empty())
            return;
        std::function<void()> work = std::move(m_waiting.front());
        m_waiting.pop_front();
        ++m_running;
        lock.unlock();
        work();
        work = nullptr;
        lock.lock();
        if (--m_running == 0 && m_waiting.empty())
            m_idle.notify_all();
    }
}

namespace background {

namespace {

/// Lives on the window's thread. An event is on its way as long as anything waits, and is posted before what comes
/// first is said: that may open an event loop of its own, which wakes for new events only.
class Postbox : public QObject
{
public:
    Postbox() { moveToThread(QCoreApplication::instance()->thread()); }

    void put(QPointer<QObject> context, std::function<void()> said)
    {
        const std::lock_guard lock(m_mutex);
        m_said.emplace_back(std::move(context), std::move(said));
        if (m_said.size() == 1)
            QCoreApplication::postEvent(this, new QEvent(arrived));
    }

    bool event(QEvent* event) override
    {
        std::unique_lock lock(m_mutex); // the event was made behind it too
        if (event->type() != arrived) {
            lock.unlock();
            return QObject::event(event);
        }
        const auto [context, said] = std::move(m_said.front());
        m_said.pop_front();
        if (!m_said.empty())
            QCoreApplication::postEvent(this, new QEvent(arrived));
        lock.unlock();
        if (context)
            said();
        return true;
    }

private:
    static constexpr auto arrived = QEvent::User;

    std::mutex m_mutex;
    std::deque<std::pair<QPointer<QObject>, std::function<void()>>> m_said;
};

Postbox& postbox()
{
    static Postbox box;
    return box;
}

} // namespace

void start(std::function<void()> work)
{
    static std::unique_ptr<Crew> crew;
    if (!crew) {
        postbox(); // made on the window's thread, before another one posts
        crew = std::make_unique<Crew>(unsigned(std::max(2, QThread::idealThreadCount())));
        qAddPostRoutine([] { crew.reset(); }); // libraries clean up behind main() what their threads must not need then
    }
    crew->start(std::move(work));
}

void later(QPointer<QObject> context, std::function<void()> said)
{
    postbox().put(std::move(context), std::move(said));
}

} // namespace background
} // namespace octet::widgets
