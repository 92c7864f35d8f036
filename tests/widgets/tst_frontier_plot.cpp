// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_main.h"
#include "widgets/frontier_plot.h"
#include "widgets/frontier_plot_labels.h"
#include "widgets/frontier_plot_painter.h"
#include "widgets/frontier_plot_scales.h"
#include "widgets/theme.h"

#include <QImage>
#include <QPainter>
#include <QPushButton>
#include <QSignalSpy>
#include <QtTest>

#include <cmath>

using namespace octet::widgets;

namespace {

Mark mark(int trial, double ms, double right, Mark::Role role = Mark::Role::Other, Mark::Kind kind = Mark::Kind::Static)
{
    Mark m;
    m.trial = trial;
    m.kind = kind;
    m.role = role;
    m.ms = ms;
    m.msLow = ms * 0.98;
    m.msHigh = ms * 1.02;
    m.right = right;
    m.tooltip = QStringLiteral("Trial %1, static\n2.2x faster (2.3 ms instead of 5.0)").arg(trial);
    return m;
}

PlotContent sample()
{
    PlotContent c;
    c.samples = 436;
    c.sampleNoun = QStringLiteral("texts");
    c.floor = 349.47;
    c.todayMs = 5.0;
    c.marks = {mark(1, 5.0, 353, Mark::Role::Today, Mark::Kind::Fp32), mark(4, 2.10, 337, Mark::Role::EverythingInt8),
        mark(14, 2.30, 353, Mark::Role::Chosen), mark(9, 2.17, 342), mark(13, 2.27, 350),
        mark(6, 2.86, 351, Mark::Role::Other, Mark::Kind::Dynamic), mark(2, 2.01, 321)};
    c.marks[1].rightLow = 330.4;
    c.marks[1].rightHigh = 343.8;
    c.marks.append(mark(3, 2.44, 0));
    c.marks.last().failed = true;
    c.frontier = {4, 9, 13, 14};
    return c;
}

bool hasColour(const QImage& image, const QColor& colour)
{
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            if (image.pixelColor(x, y).rgb() == colour.rgb())
                return true;
    return false;
}

} // namespace

class TestFrontierPlot : public QObject
{
    Q_OBJECT
private slots:
    void collapsedNeverStretchTheAxis()
    {
        PlotContent content = sample();
        const PlotScales before = plotScales(content);
        QVERIFY(before.collapsed[6]);
        QVERIFY(!before.collapsed[1]);
        content.marks[6].right = 12;
        const PlotScales after = plotScales(content);
        QCOMPARE(after.rightLow, before.rightLow);
        QVERIFY(before.rightLow > 321);
    }

    void theGhostIsShownAndStretchesNothing()
    {
        PlotContent content = sample();
        const PlotScales before = plotScales(content);
        content.ghost = Ghost{2.6, 2.4, 2.8, 349, 345, 352, {}, QStringLiteral("Draft")};
        FrontierPlot plot;
        plot.resize(800, 500);
        plot.setPalette(Theme::light().palette());
        plot.setContent(content);
        plot.show();
        QVERIFY(QTest::qWaitForWindowExposed(&plot));
        QTRY_VERIFY(!plot.ghostPosition().isNull());
        QVERIFY(plot.ghostPosition().x() > plot.markPosition(14).x() && plot.ghostPosition().x() < plot.markPosition(6).x());
        QVERIFY(hasColour(plot.grab().toImage(), Theme::light().accent));
        content.ghost->ms = 50, content.ghost->right = -3; // far beyond: at the edge
        plot.setContent(content);
        QTRY_VERIFY(plot.ghostPosition().x() > plot.markPosition(1).x());
        QVERIFY(plot.rect().contains(plot.ghostPosition().toPoint()));
        QCOMPARE(plotScales(content).msHigh, before.msHigh);
        content.ghost->ms = std::nan("");
        plot.setContent(content);
        QVERIFY(plot.ghostPosition().isNull());
    }

