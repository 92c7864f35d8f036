// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_main.h"
#include "widgets/job_strip.h"
#include "widgets/theme.h"
#include "widgets/words.h"

#include <QImage>
#include <QLabel>
#include <QMenu>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QtTest>

using namespace octet;
using namespace octet::widgets;

class TestJobStrip : public QObject
{
    Q_OBJECT
private slots:
    void timeInWords()
    {
        QCOMPARE(timeLeft(-1), QString());
        QCOMPARE(timeLeft(3), QStringLiteral("a few seconds left"));
        QCOMPARE(timeLeft(31), QStringLiteral("about 30 s left"));
        QCOMPARE(timeLeft(130), QStringLiteral("about 2 min left"));
        QCOMPARE(timeLeft(9000), QStringLiteral("about 2.5 h left"));
        QCOMPARE(timeLeft(std::nan("")), QString());
    }

    void idleRunningFinished()
    {
        JobStrip strip;
        strip.resize(1000, 36);
        strip.show();
        auto* stop = strip.findChild<QPushButton*>(QStringLiteral("stop"));
        QCOMPARE(strip.accessibleDescription(), QStringLiteral("Jobs, none running"));
        QVERIFY(!stop->isVisible());
        QCOMPARE(strip.height(), 36);

        strip.start(QStringLiteral("Tune"));
        JobProgress progress;
        progress.stage = "Accuracy of trial 7";
        progress.done = 120;
        progress.total = 1436;
        progress.secondsLeft = 130;
        strip.setProgress(progress);
        strip.setNote(QStringLiteral("best so far: trial 4"));
        QCOMPARE(strip.accessibleDescription(),
            QStringLiteral("Tune, Accuracy of trial 7, 120 of 1,436, about 2 min left, best so far: trial 4"));
        QVERIFY(stop->isVisible());
        QVERIFY(stop->text().contains(QStringLiteral("Shift+F5")));

        QSignalSpy stopped(&strip, &JobStrip::stopRequested);
        QTest::mouseClick(stop, Qt::LeftButton);
        QTest::mouseClick(stop, Qt::LeftButton);
        QCOMPARE(stopped.size(), 1);

        strip.finish(QStringLiteral("Stopped; 17 of 60 trials kept."), false);
        QVERIFY(!stop->isVisible());
        QCOMPARE(strip.accessibleDescription(), QStringLiteral("Tune, Stopped; 17 of 60 trials kept."));
        strip.setProgress(progress); // a late word from the worker changes nothing
        QVERIFY(!stop->isVisible());
        strip.start(QStringLiteral("Calibrate"));
        QVERIFY(stop->isEnabled());
    }

    void pausesAndGoesOn()
    {
        JobStrip strip;
        strip.resize(1000, 36);
        strip.show();
        auto* pause = strip.findChild<QPushButton*>(QStringLiteral("pause"));
        QVERIFY(!pause->isVisible());
        strip.start(QStringLiteral("Tune"));
        QVERIFY(pause->isVisible());
        QSignalSpy asked(&strip, &JobStrip::pauseRequested);
        QTest::mouseClick(pause, Qt::LeftButton);
        QCOMPARE(asked.takeFirst().at(0).toBool(), true);
        QVERIFY(pause->text().startsWith(QStringLiteral("Pause"))); // it does not stand yet
        strip.setPaused(true);
        QCOMPARE(strip.accessibleDescription(), QStringLiteral("Tune, Paused: starting"));
        QTest::mouseClick(pause, Qt::LeftButton);
        QCOMPARE(asked.takeFirst().at(0).toBool(), false);
        strip.setPaused(false);
        QCOMPARE(strip.accessibleDescription(), QStringLiteral("Tune, starting"));
        strip.setPaused(true);
        strip.start(QStringLiteral("Calibrate")); // the next job does not start paused
        QVERIFY(pause->text().startsWith(QStringLiteral("Pause")));
    }

    void whatWaitsIsShownAndRemoved()
    {
        JobStrip strip;
        strip.resize(1000, 36);
        strip.show();
        auto* waiting = strip.findChild<QPushButton*>(QStringLiteral("waiting"));
        QVERIFY(!waiting->isVisible());
        strip.start(QStringLiteral("Baseline"));
        strip.setWaiting({{4, QStringLiteral("Tune")}, {7, QStringLiteral("Measure draft: Static")}});
        QVERIFY(waiting->isVisible());
        QCOMPARE(waiting->text(), QStringLiteral("2 waiting"));
        QVERIFY(waiting->focusPolicy() & Qt::TabFocus);
        QCOMPARE(waiting->toolTip(), QStringLiteral("Next: Tune, then Measure draft: Static"));
        QCOMPARE(strip.accessibleDescription(), QStringLiteral("Baseline, starting, 2 waiting"));
        QSignalSpy removed(&strip, &JobStrip::removeRequested);
        waiting->menu()->actions().at(1)->trigger();
        QCOMPARE(removed.takeFirst().at(0).toInt(), 7);
        strip.finish(QStringLiteral("done"), false);
        QVERIFY(waiting->isVisible()); // until its turn comes
        strip.setWaiting({});
        QVERIFY(!waiting->isVisible());
    }

    void failureHasItsColour()
    {
        JobStrip strip;
        strip.resize(1000, 36);
        strip.setPalette(Theme::light().palette());
        strip.start(QStringLiteral("Tune"));
        strip.finish(QStringLiteral("The worker ended with signal 9."), true);
        strip.show();
        const QImage image = strip.grab().toImage();
        int loud = 0;
        for (int y = 0; y < image.height(); ++y)
            for (int x = 0; x < image.width(); ++x)
                loud += image.pixelColor(x, y).red() - image.pixelColor(x, y).blue() > 60;
        QVERIFY(loud > 20);
    }

    void logOpensAndCanBeCopied()
    {
        JobStrip strip;
        strip.resize(1000, 36);
        strip.show();
        strip.appendLog(QStringLiteral("first line"));
        QTest::mouseClick(strip.findChild<QPushButton*>(QStringLiteral("log")), Qt::LeftButton);
        auto* view = strip.findChild<QPlainTextEdit*>(QStringLiteral("logView"));
        QVERIFY(view->isVisible());
        strip.appendLog(QStringLiteral("second line")); // arrives while it is open
        QCOMPARE(view->toPlainText(), QStringLiteral("first line\nsecond line"));
        QVERIFY(view->textInteractionFlags() & Qt::TextSelectableByKeyboard);
        QVERIFY(view->isReadOnly());
        view->window()->close();
    }

    void logIsBounded()
    {
        JobStrip strip;
        for (int i = 0; i < 6000; ++i)
            strip.appendLog(QString::number(i));
        QTest::mouseClick(strip.findChild<QPushButton*>(QStringLiteral("log")), Qt::LeftButton);
        auto* view = strip.findChild<QPlainTextEdit*>(QStringLiteral("logView"));
        QVERIFY(view->blockCount() <= 5000);
        QVERIFY(view->toPlainText().endsWith(QStringLiteral("5999")));
        view->window()->close();
    }
};

OCTET_TEST(TestJobStrip)
#include "tst_job_strip.moc"
