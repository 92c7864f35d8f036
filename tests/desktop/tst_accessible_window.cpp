// SPDX-License-Identifier: GPL-3.0-or-later
// Everything in the window that can be used has a name for a screen reader, and can be reached and seen with the
// keyboard alone.
#include "app/desktop/app_style.h"
#include "app/desktop/actions.h"
#include "app/desktop/compare_control.h"
#include "app/desktop/graph_panel.h"
#include "app/desktop/main_window.h"
#include "app/desktop/panel_focus.h"
#include "app/desktop/workbench.h"
#include "desktop_test.h"
#include "test_main.h"
#include "widgets/frontier_plot.h"
#include "widgets/graph_canvas.h"
#include "widgets/panel.h"
#include "widgets/theme.h"
#include "widgets/trials_view.h"

#include <QAbstractItemView>
#include <QAccessible>
#include <QMenu>
#include <QMenuBar>
#include <QToolBar>
#include <QtTest>

using namespace octet;
using namespace octet::desktop;

namespace {

bool isUsed(QAccessibleInterface* item)
{
    switch (item->role()) {
    case QAccessible::Button:
    case QAccessible::CheckBox:
    case QAccessible::RadioButton:
    case QAccessible::ComboBox:
    case QAccessible::EditableText:
    case QAccessible::SpinBox:
    case QAccessible::Slider:
    case QAccessible::List:
    case QAccessible::ListItem:
    case QAccessible::Tree:
    case QAccessible::TreeItem:
    case QAccessible::Table:
    case QAccessible::Chart:
    case QAccessible::MenuItem:
    case QAccessible::PageTab:
    case QAccessible::ProgressBar:
    case QAccessible::ButtonMenu:
        return true;
    default:
        return item->state().focusable;
    }
}

/// Parts of a control that has the name: the line of a spin box, the list of a combo box, a menu's own frame.
bool belongsToNamed(QAccessibleInterface* item)
{
    for (QAccessibleInterface* parent = item->parent(); parent; parent = parent->parent())
        if (parent->role() == QAccessible::ComboBox || parent->role() == QAccessible::SpinBox)
            return !parent->text(QAccessible::Name).isEmpty();
    return false;
}

QString describe(QAccessibleInterface* item)
{
    QString text = QStringLiteral("role %1").arg(item->role());
    for (QAccessibleInterface* at = item; at; at = at->parent())
        if (at->object())
            text += QStringLiteral(" < %1 %2").arg(
                QString::fromLatin1(at->object()->metaObject()->className()), at->object()->objectName());
    return text;
}

void collectNameless(QAccessibleInterface* item, QStringList& nameless, int& seen)
{
    if (!item || item->state().invisible)
        return;
    ++seen;
    // Cells of tables may be empty; what they say is for the models' tests.
    const bool cell = !item->object() && item->parent() && qobject_cast<QAbstractItemView*>(item->parent()->object());
    const bool scrollArea = item->object() && qobject_cast<QAbstractScrollArea*>(item->object())
        && !qobject_cast<QAbstractItemView*>(item->object()) && item->role() == QAccessible::Client;
    if (isUsed(item) && !scrollArea && !cell && item->text(QAccessible::Name).isEmpty()
        && item->text(QAccessible::Value).isEmpty() && !belongsToNamed(item))
        nameless << describe(item);
    // Of long tables the first rows say what there is to say.
    const int most = item->role() == QAccessible::Table || item->role() == QAccessible::Tree ? 120 : 100000;
    for (int i = 0; i < std::min(item->childCount(), most); ++i)
        collectNameless(item->child(i), nameless, seen);
}

QList<QWidget*> tabRound(QWidget* window)
{
    QList<QWidget*> visited;
    for (int i = 0; i < 300; ++i) {
        QTest::keyClick(QApplication::focusWidget() ? QApplication::focusWidget() : window, Qt::Key_Tab);
        QWidget* now = window->focusWidget();
        if (visited.contains(now))
            break;
        visited << now;
    }
    return visited;
}

} // namespace

class TestAccessibleWindow : public QObject
{
    Q_OBJECT

    test::SampleCopy m_sample;

    std::unique_ptr<MainWindow> openedWindow()
    {
        auto window = std::make_unique<MainWindow>();
        window->resize(1600, 1000);
        window->show();
        window->activateWindow();
        if (!m_sample.open(*window) || !QTest::qWaitForWindowActive(window.get()))
            return nullptr;
        for (int id = 1; id <= 3; ++id) {
            Trial trial;
            trial.id = id;
            trial.name = id == 1 ? "All fp32" : "Static";
            trial.origin = id == 1 ? "baseline:fp32" : "baseline:static";
            trial.state = id == 3 ? TrialState::Failed : TrialState::Done;
            trial.error = id == 3 ? "out of memory" : "";
            trial.workload = window->document()->workload();
            trial.latency.p50 = 2.0 / id;
            trial.latency.ciLow = 1.9 / id;
            trial.latency.ciHigh = 2.1 / id;
            Accuracy& accuracy = trial.accuracy[Split::Tuning];
            accuracy.samples = 100;
            accuracy.correct = 90 - id;
            accuracy.metric = window->document()->goal().metric;
            window->document()->putTrial(trial);
        }
        QTest::qWait(50);
        return window;
    }

private slots:
    void initTestCase()
    {
        QAccessible::setActive(true);
        QApplication::setStyle(new AppStyle); // what draws the focus
    }

