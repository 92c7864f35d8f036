// SPDX-License-Identifier: GPL-3.0-or-later
// What a screen reader is told about widgets that paint their parts themselves.
#include "graph_fixture.h"
#include "test_main.h"
#include "widgets/accessible_parts.h"
#include "widgets/frontier_plot.h"
#include "widgets/graph_canvas.h"
#include "widgets/segmented.h"

#include <QAccessible>
#include <QtTest>

#include <algorithm>

using namespace octet;
using namespace octet::widgets;

namespace {

QAccessibleInterface* interfaceOf(QWidget& widget)
{
    return QAccessible::queryAccessibleInterface(&widget);
}

QStringList namesIn(QWidget& widget)
{
    QStringList names;
    QAccessibleInterface* interface = interfaceOf(widget);
    for (int i = 0; i < interface->childCount(); ++i)
        if (!interface->child(i)->object())
            names << interface->child(i)->text(QAccessible::Name);
    return names;
}

/// The part that has the keyboard. (Events are not seen here: Qt sends them only while a reader listens, and on the
/// offscreen platform none can.)
QString focusedPart(QWidget& widget)
{
    QAccessibleInterface* part = interfaceOf(widget)->focusChild();
    return part ? part->text(QAccessible::Name) : QString();
}

struct ShownGraph
{
    test::GraphFixture fixture;
    GraphCanvas canvas;
    ShownGraph()
    {
        canvas.setAnimated(false);
        canvas.resize(600, 900);
        canvas.setStructure(fixture.structure, fixture.names);
        canvas.setOps(fixture.ops, 1.0);
        canvas.show();
        canvas.activateWindow();
        canvas.setFocus();
    }
};

} // namespace

class TestAccessibleParts : public QObject
{
    Q_OBJECT
private slots:
    void everyBoxIsAChild()
    {
        ShownGraph shown;
        QAccessibleInterface* tree = interfaceOf(shown.canvas);
        QCOMPARE(tree->role(), QAccessible::Tree);
        QCOMPARE(tree->text(QAccessible::Name), QStringLiteral("Graph"));
        QCOMPARE(namesIn(shown.canvas).size(), shown.canvas.visibleBoxCount());
        shown.canvas.setExpandedPaths({QStringLiteral("/layer.0"), QStringLiteral("/layer.0/query")});
        const QStringList names = namesIn(shown.canvas);
        QVERIFY2(names.contains(QStringLiteral("MatMul query, int8, 0.024 ms, sensitivity 0.01")),
            qPrintable(names.join(QLatin1Char('\n'))));
    }

    void aBoxHasPlaceAndState()
    {
        ShownGraph shown;
        shown.canvas.setExpandedPaths({QStringLiteral("/layer.0")});
        QAccessibleInterface* tree = interfaceOf(shown.canvas);
        for (int i = 0; i < tree->childCount(); ++i) {
            QAccessibleInterface* box = tree->child(i);
            if (box->object())
                continue;
            QCOMPARE(box->role(), QAccessible::TreeItem);
            QCOMPARE(box->parent(), tree);
            QCOMPARE(tree->indexOfChild(box), i);
            const QString path = box->text(QAccessible::Description);
            const QRect seen = shown.canvas.boxRect(path).toRect();
            const QRect told = box->rect();
            QCOMPARE(told.topLeft(), shown.canvas.viewport()->mapToGlobal(seen.topLeft()));
            QCOMPARE(box->state().expanded, path == QLatin1String("/layer.0"));
            QVERIFY(!box->state().selected);
            if (path == QLatin1String("/layer.0/query"))
                QCOMPARE(tree->childAt(told.center().x(), told.center().y()), box);
        }
    }

    void arrowsMoveTheFocusedBox()
    {
        ShownGraph shown;
        QVERIFY(QTest::qWaitForWindowActive(&shown.canvas));
        QTest::keyClick(&shown.canvas, Qt::Key_Down);
        QVERIFY2(focusedPart(shown.canvas).startsWith(QStringLiteral("Embeddings")), qPrintable(focusedPart(shown.canvas)));
        QTest::keyClick(&shown.canvas, Qt::Key_Down);
        QAccessibleInterface* focused = interfaceOf(shown.canvas)->focusChild();
        QVERIFY(focused && focused->text(QAccessible::Name).startsWith(QStringLiteral("Layer 0")));
        QVERIFY(focused->state().focused && focused->state().selected);
    }

