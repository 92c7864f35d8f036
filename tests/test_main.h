// SPDX-License-Identifier: GPL-3.0-or-later
// Usage in tests/FOLDER/tst_subject.cpp:  class TestSubject : public QObject { Q_OBJECT (on a line of its own) ... };
// OCTET_TEST(TestSubject)  then  #include "tst_subject.moc"
#pragma once

#include <QObject>
#include <QString>

#include <functional>
#include <memory>
#include <vector>

namespace octet::test {

using Factory = std::function<std::unique_ptr<QObject>()>;
std::vector<Factory>& factories();

struct Registrar
{
    explicit Registrar(Factory factory) { factories().push_back(std::move(factory)); }
};

/// Folder of the shared real models ("" when it is not there: tests that need it QSKIP with a message).
/// From the environment variable OCTET_MODELS, else ../shared/models beside the source folder.
QString modelsFolder();

} // namespace octet::test

#define OCTET_TEST(Class) \
    static const octet::test::Registrar registrar##Class([] { return std::unique_ptr<QObject>(new Class); });
