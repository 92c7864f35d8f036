// SPDX-License-Identifier: GPL-3.0-or-later
#include "graph_fixture.h"
#include "test_main.h"

#include "widgets/graph_canvas.h"
#include "widgets/graph_faces.h"
#include "widgets/graph_legend.h"
#include "widgets/graph_painter.h"
#include "widgets/theme.h"

#include <QFontMetricsF>
#include <QScrollBar>
#include <QSignalSpy>
#include <QWheelEvent>
#include <QtTest>

using namespace octet;
using namespace octet::widgets;
using octet::test::GraphFixture;

class TestGraphCanvas : public QObject
{
    Q_OBJECT

    struct Shown
    {
        GraphFixture graph;
        GraphCanvas canvas;
        explicit Shown(int layers = 2, QSize size = {600, 700})
            : graph(layers)
        {
            canvas.setPalette(Theme::light().palette());
            canvas.setAnimated(false);
            canvas.resize(size);
            canvas.setStructure(graph.structure, graph.names);
            canvas.setOps(graph.ops, 1.0);
            canvas.show();
            QVERIFY(QTest::qWaitForWindowExposed(&canvas));
        }
        QPoint middle(const QString& path) const { return canvas.boxRect(path).center().toPoint(); }
        void click(const QString& path, Qt::KeyboardModifiers modifiers = {})
        {
            QTest::mouseClick(canvas.viewport(), Qt::LeftButton, modifiers, middle(path));
        }
        void doubleClick(const QString& path)
        {
            click(path);
            QTest::mouseDClick(canvas.viewport(), Qt::LeftButton, {}, middle(path));
        }
        QStringList under(const QString& prefix) const
        {
            QStringList result;
            for (const QString& name : graph.names)
                if (name.startsWith(prefix + QLatin1Char('/')))
                    result << name;
            return result;
        }
    };

    static QImage picture(GraphCanvas& canvas) { return canvas.viewport()->grab().toImage(); }

    static int countColour(const QImage& image, const QColor& colour)
    {
        int count = 0;
        for (int y = 0; y < image.height(); ++y)
            for (int x = 0; x < image.width(); ++x)
                count += image.pixel(x, y) == colour.rgb();
        return count;
    }

private slots:
    void opensAsLayers()
    {
        Shown shown;
        QCOMPARE(shown.canvas.visibleBoxCount(), 4); // the Shape is plumbing
        QVERIFY(!shown.canvas.boxRect("/layer.0").isEmpty());
        QVERIFY(shown.canvas.boxRect("/layer.0/query").isEmpty());
        QVERIFY(shown.canvas.boxRect("/Shape").isEmpty());
        shown.canvas.setHidePlumbing(false);
        QCOMPARE(shown.canvas.visibleBoxCount(), 5);
    }

    void doubleClickOpensInPlace()
    {
        Shown shown;
        const QRectF before = shown.canvas.boxRect("/layer.1");
        shown.doubleClick("/layer.1");
        QVERIFY(!shown.canvas.boxRect("/layer.1/query").isEmpty());
        QCOMPARE(shown.canvas.expandedPaths(), QStringList{"/layer.1"});
        const QRectF frame = shown.canvas.boxRect("/layer.1");
        QVERIFY(frame.contains(shown.canvas.boxRect("/layer.1/query")));
        QVERIFY(qAbs(frame.top() - before.top()) <= 1);
        QVERIFY(qAbs(frame.center().x() - before.center().x()) <= 1);

        QTest::mouseDClick(shown.canvas.viewport(), Qt::LeftButton, {}, frame.topLeft().toPoint() + QPoint(60, 12));
        QVERIFY(shown.canvas.boxRect("/layer.1/query").isEmpty());
        QVERIFY(qAbs(shown.canvas.boxRect("/layer.1").top() - before.top()) <= 1);
    }

    void chevronCloses()
    {
        Shown shown;
        shown.doubleClick("/layer.1");
        const QPoint chevron = shown.canvas.boxRect("/layer.1").topLeft().toPoint() + QPoint(14, 12);
        QTest::mouseClick(shown.canvas.viewport(), Qt::LeftButton, {}, chevron);
        QVERIFY(shown.canvas.expandedPaths().isEmpty());
    }

