// SPDX-License-Identifier: GPL-3.0-or-later
// What outlives a session and belongs to the person, not to a project: an INI file in XDG_CONFIG_HOME.
#pragma once

#include <QByteArray>
#include <QString>
#include <QStringList>

namespace octet::desktop::settings {

enum class ThemeChoice { System, Light, Dark, HighContrast };

ThemeChoice theme();
void setTheme(ThemeChoice choice);

/// Points that texts are larger than usual, smallestText to largestText.
constexpr int smallestText = -1, largestText = 8;
int textSize();
void setTextSize(int points);

/// Most recent first, at most ten.
QStringList recent();
void addRecent(const QString& path);
void removeRecent(const QString& path);

/// The worker's command line; empty = octet-cli beside this program, else the one in PATH.
QString workerCommand();
void setWorkerCommand(const QString& command);

/// Something was open when the program ended.
bool openAtStart();
void setOpenAtStart(bool open);

QByteArray state(const QString& key);
void setState(const QString& key, const QByteArray& value);
void clearStates();

} // namespace octet::desktop::settings
