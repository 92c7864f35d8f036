// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_main.h"
#include "widgets/advice_list.h"
#include "widgets/theme.h"

#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QToolButton>
#include <QtTest>

using namespace octet::widgets;

class TestAdviceList : public QObject
{
    Q_OBJECT

    /// Buttons that can be seen now; replaced ones wait for the event loop.
    static QList<QPushButton*> buttons(const AdviceList& list)
    {
        QList<QPushButton*> found;
        for (auto* button : list.findChildren<QPushButton*>())
            if (button->isVisible())
                found << button;
        return found;
    }

private slots:
    void oneThenAll()
    {
        AdviceList list;
        list.resize(700, 60);
        QVERIFY(list.isHidden());
        list.setRows({});
        QVERIFY(list.isHidden());
        list.setRows({{QStringLiteral("First sentence."), QStringLiteral("Do it")},
            {QStringLiteral("Second sentence."), QString()}, {QStringLiteral("Third."), QStringLiteral("Do that")}});
        list.show();
        QVERIFY(list.accessibleDescription().contains(QLatin1String("First")));
        QVERIFY(!list.accessibleDescription().contains(QLatin1String("Second")));
        QCOMPARE(buttons(list).size(), 2);
        QSignalSpy pressed(&list, &AdviceList::pressed);
        QTest::mouseClick(buttons(list)[0], Qt::LeftButton);
        QCOMPARE(pressed.takeFirst().at(0).toInt(), 0);

        auto* more = buttons(list)[1];
        QCOMPARE(more->text(), QStringLiteral("2 more"));
        QVERIFY(!more->accessibleName().isEmpty());
        more->setFocus();
        QTest::keyClick(more, Qt::Key_Space);
        QVERIFY(list.accessibleDescription().contains(QLatin1String("Third.")));
        QCOMPARE(buttons(list).size(), 3); // the second has nothing to press
        QTest::mouseClick(buttons(list).last(), Qt::LeftButton);
        QCOMPARE(pressed.takeFirst().at(0).toInt(), 2);
    }

    void disabledWithAReason()
    {
        AdviceList list;
        list.setRows({{QStringLiteral("A."), QStringLiteral("Do it")}}, QStringLiteral("Review: nothing can be edited."));
        list.show();
        QVERIFY(!buttons(list)[0]->isEnabled());
        QVERIFY(buttons(list)[0]->toolTip().contains(QLatin1String("Review")));
        list.setRows({{QStringLiteral("A."), QStringLiteral("Do it")}});
        QVERIFY(buttons(list)[0]->isEnabled());
    }

    /// A row may go while it is being pressed.
    void dismissedWhilePressed()
    {
        AdviceList list;
        list.setRows({{QStringLiteral("A."), QStringLiteral("Do it")}});
        list.show();
        connect(&list, &AdviceList::dismissed, &list, [&list] { list.setRows({}); });
        connect(&list, &AdviceList::pressed, &list, [&list] { list.setRows({}); });
        QTest::mouseClick(list.findChild<QToolButton*>(), Qt::LeftButton);
        QVERIFY(list.isHidden());
        list.setRows({{QStringLiteral("B."), QStringLiteral("Do it")}});
        QTest::mouseClick(buttons(list)[0], Qt::LeftButton);
        QVERIFY(list.isHidden());
    }

    void followsThePalette()
    {
        AdviceList list;
        list.setRows({{QStringLiteral("A."), QStringLiteral("Do it")}});
        list.resize(400, 40);
        list.show();
        QList<QColor> grounds;
        for (const Theme* theme : {&Theme::light(), &Theme::darkTheme()}) {
            list.setPalette(theme->palette());
            grounds << list.grab().toImage().pixelColor(2, list.height() - 2);
            QCOMPARE(grounds.last().rgb(), theme->header.rgb());
        }
        QVERIFY(grounds[0] != grounds[1]);
    }
};

OCTET_TEST(TestAdviceList)
#include "tst_advice_list.moc"