    void clicksSelect()
    {
        Shown shown;
        QSignalSpy spy(&shown.canvas, &GraphCanvas::selectionChanged);
        shown.click("/layer.0");
        QCOMPARE(spy.count(), 1);
        QCOMPARE(spy.last().at(0).toStringList(), shown.under("/layer.0"));
        QCOMPARE(shown.canvas.selection(), shown.under("/layer.0"));

        shown.click("/classifier", Qt::ControlModifier);
        QCOMPARE(shown.canvas.selection(), shown.under("/layer.0") + shown.under("/classifier"));
        shown.click("/layer.0", Qt::ControlModifier);
        QCOMPARE(shown.canvas.selection(), shown.under("/classifier"));

        QTest::mouseClick(shown.canvas.viewport(), Qt::LeftButton, {}, QPoint(3, 3));
        QVERIFY(shown.canvas.selection().isEmpty());
        QCOMPARE(spy.count(), 4);
    }

    void setSelectionIsSilentAndRevealing()
    {
        Shown shown(12, {400, 300});
        QSignalSpy spy(&shown.canvas, &GraphCanvas::selectionChanged);
        QVERIFY(shown.canvas.boxRect("/classifier").top() > 300);
        shown.canvas.setSelection(shown.under("/classifier"));
        QCOMPARE(spy.count(), 0);
        QVERIFY(QRectF(shown.canvas.viewport()->rect()).contains(shown.canvas.boxRect("/classifier")));
        QCOMPARE(shown.canvas.selection(), shown.under("/classifier"));
    }

    void rubberBand()
    {
        Shown shown;
        const QRect first = shown.canvas.boxRect("/layer.0").toRect();
        const QRect second = shown.canvas.boxRect("/layer.1").toRect();
        const QPoint from(first.left() - 20, first.top() + 4), to(second.right() + 5, second.top() + 10);
        QWidget* view = shown.canvas.viewport();
        QTest::mousePress(view, Qt::LeftButton, Qt::ShiftModifier, from);
        for (const QPoint& point : {from + QPoint(30, 8), to}) {
            QMouseEvent move(
                QEvent::MouseMove, point, view->mapToGlobal(point), Qt::NoButton, Qt::LeftButton, Qt::ShiftModifier);
            QApplication::sendEvent(view, &move);
        }
        QTest::mouseRelease(view, Qt::LeftButton, Qt::ShiftModifier, to);
        QCOMPARE(shown.canvas.selection(), shown.under("/layer.0") + shown.under("/layer.1"));
    }

    void dragPans()
    {
        Shown shown;
        const QRectF before = shown.canvas.boxRect("/layer.0");
        QWidget* view = shown.canvas.viewport();
        QTest::mousePress(view, Qt::LeftButton, {}, QPoint(5, 300));
        for (const QPoint& point : {QPoint(25, 310), QPoint(45, 330)}) {
            QMouseEvent move(
                QEvent::MouseMove, point, view->mapToGlobal(point), Qt::NoButton, Qt::LeftButton, Qt::NoModifier);
            QApplication::sendEvent(view, &move);
        }
        QTest::mouseRelease(view, Qt::LeftButton, {}, QPoint(45, 330));
        QCOMPARE(shown.canvas.boxRect("/layer.0").topLeft() - before.topLeft(), QPointF(40, 30));
        QVERIFY(shown.canvas.selection().isEmpty());
    }

    void wheelZoomsAtCursorAndScrolls()
    {
        Shown shown;
        const QRectF before = shown.canvas.boxRect("/layer.1");
        const QPointF cursor(before.left(), before.top());
        QWheelEvent zoom(cursor, shown.canvas.viewport()->mapToGlobal(cursor), {}, QPoint(0, 240), Qt::NoButton,
            Qt::ControlModifier, Qt::NoScrollPhase, false);
        const double zoomBefore = shown.canvas.zoom();
        QApplication::sendEvent(shown.canvas.viewport(), &zoom);
        QVERIFY(shown.canvas.zoom() > 1.3 * zoomBefore);
        const QRectF after = shown.canvas.boxRect("/layer.1");
        QVERIFY(after.width() > 1.3 * before.width());
        QVERIFY((after.topLeft() - before.topLeft()).manhattanLength() <= 2);

        QWheelEvent scroll(cursor, shown.canvas.viewport()->mapToGlobal(cursor), {}, QPoint(0, -120), Qt::NoButton,
            Qt::NoModifier, Qt::NoScrollPhase, false);
        QApplication::sendEvent(shown.canvas.viewport(), &scroll);
        QVERIFY(shown.canvas.boxRect("/layer.1").top() < after.top() - 20);
    }

