// SPDX-License-Identifier: GPL-3.0-or-later
// Jobs in the real window: a worker that dies, jobs that wait, and stopping.
#include "app/desktop/job_control.h"
#include "desktop_test.h"
#include "test_main.h"

#include <QMenu>
#include <QPushButton>
#include <QtTest>

#include <algorithm>

#include <signal.h>

using namespace octet;
using namespace octet::desktop;

class TestJobs : public QObject
{
    Q_OBJECT

    test::SampleCopy m_sample;
    static constexpr int longest = test::longest;

private slots:
    void aKilledWorkerIsOneFailedJob()
    {
        const auto window = m_sample.openedWindow();
        QVERIFY(window);
        QVERIFY(test::SampleCopy::acceptSmallData(*window));
        Workload workload = window->document()->workload();
        workload.runs = 30000; // long enough to be killed in the middle
        window->document()->setWorkload(workload);
        QSignalSpy ended(window->jobs(), &JobControl::ended), progress(window->jobs(), &JobControl::progress);
        QVERIFY(window->jobs()->start(JobKind::Measure));
        QVERIFY(progress.count() > 0 || progress.wait(longest));
        ::kill(static_cast<pid_t>(window->jobs()->worker()->processId()), SIGKILL);
        QVERIFY(ended.count() > 0 || ended.wait(longest));
        QVERIFY(ended.at(0).at(1).toBool());
        for (const Trial& trial : window->document()->trials())
            QVERIFY(trial.state != TrialState::Running);
        // and the next job has a worker again
        QVERIFY(window->jobs()->start(JobKind::Calibrate));
        QVERIFY(ended.count() > 1 || ended.wait(longest));
        QVERIFY2(!ended.at(1).at(1).toBool(), qPrintable(ended.at(1).at(0).toString()));
    }

    void jobsWaitForTheirTurn()
    {
        const auto window = m_sample.openedWindow();
        QVERIFY(window);
        QVERIFY(test::SampleCopy::acceptSmallData(*window));
        Workload workload = window->document()->workload();
        workload.runs = 30000; // runs until it is stopped
        window->document()->setWorkload(workload);
        JobControl* jobs = window->jobs();
        QSignalSpy ended(jobs, &JobControl::ended), started(jobs, &JobControl::started);
        QVERIFY(jobs->start(JobKind::Baseline));
        QVERIFY(!jobs->start(JobKind::Baseline)); // it runs
        QCOMPARE(jobs->whyNot(JobKind::Baseline), QStringLiteral("Baseline is running"));
        QVERIFY(jobs->start(JobKind::Tune));
        QCOMPARE(jobs->whyNot(JobKind::Tune), QStringLiteral("Tune waits for its turn"));
        // Another draft is another job, and is calibrated as it was when that was asked for.
        QVERIFY(jobs->start(JobKind::Calibrate));
        Config draft = window->document()->draft();
        draft.model.rangeMethod = RangeMethod::Mse;
        window->document()->setDraft(draft);
        QVERIFY(jobs->start(JobKind::Calibrate));
        QCOMPARE(jobs->waiting().size(), 3);
        QVERIFY(jobs->waiting().at(1).draft.model.rangeMethod != RangeMethod::Mse);
        auto* button = window->findChild<QPushButton*>(QStringLiteral("waiting"));
        QVERIFY(button->isVisible());
        QCOMPARE(button->text(), QStringLiteral("3 waiting"));
        button->menu()->actions().first()->trigger(); // the search goes
        QCOMPARE(jobs->waiting().size(), 2);
        QVERIFY(jobs->whyNot(JobKind::Tune).isEmpty());
        jobs->stop();
        QTRY_COMPARE_WITH_TIMEOUT(ended.count(), 3, longest);
        QCOMPARE(started.count(), 3);
        for (int i : {1, 2}) {
            QVERIFY(started.at(i).at(0).value<JobKind>() == JobKind::Calibrate);
            QVERIFY2(!ended.at(i).at(1).toBool(), qPrintable(ended.at(i).at(0).toString()));
        }
        QVERIFY(!jobs->running() && jobs->waiting().isEmpty() && !button->isVisible());
        const Ranges& ranges = window->document()->ranges();
        QVERIFY(std::any_of(ranges.begin(), ranges.end(), [](const auto& r) { return r.first.method == RangeMethod::Mse; }));
    }

    void stopAnswersAndKeepsWhatIsDone()
    {
        const auto window = m_sample.openedWindow();
        QVERIFY(window);
        QVERIFY(test::SampleCopy::acceptSmallData(*window));
        Workload workload = window->document()->workload();
        workload.runs = 30000;
        window->document()->setWorkload(workload);
        QSignalSpy ended(window->jobs(), &JobControl::ended), progress(window->jobs(), &JobControl::progress);
        QVERIFY(window->jobs()->start(JobKind::Measure));
        QVERIFY(progress.count() > 0 || progress.wait(longest));
        window->jobs()->stop();
        QVERIFY(ended.count() > 0 || ended.wait(longest));
        QVERIFY(!window->jobs()->running());
        QVERIFY(window->document()->trials().back().state == TrialState::Cancelled);
    }
};

OCTET_TEST(TestJobs)
#include "tst_jobs.moc"
