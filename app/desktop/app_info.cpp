// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/app_info.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QGuiApplication>
#include <QStandardPaths>

namespace octet::desktop {

QString appId()
{
    return QStringLiteral("io.github.octet_workbench.Octet");
}

void setApplicationNames()
{
    QCoreApplication::setOrganizationName(QStringLiteral("octet"));
    QCoreApplication::setApplicationName(QStringLiteral("octet"));
    QCoreApplication::setApplicationVersion(QStringLiteral(OCTET_VERSION));
    QGuiApplication::setApplicationDisplayName(QStringLiteral("Octet"));
    QGuiApplication::setDesktopFileName(appId());
}

QString sampleFolder()
{
    QStringList candidates;
    const QString fromEnvironment = qEnvironmentVariable("OCTET_SAMPLE");
    if (!fromEnvironment.isEmpty())
        candidates << fromEnvironment;
    const QDir bin(QCoreApplication::applicationDirPath());
    candidates << bin.filePath(QStringLiteral("../share/octet/sample"));
    // In a build tree the program lies in build/PRESET/bin or build/PRESET/tests.
    candidates << bin.filePath(QStringLiteral("../../../resources/sample"));
    for (const QString& candidate : candidates)
        if (QFileInfo(candidate + QStringLiteral("/model.onnx")).isFile())
            return QDir(candidate).canonicalPath();
    return {};
}

QString sampleModel()
{
    const QString folder = sampleFolder();
    return folder.isEmpty() ? QString() : folder + QStringLiteral("/model_outlier.onnx");
}

QString projectsFolder()
{
    return QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) + QStringLiteral("/octet/projects");
}

} // namespace octet::desktop
