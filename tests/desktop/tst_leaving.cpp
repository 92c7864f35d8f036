// SPDX-License-Identifier: GPL-3.0-or-later
// Closing the window while a job runs: cancel, stop, or go on without it; and a second start that finds it.
#include "app/desktop/leaving.h"
#include "app/desktop/main_window.h"
#include "app/desktop/message_area.h"
#include "app/desktop/single_window.h"
#include "desktop_test.h"
#include "test_main.h"

#include <QPushButton>
#include <QtTest>

#include <future>

using namespace octet;
using namespace octet::desktop;

class TestLeaving : public QObject
{
    Q_OBJECT
    test::SampleCopy m_sample;

    std::unique_ptr<MainWindow> measuring(int runs)
    {
        auto window = std::make_unique<MainWindow>();
        window->show();
        if (!m_sample.open(*window) || !test::SampleCopy::acceptSmallData(*window))
            return nullptr;
        Workload workload = window->document()->workload();
        workload.runs = runs;
        window->document()->setWorkload(workload);
        QSignalSpy progress(window->jobs(), &JobControl::progress);
        if (!window->jobs()->start(JobKind::Measure))
            return nullptr;
        return progress.count() > 0 || progress.wait(test::longest) ? std::move(window) : nullptr;
    }

    static bool press(MainWindow& window, const QString& text)
    {
        for (auto* button : window.messages()->findChildren<QPushButton*>())
            if (button->text() == text && button->isVisible()) {
                QTest::keyClick(button, Qt::Key_Space);
                return true;
            }
        return false;
    }

private slots:
    void aPersonIsAskedAndMayStay()
    {
        const auto window = measuring(30000);
        QVERIFY(window);
        QVERIFY(window->jobs()->start(JobKind::Sensitivity));
        QVERIFY(!window->close());
        QVERIFY(window->isVisible() && window->jobs()->running());
        QTRY_VERIFY2(window->messages()->texts().join(QString()).contains(QStringLiteral("waiting: Sensitivity")),
            qPrintable(window->messages()->texts().join(QLatin1Char('|'))));
        QVERIFY(QTest::qWaitFor([&] { return press(*window, QStringLiteral("Cancel")); }));
        QVERIFY(window->jobs()->running());
        QVERIFY(!window->close());
        QVERIFY(QTest::qWaitFor([&] { return press(*window, QStringLiteral("Stop, resume later")); }));
        QTRY_VERIFY_WITH_TIMEOUT(!window->isVisible(), test::longest);
        QVERIFY(!window->jobs()->running() && window->jobs()->waiting().isEmpty());
    }

    void whatWaitedIsOfferedAgain()
    {
        {
            const auto window = measuring(30000);
            QVERIFY(window);
            window->jobs()->forgetLeft(); // by the test before
            QVERIFY(window->jobs()->start(JobKind::Sensitivity));
            QVERIFY(window->jobs()->start(JobKind::Tune));
            QVERIFY(!window->close());
            QVERIFY(QTest::qWaitFor([&] { return press(*window, QStringLiteral("Stop, resume later")); }));
            QTRY_VERIFY_WITH_TIMEOUT(!window->isVisible(), test::longest);
        }
        {
            MainWindow again;
            again.show();
            QVERIFY(m_sample.open(again));
            QTRY_VERIFY2(again.messages()->texts().join(QString()).contains(
                             QStringLiteral("2 jobs were waiting: Sensitivity, Tune.")),
                qPrintable(again.messages()->texts().join(QLatin1Char('|'))));
            QTRY_VERIFY_WITH_TIMEOUT(again.jobs()->whyNot(JobKind::Tune).isEmpty(), test::longest);
            QVERIFY(!again.jobs()->running() && again.jobs()->waiting().isEmpty()); // nothing starts by itself
            QSignalSpy progress(again.jobs(), &JobControl::progress);
            QVERIFY(QTest::qWaitFor([&] { return press(again, QStringLiteral("Resume, then the rest")); }));
            QVERIFY(again.jobs()->running() && again.jobs()->kind() == JobKind::Measure);
            QCOMPARE(again.jobs()->waiting().size(), 2);
            QVERIFY(progress.count() > 0 || progress.wait(test::longest));
            QVERIFY(!again.close()); // and the two wait again
            QVERIFY(QTest::qWaitFor([&] { return press(again, QStringLiteral("Stop, resume later")); }));
            QTRY_VERIFY_WITH_TIMEOUT(!again.isVisible(), test::longest);
        }
        MainWindow last;
        last.show();
        QVERIFY(m_sample.open(last));
        QCOMPARE(last.jobs()->left().size(), 2);
        last.jobs()->forgetLeft();
        QVERIFY(last.document()->waitingJobs().empty());
    }

    void itGoesOnUnseenAndIsFoundAgain()
    {
        {
            const auto window = measuring(500);
            QVERIFY(window);
            QSignalSpy ended(window->jobs(), &JobControl::ended);
            QVERIFY(!window->close());
            QVERIFY(QTest::qWaitFor([&] { return press(*window, QStringLiteral("Go on without a window")); }));
            if (ended.isEmpty()) {
                QVERIFY(!window->isVisible() && window->leaving()->unseen());
                QVERIFY(window->jobs()->running());
            }
            QVERIFY(ended.count() > 0 || ended.wait(test::longest));
            QVERIFY(!ended.at(0).at(1).toBool());
        }
        MainWindow again;
        again.show();
        QVERIFY(m_sample.open(again));
        QVERIFY(!again.document()->trials().empty());
        QVERIFY(again.document()->trials().back().state == TrialState::Done);
        QVERIFY2(QTest::qWaitFor([&] {
            return again.messages()->texts().join(QString()).contains(QStringLiteral("without a window"));
        }), qPrintable(again.messages()->texts().join(QLatin1Char('|'))));
    }

    void aSecondStartBringsItBack()
    {
        const auto window = measuring(30000);
        QVERIFY(window);
        QVERIFY(!window->close());
        QVERIFY(QTest::qWaitFor([&] { return press(*window, QStringLiteral("Go on without a window")); }));
        QVERIFY(!window->isVisible());
        for (const QString& path : {m_sample.model(), m_sample.project(), QFileInfo(m_sample.model()).path()}) {
            auto shown = std::async(std::launch::async, [path] { return SingleWindow::showOther(path); });
            QTRY_VERIFY_WITH_TIMEOUT(
                shown.wait_for(std::chrono::seconds(0)) == std::future_status::ready, test::longest);
            QVERIFY2(shown.get(), qPrintable(path));
        }
        QVERIFY(window->isVisible() && !window->leaving()->unseen());
        QVERIFY(window->jobs()->running());
        window->jobs()->stop();
        QTRY_VERIFY_WITH_TIMEOUT(!window->jobs()->running(), test::longest);
        QVERIFY(window->close());
    }

    void nobodyAnswersForWhatIsNotOpen()
    {
        test::SampleCopy other;
        QVERIFY(!SingleWindow::showOther(other.model()));
        QVERIFY(!SingleWindow::showOther(QStringLiteral("/no/such/file.octet")));
    }
};

OCTET_TEST(TestLeaving)
#include "tst_leaving.moc"
