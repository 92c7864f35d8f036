// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_main.h"
#include "widgets/goal_line.h"
#include "widgets/goal_popup.h"
#include "widgets/goal_words.h"
#include "widgets/segmented.h"

#include <QAbstractButton>
#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QSignalSpy>
#include <QtTest>

using namespace octet;
using namespace octet::widgets;

class TestGoalLine : public QObject
{
    Q_OBJECT

    static GoalPopup* open(GoalLine& line, const char* part)
    {
        QTest::mouseClick(line.findChild<QAbstractButton*>(QLatin1String(part)), Qt::LeftButton);
        const auto popups = line.findChildren<GoalPopup*>();
        return popups.isEmpty() ? nullptr : popups.last();
    }

private slots:
    void initTestCase() { qRegisterMetaType<octet::Goal>(); }

    void sentence_data()
    {
        QTest::addColumn<Goal>("goal");
        QTest::addColumn<long>("fp32");
        QTest::addColumn<QString>("text");
        Goal goal;
        QTest::newRow("default")
            << goal << 705L
            << "Lose at most 1 % relative of accuracy, about 7 of 872 texts; make p50 latency small; "
               "spend 20 min.";
        QTest::newRow("before fp32 is known")
            << goal << -1L
            << "Lose at most 1 % relative of accuracy, at most 8 of 872 texts; make p50 latency small; spend 20 min.";
        goal.relative = false;
        goal.maxDrop = 0.005;
        goal.keepWeights = true;
        goal.maxTrials = 50;
        goal.timeoutSeconds = 0;
        QTest::newRow("points")
            << goal << 705L
            << "Lose at most 0.5 points of accuracy, about 4 of 872 texts; make p50 latency small with "
               "the weights as they are; spend as long as it takes or 50 trials.";
        goal = {};
        goal.maxDrop = 0;
        QTest::newRow("nothing")
            << goal << 705L
            << "Lose at most 0 % relative of accuracy, none of 872 texts; make p50 latency small; spend "
               "20 min.";
        goal = {};
        goal.objective = Objective::Memory;
        QTest::newRow("memory") << goal << 705L
                                << "Lose at most 1 % relative of accuracy, about 7 of 872 texts; make memory small; spend "
                                   "20 min.";
    }
    void sentence()
    {
        QFETCH(Goal, goal);
        QFETCH(long, fp32);
        QFETCH(QString, text);
        GoalLine line;
        line.setGoal(goal, 872, fp32, QStringLiteral("texts"));
        QCOMPARE(line.sentence(), text);
        QCOMPARE(line.accessibleDescription(), text);
    }

    void typingAndEnterCommits()
    {
        GoalLine line;
        line.resize(900, 34);
        line.setGoal({}, 872, 705, QStringLiteral("texts"));
        line.show();
        QSignalSpy edited(&line, &GoalLine::goalEdited);
        GoalPopup* popup = open(line, "drop");
        QVERIFY(popup && popup->isVisible());
        auto* value = popup->findChild<QLineEdit*>(QStringLiteral("drop"));
        QTest::keyClicks(value, QStringLiteral("2.5")); // replaces the selected text
        QTest::keyClick(value, Qt::Key_Return);
        QCOMPARE(edited.size(), 1);
        QCOMPARE(edited[0][0].value<Goal>().maxDrop, 0.025);
        QVERIFY(line.sentence().contains(QStringLiteral("2.5 % relative of accuracy, about 17 of 872 texts")));
    }

    void escapeLeavesAllAsItWas()
    {
        GoalLine line;
        line.setGoal({}, 872, 705, QStringLiteral("texts"));
        line.show();
        QSignalSpy edited(&line, &GoalLine::goalEdited);
        GoalPopup* popup = open(line, "budget");
        QVERIFY(popup);
        auto* minutes = popup->findChild<QLineEdit*>(QStringLiteral("minutes"));
        QTest::keyClicks(minutes, QStringLiteral("5"));
        QTest::keyClick(minutes, Qt::Key_Escape);
        QCOMPARE(edited.size(), 0);
        QVERIFY(line.sentence().contains(QStringLiteral("20 min")));
    }

    void mistakesAreSaidInThePopup()
    {
        GoalLine line;
        line.show();
        QSignalSpy edited(&line, &GoalLine::goalEdited);
        GoalPopup* popup = open(line, "drop");
        auto* value = popup->findChild<QLineEdit*>(QStringLiteral("drop"));
        auto* error = popup->findChild<QLabel*>(QStringLiteral("error"));
        for (const char* wrong : {"abc", "-1", "100", ""}) {
            value->selectAll();
            QTest::keyClick(value, Qt::Key_Delete);
            QTest::keyClicks(value, QLatin1String(wrong));
            QTest::keyClick(value, Qt::Key_Return);
            QVERIFY2(error->isVisible() && !error->text().isEmpty(), wrong);
            QCOMPARE(edited.size(), 0);
        }
        QVERIFY(popup->isVisible());
    }