    void keysWalk()
    {
        Shown shown;
        QSignalSpy spy(&shown.canvas, &GraphCanvas::selectionChanged);
        const auto press = [&](Qt::Key key, Qt::KeyboardModifiers modifiers = {}) {
            QTest::keyClick(&shown.canvas, key, modifiers);
        };
        press(Qt::Key_Down);
        const QStringList embeddings = shown.under("/embeddings");
        QCOMPARE(shown.canvas.selection(), embeddings);
        press(Qt::Key_Down);
        QCOMPARE(shown.canvas.selection(), shown.under("/layer.0"));
        QVERIFY(shown.canvas.accessibleDescription().contains("Layer 0"));
        press(Qt::Key_Return);
        QCOMPARE(shown.canvas.expandedPaths(), QStringList{"/layer.0"});
        press(Qt::Key_Down);
        QCOMPARE(shown.canvas.selection(), shown.under("/layer.0/query"));
        press(Qt::Key_Down);
        QCOMPARE(shown.canvas.selection(), shown.under("/layer.0/attention"));
        press(Qt::Key_Down);
        QCOMPARE(shown.canvas.selection(), shown.under("/layer.0/output.dense"));
        press(Qt::Key_Down);
        QCOMPARE(shown.canvas.selection(), shown.under("/layer.1"));
        press(Qt::Key_Up);
        QCOMPARE(shown.canvas.selection(), shown.under("/layer.0/output.dense"));
        press(Qt::Key_Backspace);
        QVERIFY(shown.canvas.expandedPaths().isEmpty());
        QCOMPARE(shown.canvas.selection(), shown.under("/layer.0"));
        press(Qt::Key_Down, Qt::ShiftModifier);
        QCOMPARE(shown.canvas.selection(), shown.under("/layer.0") + shown.under("/layer.1"));
        press(Qt::Key_Escape);
        QVERIFY(shown.canvas.selection().isEmpty());
    }

    void sidewaysWalk()
    {
        Shown shown;
        shown.canvas.setExpandedPaths({"/layer.0"});
        const QRectF query = shown.canvas.boxRect("/layer.0/query"), key = shown.canvas.boxRect("/layer.0/key");
        if (qAbs(query.top() - key.top()) > 1)
            QSKIP("the layout does not put query and key in one row");
        shown.click("/layer.0/query");
        QTest::keyClick(&shown.canvas, query.left() < key.left() ? Qt::Key_Right : Qt::Key_Left);
        QVERIFY(shown.canvas.selection() != shown.under("/layer.0/query"));
        QCOMPARE(shown.canvas.selection().size(), 2);
    }

    void fitAndZoomKeys()
    {
        Shown shown(12, {400, 300});
        const QRectF view(shown.canvas.viewport()->rect());
        QVERIFY(!view.contains(shown.canvas.boxRect("/classifier")));
        QTest::keyClick(&shown.canvas, Qt::Key_F);
        QVERIFY(view.contains(shown.canvas.boxRect("/classifier")));
        QVERIFY(view.contains(shown.canvas.boxRect("/embeddings")));
        const double fitted = shown.canvas.zoom();
        QTest::keyClick(&shown.canvas, Qt::Key_Plus);
        QVERIFY(shown.canvas.zoom() > fitted);
        QTest::keyClick(&shown.canvas, Qt::Key_Minus);
        QVERIFY(qAbs(shown.canvas.zoom() - fitted) < 1e-9);
        shown.canvas.setSelection(shown.under("/layer.3"));
        QTest::keyClick(&shown.canvas, Qt::Key_F, Qt::ShiftModifier);
        QVERIFY(shown.canvas.zoom() > 0.9);
        QVERIFY((shown.canvas.boxRect("/layer.3").center() - view.center()).manhattanLength() < 3);
    }

