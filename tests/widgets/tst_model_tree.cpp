// SPDX-License-Identifier: GPL-3.0-or-later
#include "graph_fixture.h"
#include "test_main.h"

#include "widgets/model_tree.h"
#include "widgets/model_tree_model.h"
#include "widgets/theme.h"

#include <QAbstractItemModelTester>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTreeView>
#include <QtTest>

using namespace octet;
using namespace octet::widgets;
using octet::test::GraphFixture;

class TestModelTree : public QObject
{
    Q_OBJECT

    static QStringList names(const QAbstractItemModel& model, const QModelIndex& parent = {}, int depth = 0)
    {
        QStringList result;
        for (int row = 0; row < model.rowCount(parent); ++row) {
            const QModelIndex index = model.index(row, 0, parent);
            result << QString(depth, QLatin1Char(' ')) + index.data().toString();
            result << names(model, index, depth + 1);
        }
        return result;
    }

    static QModelIndex find(const QAbstractItemModel& model, const QString& name, const QModelIndex& parent = {})
    {
        for (int row = 0; row < model.rowCount(parent); ++row) {
            const QModelIndex index = model.index(row, 0, parent);
            if (index.data().toString() == name)
                return index;
            if (const QModelIndex below = find(model, name, index); below.isValid())
                return below;
        }
        return {};
    }

    struct Shown
    {
        GraphFixture graph{2};
        ModelTree tree;
        QTreeView* view = tree.findChild<QTreeView*>();
        QLineEdit* filter = tree.findChild<QLineEdit*>();
        Shown()
        {
            tree.resize(280, 400);
            tree.setStructure(graph.structure, graph.names);
            tree.setOps(graph.ops);
            tree.show();
        }
        QModelIndex row(const QString& name) const { return find(*view->model(), name); }
        QStringList selectedRows() const
        {
            QStringList result;
            for (const QModelIndex& index : view->selectionModel()->selectedRows())
                result << index.data().toString();
            result.sort();
            return result;
        }
    };

private slots:
    void modelHolds()
    {
        GraphFixture graph(1);
        ModelTreeModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QCOMPARE(model.rowCount(), 0);
        model.setStructure(graph.structure, graph.names);
        model.setOps(graph.ops);
        QCOMPARE(model.rowCount(), 1);
        const QStringList all = names(model);
        QCOMPARE(all.first(), QStringLiteral("model"));
        QVERIFY(all.contains("  query"));
        QVERIFY(all.contains("   MatMul"));
        const QModelIndex layer = find(model, "layer.0");
        QCOMPARE(layer.siblingAtColumn(1).data().toString(), QStringLiteral("3 I8 \u00b7 1 F32"));
        QCOMPARE(find(model, "query").siblingAtColumn(1).data().toString(), QStringLiteral("I8"));
        QVERIFY(layer.data(Qt::AccessibleTextRole).toString().contains("1 F32"));
        model.setStructure(nullptr, {});
        QCOMPARE(model.rowCount(), 0);
    }

