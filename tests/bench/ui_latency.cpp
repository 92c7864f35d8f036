// SPDX-License-Identifier: GPL-3.0-or-later
// How long the window is deaf while jobs run: opens a copy of the sample's outlier form, measures the baseline and the
// sensitivity, searches, and meanwhile selects, marks and undoes as a person does. Tells median, p99 and longest turn of the event
// loop by phase, in wall time and in the thread's own CPU time (the rest is waiting for a core), and who made it long.
//   bench_ui_latency [seconds of search] [octet-cli]
#include "app/desktop/actions.h"
#include "app/desktop/graph_panel.h"
#include "app/desktop/main_window.h"
#include "app/desktop/style.h"
#include "app/desktop/workbench.h"
#include "app/desktop/worker_client.h"
#include "core/engine/cpu.h"
#include "widgets/graph_canvas.h"

#include <QAbstractEventDispatcher>
#include <QApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QMetaEnum>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTimer>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <map>
#include <string>
#include <vector>

using namespace octet;
using namespace octet::desktop;

namespace {

constexpr double frameMs = 16;

double cpuMs()
{
    timespec t {};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return double(t.tv_sec) * 1e3 + double(t.tv_nsec) / 1e6;
}

/// "0.1 / 2.5 / 8.1": median, p99 and longest, ms.
std::string spread(std::vector<double> ms)
{
    if (ms.empty())
        return "-";
    std::sort(ms.begin(), ms.end());
    char text[64];
    std::snprintf(text, sizeof text, "%.2f / %.1f / %.1f", ms[ms.size() / 2], ms[ms.size() * 99 / 100], ms.back());
    return text;
}

/// Class, name and owner of who gets an event, and which.
QString described(QObject* receiver, QEvent* event)
{
    const QObject* owner = receiver->parent();
    QString text = QString::fromLatin1(receiver->metaObject()->className());
    if (!receiver->objectName().isEmpty())
        text += QStringLiteral(" \"%1\"").arg(receiver->objectName());
    if (owner)
        text += QStringLiteral(" of %1").arg(QString::fromLatin1(owner->metaObject()->className()));
    const char* type = QMetaEnum::fromType<QEvent::Type>().valueToKey(event->type());
    return text + QStringLiteral(", ") + (type ? QString::fromLatin1(type) : QString::number(int(event->type())));
}

/// Times every turn of the event loop, and every event in it. A turn is what lies between two looks for input: posted
/// events, and the sockets and timers of the wait after them unless the loop really slept there.
class TimedApplication : public QApplication
{
public:
    using QApplication::QApplication;

    void begin(const char* phase)
    {
        endTurn();
        report();
        m_phase = phase;
        m_late = m_lateCpu = 0;
        m_wall.clear();
        m_cpu.clear();
        m_slow.clear();
        m_worst = {};
    }

    void watch()
    {
        auto* loop = QAbstractEventDispatcher::instance();
        connect(loop, &QAbstractEventDispatcher::awake, this, [this] {
            endTurn();
            resume();
        });
        connect(loop, &QAbstractEventDispatcher::aboutToBlock, this, [this] { pause(); });
    }

    bool notify(QObject* receiver, QEvent* event) override
    {
        if (m_depth > 0)
            return QApplication::notify(receiver, event);
        resume();
        const QString what = described(receiver, event); // before: it may delete the receiver
        const double before = cpuMs();
        ++m_depth;
        const bool handled = QApplication::notify(receiver, event);
        --m_depth;
        if (const double took = cpuMs() - before; took > 0.5) {
            m_turn.events.push_back({what, took});
            if (took > frameMs / 2)
                m_slow[what] = std::max(m_slow[what], took);
        }
        return handled;
    }

    void report() const
    {
        if (!m_phase)
            return;
        std::printf("%-12s %6zu turns  wall %s  CPU %s  over 16 ms: %d wall, %d CPU\n", m_phase, m_wall.size(),
            spread(m_wall).c_str(), spread(m_cpu).c_str(), m_late, m_lateCpu);
        for (const auto& [what, took] : m_slow)
            std::printf("  %6.1f ms CPU at most in one event: %s\n", took, qPrintable(what));
        std::printf("  longest turn, %.1f ms CPU in %.1f:\n", m_worst.cpu, m_worst.wall);
        for (const Event& event : m_worst.events)
            std::printf("    %6.1f  %s\n", event.ms, qPrintable(event.what));
        std::fflush(stdout);
    }

private:
    struct Event
    {
        QString what;
        double ms = 0; // CPU
    };
    struct Turn
    {
        double wall = 0, cpu = 0; // ms so far
        std::vector<Event> events;
    };

    void resume()
    {
        if (m_awake)
            return;
        constexpr double asleepMs = 0.5;
        if (m_since.isValid() && ms() > asleepMs)
            endTurn();
        m_awake = true;
        m_since.start();
        m_sinceCpu = cpuMs();
    }

    void pause()
    {
        if (!m_awake)
            return;
        m_awake = false;
        m_turn.wall += ms();
        m_turn.cpu += cpuMs() - m_sinceCpu;
        m_since.start();
    }

