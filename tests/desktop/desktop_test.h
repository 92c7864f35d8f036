// SPDX-License-Identifier: GPL-3.0-or-later
// A copy of the sample for one test, so that its project lies beside it.
#pragma once

#include "app/desktop/document.h"
#include "app/desktop/main_window.h"
#include "app/desktop/worker_client.h"

#include <QAction>
#include <QDir>
#include <QTemporaryDir>
#include <QtTest>

#include <memory>

namespace octet::test {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int longest = 1200000; // a worker that is checked takes its time
#else
constexpr int longest = 60000; // ms; a loaded machine only waits longer
#endif

/// As a person does it, who waits until it can be: a disabled action does nothing when it is triggered.
inline bool trigger(QAction* action)
{
    if (!QTest::qWaitFor([action] { return action->isEnabled(); }, longest))
        return false;
    action->trigger();
    return true;
}

class SampleCopy
{
public:
    SampleCopy()
    {
        const QDir sample(QStringLiteral(OCTET_SOURCE_DIR "/resources/sample"));
        for (const QString& file : sample.entryList(QDir::Files))
            if (file != QLatin1String("model_outlier.onnx"))
                QFile::copy(sample.filePath(file), m_folder.filePath(file));
    }
    QString model() const { return m_folder.filePath(QStringLiteral("model.onnx")); }
    QString project() const { return m_folder.filePath(QStringLiteral("model.octet")); }

    bool open(desktop::MainWindow& window) const
    {
        window.jobs()->worker()->setCommand({QStringLiteral(OCTET_BIN_DIR "/octet-cli"), QStringLiteral("serve")});
        window.open(model());
        const desktop::Document& document = *window.document();
        return QTest::qWaitFor([&] { return document.hasModel() && !document.opening(); }, longest);
    }

    std::unique_ptr<desktop::MainWindow> openedWindow() const
    {
        auto window = std::make_unique<desktop::MainWindow>();
        window->resize(1600, 1000);
        window->show();
        return open(*window) ? std::move(window) : nullptr;
    }

    /// Small and accepted: the first 64 images, measured 30 times.
    static bool acceptSmallData(desktop::MainWindow& window)
    {
        desktop::Document& document = *window.document();
        if (!QTest::qWaitFor([&] { return document.data()->usable(); }, longest))
            return false;
        DataSpec spec = document.data()->spec();
        spec.limit = 64;
        spec.calibLimit = 16;
        document.checkData(spec);
        if (!QTest::qWaitFor([&] { return document.data()->usable() && document.data()->testSamples() == 64; }, longest))
            return false;
        document.acceptData();
        Workload workload = document.workload();
        workload.runs = 30;
        document.setWorkload(workload);
        return true;
    }

private:
    QTemporaryDir m_folder;
};

} // namespace octet::test
