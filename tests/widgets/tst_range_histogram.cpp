// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_main.h"

#include "widgets/range_histogram.h"
#include "widgets/theme.h"

#include <QSignalSpy>
#include <QtTest>

#include <cmath>

using namespace octet;
using namespace octet::widgets;

class TestRangeHistogram : public QObject
{
    Q_OBJECT

    /// Even from -4 to 4 and a few numbers at 30; no bins of width 0.
    static std::vector<HistogramBin> bins()
    {
        std::vector<HistogramBin> all;
        for (int i = -4; i < 4; ++i)
            all.push_back({double(i), i + 1.0, 1000});
        all.push_back({4, 29, 0});
        all.push_back({29, 30, 3});
        return all;
    }

    struct Shown
    {
        RangeHistogram widget;
        QSignalSpy dragged{&widget, &RangeHistogram::dragged}, edited{&widget, &RangeHistogram::edited};
        QSignalSpy requested{&widget, &RangeHistogram::cutRequested};
        Shown()
        {
            widget.resize(260, 132);
            widget.setHistogram(bins(), {{"min-max", {-4, 30}}, {"KL", {-3, 5}}});
            widget.setRange({-4, 30});
            widget.setEditable(true);
            widget.show();
            QVERIFY(QTest::qWaitForWindowExposed(&widget));
        }
        QPoint at(double value) { return {qRound(widget.xOf(value)), 60}; }
        void move(double to)
        {
            QMouseEvent event(
                QEvent::MouseMove, at(to), widget.mapToGlobal(at(to)), Qt::NoButton, Qt::LeftButton, Qt::NoModifier);
            QCoreApplication::sendEvent(&widget, &event);
        }
        void drag(double from, double to)
        {
            QTest::mousePress(&widget, Qt::LeftButton, {}, at(from));
            move((from + to) / 2);
            move(to);
            QTest::mouseRelease(&widget, Qt::LeftButton, {}, at(to));
        }
        QImage image() { return widget.grab().toImage(); }
    };

private slots:
    void axisGoesThereAndBack()
    {
        Shown shown;
        for (const bool log : {false, true}) {
            shown.widget.setLogAxis(log);
            double last = -1e9;
            for (const double value : {-4.0, -1.0, -0.01, 0.0, 0.5, 7.0, 30.0}) {
                QVERIFY(qAbs(shown.widget.valueAt(shown.widget.xOf(value)) - value) < 1e-9);
                QVERIFY(shown.widget.xOf(value) > last);
                last = shown.widget.xOf(value);
            }
        }
        // What is close to 0 beside far outliers gets room on the logarithmic one.
        const double log = shown.widget.xOf(4) - shown.widget.xOf(0);
        shown.widget.setLogAxis(false);
        QVERIFY(log > 2 * (shown.widget.xOf(4) - shown.widget.xOf(0)));
    }

    void draggingMovesTheNearestHandle()
    {
        Shown shown;
        shown.drag(30, 6);
        QVERIFY(shown.dragged.count() >= 2);
        QCOMPARE(shown.edited.count(), 1);
        QVERIFY(qAbs(shown.edited[0][1].toDouble() - 6) < 0.2);
        QCOMPARE(shown.edited[0][0].toDouble(), -4.0);
        shown.drag(-4, -2);
        QVERIFY(qAbs(shown.edited.at(1).at(0).toDouble() + 2) < 0.2);
        QVERIFY(qAbs(shown.widget.range().max - 6) < 0.2);
        shown.drag(15, 20); // not on a handle
        QCOMPARE(shown.edited.count(), 2);
    }

    void zeroStaysInside()
    {
        Shown shown;
        shown.drag(30, -3);
        QVERIFY(shown.widget.range().max >= 0 && shown.widget.range().max < 0.2);
        shown.drag(-4, 20);
        QVERIFY(shown.widget.range().min <= 0);
        QVERIFY(shown.widget.range().max > shown.widget.range().min);
    }

