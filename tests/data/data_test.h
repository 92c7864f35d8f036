// SPDX-License-Identifier: GPL-3.0-or-later
// What the tests of core/data share.
#pragma once

#include "core/values/error.h"

#include <QByteArray>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include <functional>
#include <optional>
#include <string>

namespace octet::test {

/// A folder that goes away with the test.
class Folder
{
public:
    std::string path(const std::string& name = {}) const
    {
        return name.empty() ? m_folder.path().toStdString()
                            : m_folder.filePath(QString::fromStdString(name)).toStdString();
    }
    std::string write(const std::string& name, const QByteArray& content) const
    {
        QFile file(QString::fromStdString(path(name)));
        if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
            qFatal("cannot write a test file");
        return path(name);
    }

private:
    QTemporaryDir m_folder;
};

/// The Error that `call` throws, if it throws one.
inline std::optional<Error> errorOf(const std::function<void()>& call)
{
    try {
        call();
    } catch (const Error& error) {
        return error;
    }
    return std::nullopt;
}

} // namespace octet::test

/// Checks the kind and a part of the sentence of the Error that `call` throws.
#define COMPARE_ERROR(call, expectedKind, part)                                                                        \
    do {                                                                                                               \
        const auto thrown = octet::test::errorOf([&] { call; });                                                       \
        QVERIFY2(thrown, "no error was thrown");                                                                       \
        QVERIFY2(                                                                                                      \
            QString::fromStdString(thrown->message()).contains(QString::fromUtf8(part)), thrown->message().c_str());   \
        QCOMPARE(static_cast<int>(thrown->kind()), static_cast<int>(expectedKind));                                    \
    } while (false)
