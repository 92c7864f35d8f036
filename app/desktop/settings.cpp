// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/settings.h"

#include <QDir>
#include <QSettings>
#include <QStandardPaths>

#include <algorithm>

namespace octet::desktop::settings {

namespace {

QSettings open()
{
    // Not QSettings' own search: under test mode QStandardPaths leads elsewhere, QSettings would not.
    const QString folder = QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation);
    return QSettings(folder + QStringLiteral("/octet/octet.ini"), QSettings::IniFormat);
}

const QStringList themeNames {
    QStringLiteral("system"), QStringLiteral("light"), QStringLiteral("dark"), QStringLiteral("high-contrast")};
const QString textSizeKey = QStringLiteral("view/text_size");
const QString openAtStartKey = QStringLiteral("session/open");
const QString recentKey = QStringLiteral("recent/paths");

} // namespace

ThemeChoice theme()
{
    const auto index = themeNames.indexOf(open().value(QStringLiteral("view/theme")).toString());
    return index < 0 ? ThemeChoice::System : ThemeChoice(index);
}

void setTheme(ThemeChoice choice)
{
    open().setValue(QStringLiteral("view/theme"), themeNames[int(choice)]);
}

int textSize()
{
    return std::clamp(open().value(textSizeKey).toInt(), smallestText, largestText);
}

void setTextSize(int points)
{
    open().setValue(textSizeKey, std::clamp(points, smallestText, largestText));
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

bool openAtStart()
{
    return open().value(openAtStartKey).toBool();
}

void setOpenAtStart(bool wasOpen)
{
    open().setValue(openAtStartKey, wasOpen);
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
