// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_main.h"

#include "core/values/range_error.h"
#include "widgets/convergence_curve.h"
#include "widgets/inspector.h"
#include "widgets/range_view.h"
#include "widgets/segmented.h"
#include "widgets/theme.h"

#include <QLabel>
#include <QSignalSpy>
#include <QtTest>

using namespace octet;
using namespace octet::widgets;

class TestRangeView : public QObject
{
    Q_OBJECT

    static RangeViewContent content()
    {
        RangeViewContent c;
        c.value = QStringLiteral("/layer.0/Add_output_0");
        c.title = QStringLiteral("Input values, log count");
        c.note = QStringLiteral("256 texts");
        c.values = {{c.value, QStringLiteral("Input")}};
        for (int i = -4; i < 4; ++i)
            c.histogram.push_back({double(i), i + 1.0, 1000});
        c.histogram.push_back({29, 30, 3});
        c.cuts = {{QStringLiteral("min-max"), {-4, 30}}, {QStringLiteral("KL"), {-4, 5}}};
        c.own = 0;
        c.range = {-4, 30};
        c.steps = {{64, -3, 28}, {128, -4, 28}, {256, -4, 30}};
        c.sentence = QStringLiteral("256 samples are not enough: over the last half the range still moved 6 %; take 512.");
        return c;
    }

    struct Shown
    {
        RangeView view;
        Segmented* cuts = nullptr;
        QSignalSpy edited{&view, &RangeView::rangeEdited}, own{&view, &RangeView::ownRangeRequested};
        explicit Shown(const RangeViewContent& what = content())
        {
            view.resize(260, 420);
            view.setContent(what);
            view.show();
            QVERIFY(QTest::qWaitForWindowExposed(&view));
            for (Segmented* one : view.findChildren<Segmented*>())
                if (one->accessibleName().startsWith(QStringLiteral("Cut")))
                    cuts = one;
        }
        QString text(const char* name) { return view.findChild<QLabel*>(QLatin1String(name))->text(); }
        void click(int cut)
        {
            QTest::mouseClick(cuts, Qt::LeftButton, {}, cuts->optionRect(QString::number(cut)).center());
        }
    };

private slots:
    void saysWhatTheRangeLoses()
    {
        Shown shown;
        QVERIFY(shown.text("loss").startsWith(QStringLiteral("-4 to 30 cuts off nothing, SQNR ")));
        const double decibels = rangeError(content().histogram, {-4, 30}).decibels;
        QVERIFY(shown.text("loss").endsWith(QStringLiteral("SQNR %1 dB").arg(decibels, 0, 'f', 1)));
        QVERIFY(shown.text("sentence").startsWith(QStringLiteral("256 samples are not enough")));
        QCOMPARE(shown.cuts->value(), QStringLiteral("0"));
    }

