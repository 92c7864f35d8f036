// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/settings.h"

#include <QDir>
#include <QSettings>
#include <QStandardPaths>

namespace octet::desktop::settings {

namespace {

QSettings open()
{
    // Not QSettings' own search: under test mode QStandardPaths leads elsewhere, QSettings would not.
    const QString folder = QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation);
    return QSettings(folder + QStringLiteral("/octet/octet.ini"), QSettings::IniFormat);
}

const QString recentKey = QStringLiteral("recent/paths");

} // namespace

ThemeChoice theme()
{
    const QString name = open().value(QStringLiteral("view/theme")).toString();
    return name == QLatin1String("light") ? ThemeChoice::Light
        : name == QLatin1String("dark")   ? ThemeChoice::Dark
                                          : ThemeChoice::System;
}

void setTheme(ThemeChoice choice)
{
    const char* names[] = {"system", "light", "dark"};
    open().setValue(QStringLiteral("view/theme"), QLatin1String(names[int(choice)]));
}

QStringList recent()
{
    return open().value(recentKey).toStringList();
}

void addRecent(const QString& path)
{
    QStringList paths = recent();
    paths.removeAll(path);
    paths.prepend(path);
    while (paths.size() > 10)
        paths.removeLast();
    open().setValue(recentKey, paths);
}

void removeRecent(const QString& path)
{
    QStringList paths = recent();
    paths.removeAll(path);
    open().setValue(recentKey, paths);
}

QString workerCommand()
{
    return open().value(QStringLiteral("worker/command")).toString();
}

void setWorkerCommand(const QString& command)
{
    open().setValue(QStringLiteral("worker/command"), command);
}

QByteArray state(const QString& key)
{
    return open().value(QStringLiteral("window/") + key).toByteArray();
}

void setState(const QString& key, const QByteArray& value)
{
    open().setValue(QStringLiteral("window/") + key, value);
}

void clearStates()
{
    QSettings settings = open();
    settings.remove(QStringLiteral("window"));
}

} // namespace octet::desktop::settings