    void everythingUsedHasAName()
    {
        const auto window = openedWindow();
        QVERIFY(window);
        for (const QString& page : {QStringLiteral("workbench"), QStringLiteral("data"), QStringLiteral("compare"),
                 QStringLiteral("profile")}) {
            if (page == QLatin1String("compare"))
                window->compare()->setSides(1, 2);
            window->showPage(page);
            QTest::qWait(100);
            QStringList nameless;
            int seen = 0;
            collectNameless(QAccessible::queryAccessibleInterface(window.get()), nameless, seen);
            QVERIFY2(nameless.isEmpty(), qPrintable(page + QStringLiteral(":\n") + nameless.join(QLatin1Char('\n'))));
            QVERIFY2(seen >= 40, qPrintable(page + QString::number(seen)));
        }
    }

    void theEmptyWindowHasNames()
    {
        MainWindow window;
        window.show();
        QStringList nameless;
        int seen = 0;
        collectNameless(QAccessible::queryAccessibleInterface(&window), nameless, seen);
        QVERIFY2(nameless.isEmpty(), qPrintable(nameless.join(QLatin1Char('\n'))));
    }

    void popUpsHaveNames()
    {
        const auto window = openedWindow();
        QVERIFY(window);
        for (const QMenu* menu : window->menuBar()->findChildren<QMenu*>())
            for (const QAction* action : menu->actions())
                QVERIFY2(action->isSeparator() || !action->text().isEmpty(), qPrintable(menu->title()));
        window->showPalette();
        QWidget* popup = QApplication::activePopupWidget();
        QStringList nameless;
        int seen = 0;
        if (popup)
            collectNameless(QAccessible::queryAccessibleInterface(popup), nameless, seen);
        QVERIFY2(nameless.isEmpty(), qPrintable(nameless.join(QLatin1Char('\n'))));
    }

    /// The graph's boxes and the plot's marks are in the window's tree, and the keyboard's place is told.
    void paintedPartsAreInTheTree()
    {
        const auto window = openedWindow();
        QVERIFY(window);
        QAccessibleInterface* graph =
            QAccessible::queryAccessibleInterface(window->workbench()->graph()->canvas());
        QVERIFY(graph->childCount() >= window->workbench()->graph()->canvas()->visibleBoxCount());
        QTest::keyClick(window->workbench()->graph()->canvas(), Qt::Key_Home);
        window->workbench()->graph()->canvas()->setFocus();
        QVERIFY(graph->focusChild() && graph->focusChild() != graph);
        QAccessibleInterface* plot = QAccessible::queryAccessibleInterface(window->workbench()->plot());
        QTRY_VERIFY(plot->childCount() >= 3);
        QVERIFY(plot->child(0)->text(QAccessible::Name).contains(QStringLiteral("rial")));
    }

    void tabGoesRoundWithoutATrap()
    {
        const auto window = openedWindow();
        QVERIFY(window);
        for (const QString& page : {QStringLiteral("workbench"), QStringLiteral("data"), QStringLiteral("compare"),
                 QStringLiteral("profile")}) {
            window->showPage(page);
            QTest::qWait(50);
            focusPanel(focusablePanels(window.get()).constFirst());
            const QList<QWidget*> visited = tabRound(window.get());
            for (QWidget* widget : window->findChildren<QWidget*>()) {
                const bool stop = widget->isVisible() && widget->isEnabled() && widget->focusPolicy() & Qt::TabFocus
                    && !widget->focusProxy() && widget->window() == window.get();
                QVERIFY2(!stop || visited.contains(widget),
                    qPrintable(page + QStringLiteral(": never at ") + QString::fromLatin1(widget->metaObject()->className())
                        + QLatin1Char(' ') + widget->objectName() + widget->accessibleName()));
            }
        }
    }