    void expandToShowsTheNode()
    {
        Shown shown;
        shown.canvas.expandTo("/layer.1/output.dense/MatMul");
        const QStringList paths = shown.canvas.expandedPaths();
        QVERIFY(paths.contains("/layer.1") && paths.contains("/layer.1/output.dense"));
        QVERIFY(!shown.canvas.boxRect("/layer.1/output.dense/MatMul").isEmpty());
    }

    void expandedPathsSurvive()
    {
        Shown shown;
        shown.canvas.setExpandedPaths({"/layer.1", "/gone", "/layer.1/query"});
        QCOMPARE(shown.canvas.expandedPaths(), (QStringList{"/layer.1", "/layer.1/query"}));
        shown.canvas.setStructure(shown.graph.structure, shown.graph.names);
        QVERIFY(shown.canvas.expandedPaths().isEmpty());
    }

    void paintsPrecisionsInBothThemes()
    {
        Shown shown;
        const QImage light = picture(shown.canvas);
        QVERIFY(countColour(light, Theme::light().int8Tint) > 1000);
        QCOMPARE(countColour(light, Theme::light().fp32Tint), 0); // one of six is not the majority
        shown.canvas.setPalette(Theme::darkTheme().palette());
        const QImage dark = picture(shown.canvas);
        QVERIFY(countColour(dark, Theme::darkTheme().int8Tint) > 1000);
        QCOMPARE(countColour(dark, Theme::light().int8Tint), 0);
        QVERIFY(countColour(dark, Theme::darkTheme().panel) > 1000);
    }

    void keptOutHasAnOutline()
    {
        Shown shown;
        shown.canvas.setExpandedPaths({"/layer.0"});
        const QRect box = shown.canvas.boxRect("/layer.0/output.dense").toRect();
        QCOMPARE(picture(shown.canvas).pixelColor(box.center().x(), box.top() + 1), Theme::light().fp32);
        const QRect other = shown.canvas.boxRect("/layer.0/query").toRect();
        QVERIFY(picture(shown.canvas).pixelColor(other.center().x(), other.top() + 1) != Theme::light().fp32);
    }

    void fillsFollowTheRamps()
    {
        Shown shown;
        shown.canvas.setFill(GraphCanvas::Fill::Sensitivity);
        QCOMPARE(shown.canvas.fillRange(), (QPair<double, double>{0.01, 0.4}));
        QVERIFY(countColour(picture(shown.canvas), Theme::light().sensitivityRamp[4]) > 1000); // layers: the worst op
        shown.canvas.setFill(GraphCanvas::Fill::Time);
        QVERIFY(shown.canvas.fillRange().second > 0.2);
        QVERIFY(countColour(picture(shown.canvas), Theme::light().timeRamp[4]) > 1000);
        shown.canvas.setOps({}, -1);
        QCOMPARE(shown.canvas.fillRange().second, 0.0);
        QCOMPARE(countColour(picture(shown.canvas), Theme::light().timeRamp[4]), 0);
    }

    void matchesDimTheRest()
    {
        Shown shown;
        const QRect box = shown.canvas.boxRect("/layer.1").toRect();
        const auto colour = [&] { return picture(shown.canvas).pixelColor(box.center().x(), box.bottom() - 3); };
        const QColor full = colour();
        shown.canvas.setMatches({"/layer.0/query/MatMul"});
        const QColor dim = colour();
        QVERIFY(dim.lightness() > full.lightness());
        shown.canvas.setMatches({"/layer.1/query/MatMul"});
        QCOMPARE(colour(), full);
        shown.canvas.setMatches({"/layer.0/query/MatMul"});
        shown.canvas.setSelection(shown.under("/layer.1")); // never below full for selected
        QCOMPARE(colour(), full);
        shown.canvas.setMatches({});
        QCOMPARE(colour(), full);
    }

    void ringsShow()
    {
        Shown shown;
        const QRect box = shown.canvas.boxRect("/layer.1").toRect();
        const auto ringPixels = [&] {
            const QImage image = picture(shown.canvas);
            int dark = 0;
            for (int x = box.left(); x < box.right(); ++x)
                dark += image.pixelColor(x, box.top() - 4).lightness() < 90;
            return dark;
        };
        QVERIFY(ringPixels() < 10);
        shown.graph.ops["/layer.1/query/MatMul"].differs = true;
        shown.canvas.setOps(shown.graph.ops, 1.0);
        const int dotted = ringPixels();
        QVERIFY(dotted > 20);
        shown.graph.ops["/layer.1/query/MatMul"].differs = false;
        shown.canvas.setOps(shown.graph.ops, 1.0);
        shown.canvas.setSelection(shown.under("/layer.1"));
        QVERIFY(ringPixels() > 2 * dotted);
    }