    void tenPercentStayFree()
    {
        const PlotScales s = plotScales(sample());
        const double width = s.msHigh - s.msLow;
        QVERIFY((2.01 - s.msLow) / width > 0.099);
        QVERIFY((s.msHigh - 5.0) / width > 0.099);
        QVERIFY((s.rightHigh - 353) / (s.rightHigh - s.rightLow) > 0.099);
    }

    void ratioTicksAreRoundAndApart()
    {
        const PlotScales s = plotScales(sample());
        const auto ticks = ratioTicks(5.0, s, 800, 64);
        QVERIFY(ticks.size() >= 3);
        QStringList texts;
        for (int i = 0; i < ticks.size(); ++i) {
            texts.append(ticks[i].text);
            if (i > 0)
                QVERIFY((ticks[i].ms - ticks[i - 1].ms) / (s.msHigh - s.msLow) * 800 >= 64);
        }
        QVERIFY(texts.contains(QStringLiteral("1x")));
        QVERIFY(texts.contains(QStringLiteral("2x")));
        QVERIFY(ratioTicks(-1, s, 800, 64).isEmpty());
    }

    void wordsNeverCoverMarks()
    {
        // A dense cluster around the anchor: the words must go elsewhere, with a leader.
        LabelSpace space;
        space.bounds = QRectF(0, 0, 400, 300);
        for (int x = -2; x <= 2; ++x)
            for (int y = -2; y <= 2; ++y)
                space.obstacles.append(QRectF(200 + x * 14 - 5, 150 + y * 14 - 5, 10, 10));
        const PlacedLabel label = placeLabel(space, {200, 150}, 11, {90, 15});
        for (const QRectF& obstacle : space.obstacles.all())
            QVERIFY(!obstacle.intersects(label.rect));
        QVERIFY(label.leader);
        QVERIFY(space.bounds.contains(label.rect));
    }

    void wordsRatherGoAwayThanBeStruckThrough()
    {
        // A line right above, words right below: above the line there is room.
        LabelSpace space;
        space.bounds = QRectF(0, 0, 400, 120);
        space.obstacles.append(QRectF(192, 92, 16, 16));
        space.obstacles.append(QRectF(0, 110, 400, 10));
        space.lines = {{0, 82, 400, 82}};
        const PlacedLabel label = placeLabel(space, {200, 100}, 7, {180, 15});
        QVERIFY2(label.rect.bottom() <= 82 || label.rect.top() >= 82, qPrintable(QString::number(label.rect.top())));
        QCOMPARE(space.obstacles.under(label.rect), 0);
    }

    void obstaclesCountOnce()
    {
        Obstacles obstacles;
        QCOMPARE(obstacles.under(QRectF(0, 0, 500, 500)), 0);
        obstacles.append(QRectF(10, 10, 200, 100)); // many cells
        obstacles.append(QRectF(-80, -80, 60, 60)); // outside of the grid
        obstacles.append(QRectF(5000, 40, 20, 20));
        QCOMPARE(obstacles.under(QRectF(-100, -100, 6000, 400)), 3);
        QCOMPARE(obstacles.under(QRectF(-100, -100, 6000, 400), 2), 2);
        QCOMPARE(obstacles.under(QRectF(60, 40, 5, 5)), 1);
        QCOMPARE(obstacles.under(QRectF(211, 40, 5, 5)), 0);
        QCOMPARE(obstacles.under(QLineF(0, 50, 300, 60), 9), 1);
        QCOMPARE(obstacles.under(QLineF(0, 200, 300, 210), 9), 0);
    }

    void summaryForScreenReaders()
    {
        FrontierPlot plot;
        plot.setContent(sample());
        QVERIFY(!plot.accessibleName().isEmpty());
        QCOMPARE(plot.accessibleDescription(), QStringLiteral("8 trials, best 2.2 times faster"));
    }