    void aBoxIsPressedByItsAction()
    {
        ShownGraph shown;
        QAccessibleInterface* tree = interfaceOf(shown.canvas);
        QAccessibleInterface* layer = nullptr;
        for (int i = 0; i < tree->childCount() && !layer; ++i)
            if (tree->child(i)->text(QAccessible::Description) == QLatin1String("/layer.1"))
                layer = tree->child(i);
        QVERIFY(layer && layer->actionInterface());
        layer->actionInterface()->doAction(QAccessibleActionInterface::pressAction());
        QVERIFY(!shown.canvas.selection().isEmpty());
        QVERIFY(layer->state().selected);
    }

    void anotherModelLeavesNoOldBox()
    {
        ShownGraph shown;
        QAccessibleInterface* tree = interfaceOf(shown.canvas);
        const int before = tree->childCount();
        QVERIFY(tree->child(0));
        shown.canvas.setStructure(nullptr, {});
        QVERIFY(namesIn(shown.canvas).isEmpty());
        QVERIFY(tree->childCount() < before);
    }

    void marksAreChildrenByTime()
    {
        FrontierPlot plot;
        PlotContent content;
        for (const double ms : {5.0, 2.0, 3.0}) {
            widgets::Mark mark;
            mark.trial = int(content.marks.size()) + 1;
            mark.ms = ms;
            mark.right = 300 + ms;
            mark.tooltip = QStringLiteral("Trial %1, static\n%2 ms").arg(mark.trial).arg(ms);
            content.marks << mark;
        }
        content.marks[0].role = widgets::Mark::Role::Today;
        plot.resize(600, 400);
        plot.setContent(content);
        plot.show();
        QVERIFY(QTest::qWaitForWindowExposed(&plot));
        plot.activateWindow();
        plot.setFocus();
        const QStringList names = namesIn(plot);
        QCOMPARE(names,
            (QStringList{QStringLiteral("Trial 2, static, 2 ms"), QStringLiteral("Trial 3, static, 3 ms"),
                QStringLiteral("Today, Trial 1, static, 5 ms")}));
        QVERIFY(QTest::qWaitForWindowActive(&plot));
        QTest::keyClick(&plot, Qt::Key_Right);
        QCOMPARE(focusedPart(plot), names[0]);
        QAccessibleInterface* mark = interfaceOf(plot)->focusChild();
        QVERIFY(mark && mark->state().selected);
        QVERIFY(mark->rect().contains(plot.mapToGlobal(plot.markPosition(2).toPoint())));
        QCOMPARE(interfaceOf(plot)->childAt(mark->rect().center().x(), mark->rect().center().y()), mark);
    }

    void optionsAreRadioButtons()
    {
        Segmented segmented;
        segmented.setAccessibleName(QStringLiteral("Page"));
        segmented.setOptions({{QStringLiteral("Data"), QStringLiteral("data")},
            {QStringLiteral("Workbench"), QStringLiteral("workbench")},
            {QStringLiteral("Compare"), QStringLiteral("compare")}});
        segmented.setOptionEnabled(QStringLiteral("compare"), false, QStringLiteral("two trials are needed"));
        segmented.setValue(QStringLiteral("data"));
        segmented.show();
        segmented.activateWindow();
        segmented.setFocus();
        QVERIFY(QTest::qWaitForWindowActive(&segmented));
        QAccessibleInterface* group = interfaceOf(segmented);
        QCOMPARE(group->childCount(), 3);
        QCOMPARE(group->child(0)->role(), QAccessible::RadioButton);
        QVERIFY(group->child(0)->state().checked);
        QVERIFY(group->child(2)->state().disabled);
        QCOMPARE(group->child(2)->text(QAccessible::Description), QStringLiteral("two trials are needed"));
        QTest::keyClick(&segmented, Qt::Key_Right);
        QCOMPARE(focusedPart(segmented), QStringLiteral("Workbench"));
        QVERIFY(group->child(1)->state().checked);
        group->child(2)->actionInterface()->doAction(QAccessibleActionInterface::pressAction());
        QCOMPARE(segmented.value(), QStringLiteral("workbench"));
    }
};

OCTET_TEST(TestAccessibleParts)
#include "tst_accessible_parts.moc"
