// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/single_window.h"

#include "app/desktop/opening.h"
#include "core/graph/model.h"
#include "core/values/error.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFileInfo>
#include <QLocalSocket>
#include <QStandardPaths>

namespace octet::desktop {

namespace {

const QByteArray shown = "shown\n";

QString socketOf(const QString& projectPath)
{
    const QByteArray digest =
        QCryptographicHash::hash(QFileInfo(projectPath).canonicalFilePath().toUtf8(), QCryptographicHash::Sha256);
    return QDir(QStandardPaths::writableLocation(QStandardPaths::RuntimeLocation))
        .filePath(QStringLiteral("octet-") + QString::fromLatin1(digest.toHex().left(16)));
}

QString projectOf(const QString& path)
{
    try {
        if (pathKind(path) == PathKind::Project)
            return path;
        if (pathKind(path) == PathKind::Model)
            return projectPathFor(QString::fromStdString(graph::modelFile(path.toStdString())));
    } catch (const Error&) {
        // Opening it will say what is wrong.
    }
    return {};
}

} // namespace

SingleWindow::SingleWindow(QObject* parent)
    : QObject(parent)
{
    m_server.setSocketOptions(QLocalServer::UserAccessOption);
    connect(&m_server, &QLocalServer::newConnection, this, [this] {
        while (QLocalSocket* caller = m_server.nextPendingConnection()) {
            connect(caller, &QLocalSocket::disconnected, caller, &QObject::deleteLater);
            emit showRequested();
            caller->write(shown);
            caller->disconnectFromServer();
        }
    });
}

void SingleWindow::answerFor(const QString& projectPath)
{
    m_server.close();
    if (projectPath.isEmpty())
        return;
    const QString name = socketOf(projectPath);
    // The project file is locked by us: a socket of that name was left by a process that died.
    QLocalServer::removeServer(name);
    m_server.listen(name);
}

bool SingleWindow::showOther(const QString& path)
{
    const QString project = projectOf(path);
    if (!QFileInfo::exists(project))
        return false;
    QLocalSocket socket;
    socket.connectToServer(socketOf(project));
    return socket.waitForConnected(500) && socket.waitForReadyRead(1500) && socket.readAll() == shown;
}

} // namespace octet::desktop