    void clickSelectsWithinTwelvePixels()
    {
        FrontierPlot plot;
        plot.resize(900, 420);
        plot.setContent(sample());
        plot.show();
        QVERIFY(QTest::qWaitForWindowExposed(&plot));
        QSignalSpy selected(&plot, &FrontierPlot::trialSelected);
        const QPointF at = plot.markPosition(6);
        QVERIFY(!at.isNull());
        QTest::mouseClick(&plot, Qt::LeftButton, {}, (at + QPointF(11, 0)).toPoint());
        QCOMPARE(selected.size(), 1);
        QCOMPARE(selected[0][0].toInt(), 6);
        QCOMPARE(plot.selectedTrial(), 6);
        QTest::mouseClick(&plot, Qt::LeftButton, {}, (at + QPointF(40, 40)).toPoint());
        QCOMPARE(selected.size(), 1);
    }

    void doubleClickAndEnterActivate()
    {
        FrontierPlot plot;
        plot.resize(900, 420);
        plot.setContent(sample());
        plot.show();
        QVERIFY(QTest::qWaitForWindowExposed(&plot));
        QSignalSpy activated(&plot, &FrontierPlot::trialActivated);
        QTest::mouseDClick(&plot, Qt::LeftButton, {}, plot.markPosition(6).toPoint());
        QCOMPARE(activated.size(), 1);
        QCOMPARE(activated[0][0].toInt(), 6);
        plot.setSelectedTrial(14);
        QTest::keyClick(&plot, Qt::Key_Return);
        QCOMPARE(activated.size(), 2);
        QCOMPARE(activated[1][0].toInt(), 14);
    }

    void arrowKeysWalkByLatency()
    {
        FrontierPlot plot;
        plot.setContent(sample());
        QSignalSpy selected(&plot, &FrontierPlot::trialSelected);
        for (int i = 0; i < 9; ++i)
            QTest::keyClick(&plot, Qt::Key_Right);
        QVector<int> walked;
        for (const auto& call : selected)
            walked.append(call[0].toInt());
        QCOMPARE(walked, QVector<int>({2, 4, 9, 13, 14, 6, 1})); // the failed one is not a place
        QTest::keyClick(&plot, Qt::Key_Home);
        QCOMPARE(plot.selectedTrial(), 2);
    }

    void settingTheSelectionIsSilent()
    {
        FrontierPlot plot;
        plot.setContent(sample());
        QSignalSpy selected(&plot, &FrontierPlot::trialSelected);
        plot.setSelectedTrial(14);
        QCOMPARE(selected.size(), 0);
        QVERIFY(plot.accessibleDescription().contains(QStringLiteral("Trial 14")));
    }

    void hoverTellsTheTrial()
    {
        FrontierPlot plot;
        plot.resize(900, 420);
        plot.setContent(sample());
        plot.show();
        QVERIFY(QTest::qWaitForWindowExposed(&plot));
        QSignalSpy hovered(&plot, &FrontierPlot::trialHovered);
        const auto moveTo = [&](QPointF at) { // the offscreen platform has no cursor to move
            QMouseEvent event(QEvent::MouseMove, at, plot.mapToGlobal(at), Qt::NoButton, Qt::NoButton, Qt::NoModifier);
            QCoreApplication::sendEvent(&plot, &event);
        };
        moveTo(plot.markPosition(13));
        moveTo(plot.markPosition(13) + QPointF(2, 0));
        QCOMPARE(hovered.size(), 1);
        QCOMPARE(hovered[0][0].toInt(), 13);
        moveTo({600, 300});
        QCOMPARE(hovered.size(), 2);
        QCOMPARE(hovered[1][0].toInt(), 0);
    }

