// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_main.h"
#include "widgets/segmented.h"
#include "widgets/theme.h"
#include "widgets/yaml_view.h"

#include <QApplication>
#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTextBlock>
#include <QTextLayout>
#include <QToolButton>
#include <QtTest>

using namespace octet;
using namespace octet::widgets;

namespace {

const QString text = QStringLiteral("octet: 1\nconfig:\n  model:\n    precision: int8\n    locked: true # why\n");
const QVector<YamlChoice> choices{{0, QStringLiteral("Opened")}, {4, QStringLiteral("Trial 4")}};

QColor colourAt(const YamlEditor* editor, int line, int column)
{
    for (const QTextLayout::FormatRange& range : editor->document()->findBlockByNumber(line).layout()->formats())
        if (range.start <= column && column < range.start + range.length)
            return range.format.foreground().color();
    return {};
}

/// Lines with this background.
QVector<int> tinted(const YamlEditor* editor, const QColor& colour)
{
    QVector<int> lines;
    for (const auto& selection : editor->extraSelections())
        if (selection.format.background().color() == colour && selection.format.hasProperty(QTextFormat::BackgroundBrush))
            lines << selection.cursor.blockNumber();
    return lines;
}

} // namespace

class TestYamlView : public QObject
{
    Q_OBJECT

private slots:
    void typingIsToldAfterAPause()
    {
        YamlView view;
        view.show();
        QSignalSpy edited(&view, &YamlView::textEdited);
        view.setText(text);
        QVERIFY(!edited.wait(600)); // setting is no edit, nor is colouring
        view.editor()->goTo(4, 16);
        QTest::keyClicks(view.editor(), QStringLiteral("x"));
        QVERIFY(!view.settled());
        QTest::keyClicks(view.editor(), QStringLiteral("yz"));
        QTRY_COMPARE(edited.count(), 1);
        QVERIFY(edited.at(0).at(0).toString().contains(QStringLiteral("precision: xyzint8")));
        QVERIFY(!view.settled());
        view.setProblems({}, true);
        QVERIFY(view.settled());
    }

    void aProblemIsShownWhereItIs()
    {
        YamlView view;
        view.resize(900, 500);
        view.show();
        view.setText(text);
        const auto* state = view.findChild<QLabel*>(QStringLiteral("yamlState"));
        auto* show = view.findChild<QPushButton*>(QStringLiteral("showProblem"));
        auto* revert = view.findChild<QPushButton*>(QStringLiteral("revert"));
        QVERIFY(!show->isVisible());
        QVERIFY(!revert->isVisible());
        view.setProblems({{4, 16, QStringLiteral("Draft, line 4, column 16: no precision."), true}}, false);
        QVERIFY(state->text().startsWith(QStringLiteral("Draft, line 4, column 16: no precision.")));
        QVERIFY(state->text().contains(QStringLiteral("stays")));
        QCOMPARE(tinted(view.editor(), Theme::of(view.palette()).missesTint), QVector<int>{3});
        show->click();
        QCOMPARE(view.editor()->textCursor().blockNumber(), 3);
        QCOMPARE(view.editor()->textCursor().positionInBlock(), 15);
        QSignalSpy reverted(&view, &YamlView::revertRequested);
        revert->click();
        QCOMPARE(reverted.count(), 1);
        // Lines far outside the text are no crash.
        view.setProblems({{400, 1, QStringLiteral("x"), true}, {0, 0, QStringLiteral("y"), false}}, false);
        view.setText(text);
        QVERIFY(tinted(view.editor(), Theme::of(view.palette()).missesTint).isEmpty());
    }

    void differencesAreTintedAndWalked()
    {
        YamlView view;
        view.show();
        view.setText(text);
        QSignalSpy chosen(&view, &YamlView::otherChosen);
        QString other = text;
        other.replace(QStringLiteral("int8"), QStringLiteral("fp32")).append(QStringLiteral("# end\n"));
        view.setOther(choices, 4, other);
        QCOMPARE(chosen.count(), 0);
        QCOMPARE(view.findChild<QComboBox*>(QStringLiteral("yamlOther"))->currentText(), QStringLiteral("Trial 4"));
        const QColor tint = Theme::of(view.palette()).tooCloseTint;
        QCOMPARE(tinted(view.editor(), tint), QVector<int>{3});
        QCOMPARE(tinted(view.other(), tint), (QVector<int>{3, 5}));
        QCOMPARE(view.differingLines(), 2);
        auto* next = view.findChild<QToolButton*>(QStringLiteral("nextDifference"));
        next->click();
        QCOMPARE(view.editor()->textCursor().blockNumber(), 3);
        QCOMPARE(view.other()->textCursor().blockNumber(), 3);
        view.setOther(choices, 0, text);
        QCOMPARE(view.differingLines(), 0);
        QVERIFY(!next->isEnabled());
    }