    /// The error is there while the handle is still held, and compared with what the config would take.
    void errorFollowsTheHandle()
    {
        Shown shown;
        RangeHistogram* histogram = shown.view.histogram();
        QTest::mousePress(histogram, Qt::LeftButton, {}, QPoint(qRound(histogram->xOf(30)), 60));
        const QPointF to(histogram->xOf(6), 60);
        QMouseEvent move(
            QEvent::MouseMove, to, histogram->mapToGlobal(to), Qt::NoButton, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(histogram, &move);
        QVERIFY2(shown.text("loss").contains(QStringLiteral("cuts off 0.037 %")), qPrintable(shown.text("loss")));
        QVERIFY(shown.text("loss").endsWith(QStringLiteral("worse than min-max"))
            || shown.text("loss").endsWith(QStringLiteral("better than min-max")));
        QCOMPARE(shown.edited.count(), 0);
        QCOMPARE(shown.cuts->value(), QString());
        QTest::mouseRelease(histogram, Qt::LeftButton, {}, QPoint(qRound(histogram->xOf(6)), 60));
        QCOMPARE(shown.edited.count(), 1);
        QCOMPARE(shown.edited[0][0].toString(), content().value);
        QVERIFY(qAbs(shown.edited[0][2].toDouble() - 6) < 0.2);
    }

    void methodsAreOneClickAway()
    {
        Shown shown;
        shown.click(1);
        QCOMPARE(shown.edited.count(), 1);
        QCOMPARE(shown.edited[0][2].toDouble(), 5.0);
        RangeViewContent byHand = content();
        byHand.manual = true;
        byHand.range = {-4, 5};
        shown.view.setContent(byHand);
        QCOMPARE(shown.cuts->value(), QStringLiteral("1"));
        shown.click(0); // the config's own: the hand is taken off
        QCOMPARE(shown.own.count(), 1);
        QCOMPARE(shown.edited.count(), 1);
        RangeHistogram* histogram = shown.view.histogram();
        QTest::mouseDClick(histogram, Qt::LeftButton, {}, QPoint(qRound(histogram->xOf(30)) - 3, 60));
        QCOMPARE(shown.own.count(), 2);
    }

    void severalValuesAreAChoice()
    {
        RangeViewContent two = content();
        two.values << qMakePair(QStringLiteral("k"), QStringLiteral("Key"));
        Shown shown(two);
        QSignalSpy chosen(&shown.view, &RangeView::valueChosen);
        for (Segmented* one : shown.view.findChildren<Segmented*>())
            if (one != shown.cuts) {
                QVERIFY(one->isVisible());
                QTest::mouseClick(one, Qt::LeftButton, {}, one->optionRect(QStringLiteral("k")).center());
            }
        QCOMPARE(chosen.count(), 1);
        QCOMPARE(chosen[0][0].toString(), QStringLiteral("k"));
    }

    void saysWhyNot()
    {
        RangeViewContent fixed = content();
        fixed.notEditable = QStringLiteral("No range can be set by hand: it is smoothed.");
        Shown shown(fixed);
        QCOMPARE(shown.text("hint"), fixed.notEditable);
        shown.click(1);
        QCOMPARE(shown.edited.count(), 0);
    }

    void nothingKnownIsHidden()
    {
        Inspector inspector;
        inspector.setContent({});
        inspector.resize(280, 600);
        inspector.show();
        QVERIFY(QTest::qWaitForWindowExposed(&inspector));
        QVERIFY(!inspector.rangeView()->isVisible());
        inspector.rangeView()->setContent(content());
        QVERIFY(inspector.rangeView()->isVisible());
        RangeViewContent live = content();
        live.sentence.clear();
        live.steps.clear();
        inspector.rangeView()->setContent(live);
        QVERIFY(!inspector.rangeView()->findChild<ConvergenceCurve*>()->isVisible());
        inspector.rangeView()->setContent({});
        QVERIFY(!inspector.rangeView()->isVisible());
    }

    void curveGrowsTowardsItsRange()
    {
        ConvergenceCurve curve;
        curve.resize(240, 72);
        curve.setSteps(content().steps);
        QVERIFY(curve.pointOf(0, true).y() > curve.pointOf(2, true).y()); // wider is further out
        QVERIFY(curve.pointOf(0, false).y() < curve.pointOf(2, false).y());
        QCOMPARE(curve.pointOf(1, true).x() - curve.pointOf(0, true).x(), // doublings are equally far
            curve.pointOf(2, true).x() - curve.pointOf(1, true).x());
        const QImage light = curve.grab().toImage();
        curve.setPalette(Theme::darkTheme().palette());
        QVERIFY(curve.grab().toImage() != light);
        QVERIFY(curve.accessibleDescription().contains(QStringLiteral("128 samples: -4 to 28")));
        curve.setSteps({{8, 0, 0}});
        curve.grab();
        curve.setSteps({});
        curve.grab();
    }
};

OCTET_TEST(TestRangeView)
#include "tst_range_view.moc"