    void linesShowWhatOneOpWouldChange()
    {
        PlotContent content = sample();
        content.ghost = Ghost{3.4, 3.2, 3.6, 352, 348, 353, QStringLiteral("3.4 ms, 352 right"), QStringLiteral("Draft")};
        FrontierPlot plot;
        plot.resize(900, 460);
        plot.setContent(content);
        plot.show();
        QVERIFY(QTest::qWaitForWindowExposed(&plot));
        QSignalSpy activated(&plot, &FrontierPlot::whatIfActivated), selected(&plot, &FrontierPlot::trialSelected);
        WhatIfs whatIfs{3.4, 352,
            {{3.43, 352, QStringLiteral("slower"), QStringLiteral("What if, a\n0.03 ms slower")},
                {3.4, 350.2, QStringLiteral("worse"), QStringLiteral("What if, b\n1.8 fewer right")},
                {3.4, 352, QStringLiteral("none"), QStringLiteral("nothing")},
                {std::nan(""), 352, QStringLiteral("nan"), {}}}};
        plot.setWhatIfs(whatIfs);
        const QPointF from = plot.ghostPosition(), slower = plot.whatIfPosition(0), worse = plot.whatIfPosition(1);
        QVERIFY(slower.x() > from.x() + 15 && qAbs(slower.y() - from.y()) < 1e-6); // long enough to be clicked
        QVERIFY(worse.y() > from.y() + 15 && qAbs(worse.x() - from.x()) < 1e-6);
        QVERIFY(plot.whatIfPosition(2).isNull() && plot.whatIfPosition(3).isNull()); // no way to go
        QTest::mouseClick(&plot, Qt::LeftButton, {}, worse.toPoint());
        QCOMPARE(activated.size(), 1);
        QCOMPARE(activated[0][0].toInt(), 1);
        QCOMPARE(selected.size(), 0);
        QTest::keyClick(&plot, Qt::Key_W);
        QVERIFY(plot.accessibleDescription().contains(QStringLiteral("0.03 ms slower")));
        QTest::keyClick(&plot, Qt::Key_W);
        QTest::keyClick(&plot, Qt::Key_W); // past the one without a way, around to the first
        QTest::keyClick(&plot, Qt::Key_Return);
        QCOMPARE(activated.size(), 2);
        QCOMPARE(activated[1][0].toInt(), 0);
        plot.setWhatIfs({});
        QVERIFY(plot.whatIfPosition(0).isNull());
        QTest::mouseClick(&plot, Qt::LeftButton, {}, worse.toPoint());
        QCOMPARE(activated.size(), 2);
    }

    void aPartCanBeLookedAt()
    {
        FrontierPlot plot;
        plot.resize(900, 460);
        plot.setContent(sample());
        plot.show();
        QVERIFY(QTest::qWaitForWindowExposed(&plot));
        auto* whole = plot.findChild<QPushButton*>(QStringLiteral("whole"));
        const QPointF chosen = plot.markPosition(14), today = plot.markPosition(1);
        QVERIFY(!whole->isVisible());
        const auto wheel = [&](int steps) {
            QWheelEvent event(chosen, plot.mapToGlobal(chosen), {}, {0, 120 * steps}, Qt::NoButton, Qt::NoModifier,
                Qt::NoScrollPhase, false);
            QCoreApplication::sendEvent(&plot, &event);
        };
        wheel(2);
        QVERIFY(QLineF(plot.markPosition(14), chosen).length() < 4); // what is under the pointer stays there
        QVERIFY(plot.markPosition(1).x() > today.x() + 50);
        QVERIFY(whole->isVisible());
        plot.setContent(sample()); // a trial arrives: the part stays
        QVERIFY(plot.markPosition(1).x() > today.x() + 50);
        QSignalSpy selected(&plot, &FrontierPlot::trialSelected);
        QTest::mouseClick(&plot, Qt::LeftButton, {}, plot.rect().bottomRight() - QPoint(3, 3)); // nothing is there
        QTest::keyClick(&plot, Qt::Key_Escape);
        QVERIFY(!whole->isVisible());
        QCOMPARE(plot.markPosition(1), today);
        // Dragging beside the marks.
        const QPoint empty(700, 330);
        const auto mouse = [&](QEvent::Type type, QPointF at) {
            QMouseEvent event(type, at, plot.mapToGlobal(at), type == QEvent::MouseMove ? Qt::NoButton : Qt::LeftButton,
                Qt::LeftButton, Qt::NoModifier);
            QCoreApplication::sendEvent(&plot, &event);
        };
        mouse(QEvent::MouseButtonPress, empty);
        mouse(QEvent::MouseMove, empty + QPoint(2, 1));
        QVERIFY(!whole->isVisible()); // the hand shook
        mouse(QEvent::MouseMove, empty + QPoint(-40, -60));
        mouse(QEvent::MouseButtonRelease, empty + QPoint(-40, -60));
        QVERIFY(qAbs(plot.markPosition(14).x() - (chosen.x() - 40)) < 3);
        QTest::mouseClick(whole, Qt::LeftButton);
        QCOMPARE(plot.markPosition(14), chosen);
        QCOMPARE(selected.size(), 0);
    }

