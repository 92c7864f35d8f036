// SPDX-License-Identifier: GPL-3.0-or-later
// What gives way when words are long or letters large: ellipses, second lines, and tables that scroll.
#include "test_main.h"
#include "widgets/elided.h"
#include "widgets/flat_header.h"
#include "widgets/graph_pictures.h"
#include "widgets/wrap_layout.h"

#include <QHelpEvent>
#include <QPainter>
#include <QStandardItemModel>
#include <QToolTip>
#include <QTreeView>
#include <QtTest>

using namespace octet::widgets;

class TestElided : public QObject
{
    Q_OBJECT
private slots:
    void wordsGiveWayAndTheTooltipHasThem()
    {
        const QString words = QStringLiteral("Median time per text of the workload");
        ElidedLabel label(words);
        ElidedButton button(words);
        button.setToolTip(QStringLiteral("What a latency means"));
        for (QWidget* widget : {static_cast<QWidget*>(&label), static_cast<QWidget*>(&button)}) {
            QVERIFY(widget->minimumSizeHint().width() < widget->sizeHint().width() / 2);
            widget->resize(widget->sizeHint());
            widget->show();
        }
        QVERIFY(!label.elided() && !button.elided());
        label.resize(label.sizeHint().width() / 2, label.height());
        button.resize(button.sizeHint().width() / 2, button.height());
        QVERIFY(label.elided() && button.elided());
        QVERIFY(!label.grab().isNull() && !button.grab().isNull());
        QHelpEvent help(QEvent::ToolTip, {5, 5}, button.mapToGlobal(QPoint(5, 5)));
        QCoreApplication::sendEvent(&button, &help);
        QCOMPARE(QToolTip::text(), words + QStringLiteral("\nWhat a latency means"));
        QToolTip::hideText();
    }

    void aRowGoesOnBelow()
    {
        QWidget row;
        auto* layout = new WrapLayout(&row);
        layout->setContentsMargins(0, 0, 0, 0);
        QList<QWidget*> parts;
        for (int i = 0; i < 3; ++i) {
            parts << new QWidget;
            parts.last()->setMinimumSize(100, 20);
            layout->addWidget(parts.last());
        }
        parts[0]->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
        row.resize(400, 60);
        row.show();
        QTRY_COMPARE(parts[2]->y(), parts[0]->y());
        QCOMPARE(parts[0]->width(), 400 - 2 * 100 - 2 * 8); // who expands takes what is left
        row.resize(250, 60);
        QTRY_VERIFY(parts[2]->y() > parts[0]->y());
        QCOMPARE(parts[1]->y(), parts[0]->y());
        QCOMPARE(layout->heightForWidth(250), 2 * layout->heightForWidth(400) + 4);
        parts[1]->hide();
        QTRY_COMPARE(parts[2]->y(), parts[0]->y()); // what is hidden takes no room
    }

    void aNameKeepsItsLettersAndTheTableScrolls()
    {
        QStandardItemModel model(1, 3);
        QTreeView table;
        table.setModel(&model);
        table.setHeader(new FlatHeader(&table));
        table.header()->setStretchLastSection(false);
        takeRoom(&table, 0, 20);
        table.setColumnWidth(1, 80);
        table.setColumnWidth(2, 80);
        table.resize(600, 100);
        table.show();
        QTRY_COMPARE(table.columnWidth(0), table.viewport()->width() - 160);
        table.resize(220, 100);
        const int least = 20 * table.fontMetrics().horizontalAdvance(QLatin1Char('0'));
        QTRY_COMPARE(table.columnWidth(0), least);
        table.resize(600, 100);
        table.setColumnHidden(2, true);
        QTRY_COMPARE(table.columnWidth(0), table.viewport()->width() - 80);
    }

    void aBoxIsPaintedOncePerLook()
    {
        GraphPictures pictures;
        int painted = 0;
        const auto paint = [&](QPainter&) { ++painted; };
        GraphPictures::Look look;
        look.size = QSizeF(100, 30);
        look.ratio = 2;
        const QPixmap first = *pictures.picture(7, look, paint);
        QCOMPARE(first.size(), QSize(204, 64));
        pictures.picture(7, look, paint);
        QCOMPARE(painted, 1);
        look.hovered = true;
        pictures.picture(7, look, paint);
        pictures.picture(8, look, paint);
        QCOMPARE(painted, 3);
    }

    void boxesThatHaveNoTimeLeftFollowInTheNextFrame()
    {
        GraphPictures pictures;
        pictures.setFrameBudget(1e-9);
        int painted = 0;
        const auto paint = [&](QPainter&) { ++painted; };
        GraphPictures::Look look;
        look.size = QSizeF(100, 30);
        pictures.beginFrame();
        QVERIFY(pictures.picture(1, look, paint)); // one in every frame
        QVERIFY(!pictures.picture(2, look, paint)); // nothing to show yet
        QVERIFY(pictures.late());
        pictures.beginFrame();
        QVERIFY(pictures.picture(1, look, paint));
        QVERIFY(pictures.picture(2, look, paint));
        QVERIFY(!pictures.late());
        QCOMPARE(painted, 2);
        look.size = QSizeF(200, 60);
        pictures.beginFrame();
        QCOMPARE(pictures.picture(1, look, paint)->width(), 202);
        QCOMPARE(pictures.picture(2, look, paint)->width(), 102); // as it was
        QVERIFY(pictures.late());
    }
};

OCTET_TEST(TestElided)
#include "tst_elided.moc"