    void levelOfDetail_data()
    {
        QTest::addColumn<double>("zoom");
        QTest::addColumn<bool>("text");
        QTest::newRow("far") << 0.2 << false;
        QTest::newRow("stripe and outline") << 0.4 << false;
        QTest::newRow("name") << 0.6 << true;
        QTest::newRow("all") << 1.0 << true;
    }

    void levelOfDetail()
    {
        QFETCH(double, zoom);
        QFETCH(bool, text);
        Shown shown;
        shown.canvas.setZoom(zoom);
        const QRect box = shown.canvas.boxRect("/layer.0").toRect().adjusted(6, 3, -box_metrics::kRight, -3);
        const QImage image = picture(shown.canvas);
        int ink = 0;
        for (int y = box.top(); y < box.bottom(); ++y)
            for (int x = box.left(); x < box.center().x(); ++x)
                ink += image.pixelColor(x, y).lightness() < 100;
        QCOMPARE(ink > 8, text);
    }

    void textFitsItsBox()
    {
        for (const QFont& font : {QFont("DejaVu Sans", 9), QFont("Open Sans", 10)}) {
            GraphFixture graph(1);
            GraphFaces faces;
            faces.setFont(font);
            faces.setStructure(graph.structure, graph.names);
            faces.setOps(graph.ops, 1.0);
            for (std::size_t i = 1; i < graph.structure->boxes.size(); ++i) {
                const BoxFace& face = faces.face(int(i));
                const qreal room = face.size.width() - box_metrics::kLeft - box_metrics::kRight;
                const QFontMetricsF name(faces.nameFont()), small(faces.smallFont());
                QVERIFY2(name.horizontalAdvance(face.name) + face.badgeWidth <= room, qPrintable(face.name));
                QVERIFY2(small.horizontalAdvance(face.time) <= room, qPrintable(face.time));
                QVERIFY2(small.horizontalAdvance(face.reason) <= room, qPrintable(face.reason));
                const qreal lines = name.height() + (face.time.isEmpty() ? 0 : small.height() - 1)
                    + (face.reason.isEmpty() ? 0 : small.height());
                QVERIFY2(lines <= face.size.height() + 1, qPrintable(face.name));
            }
        }
    }

    void groupTimeIsCountedOnce()
    {
        GraphFixture graph(1);
        const std::vector<BoxSummary> boxes = summarise(*graph.structure, graph.names, graph.ops);
        const auto at = [&](const std::string& path) {
            for (std::size_t i = 0; i < boxes.size(); ++i)
                if (graph.structure->boxes[i].path == path)
                    return boxes[i];
            return BoxSummary{};
        };
        QCOMPARE(at("/layer.0").ms, 3 * 0.024 + 0.06 + 0.02 + 0.075);
        QCOMPARE(at("/layer.0/query").ms, 0.024);
        QCOMPARE(at("/layer.0/query/Add").ms, -1.0);
        QVERIFY(at("/layer.0/query/Add").executedWith >= 0);
        QCOMPARE(at("/layer.0").counted, (PrecisionCounts{3, 0, 1}));
        QCOMPARE(at("/layer.0").uncounted, (PrecisionCounts{2, 0, 0}));
        QCOMPARE(badgeText(badge(at("/layer.0"), true)), QStringLiteral("3 I8 \u00b7 1 F32"));
        QCOMPARE(badgeText(badge(at("/layer.0/query"), false)), QStringLiteral("I8"));
        QCOMPARE(badgeText(badge(at("/layer.0/attention"), true)), QStringLiteral("I8"));
        QVERIFY(at("/layer.0/output.dense").keptOut);
        QVERIFY(!at("/layer.0").keptOut);
        QCOMPARE(countProducts(graph.ops), (PrecisionCounts{4, 0, 1}));
    }