    void draggingTheFloorAsksWhatIf()
    {
        FrontierPlot plot;
        plot.resize(900, 420);
        PlotContent content = sample();
        content.floor = 350;
        content.highestFloor = 353;
        content.floorWords = [](double floor) { return QStringLiteral("What if %1").arg(floor); };
        plot.setContent(content);
        plot.show();
        QVERIFY(QTest::qWaitForWindowExposed(&plot));
        auto* button = plot.findChild<QPushButton*>(QStringLiteral("setAsGoal"));
        QVERIFY(button && !button->isVisible());
        QSignalSpy set(&plot, &FrontierPlot::floorSet);
        const auto drag = [&](QPoint to) {
            const QPoint from = plot.floorPosition().toPoint();
            QTest::mousePress(&plot, Qt::LeftButton, {}, from);
            QMouseEvent move(QEvent::MouseMove, to, plot.mapToGlobal(to), Qt::NoButton, Qt::LeftButton, {});
            QCoreApplication::sendEvent(&plot, &move);
            QTest::mouseRelease(&plot, Qt::LeftButton, {}, to);
        };
        drag(plot.markPosition(9).toPoint()); // at 342, a whole answer
        QCOMPARE(plot.whatIfFloor(), 342.0);
        QVERIFY(button->isVisible() && plot.rect().contains(button->geometry()));
        QVERIFY(plot.accessibleDescription().contains(QStringLiteral("What if 342")));
        QTest::keyClick(&plot, Qt::Key_Escape);
        QVERIFY(!plot.whatIfFloor() && !button->isVisible());
        QCOMPARE(set.size(), 0);
        drag(QPoint(300, 0)); // more than fp32 reaches is no goal
        QCOMPARE(plot.whatIfFloor(), 353.0);
        QTest::keyClick(&plot, Qt::Key_PageDown);
        QCOMPARE(plot.whatIfFloor(), 352.0);
        QTest::mouseClick(button, Qt::LeftButton);
        QCOMPARE(set.size(), 1);
        QCOMPARE(set[0][0].toDouble(), 352.0);
        QVERIFY(!plot.whatIfFloor());
        // For review it stays a question.
        content.whyNoGoal = QStringLiteral("Review: duplicate to edit");
        plot.setContent(content);
        QTest::keyClick(&plot, Qt::Key_PageDown);
        QCOMPARE(plot.whatIfFloor(), 349.0);
        QVERIFY(!button->isEnabled() && button->toolTip().startsWith(QStringLiteral("Review")));
        QTest::keyClick(&plot, Qt::Key_Return);
        QCOMPARE(set.size(), 1);
        plot.grab();
        // Another goal ends it.
        content.floor = 345;
        plot.setContent(content);
        QVERIFY(!plot.whatIfFloor());
    }