    void filterHolds()
    {
        GraphFixture graph(2);
        ModelTreeModel model;
        ModelTreeFilter filter;
        filter.setSourceModel(&model);
        QAbstractItemModelTester tester(&filter, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setStructure(graph.structure, graph.names);
        QVERIFY(!find(filter, "Shape").isValid());
        filter.setHidePlumbing(false);
        QVERIFY(find(filter, "Shape").isValid());
        filter.setHidePlumbing(true);
        filter.setText("KEY");
        QCOMPARE(names(filter),
            (QStringList{
                "model", " layer.0", "  key", "   MatMul", "   Add", " layer.1", "  key", "   MatMul", "   Add"}));
        filter.setText("layer.1/key/Mat");
        QCOMPARE(names(filter), (QStringList{"model", " layer.1", "  key", "   MatMul"}));
        filter.setText("nothing has this name");
        QCOMPARE(filter.rowCount(), 0);
        filter.setText({});
        QVERIFY(find(filter, "classifier").isValid());
    }

    void rootWithoutNameIsNotShown()
    {
        GraphFixture graph(1);
        graph.structure->boxes[0].name.clear();
        graph.structure->boxes[0].title.clear();
        ModelTreeModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setStructure(graph.structure, graph.names);
        QCOMPARE(model.index(0, 0).data().toString(), QStringLiteral("embeddings"));
        QCOMPARE(model.rowCount(), 4);
    }

    void userSelectionSpeaks()
    {
        Shown shown;
        QSignalSpy spy(&shown.tree, &ModelTree::selectionChanged);
        const QModelIndex row = shown.row("classifier");
        QVERIFY(row.isValid());
        shown.view->scrollTo(row);
        QTest::mouseClick(shown.view->viewport(), Qt::LeftButton, {}, shown.view->visualRect(row).center());
        QCOMPARE(spy.count(), 1);
        QCOMPARE(spy.last().at(0).toStringList(), (QStringList{"/classifier/Gemm", "/classifier/Identity"}));
    }

    void setSelectionIsSilentAndFindsTheScope()
    {
        Shown shown;
        QSignalSpy spy(&shown.tree, &ModelTree::selectionChanged);
        shown.tree.setSelection({"/layer.1/output.dense/MatMul"}); // the only product of its scope
        QCOMPARE(shown.selectedRows(), QStringList{"output.dense"});
        QVERIFY(shown.view->isExpanded(shown.row("layer.1")));
        shown.tree.setSelection({"/layer.0/query/Add"});
        QCOMPARE(shown.selectedRows(), QStringList{"Add"});
        shown.tree.setSelection({"/layer.0/query/Add", "/layer.0/query/MatMul", "/classifier/Gemm"});
        QCOMPARE(shown.selectedRows(), (QStringList{"classifier", "query"}));
        shown.tree.setSelection({});
        QVERIFY(shown.selectedRows().isEmpty());
        QCOMPARE(spy.count(), 0);
    }

    void filteringKeepsSelectionAndFolding()
    {
        Shown shown;
        shown.tree.setSelection({"/classifier/Gemm"});
        QSignalSpy spy(&shown.tree, &ModelTree::selectionChanged);
        QVERIFY(!shown.view->isExpanded(shown.row("layer.0")));
        QTest::keyClicks(shown.filter, "value");
        QVERIFY(shown.view->isExpanded(shown.row("layer.0")));
        QVERIFY(!shown.row("classifier").isValid());
        QTest::keyClick(shown.filter, Qt::Key_Escape);
        QVERIFY(shown.filter->text().isEmpty());
        QVERIFY(!shown.view->isExpanded(shown.row("layer.0")));
        QCOMPARE(shown.selectedRows(), QStringList{"classifier"});
        QCOMPARE(spy.count(), 0);
    }

    void badgesAreColoured()
    {
        Shown shown;
        for (const Theme* theme : {&Theme::light(), &Theme::darkTheme()}) {
            shown.tree.setPalette(theme->palette());
            const QImage image = shown.view->viewport()->grab().toImage();
            int int8 = 0;
            for (int y = 0; y < image.height(); ++y)
                for (int x = image.width() / 2; x < image.width(); ++x)
                    int8 += image.pixelColor(x, y) == theme->int8;
            QVERIFY(int8 > 5);
        }
    }

    void contextMenu()
    {
        Shown shown;
        QSignalSpy spy(&shown.tree, &ModelTree::contextMenuRequested);
        const QPoint at = shown.view->visualRect(shown.row("layer.0")).center();
        QContextMenuEvent event(QContextMenuEvent::Mouse, at, shown.view->viewport()->mapToGlobal(at));
        QApplication::sendEvent(shown.view->viewport(), &event);
        QCOMPARE(spy.count(), 1);
    }
};

OCTET_TEST(TestModelTree)
#include "tst_model_tree.moc"