    void theOtherTextScrollsAlong()
    {
        YamlView view;
        view.resize(800, 300);
        view.show();
        QString long1, long2 = QStringLiteral("only: 1\nhere: 2\n");
        for (int i = 0; i < 200; ++i)
            long1 += QStringLiteral("line%1: 1\n").arg(i);
        view.setText(long1);
        view.setOther(choices, 4, long2 + long1);
        view.editor()->verticalScrollBar()->setValue(100);
        QCOMPARE(view.other()->verticalScrollBar()->value(), 102); // the same lines side by side
        view.other()->verticalScrollBar()->setValue(52);
        QCOMPARE(view.editor()->verticalScrollBar()->value(), 50);
    }

    void undoIsTheWindowsUntilSomethingIsTyped()
    {
        YamlView view;
        view.setText(text);
        const auto takesUndo = [&] {
            QKeyEvent undo(QEvent::ShortcutOverride, Qt::Key_Z, Qt::ControlModifier);
            undo.ignore();
            QApplication::sendEvent(view.editor(), &undo);
            return undo.isAccepted();
        };
        QVERIFY(!takesUndo());
        QTest::keyClicks(view.editor(), QStringLiteral("#"));
        QVERIFY(takesUndo());
        view.editor()->undo();
        QVERIFY(!takesUndo()); // the text is that of the draft again
        QVERIFY(view.settled());
    }

    void readOnlySaysWhy()
    {
        YamlView view;
        view.setText(text);
        view.setReadOnly(QStringLiteral("Review: the model is missing."));
        QTest::keyClicks(view.editor(), QStringLiteral("x"));
        QCOMPARE(view.editor()->toPlainText(), text);
        QCOMPARE(view.findChild<QLabel*>(QStringLiteral("yamlState"))->text(),
            QStringLiteral("Review: the model is missing."));
        view.setReadOnly({});
        QTest::keyClicks(view.editor(), QStringLiteral("x"));
        QVERIFY(view.editor()->toPlainText() != text);
    }

    void coloursFollowTheTheme()
    {
        YamlView view;
        view.setText(text + QStringLiteral("a: \"b: # c\" # d\nlist: [1.5, no]\n"));
        for (const Theme* theme : {&Theme::light(), &Theme::darkTheme()}) {
            view.setPalette(theme->palette());
            QCOMPARE(colourAt(view.editor(), 3, 4), theme->accent); // a key
            QCOMPARE(colourAt(view.editor(), 3, 15), theme->int8);
            QCOMPARE(colourAt(view.editor(), 4, 12), theme->sensitivityRamp[4]);
            QCOMPARE(colourAt(view.editor(), 4, 19), theme->secondary); // a comment
            QCOMPARE(colourAt(view.editor(), 5, 7), theme->text); // no comment within quotes
            QCOMPARE(colourAt(view.editor(), 5, 12), theme->secondary);
            QCOMPARE(colourAt(view.editor(), 6, 7), theme->sensitivityRamp[4]);
        }
    }

    void formatAndOtherAreChosenByHand()
    {
        YamlView view;
        view.setOther(choices, 0, text);
        QSignalSpy format(&view, &YamlView::formatChosen);
        auto* segments = view.findChild<Segmented*>(QStringLiteral("yamlFormat"));
        view.show();
        QTest::mouseClick(segments, Qt::LeftButton, {}, segments->optionRect(QStringLiteral("inc")).center());
        QCOMPARE(format.count(), 1);
        QCOMPARE(format.at(0).at(0).toString(), QStringLiteral("inc"));
        for (const auto* editor : view.findChildren<YamlEditor*>())
            QVERIFY(!editor->accessibleName().isEmpty());
    }
};

OCTET_TEST(TestYamlView)
#include "tst_yaml_view.moc"