    void valuesAreNoCounts()
    {
        PlotContent content = sample();
        content.score = {QStringLiteral("Macro F1"), {}, 3};
        for (Mark& m : content.marks)
            m.right /= 436, m.rightLow /= 436, m.rightHigh /= 436;
        content.floor /= 436;
        const PlotScales s = plotScales(content);
        QVERIFY(s.rightHigh < 1 && s.rightLow > 0.7);
        QVERIFY(s.collapsed[6] && !s.collapsed[1]);
        QCOMPARE(content.score.text(0.81234), QStringLiteral("0.812"));
        QCOMPARE(Score{}.text(1234.4), QStringLiteral("1,234"));
        FrontierPlot plot;
        plot.resize(900, 420);
        plot.setContent(content);
        plot.grab();
    }

    void emptyStateHasOneSentenceAndOneButton()
    {
        FrontierPlot plot;
        PlotContent content;
        content.emptyText = QStringLiteral("No trials yet. Measure the baseline, F5");
        plot.resize(600, 300);
        plot.setContent(content);
        plot.show();
        QVERIFY(QTest::qWaitForWindowExposed(&plot));
        auto* button = plot.findChild<QPushButton*>(QStringLiteral("emptyAction"));
        QVERIFY(button && button->isVisible());
        QSignalSpy asked(&plot, &FrontierPlot::emptyActionRequested);
        QTest::mouseClick(button, Qt::LeftButton);
        QCOMPARE(asked.size(), 1);
        plot.setContent(sample());
        QVERIFY(!button->isVisible());
        QCOMPARE(plot.markPosition(77), QPointF());
    }

    void coloursFollowThePalette()
    {
        FrontierPlot plot;
        plot.resize(900, 420);
        plot.setPalette(Theme::light().palette());
        plot.setContent(sample());
        plot.show();
        QVERIFY(QTest::qWaitForWindowExposed(&plot));
        const QImage light = plot.grab().toImage();
        QVERIFY(hasColour(light, Theme::light().band));
        QVERIFY(hasColour(light, Theme::light().accent));
        QVERIFY(hasColour(light, Theme::light().misses)); // the failed tick
        plot.setPalette(Theme::darkTheme().palette());
        QCoreApplication::processEvents();
        const QImage dark = plot.grab().toImage();
        QVERIFY(hasColour(dark, Theme::darkTheme().band));
        QVERIFY(!hasColour(dark, Theme::light().band));
        QVERIFY(!hasColour(dark, Qt::white));
    }

    void hostileNumbersDoNotHang()
    {
        PlotContent content = sample();
        content.marks[0].ms = std::nan("");
        content.marks[1].right = INFINITY;
        content.marks[2].ms = -3;
        content.frontier.append(4711);
        FrontierPlot plot;
        plot.setContent(content);
        plot.grab();
        content.marks = {mark(1, 2, 0)};
        content.samples = 0;
        content.floor = -1;
        content.todayMs = 0;
        plot.setContent(content);
        plot.grab();
    }

    void manyMarksPaintFast()
    {
        PlotContent content = sample();
        for (int i = 0; i < 2000; ++i)
            content.marks.append(mark(100 + i, 2 + (i * 37 % 1000) / 400.0, 335 + (i * 91 % 200) / 10.0));
        FrontierPlotPainter painter;
        painter.setContent(content);
        painter.setFont(QFont());
        QImage image(900, 420, QImage::Format_RGB32);
        QElapsedTimer clock;
        clock.start();
        painter.arrange(QRectF(60, 50, 800, 320), QRectF(image.rect()));
        QPainter p(&image);
        painter.paintMarks(p, Theme::light());
        // Smooth is 16 ms; the bound only catches quadratic work on a busy machine.
        QVERIFY2(clock.elapsed() < 500, qPrintable(QString::number(clock.elapsed())));
    }
};

OCTET_TEST(TestFrontierPlot)
#include "tst_frontier_plot.moc"