    void times_data()
    {
        QTest::addColumn<double>("ms");
        QTest::addColumn<QString>("text");
        QTest::newRow("small") << 0.0241 << "0.024 ms";
        QTest::newRow("round") << 0.08 << "0.08 ms";
        QTest::newRow("layer") << 0.356 << "0.36 ms";
        QTest::newRow("large") << 12.34 << "12.3 ms";
    }

    void times()
    {
        QFETCH(double, ms);
        QFETCH(QString, text);
        QCOMPARE(formatMs(ms), text);
    }

    void minimapOnlyWhenNeeded()
    {
        Shown shown(12, {600, 400});
        const QRect corner(600 - 40, 400 - 40, 30, 30);
        shown.canvas.fitAll();
        const auto empty = [&] {
            return countColour(picture(shown.canvas).copy(corner), Theme::light().panel)
                == corner.width() * corner.height();
        };
        QTRY_VERIFY(empty()); // the scroll bar goes a moment later
        const QRectF first = shown.canvas.boxRect("/embeddings");
        QVERIFY(qAbs(first.center().x() - 300) <= 1);
        shown.canvas.setZoom(1);
        QVERIFY(
            countColour(picture(shown.canvas).copy(corner), Theme::light().panel) < corner.width() * corner.height());
    }

    void animationEndsAtTheLayout()
    {
        Shown shown;
        shown.canvas.setAnimated(true);
        shown.doubleClick("/layer.0");
        QVERIFY(!picture(shown.canvas).isNull());
        QTest::qWait(260);
        const QImage ended = picture(shown.canvas);
        shown.canvas.viewport()->update();
        QCOMPARE(picture(shown.canvas), ended);
    }

    void bigGraphIsLaidOutAside()
    {
        GraphFixture graph(8, 400);
        GraphCanvas canvas;
        canvas.resize(600, 600);
        canvas.setStructure(graph.structure, graph.names);
        canvas.show();
        QStringList all;
        for (const graph::Box& box : graph.structure->boxes)
            if (!box.children.empty())
                all << QString::fromStdString(box.path);
        canvas.setExpandedPaths(all);
        QVERIFY(canvas.layoutPending());
        QVERIFY(canvas.boxRect("/layer.0/attention/Op3").isEmpty()); // still the old picture
        QVERIFY(!canvas.boxRect("/layer.0").isEmpty());
        QTRY_VERIFY_WITH_TIMEOUT(!canvas.layoutPending(), 20000);
        QVERIFY(!canvas.boxRect("/layer.0/attention/Op3").isEmpty());
        canvas.setExpandedPaths(all.mid(1));
        canvas.setExpandedPaths({}); // cancels the one before
        QVERIFY(!canvas.layoutPending());
        QVERIFY(canvas.boxRect("/layer.0/attention/Op3").isEmpty());
    }

    void emptyAndDegenerate()
    {
        GraphCanvas canvas;
        canvas.resize(300, 200);
        canvas.show();
        QVERIFY(!picture(canvas).isNull());
        for (const Qt::Key key : {Qt::Key_Down, Qt::Key_Return, Qt::Key_Backspace, Qt::Key_F, Qt::Key_Plus})
            QTest::keyClick(&canvas, key);
        canvas.setSelection({"nothing"});
        canvas.setMatches({"nothing"});
        canvas.expandTo("nothing");
        canvas.setStructure(nullptr, {});
        canvas.setStructure(std::make_shared<graph::Structure>(), {});
        canvas.setOps({}, -1);
        QVERIFY(!picture(canvas).isNull());
        QCOMPARE(canvas.visibleBoxCount(), 0);
    }

    void contextMenuSelectsFirst()
    {
        Shown shown;
        QSignalSpy menu(&shown.canvas, &GraphCanvas::contextMenuRequested);
        const QPoint at = shown.middle("/layer.1");
        QContextMenuEvent event(QContextMenuEvent::Mouse, at, shown.canvas.viewport()->mapToGlobal(at));
        QApplication::sendEvent(shown.canvas.viewport(), &event);
        QCOMPARE(menu.count(), 1);
        QCOMPARE(shown.canvas.selection(), shown.under("/layer.1"));
    }