    void endTurn()
    {
        pause();
        if (m_turn.cpu <= 0)
            return;
        m_late += m_turn.wall > frameMs;
        m_lateCpu += m_turn.cpu > frameMs;
        m_wall.push_back(m_turn.wall);
        m_cpu.push_back(m_turn.cpu);
        if (m_turn.cpu > m_worst.cpu)
            m_worst = m_turn;
        m_turn = {};
    }

    double ms() const { return double(m_since.nsecsElapsed()) / 1e6; }

    const char* m_phase = nullptr;
    int m_depth = 0, m_late = 0, m_lateCpu = 0;
    bool m_awake = false;
    std::vector<double> m_wall, m_cpu; // ms of every turn
    Turn m_turn, m_worst;
    QElapsedTimer m_since; // of the turn's present stretch, or of the wait
    double m_sinceCpu = 0;
    std::map<QString, double> m_slow;
};

/// In an event loop that sleeps while nothing is to be done, as the window's own does.
bool waitFor(const std::function<bool()>& done, int ms)
{
    QEventLoop loop;
    QTimer look;
    QElapsedTimer timer;
    timer.start();
    QObject::connect(&look, &QTimer::timeout, &loop, [&] {
        if (done() || timer.elapsed() >= ms)
            loop.quit();
    });
    look.start(20);
    loop.exec();
    return done();
}

/// What a person does beside a running search, one thing every quarter of a second.
class Hand : public QObject
{
public:
    explicit Hand(MainWindow* window)
        : m_window(window)
    {
        connect(&m_timer, &QTimer::timeout, this, [this] { act(); });
        m_timer.setObjectName(QStringLiteral("hand"));
        m_timer.start(250);
    }

private:
    void act()
    {
        Document& document = *m_window->document();
        Selection* selection = document.selection();
        const auto& products = document.loaded().products;
        const auto& trials = document.trials();
        switch (m_step++ % 6) {
        case 0:
            selection->setNodes({document.loaded().nodeNames[products[std::size_t(m_step) % products.size()].node]});
            break;
        case 1:
            m_window->actionList()->markFp32->trigger();
            break;
        case 2:
            document.undoStack()->undo();
            break;
        case 3:
            if (!trials.empty())
                selection->setTrial(trials[std::size_t(m_step) % trials.size()].id);
            break;
        case 4:
            if (!trials.empty())
                selection->setHoveredTrial(trials[std::size_t(m_step) % trials.size()].id);
            break;
        default:
            selection->setHoveredTrial(0);
            m_window->workbench()->graph()->canvas()->expandTo(
                document.loaded().nodeNames[products[std::size_t(m_step * 7) % products.size()].node]);
        }
    }

    MainWindow* m_window;
    QTimer m_timer;
    int m_step = 0;
};

} // namespace

int main(int argc, char** argv)
{
    const int seconds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 60;
    qputenv("QT_NO_GLIB", "1"); // its dispatcher does not tell when a turn begins and ends
    QStandardPaths::setTestModeEnabled(true);
    TimedApplication application(argc, argv);
    style::install();
    application.watch();

    QTemporaryDir folder;
    const QDir sample(QStringLiteral(OCTET_SOURCE_DIR "/resources/sample"));
    for (const QString& file : sample.entryList(QDir::Files))
        if (file != QLatin1String("model.onnx"))
            QFile::copy(sample.filePath(file),
                folder.filePath(file == QLatin1String("model_outlier.onnx") ? QStringLiteral("model.onnx") : file));
    std::printf("%s\n", engine::machine(engine::cpuIsa()).cpu.c_str());

    application.begin("start");
    MainWindow window;
    window.jobs()->worker()->setCommand(
        {argc > 2 ? QString::fromLocal8Bit(argv[2]) : QStringLiteral(OCTET_BIN_DIR "/octet-cli"), QStringLiteral("serve")});
    window.resize(1600, 1000);
    window.show();
    waitFor([] { return false; }, 500);
    application.begin("open");
    window.open(folder.filePath(QStringLiteral("model.onnx")));
    Document& document = *window.document();
    if (!waitFor([&] { return document.hasModel() && document.data()->usable() && !document.modelHash().empty(); }, 60000))
        return std::fprintf(stderr, "The sample's data is not usable: %s\n", qPrintable(document.data()->whyNot())), 1;
    document.acceptData();

    const auto run = [&](const char* phase, JobKind kind, int most) {
        application.begin(phase);
        if (!window.jobs()->start(kind))
            std::fprintf(stderr, "%s: %s\n", phase, qPrintable(window.jobs()->whyNot(kind)));
        if (!waitFor([&] { return !window.jobs()->running(); }, most)) {
            window.jobs()->stop();
            waitFor([&] { return !window.jobs()->running(); }, 10000);
        }
    };
    const Hand hand(&window);
    run("baseline", JobKind::Baseline, 120000);
    run("sensitivity", JobKind::Sensitivity, 120000);
    run("search", JobKind::Tune, seconds * 1000);
    application.begin("pages");
    for (const char* page : {"profile", "data", "compare", "workbench"}) {
        window.showPage(QString::fromLatin1(page));
        waitFor([] { return false; }, 700);
    }
    application.report();
    std::printf("%zu trials\n", document.trials().size());
    return 0;
}
