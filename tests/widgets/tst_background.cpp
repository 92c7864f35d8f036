// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_main.h"
#include "widgets/background.h"

#include <QEventLoop>
#include <QTest>
#include <QThread>

#include <algorithm>
#include <atomic>

using namespace octet::widgets;

class TestBackground : public QObject
{
    Q_OBJECT
private slots:
    void aCrewOfOneKeepsTheOrder();
    void waitingEndsWhenEverythingIsDoneAndGone();
    void aCrewEndsWithEverythingDone();
    void resultsComeToTheWindowsThread();
    void whatIsSaidComesInItsOrder();
    void nothingIsSaidToWhoIsGone();
    void aNestedLoopHearsTheRest();
};

void TestBackground::aCrewOfOneKeepsTheOrder()
{
    Crew line(1);
    std::vector<int> seen;
    for (int n = 0; n < 1000; ++n)
        line.start([&seen, n] { seen.push_back(n); });
    line.wait();
    QCOMPARE(seen.size(), 1000u);
    QVERIFY(std::is_sorted(seen.begin(), seen.end()));
}

void TestBackground::waitingEndsWhenEverythingIsDoneAndGone()
{
    Crew crew(3);
    std::atomic<int> done = 0;
    const auto held = std::make_shared<int>(7);
    for (int n = 0; n < 50; ++n)
        crew.start([&done, held] { done += *held; });
    crew.wait();
    QCOMPARE(done.load(), 350);
    QCOMPARE(held.use_count(), 1);
    crew.wait(); // with nothing given
}

void TestBackground::aCrewEndsWithEverythingDone()
{
    int done = 0;
    {
        Crew line(1);
        for (int n = 0; n < 20; ++n)
            line.start([&done] { ++done; });
    }
    QCOMPARE(done, 20);
}

void TestBackground::resultsComeToTheWindowsThread()
{
    QObject context;
    QThread* worked = nullptr;
    QThread* told = nullptr;
    std::unique_ptr<int> result;
    background::run(
        &context,
        [&worked] {
            worked = QThread::currentThread();
            return std::make_unique<int>(42); // what can't be copied travels too
        },
        [&](std::unique_ptr<int> got) {
            told = QThread::currentThread();
            result = std::move(got);
        });
    QTRY_VERIFY(result);
    QCOMPARE(*result, 42);
    QVERIFY(worked != told);
    QCOMPARE(told, QThread::currentThread());
}

void TestBackground::whatIsSaidComesInItsOrder()
{
    QObject context;
    std::vector<int> heard;
    Crew line(1);
    line.start([&] {
        for (int n = 0; n < 200; ++n)
            background::later(&context, [&heard, n] { heard.push_back(n); });
    });
    line.wait();
    QVERIFY(heard.empty()); // not before this thread listens
    QTRY_COMPARE(heard.size(), 200u);
    QVERIFY(std::is_sorted(heard.begin(), heard.end()));
}

void TestBackground::nothingIsSaidToWhoIsGone()
{
    auto context = std::make_unique<QObject>();
    QObject other;
    bool toGone = false, toOther = false;
    background::later(context.get(), [&] { toGone = true; });
    background::later(&other, [&] { toOther = true; });
    context.reset();
    QTRY_VERIFY(toOther);
    QVERIFY(!toGone);
}

void TestBackground::aNestedLoopHearsTheRest()
{
    QObject context;
    QEventLoop nested; // as a dialog opens one
    bool over = false;
    background::later(&context, [&] {
        nested.exec();
        over = true;
    });
    background::later(&context, [&] { nested.quit(); });
    QTRY_VERIFY(over);
}

OCTET_TEST(TestBackground)
#include "tst_background.moc"