    void keysMoveOneEnd()
    {
        Shown shown;
        shown.widget.setFocus(Qt::TabFocusReason);
        QTest::keyPress(&shown.widget, Qt::Key_Left);
        QTest::keyPress(&shown.widget, Qt::Key_Left);
        QCOMPARE(shown.edited.count(), 0); // one edit for as long as the key is held
        QTest::keyRelease(&shown.widget, Qt::Key_Left);
        QCOMPARE(shown.edited.count(), 1);
        QVERIFY(shown.widget.range().max < 30 && shown.widget.range().min == -4);
        QTest::keyClick(&shown.widget, Qt::Key_Up);
        QTest::keyClick(&shown.widget, Qt::Key_Right, Qt::ControlModifier);
        QVERIFY(shown.widget.range().min > -4);
        QVERIFY(shown.widget.accessibleDescription().contains(QStringLiteral("lower")));
        QTest::keyClick(&shown.widget, Qt::Key_Home);
        QCOMPARE(shown.widget.range().min, -4.0);
        const double before = shown.widget.range().max;
        QTest::keyClick(&shown.widget, Qt::Key_Down);
        QTest::keyPress(&shown.widget, Qt::Key_Left);
        QTest::keyPress(&shown.widget, Qt::Key_Escape);
        QTest::keyRelease(&shown.widget, Qt::Key_Left);
        QCOMPARE(shown.widget.range().max, before);
    }

    void doubleClickTakesTheNearestMark()
    {
        Shown shown;
        QTest::mouseDClick(&shown.widget, Qt::LeftButton, {}, shown.at(5) + QPoint(4, 0));
        QCOMPARE(shown.requested.count(), 1);
        QCOMPARE(shown.requested[0][0].toInt(), 1);
        QTest::mouseDClick(&shown.widget, Qt::LeftButton, {}, shown.at(18));
        QCOMPARE(shown.requested.count(), 1);
    }

    void readOnlyMovesNothing()
    {
        Shown shown;
        shown.widget.setEditable(false);
        shown.drag(30, 6);
        QTest::keyClick(&shown.widget, Qt::Key_Left);
        QTest::mouseDClick(&shown.widget, Qt::LeftButton, {}, shown.at(5));
        QCOMPARE(shown.edited.count() + shown.requested.count(), 0);
        QCOMPARE(shown.widget.range().max, 30.0);
    }

    /// New numbers come in while a handle is held: it stays where the hand is.
    void liveNumbersLeaveTheHandAlone()
    {
        Shown shown;
        QTest::mousePress(&shown.widget, Qt::LeftButton, {}, shown.at(30));
        shown.move(10);
        const Interval held = shown.widget.range();
        std::vector<HistogramBin> grown = bins();
        grown.push_back({30, 60, 1});
        shown.widget.setHistogram(grown, {});
        shown.widget.setRange({-4, 60});
        QVERIFY(shown.widget.range() == held);
        shown.widget.cancel();
        QCOMPARE(shown.widget.range().max, 60.0);
        QCOMPARE(shown.edited.count(), 0);
    }

    void whatIsCutOffLooksDifferent()
    {
        Shown shown;
        const QImage whole = shown.image();
        shown.widget.setRange({-1, 30});
        QVERIFY(shown.image() != whole);
        // A solid bar is of one colour inside; a hollow one shows the panel.
        const QPoint inside = shown.at(0.5) + QPoint(1, 30), outside = shown.at(-2.5) + QPoint(1, 30);
        QVERIFY(whole.pixel(inside) == shown.image().pixel(inside));
        QVERIFY(whole.pixel(outside) != shown.image().pixel(outside));
    }

    void emptyAndOneSided()
    {
        RangeHistogram widget;
        widget.resize(200, 132);
        widget.setHistogram({}, {});
        widget.setRange({});
        widget.grab();
        widget.setHistogram({{2, 2, 7}}, {{"KL", {0, 2}}}); // all numbers the same
        widget.setRange({0, 2});
        widget.setEditable(true);
        widget.grab();
        widget.setLogAxis(true);
        widget.setPalette(Theme::darkTheme().palette());
        widget.grab();
        QVERIFY(std::isfinite(widget.xOf(0)));
    }
};

OCTET_TEST(TestRangeHistogram)
#include "tst_range_histogram.moc"
