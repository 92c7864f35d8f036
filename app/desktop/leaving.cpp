// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/leaving.h"

#include "app/desktop/main_window.h"
#include "app/desktop/message_area.h"
#include "app/desktop/panel_focus.h"
#include "app/desktop/session.h"
#include "app/desktop/words.h"

#include <QApplication>

#include <csignal>

namespace octet::desktop {

Leaving::Leaving(MainWindow* window)
    : QObject(window)
    , m_window(window)
{
    connect(window->jobs(), &JobControl::ended, this, &Leaving::jobEnded);
    connect(window->document(), &Document::opened, this, [this] {
        const Document& document = *m_window->document();
        m_single.answerFor(document.editable() ? document.projectPath() : QString());
    });
    connect(&m_single, &SingleWindow::showRequested, this, &Leaving::showAgain);
}

bool Leaving::mayClose()
{
    JobControl* jobs = m_window->jobs();
    if (!jobs->running())
        return true;
    if (m_stopping)
        return false;
    const QString title = JobControl::title(jobs->kind());
    QStringList waiting;
    for (const QueuedJob& job : jobs->waiting())
        waiting << job.title;
    m_window->showMessage({Notice::Kind::Warning,
                              waiting.isEmpty() ? tr("%1 is running.").arg(title)
                                                : tr("%1 is running; waiting: %2.").arg(title, waiting.join(QStringLiteral(", "))),
                              tr("Stopped, it keeps its finished trials, not the one that runs. Without a window it goes "
                                 "on into the project; starting Octet again brings the window back.")
                                  + (waiting.isEmpty() ? QString()
                                                       : QLatin1Char(' ') + tr("What waits is kept as well, and offered again."))},
        {{tr("Stop, resume later"), [this] { stopAndClose(); }, true},
            {tr("Go on without a window"), [this] { goOnUnseen(); }, false}, {tr("Cancel"), [] {}, false}});
    // The message shows itself a moment later.
    QMetaObject::invokeMethod(this, [this] { focusPanel(m_window->messages()); }, Qt::QueuedConnection);
    return false;
}

void Leaving::stopAndClose()
{
    if (!m_window->jobs()->running()) { // it ended while the question stood
        m_window->close();
        return;
    }
    m_stopping = true;
    m_window->jobs()->leaveWaiting();
    m_window->jobs()->stop();
}

void Leaving::goOnUnseen()
{
    if (!m_window->jobs()->running()) {
        m_window->close();
        return;
    }
    m_unseen = true;
    session::saveWindow(m_window);
    session::saveView(m_window);
    QGuiApplication::setQuitOnLastWindowClosed(false);
    // The terminal that it was started from may be closed now.
    std::signal(SIGHUP, SIG_IGN);
    m_window->hide();
}

void Leaving::showAgain()
{
    if (std::exchange(m_unseen, false)) {
        QGuiApplication::setQuitOnLastWindowClosed(true);
        std::signal(SIGHUP, SIG_DFL);
    }
    m_window->setWindowState(m_window->windowState() & ~Qt::WindowMinimized);
    m_window->show();
    m_window->raise();
    m_window->activateWindow();
}

void Leaving::jobEnded(const QString& summary)
{
    if (m_unseen && !m_window->jobs()->waiting().isEmpty())
        return; // the next one has its turn
    if (m_unseen) {
        session::saveView(m_window,
            tr("%1 went on without a window: %2").arg(JobControl::title(m_window->jobs()->kind()), summary));
        // Not at once: others hear of the end after us.
        QMetaObject::invokeMethod(qApp, &QCoreApplication::quit, Qt::QueuedConnection);
    } else if (m_stopping) {
        m_stopping = false;
        m_window->document()->setUnfinishedJob(words::q(toString(m_window->jobs()->kind())));
        QMetaObject::invokeMethod(m_window, &QWidget::close, Qt::QueuedConnection);
    }
}

} // namespace octet::desktop