    void focusIsSeen()
    {
        const auto window = openedWindow();
        QVERIFY(window);
        QApplication::setCursorFlashTime(0);
        for (const QString& page : {QStringLiteral("workbench"), QStringLiteral("data"), QStringLiteral("compare"),
                 QStringLiteral("profile")}) {
            window->showPage(page);
            QTest::qWait(50);
            focusPanel(focusablePanels(window.get()).constFirst());
            for (QWidget* widget : tabRound(window.get())) {
                const QRect area = QRect(widget->mapTo(window.get(), QPoint()), widget->size()).adjusted(-3, -3, 3, 3);
                const auto seen = [&] {
                    window->activateWindow(); // offscreen, a frame that goes away takes the window's activity along
                    widget->setFocus(Qt::TabFocusReason);
                    QTest::qWait(1);
                    const bool focused = widget->hasFocus();
                    const QImage with = window->grab(area).toImage();
                    widget->clearFocus();
                    QTest::qWait(1);
                    return focused && with != window->grab(area).toImage();
                };
                QVERIFY2(QTest::qWaitFor(seen),
                    qPrintable(page + QStringLiteral(": no focus is seen at ")
                        + QString::fromLatin1(widget->metaObject()->className()) + QLatin1Char(' ') + widget->objectName()
                        + widget->accessibleName()));
            }
        }
    }

    void keysStepFromPanelToPanel()
    {
        const auto window = openedWindow();
        QVERIFY(window);
        const QList<QWidget*> panels = focusablePanels(window.get());
        QVERIFY(panels.size() >= 6); // toolbar, tree, inspector, graph, plot, trials, job strip
        focusPanel(panels.constFirst());
        for (qsizetype i = 1; i <= panels.size(); ++i) {
            QTest::keyClick(window->focusWidget(), Qt::Key_F6, Qt::ControlModifier);
            QVERIFY(panels[i % panels.size()]->isAncestorOf(window->focusWidget()));
        }
        QTest::keyClick(window->focusWidget(), Qt::Key_F6, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(panels.constLast()->isAncestorOf(window->focusWidget()));
        // The graph's panel leads to the graph and comes back to where one was.
        focusPanel(window->workbench()->graph());
        QCOMPARE(window->focusWidget(), static_cast<QWidget*>(window->workbench()->graph()->canvas()));
    }

    /// Select, mark and undo without a mouse.
    void anOpIsMarkedByKeysAlone()
    {
        const auto window = openedWindow();
        QVERIFY(window);
        Document& document = *window->document();
        QTest::keyClick(window.get(), Qt::Key_F, Qt::ControlModifier);
        QTest::keyClicks(window->focusWidget(), QStringLiteral("fc1 type:MatMul"));
        QTest::keyClick(window->focusWidget(), Qt::Key_Return);
        QTRY_VERIFY(!document.selection()->nodes().isEmpty());
        window->workbench()->graph()->canvas()->setFocus(Qt::TabFocusReason);
        const Config before = document.draft();
        QTRY_VERIFY(window->actionList()->markFp32->isEnabled());
        QTest::keyClick(window->focusWidget(), Qt::Key_3);
        QTRY_VERIFY(!(document.draft() == before));
        QTRY_VERIFY(window->actionList()->undo->isEnabled());
        QTest::keyClick(window->focusWidget(), Qt::Key_Z, Qt::ControlModifier);
        QTRY_VERIFY(document.draft() == before);
    }

    void highContrastHasContrast()
    {
        const auto luminance = [](const QColor& colour) {
            const auto linear = [](double v) { return v <= 0.03928 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4); };
            return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF());
        };
        const auto ratio = [&](const QColor& a, const QColor& b) {
            const double x = luminance(a), y = luminance(b);
            return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
        };
        const widgets::Theme& t = widgets::Theme::contrast();
        for (const QColor& text : {t.text, t.secondary, t.accent, t.int8, t.bf16, t.fp32, t.meets, t.tooClose, t.misses})
            for (const QColor& ground : {t.panel, t.header, t.selectedRow, t.window})
                QVERIFY2(ratio(text, ground) >= (ground == t.selectedRow ? 4.5 : 7), qPrintable(text.name() + ground.name()));
        for (const auto& [text, ground] : {std::pair(t.int8, t.int8Tint), {t.bf16, t.bf16Tint}, {t.fp32, t.fp32Tint},
                 {t.meets, t.meetsTint}, {t.tooClose, t.tooCloseTint}, {t.misses, t.missesTint}, {t.onAccent, t.accent}})
            QVERIFY2(ratio(text, ground) >= 7, qPrintable(text.name()));
        for (const QColor& mark : {t.today, t.everythingInt8, t.otherMarks, t.frontier, t.border, t.line})
            QVERIFY2(ratio(mark, t.panel) >= 4.5, qPrintable(mark.name()));
        for (const auto* ramp : {&t.sensitivityRamp, &t.timeRamp})
            for (int i = 0; i < 5; ++i)
                QVERIFY2(ratio(i < 3 ? t.text : t.panel, (*ramp)[std::size_t(i)]) >= 4.5, qPrintable((*ramp)[std::size_t(i)].name()));
        QCOMPARE(&widgets::Theme::of(t.palette()), &t);
    }
};

OCTET_TEST(TestAccessibleWindow)
#include "tst_accessible_window.moc"
