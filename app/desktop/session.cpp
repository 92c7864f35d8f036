// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/session.h"

#include "app/desktop/compare_control.h"
#include "app/desktop/main_window.h"
#include "app/desktop/message_area.h"
#include "app/desktop/settings.h"
#include "app/desktop/workbench.h"

#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>

namespace octet::desktop::session {

namespace {

const QString geometryKey = QStringLiteral("geometry"), splittersKey = QStringLiteral("splitters");
const QString pageKey = QStringLiteral("page"), noteKey = QStringLiteral("note");

} // namespace

void restoreWindow(MainWindow* window)
{
    window->resize(1600, 1000);
    window->restoreGeometry(settings::state(geometryKey));
    if (const QByteArray splitters = settings::state(splittersKey); !splitters.isEmpty())
        window->workbench()->setSplitters(splitters);
}

void restoreView(MainWindow* window)
{
    settings::setOpenAtStart(true);
    const QJsonObject state = QJsonDocument::fromJson(window->document()->viewState()).object();
    if (state.isEmpty())
        return;
    window->workbench()->setViewState(state);
    const QString page = state[pageKey].toString();
    if (page != QLatin1String("compare") || CompareControl::whyNot(*window->document()).isEmpty())
        window->showPage(page);
    if (const QString note = state[noteKey].toString(); !note.isEmpty())
        // After what opening says of itself.
        QMetaObject::invokeMethod(
            window, [window, note] { window->showMessage({Notice::Kind::Info, note, {}}); }, Qt::QueuedConnection);
}

void saveWindow(MainWindow* window)
{
    settings::setState(geometryKey, window->saveGeometry());
    settings::setState(splittersKey, window->workbench()->splitters());
    settings::setOpenAtStart(window->document()->isOpen());
}

void saveView(MainWindow* window, const QString& note)
{
    if (!window->document()->isOpen() || !window->document()->editable())
        return;
    QJsonObject state = window->workbench()->viewState();
    state[pageKey] = window->page();
    state[noteKey] = note;
    window->document()->setViewState(QJsonDocument(state).toJson(QJsonDocument::Compact));
}

QString lastOpen()
{
    const QStringList recent = settings::recent();
    return settings::openAtStart() && !recent.isEmpty() && QFileInfo::exists(recent.front()) ? recent.front() : QString();
}

void forgetLastOpen()
{
    settings::setOpenAtStart(false);
}

} // namespace octet::desktop::session