    void budgetAndWeights()
    {
        GoalLine line;
        line.show();
        QSignalSpy edited(&line, &GoalLine::goalEdited);
        GoalPopup* popup = open(line, "budget");
        QTest::keyClicks(popup->findChild<QLineEdit*>(QStringLiteral("minutes")), QStringLiteral("7.5"));
        auto* trials = popup->findChild<QLineEdit*>(QStringLiteral("maxTrials"));
        trials->selectAll();
        QTest::keyClicks(trials, QStringLiteral("12"));
        QTest::keyClick(trials, Qt::Key_Return);
        QCOMPARE(edited.size(), 1);
        QCOMPARE(edited[0][0].value<Goal>().timeoutSeconds, 450.0);
        QCOMPARE(edited[0][0].value<Goal>().maxTrials, 12);
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);

        popup = open(line, "latency");
        QTest::mouseClick(popup->findChild<QCheckBox*>(QStringLiteral("keepWeights")), Qt::LeftButton, {}, {8, 10});
        QTest::mouseClick(popup->findChild<QAbstractButton*>(QStringLiteral("set")), Qt::LeftButton);
        QCOMPARE(edited.size(), 2);
        QVERIFY(edited[1][0].value<Goal>().keepWeights);
        QCOMPARE(edited[1][0].value<Goal>().maxTrials, 12);
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);

        popup = open(line, "drop");
        auto* kind = popup->findChild<Segmented*>(QStringLiteral("dropKind"));
        QTest::mouseClick(kind, Qt::LeftButton, {}, kind->optionRect(QStringLiteral("points")).center());
        QTest::keyClick(popup, Qt::Key_Return);
        QCOMPARE(edited.size(), 3);
        QVERIFY(!edited[2][0].value<Goal>().relative);
    }

    void theMetricIsChosen()
    {
        GoalLine line;
        line.setGoal({}, 872, 705, QStringLiteral("texts"));
        line.show();
        QSignalSpy edited(&line, &GoalLine::goalEdited);
        GoalPopup* popup = open(line, "drop");
        auto* metric = popup->findChild<QComboBox*>(QStringLiteral("metric"));
        QVERIFY(metric);
        QCOMPARE(metric->currentText(), QStringLiteral("accuracy"));
        QVERIFY(metric->findData(QStringLiteral("kl")) < 0); // a share of fp32's 0 is no goal
        metric->setCurrentIndex(metric->findData(QStringLiteral("f1_macro")));
        QTest::keyClick(metric, Qt::Key_Return);
        QCOMPARE(edited.size(), 1);
        QCOMPARE(edited[0][0].value<Goal>().metric, std::string("f1_macro"));
        QVERIFY(line.sentence().startsWith(QStringLiteral("Lose at most 1 % relative of macro F1; make")));
    }

    void onlyMetricsThatFitTheLabels()
    {
        GoalLine line;
        line.setGoal({}, 872, -1, QStringLiteral("texts"));
        line.setLabels(LabelKind::None);
        line.show();
        GoalPopup* popup = open(line, "drop");
        auto* metric = popup->findChild<QComboBox*>(QStringLiteral("metric"));
        const auto enabled = [&](const char* name) {
            const int at = metric->findData(QLatin1String(name));
            return metric->model()->flags(metric->model()->index(at, 0)).testFlag(Qt::ItemIsEnabled);
        };
        QVERIFY(!enabled("accuracy") && !enabled("pearson") && !enabled("token_match"));
        QVERIFY(enabled("agreement") && enabled("cosine"));
        QVERIFY(metric->itemData(metric->findData(QStringLiteral("pearson")), Qt::ToolTipRole)
                    .toString()
                    .contains(QStringLiteral("numbers")));
    }

    void keyboardOpens()
    {
        GoalLine line;
        line.show();
        auto* part = line.findChild<QAbstractButton*>(QStringLiteral("drop"));
        QVERIFY(part->focusPolicy() & Qt::TabFocus);
        QTest::keyClick(part, Qt::Key_Return);
        QVERIFY(line.findChild<GoalPopup*>());
    }

    void readOnlyOpensNothing()
    {
        GoalLine line;
        line.setReadOnly(true);
        line.show();
        QVERIFY(!open(line, "drop"));
    }

    void narrowDropsWordsNotTheParts()
    {
        GoalLine line;
        line.setGoal({}, 872, 705, QStringLiteral("texts"));
        line.resize(1000, 34);
        line.show();
        QVERIFY(line.findChild<QAbstractButton*>(QStringLiteral("budget"))->isVisible());
        line.resize(330, 34);
        QCoreApplication::processEvents();
        auto* budget = line.findChild<QAbstractButton*>(QStringLiteral("budget"));
        QVERIFY(budget->isVisible());
        QVERIFY(budget->geometry().right() <= line.width());
        QVERIFY(line.toolTip().contains(QStringLiteral("about 7 of 872 texts")));
    }
};

OCTET_TEST(TestGoalLine)
#include "tst_goal_line.moc"
