// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_main.h"

#include <QDir>
#include <QFile>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QtTest>

#include <exception>

#ifdef QT_WIDGETS_LIB
#include <QApplication>
#include <QFont>
using Application = QApplication;
#else
using Application = QCoreApplication;
#endif

namespace octet::test {

std::vector<Factory>& factories()
{
    static std::vector<Factory> all;
    return all;
}

QString modelsFolder()
{
    const QString fromEnvironment = qEnvironmentVariable("OCTET_MODELS");
    const QString folder = fromEnvironment.isEmpty() ? QStringLiteral(OCTET_SOURCE_DIR "/../shared/models") : fromEnvironment;
    return QDir(folder).exists() ? QDir(folder).canonicalPath() : QString();
}

} // namespace octet::test

namespace {

/// Runs one test object. One that runs no function at all has failed: Qt 6.4 goes on skipping after a QSKIP in an
/// initTestCase, silently and in all objects that follow.
int run(QObject& object, const QStringList& arguments)
{
    const QTemporaryDir folder;
    const QString log = folder.filePath(QStringLiteral("log.txt"));
    const bool counted = arguments.size() == 1;
    const int failures =
        QTest::qExec(&object, counted ? arguments + QStringList {"-o", "-,txt", "-o", log + ",txt"} : arguments);
    QFile file(log);
    if (counted && file.open(QIODevice::ReadOnly) && file.readAll().contains("Totals: 0 passed, 0 failed")) {
        qWarning("%s ran nothing.", object.metaObject()->className());
        return failures + 1;
    }
    return failures;
}

} // namespace

int main(int argc, char** argv)
{
    QStandardPaths::setTestModeEnabled(true);
    const QTemporaryDir runtime; // else tests would wait for whatever else is timed on this machine
    qputenv("XDG_RUNTIME_DIR", QFile::encodeName(runtime.path()));
    Application application(argc, argv);
#ifdef QT_WIDGETS_LIB
    QApplication::setFont(QFont(QStringLiteral("DejaVu Sans"), 9));
#endif
    int failures = 0;
    for (const auto& factory : octet::test::factories()) {
        const auto object = factory();
        // Uncaught, the exception of a test would end in Qt's crash handler, which then runs for ever.
        try {
            failures += run(*object, application.arguments());
        } catch (const std::exception& error) {
            qWarning("An exception escaped from a test: %s", error.what());
            ++failures;
        }
    }
    return failures == 0 ? 0 : 1;
}