    void ownErrorAndDifferenceFillBoxes()
    {
        GraphFixture graph(2);
        for (auto it = graph.ops.begin(); it != graph.ops.end(); ++it)
            if (it->product)
                it->ownError = it.key().startsWith("/layer.1") ? 0.5 : 0.01;
        for (const char* part : {"query/MatMul", "key/MatMul", "value/MatMul"})
            graph.ops[QStringLiteral("/layer.1/") + part].differs = true;
        Shown shown;
        GraphCanvas& canvas = shown.canvas;
        canvas.setOps(graph.ops, 1.0);
        canvas.setFill(GraphCanvas::Fill::OwnError);
        QCOMPARE(canvas.fillRange(), qMakePair(0.01, 0.5));
        const auto fillAt = [&](const char* path) {
            const QRectF box = canvas.boxRect(path);
            return picture(canvas).pixelColor((box.bottomLeft() + QPointF(6, -4)).toPoint());
        };
        const Theme& theme = Theme::light();
        QCOMPARE(fillAt("/layer.1").name(), theme.sensitivityRamp[4].name());
        QCOMPARE(fillAt("/layer.0").name(), theme.sensitivityRamp[0].name());
        canvas.setFill(GraphCanvas::Fill::Difference);
        QCOMPARE(fillAt("/layer.1").name(), theme.sensitivityRamp[2].name()); // 3 of 6 products
        QCOMPARE(fillAt("/layer.0").name(), theme.nestedBox.name());
        QCOMPARE(differenceStep(0, 6), -1);
        QCOMPARE(differenceStep(1, 38), 0);
        QCOMPARE(differenceStep(6, 6), 4);
        GraphLegend legend;
        legend.setFill(GraphCanvas::Fill::Difference);
        QVERIFY(legend.accessibleDescription().contains("No trial to compare with"));
        legend.setDifference(3, 13, "trial 4");
        QVERIFY(legend.accessibleDescription().contains("3 of 13 products differ from trial 4"));
        QVERIFY(!legend.grab().isNull());
    }

    void homeAndEnd()
    {
        Shown shown(12, {500, 300});
        shown.canvas.setFocus();
        QTest::keyClick(&shown.canvas, Qt::Key_End);
        QCOMPARE(shown.canvas.selection(), shown.under("/classifier"));
        QVERIFY(QRectF(shown.canvas.viewport()->rect()).contains(shown.canvas.boxRect("/classifier")));
        QTest::keyClick(&shown.canvas, Qt::Key_Home);
        QCOMPARE(shown.canvas.selection(), shown.under("/embeddings"));
        QVERIFY(QRectF(shown.canvas.viewport()->rect()).contains(shown.canvas.boxRect("/embeddings")));
    }

    void whatRanTogetherIsOutlinedTogether()
    {
        Shown shown(1, {1100, 1500});
        shown.canvas.setExpandedPaths({"/layer.0", "/layer.0/query", "/layer.0/key"});
        QVERIFY(shown.canvas.rect().contains(shown.canvas.boxRect("/layer.0").toRect()));
        const auto ringed = [&](const QString& path) {
            const QRect box = shown.canvas.boxRect(path).toRect();
            const QImage image = picture(shown.canvas);
            int ink = 0;
            for (int x = box.left(); x <= box.right(); ++x)
                ink += image.pixelColor(x, box.top() - 4) != image.pixelColor(x, box.top() - 7);
            return ink > box.width() / 3;
        };
        QVERIFY(!ringed("/layer.0/query/Add"));
        shown.canvas.setSelection({"/layer.0/query/MatMul"});
        QVERIFY(ringed("/layer.0/query/Add"));
        QVERIFY(!ringed("/layer.0/key/Add"));
        shown.canvas.setSelection({"/layer.0/key/Add"});
        QVERIFY(!ringed("/layer.0/query/Add"));
        QVERIFY(ringed("/layer.0/key/MatMul"));
    }

    void legendSaysCounts()
    {
        GraphLegend legend;
        legend.setCounts({32, 0, 6});
        QVERIFY(legend.accessibleDescription().contains("32 of 38 products int8"));
        QVERIFY(legend.accessibleDescription().contains("6 fp32, 0 bf16"));
        legend.setFill(GraphCanvas::Fill::Sensitivity);
        QVERIFY(legend.accessibleDescription().contains("not measured yet"));
        QVERIFY(!legend.grab().isNull());
    }
};

OCTET_TEST(TestGraphCanvas)
#include "tst_graph_canvas.moc"
