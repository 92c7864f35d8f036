// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_main.h"

#include <QDir>
#include <QStandardPaths>
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

int main(int argc, char** argv)
{
    QStandardPaths::setTestModeEnabled(true);
    Application application(argc, argv);
#ifdef QT_WIDGETS_LIB
    QApplication::setFont(QFont(QStringLiteral("DejaVu Sans"), 9));
#endif
    int failures = 0;
    for (const auto& factory : octet::test::factories()) {
        const auto object = factory();
        // Uncaught, the exception of a test would end in Qt's crash handler, which then runs for ever.
        try {
            failures += QTest::qExec(object.get(), argc, argv);
        } catch (const std::exception& error) {
            qWarning("An exception escaped from a test: %s", error.what());
            ++failures;
        }
    }
    return failures == 0 ? 0 : 1;
}
