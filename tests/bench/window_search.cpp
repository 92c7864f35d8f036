// SPDX-License-Identifier: GPL-3.0-or-later
// The whole window, opened on a folder, searches by itself until the search ends: what kill9.py kills.
//   QT_QPA_PLATFORM=offscreen bench_window_search FOLDER LIMIT MAX_TRIALS
// The result is printed as JSON.
#include "app/desktop/main_window.h"
#include "app/desktop/style.h"
#include "app/desktop/worker_client.h"
#include "core/values/json.h"

#include <QApplication>
#include <QStandardPaths>
#include <QTimer>

#include <nlohmann/json.hpp>

#include <cstdio>
#include <cstdlib>

using namespace octet;
using namespace octet::desktop;

int main(int argc, char** argv)
{
    if (argc < 4)
        return std::fprintf(stderr, "bench_window_search FOLDER LIMIT MAX_TRIALS\n"), 2;
    QStandardPaths::setTestModeEnabled(true);
    QApplication application(argc, argv);
    style::install();
    MainWindow window;
    window.jobs()->worker()->setCommand({QStringLiteral(OCTET_BIN_DIR "/octet-cli"), QStringLiteral("serve")});
    window.show();
    Document& document = *window.document();

    bool limited = false, asked = false;
    QTimer look; // data and hash are ready when they are
    QObject::connect(&look, &QTimer::timeout, [&] {
        if (!document.hasModel() || !document.data()->usable() || document.modelHash().empty())
            return;
        DataSpec spec = document.data()->spec();
        if (!std::exchange(limited, true) && spec.limit == 0) {
            spec.limit = std::atol(argv[2]);
            spec.calibLimit = 32;
            document.checkData(spec);
            return;
        }
        document.acceptData();
        Goal goal;
        goal.keepWeights = goal.searchOn = true;
        goal.maxDrop = goal.timeoutSeconds = 0;
        goal.maxTrials = std::atoi(argv[3]);
        document.setGoal(goal);
        look.stop();
        if (!window.jobs()->start(JobKind::Tune)) {
            std::fprintf(stderr, "%s\n", qPrintable(window.jobs()->whyNot(JobKind::Tune)));
            QCoreApplication::exit(1);
        }
        asked = true;
    });
    look.start(20);
    QObject::connect(window.jobs(), &JobControl::finished, [&](const JobResult& result) {
        if (asked) {
            std::printf("%s\n", toJson(result).dump().c_str());
            std::fflush(stdout);
        }
    });
    QObject::connect(window.jobs(), &JobControl::ended, [&](const QString& summary, bool failed) {
        if (failed)
            std::fprintf(stderr, "%s\n", qPrintable(summary));
        QTimer::singleShot(0, &application, [failed] { QCoreApplication::exit(failed ? 1 : 0); });
    });
    window.open(QString::fromLocal8Bit(argv[1]));
    return QApplication::exec();
}
