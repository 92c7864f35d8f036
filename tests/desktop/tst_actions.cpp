// SPDX-License-Identifier: GPL-3.0-or-later
// Every action can be reached by keys, and says why when it cannot be used.
#include "app/desktop/actions.h"
#include "app/desktop/main_window.h"
#include "desktop_test.h"
#include "test_main.h"

#include <QMenu>
#include <QMenuBar>
#include <QtTest>

using namespace octet;
using namespace octet::desktop;

class TestActions : public QObject
{
    Q_OBJECT

    static void explainTheirState(const Actions& actions)
    {
        for (const QAction* action : actions.all()) {
            const QString reason = Actions::whyNot(action);
            QVERIFY2(action->isEnabled() == reason.isEmpty(), qPrintable(action->text()));
            if (!action->isEnabled())
                QVERIFY2(action->toolTip().contains(reason), qPrintable(action->toolTip()));
        }
    }

private slots:
    void haveShortcutsOfTheirOwn()
    {
        MainWindow window;
        QHash<QString, QString> owners;
        for (const QAction* action : window.actionList()->all()) {
            QVERIFY2(!action->shortcut().isEmpty(), qPrintable(action->text()));
            for (const QKeySequence& keys : action->shortcuts()) {
                const QString text = keys.toString();
                QVERIFY2(!owners.contains(text), qPrintable(text + owners.value(text)));
                owners[text] = action->text();
            }
        }
        // The first key of a chord must not be somebody's whole shortcut.
        for (const QString& text : owners.keys())
            if (const QKeySequence keys(text); keys.count() > 1)
                QVERIFY2(!owners.contains(QKeySequence(keys[0]).toString()), qPrintable(text));
    }

    void areInAMenu()
    {
        MainWindow window;
        QSet<const QAction*> inMenus;
        for (const QMenu* menu : window.menuBar()->findChildren<QMenu*>())
            for (const QAction* action : menu->actions())
                inMenus << action;
        for (const QAction* action : window.actionList()->all())
            QVERIFY2(inMenus.contains(action), qPrintable(action->text()));
    }

    void sayWhyNot()
    {
        MainWindow window;
        explainTheirState(*window.actionList());
        QVERIFY(!Actions::whyNot(window.actionList()->tune).isEmpty());
        test::SampleCopy sample;
        QVERIFY(sample.open(window));
        QTRY_VERIFY(window.actionList()->find->isEnabled());
        explainTheirState(*window.actionList());
    }

    void textSizeHasEnds()
    {
        MainWindow window;
        window.actionList()->normalText->trigger(); // whatever a run before has left
        const QFont before = QApplication::font();
        const double usual = before.pointSizeF();
        for (int i = 0; i < 30; ++i)
            window.actionList()->largerText->trigger();
        QVERIFY(!window.actionList()->largerText->isEnabled());
        QVERIFY(QApplication::font().pointSizeF() > usual + 4);
        window.actionList()->normalText->trigger();
        QVERIFY(!window.actionList()->normalText->isEnabled());
        QApplication::setFont(before);
    }
};

OCTET_TEST(TestActions)
#include "tst_actions.moc"
