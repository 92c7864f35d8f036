// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_main.h"
#include "widgets/trial_filter.h"
#include "widgets/theme.h"
#include "widgets/trials_view.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <QTreeView>
#include <QAction>
#include <QtTest>

#include <cmath>

using namespace octet;
using namespace octet::widgets;

namespace {

Trial trial(int id, const std::string& name, const std::string& origin, long right, double ms, int int8)
{
    Trial t;
    t.id = id;
    t.name = name;
    t.origin = origin;
    t.state = TrialState::Done;
    Accuracy a;
    a.correct = right;
    a.samples = 436;
    a.worse = right < 353 ? 353 - right : 0;
    t.accuracy[Split::Tuning] = a;
    t.latency.p50 = ms;
    t.latency.ratioToFp32 = ms / 5;
    t.counts.int8 = int8;
    return t;
}

std::vector<Trial> sample()
{
    std::vector<Trial> trials{trial(1, "All fp32", "baseline:fp32", 353, 5.0, 0),
        trial(4, "Static", "baseline:static", 337, 2.1, 38),
        trial(9, "Static, 2 products in fp32", "tune:basic", 342, 2.17, 36),
        trial(14, "Static, 6 products in fp32", "tune:basic", 353, 2.3, 32),
        trial(16, "Static, 12 products in fp32", "tune:basic", 354, 2.52, 26)};
    trials[0].pinned = true;
    trials[3].chosen = true;
    Trial failed;
    failed.id = 12;
    failed.name = "Static, 5 in fp32";
    failed.state = TrialState::Failed;
    failed.error = "worker ended at layer 4, signal 9";
    trials.push_back(failed);
    Trial running;
    running.id = 18;
    running.name = "Static, 7 in fp32";
    trials.push_back(running);
    return trials;
}

/// Of sample(): 4, 9, 14 and 16 are on the frontier.
std::vector<TrialJudgement> judgements()
{
    return {{}, {QStringLiteral("misses"), {}, true}, {QStringLiteral("too close to call"), {}, true},
        {QStringLiteral("meets"), {}, true, true}, {QStringLiteral("meets"), {}, true}};
}

std::vector<const Trial*> pointers(const std::vector<Trial>& trials)
{
    std::vector<const Trial*> all;
    for (const Trial& trial : trials)
        all.push_back(&trial);
    return all;
}

struct Shown
{
    Shown()
        : view(&model)
    {
        model.setTrials(pointers(sample()), judgements());
        view.resize(900, 320);
        view.show();
        table = view.findChild<QTreeView*>();
        filter = view.findChild<QLineEdit*>(QStringLiteral("filter"));
    }
    QVector<int> ids() const
    {
        QVector<int> all;
        for (int row = 0; row < table->model()->rowCount(); ++row)
            all.append(table->model()->index(row, 0).data(TrialsModel::TrialIdRole).toInt());
        return all;
    }
    QPoint centre(int row, int column) const { return table->visualRect(table->model()->index(row, column)).center(); }
    TrialsModel model;
    TrialsView view;
    QTreeView* table = nullptr;
    QLineEdit* filter = nullptr;
};

QString cell(const TrialsModel& model, int trialId, int column)
{
    return model.index(model.rowOf(trialId), column).data().toString();
}

} // namespace

class TestTrialsView : public QObject
{
    Q_OBJECT
private slots:
    void toolsFollowTheirActions()
    {
        Shown shown;
        QAction action;
        action.setEnabled(false);
        action.setToolTip(QStringLiteral("Choose: select a trial first"));
        shown.view.addTool(&action, QStringLiteral("Choose..."));
        auto* button = shown.view.findChild<QPushButton*>(QStringLiteral("toolChoose"));
        QVERIFY(button && !button->isEnabled());
        QCOMPARE(button->toolTip(), action.toolTip());
        QSignalSpy asked(&action, &QAction::triggered);
        action.setEnabled(true);
        QTest::mouseClick(button, Qt::LeftButton);
        QCOMPARE(asked.count(), 1);
        QVERIFY(shown.view.findChild<QPushButton*>(QStringLiteral("columns"))->x() > button->x()
            || shown.view.findChild<QPushButton*>(QStringLiteral("columns"))->y() > button->y());
    }

    void aDoubtedTimingIsMarked()
    {
        TrialsModel model;
        auto said = judgements();
        said[1].timingDoubt = QStringLiteral("fp32 became slower while it was timed."); // the ratio holds
        said[3].timingDoubt = QStringLiteral("Other programs had the processors.");
        said[3].ratioHolds = false;
        model.setTrials(pointers(sample()), said);
        const auto doubt = [&](int row, int column) {
            return model.index(row, column).data(TrialsModel::DoubtRole).toString();
        };
        QCOMPARE(doubt(0, TrialsModel::P50), QString());
        QCOMPARE(doubt(1, TrialsModel::P50), said[1].timingDoubt);
        QCOMPARE(doubt(1, TrialsModel::Speed), QString());
        QCOMPARE(doubt(3, TrialsModel::Speed), said[3].timingDoubt);
        QCOMPARE(doubt(3, TrialsModel::Right), QString());
        const QModelIndex cell = model.index(1, TrialsModel::P50);
        QCOMPARE(cell.data(Qt::ToolTipRole).toString(), said[1].timingDoubt);
        QVERIFY(cell.data(Qt::AccessibleTextRole).toString().contains(QStringLiteral("not to be trusted")));
        // The sign is painted beside the number.
        const auto yellow = [&](const std::vector<TrialJudgement>& judged) {
            Shown shown;
            shown.model.setTrials(pointers(sample()), judged);
            const QImage image = shown.table->viewport()->grab(QRect(shown.table->columnViewportPosition(TrialsModel::P50), 0,
                shown.table->columnWidth(TrialsModel::P50), shown.table->viewport()->height())).toImage();
            int pixels = 0;
            for (int x = 0; x < image.width(); ++x)
                for (int y = 0; y < image.height(); ++y)
                    pixels += image.pixelColor(x, y) == Theme::of(shown.table->palette()).tooClose;
            return pixels;
        };
        QCOMPARE(yellow(judgements()), 0);
        QVERIFY(yellow(said) > 4);
    }

    void modelKeepsTheRules()
    {
        TrialsModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        auto trials = sample();
        model.setTrials({}, {});
        model.setTrials(pointers(std::vector<Trial>(trials.begin(), trials.begin() + 2)), judgements());
        QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
        model.setTrials(pointers(trials), judgements());
        QCOMPARE(resets.size(), 0); // growing keeps selection and scroll place
        QCOMPARE(model.rowCount(), 7);
        model.setProgress(18, 0.6, QStringLiteral("timing"));
        trials.erase(trials.begin());
        model.setTrials(pointers(trials), {});
        QCOMPARE(model.rowCount(), 6);
        QCOMPARE(model.trialAt(0), 4);
        QCOMPARE(model.rowOf(99), -1);
        QCOMPARE(model.trialAt(99), 0);
    }

    void proxyKeepsTheRules()
    {
        Shown s;
        QAbstractItemModelTester tester(s.table->model(), QAbstractItemModelTester::FailureReportingMode::QtTest);
        s.filter->setText(QStringLiteral("right>=350"));
        s.filter->setText(QString());
        s.model.setTrials({}, {});
        s.model.setTrials(pointers(sample()), judgements());
        QCOMPARE(s.table->model()->rowCount(), 7);
    }

    void cellsReadAsDesigned()
    {
        TrialsModel model;
        model.setTrials(pointers(sample()), judgements());
        QCOMPARE(cell(model, 1, TrialsModel::Difference), QString());
        QCOMPARE(cell(model, 4, TrialsModel::Difference), QStringLiteral("\u221216"));
        QCOMPARE(cell(model, 16, TrialsModel::Difference), QStringLiteral("+1"));
        QCOMPARE(cell(model, 14, TrialsModel::Difference), QStringLiteral("±0"));
        QCOMPARE(cell(model, 14, TrialsModel::P50), QStringLiteral("2.30"));
        QCOMPARE(cell(model, 14, TrialsModel::Speed), QStringLiteral("2.2x"));
        QCOMPARE(cell(model, 4, TrialsModel::WorseBetter), QStringLiteral("16 / 0"));
        QCOMPARE(cell(model, 14, TrialsModel::Name), QStringLiteral("Chosen: static, 6 products in fp32"));
        QCOMPARE(cell(model, 1, TrialsModel::Name), QStringLiteral("Today: all fp32"));
        QCOMPARE(cell(model, 9, TrialsModel::GoalVerdict), QStringLiteral("Too close"));
        QCOMPARE(cell(model, 18, TrialsModel::GoalVerdict), QStringLiteral("running"));
        QCOMPARE(cell(model, 18, TrialsModel::Right), QString());
        QCOMPARE(model.index(model.rowOf(12), 0).data(TrialsModel::ErrorRole).toString(),
            QStringLiteral("Failed: worker ended at layer 4, signal 9"));
    }

    void whatWasOnlyTimedHasItsTimes()
    {
        auto trials = sample();
        Trial& timed = trials[4];
        timed.state = TrialState::Timed;
        timed.accuracy.clear();
        TrialsModel model;
        model.setTrials(pointers(trials), judgements());
        QCOMPARE(cell(model, 16, TrialsModel::P50), QStringLiteral("2.52"));
        QCOMPARE(cell(model, 16, TrialsModel::Speed), QStringLiteral("2.0x"));
        QCOMPARE(cell(model, 16, TrialsModel::Right), QString());
        QCOMPARE(cell(model, 16, TrialsModel::GoalVerdict), QStringLiteral("only timed"));
        const QModelIndex verdict = model.index(model.rowOf(16), TrialsModel::GoalVerdict);
        QVERIFY(verdict.data(Qt::ToolTipRole).toString().contains(QStringLiteral("not measured")));
        QVERIFY(model.index(model.rowOf(16), 0).data(TrialsModel::ErrorRole).toString().isEmpty());
    }

    void theBestIsNamedUntilOneIsChosen()
    {
        auto trials = sample();
        trials[3].chosen = false;
        TrialsModel model;
        model.setTrials(pointers(trials), judgements());
        QVERIFY(cell(model, 14, TrialsModel::Name).startsWith(QStringLiteral("Best so far")));
        QCOMPARE(cell(model, 16, TrialsModel::Name), QStringLiteral("Static, 12 products in fp32"));
    }

    void pinnedFirstInEitherOrder()
    {
        Shown s;
        QCOMPARE(s.ids(), QVector<int>({14, 1, 18, 16, 12, 9, 4}));
        s.table->sortByColumn(TrialsModel::P50, Qt::AscendingOrder);
        QCOMPARE(s.ids(), QVector<int>({14, 1, 4, 9, 16, 12, 18})); // not measured: last
        s.table->sortByColumn(TrialsModel::P50, Qt::DescendingOrder);
        QCOMPARE(s.ids().mid(0, 5), QVector<int>({14, 1, 16, 9, 4}));
        s.table->sortByColumn(TrialsModel::Int8, Qt::AscendingOrder); // numbers, not text
        QCOMPARE(s.ids().mid(2, 3), QVector<int>({16, 9, 4}));
    }

    void headerClickSorts()
    {
        Shown s;
        QVERIFY(QTest::qWaitForWindowExposed(&s.view));
        QHeaderView* header = s.table->header();
        const int x = header->sectionViewportPosition(TrialsModel::Right) + header->sectionSize(TrialsModel::Right) / 2;
        QTest::mouseClick(header->viewport(), Qt::LeftButton, {}, {x, header->height() / 2});
        QCOMPARE(header->sortIndicatorSection(), int(TrialsModel::Right));
        QCOMPARE(s.ids().mid(2, 3), QVector<int>({4, 9, 16}));
    }

    void filterParses_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QVector<int>>("ids");
        QTest::newRow("empty") << QString() << QVector<int>({14, 1, 18, 16, 12, 9, 4});
        QTest::newRow("right and ms") << "right>=350 ms<2.5" << QVector<int>({14});
        QTest::newRow("blanks") << " right >= 350   ms < 2.6 " << QVector<int>({14, 16});
        QTest::newRow("speed with x") << "speed>2.2x" << QVector<int>({9, 4});
        QTest::newRow("equal") << "int8=36" << QVector<int>({9});
        QTest::newRow("not") << "int8!=36 ms>0" << QVector<int>({14, 1, 16, 4});
        QTest::newRow("minus") << "diff<-5" << QVector<int>({9, 4});
        QTest::newRow("word") << "chosen" << QVector<int>({14});
        QTest::newRow("quoted") << "\"12 products\"" << QVector<int>({16});
        QTest::newRow("state") << "state=failed" << QVector<int>({12});
        QTest::newRow("goal") << "goal=meets" << QVector<int>({14, 16});
        QTest::newRow("close") << "goal=close" << QVector<int>({9});
        QTest::newRow("nothing") << "right>9999" << QVector<int>();
    }
    void filterParses()
    {
        QFETCH(QString, text);
        QFETCH(QVector<int>, ids);
        Shown s;
        QTest::keyClicks(s.filter, text);
        QCOMPARE(s.ids(), ids);
        QVERIFY(!s.view.findChild<QLabel*>(QStringLiteral("filterError"))->isVisible());
    }

    void badFilterSaysSoInline_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("part");
        QTest::newRow("key") << "rihgt>3"
                             << "Unknown column \"rihgt\"";
        QTest::newRow("number") << "right>=abc"
                                << "\"abc\" is not a number";
        QTest::newRow("value") << "right>="
                               << "value is missing";
        QTest::newRow("text") << "name<x"
                              << "only = and !=";
        QTest::newRow("quote") << "\"open"
                               << "Cannot read";
        QTest::newRow("operators") << "ms<<2"
                                   << "missing";
    }
    void badFilterSaysSoInline()
    {
        QFETCH(QString, text);
        QFETCH(QString, part);
        Shown s;
        QTest::keyClicks(s.filter, text);
        auto* label = s.view.findChild<QLabel*>(QStringLiteral("filterError"));
        QVERIFY(label->isVisible());
        QVERIFY2(label->text().contains(part), qPrintable(label->text()));
        QCOMPARE(s.ids().size(), 7); // nothing disappears because of a typo
    }

    void frontierOnly()
    {
        Shown s;
        QTest::mouseClick(s.view.findChild<QCheckBox*>(QStringLiteral("frontierOnly")), Qt::LeftButton, {}, {8, 8});
        QCOMPARE(s.ids(), QVector<int>({14, 16, 9, 4}));
    }

    void clickSelectsAndDoubleClickActivates()
    {
        Shown s;
        QVERIFY(QTest::qWaitForWindowExposed(&s.view));
        QSignalSpy selected(&s.view, &TrialsView::trialSelected), activated(&s.view, &TrialsView::trialActivated);
        QTest::mouseClick(s.table->viewport(), Qt::LeftButton, {}, s.centre(3, TrialsModel::Name));
        QCOMPARE(selected.size(), 1);
        QCOMPARE(selected[0][0].toInt(), 16);
        QTest::mouseDClick(s.table->viewport(), Qt::LeftButton, {}, s.centre(3, TrialsModel::Name));
        QCOMPARE(activated.size(), 1);
        QTest::keyClick(s.table, Qt::Key_Down);
        QCOMPARE(selected.last()[0].toInt(), 12);
        QTest::keyClick(s.table, Qt::Key_Return);
        QCOMPARE(activated.size(), 2);
        QCOMPARE(activated.last()[0].toInt(), 12);
    }

    void settingTheSelectionIsSilentAndSurvives()
    {
        Shown s;
        QSignalSpy selected(&s.view, &TrialsView::trialSelected);
        s.view.setSelectedTrial(9);
        QCOMPARE(s.view.selectedTrials(), QVector<int>({9}));
        s.filter->setText(QStringLiteral("chosen"));
        QCOMPARE(s.view.selectedTrials(), QVector<int>());
        s.filter->clear();
        QCOMPARE(s.view.selectedTrials(), QVector<int>({9}));
        auto trials = sample();
        std::reverse(trials.begin(), trials.end());
        s.model.setTrials(pointers(trials), {}); // a reset
        QCOMPARE(s.view.selectedTrials(), QVector<int>({9}));
        s.view.setSelectedTrial(0);
        QCOMPARE(s.view.selectedTrials(), QVector<int>());
        QCOMPARE(selected.size(), 0);
    }

    /// The window sets the trial here again at once when it hears of it: rows are added to the selection all the same.
    void rowsAreAddedWithControl()
    {
        Shown s;
        QVERIFY(QTest::qWaitForWindowExposed(&s.view));
        connect(&s.view, &TrialsView::trialSelected, &s.view, &TrialsView::setSelectedTrial);
        QTest::mouseClick(s.table->viewport(), Qt::LeftButton, {}, s.centre(3, TrialsModel::Name));
        QTest::mouseClick(s.table->viewport(), Qt::LeftButton, Qt::ControlModifier, s.centre(4, TrialsModel::Name));
        QCOMPARE(s.view.selectedTrials(), QVector<int>({16, 12}));
        QTest::mouseClick(s.table->viewport(), Qt::LeftButton, {}, s.centre(4, TrialsModel::Name));
        QCOMPARE(s.view.selectedTrials(), QVector<int>({12}));
    }

    void pinIsAsked()
    {
        Shown s;
        QVERIFY(QTest::qWaitForWindowExposed(&s.view));
        QSignalSpy pins(&s.view, &TrialsView::pinRequested);
        QTest::mouseClick(s.table->viewport(), Qt::LeftButton, {}, s.centre(3, TrialsModel::Pin));
        QCOMPARE(pins.size(), 1);
        QCOMPARE(pins[0][0].toInt(), 16);
        QCOMPARE(pins[0][1].toBool(), true);
        QTest::mouseClick(s.table->viewport(), Qt::LeftButton, {}, s.centre(0, TrialsModel::Pin));
        QCOMPARE(pins[1][1].toBool(), false);
    }

    void copies()
    {
        Shown s;
        s.view.setSelectedTrial(4);
        s.table->setFocus();
        QTest::keyClick(s.table, Qt::Key_C, Qt::ControlModifier);
        const QString text = QApplication::clipboard()->text();
        QCOMPARE(text.count(QLatin1Char('\n')), 2);
        QVERIFY(text.contains(QStringLiteral("4\tEverything int8: static\t337\t-16\t16 / 0\t2.10\t2.4x\t38\tMisses")));
        s.view.setSelectedTrial(14);
        QVERIFY(s.view.asText(TrialsView::CopyFormat::Csv)
                    .contains(QStringLiteral("14,\"Chosen: static, 6 products in fp32\",353,0,")));
        s.view.setSelectedTrial(0);
        const QString all = s.view.asText(TrialsView::CopyFormat::Markdown);
        QCOMPARE(all.count(QLatin1Char('\n')), 9); // header, rule, 7 rows
        QVERIFY(all.contains(QStringLiteral("Failed: worker ended")));
    }

    void columnsCanBeHidden()
    {
        Shown s;
        auto* button = s.view.findChild<QPushButton*>(QStringLiteral("columns"));
        QAction* speed = nullptr;
        for (QAction* action : button->menu()->actions())
            if (action->text() == QLatin1String("Speed"))
                speed = action;
        QVERIFY(speed);
        speed->trigger();
        QVERIFY(s.table->isColumnHidden(TrialsModel::Speed));
        QVERIFY(!s.view.asText(TrialsView::CopyFormat::Tsv).contains(QStringLiteral("2.2x")));
        speed->trigger();
        QVERIFY(!s.table->isColumnHidden(TrialsModel::Speed));
    }

    void columnsAreRememberedByName()
    {
        Shown s;
        QSignalSpy changed(&s.view, &TrialsView::shownColumnsChanged);
        const QStringList first = s.view.shownColumns();
        QVERIFY(first.contains(QStringLiteral("p50")) && !first.contains(QStringLiteral("note")));
        s.view.setShownColumns({QStringLiteral("right"), QStringLiteral("note"), QStringLiteral("of a newer version")});
        QVERIFY(!s.table->isColumnHidden(TrialsModel::Name)); // never without
        QVERIFY(!s.table->isColumnHidden(TrialsModel::Note) && s.table->isColumnHidden(TrialsModel::P50));
        QCOMPARE(s.view.shownColumns(),
            QStringList({QStringLiteral("name"), QStringLiteral("right"), QStringLiteral("note")}));
        QCOMPARE(changed.size(), 0);
        // The header offers the same menu as the button.
        auto* menu = s.view.findChild<QPushButton*>(QStringLiteral("columns"))->menu();
        emit s.table->header()->customContextMenuRequested({5, 5});
        QVERIFY(menu->isVisible());
        menu->hide();
        for (QAction* action : menu->actions())
            if (action->text() == QLatin1String("p99, ms"))
                action->trigger();
        QCOMPARE(changed.size(), 1);
        QVERIFY(s.view.shownColumns().contains(QStringLiteral("p99")));
        menu->actions().last()->trigger();
        QCOMPARE(s.view.shownColumns(), first);
        QCOMPARE(changed.size(), 2);
    }

    void aNameIsEditedInItsRow()
    {
        Shown s;
        QVERIFY(QTest::qWaitForWindowExposed(&s.view));
        QSignalSpy asked(&s.model, &TrialsModel::renameRequested);
        const auto editor = [&] {
            for (QLineEdit* line : s.table->viewport()->findChildren<QLineEdit*>())
                if (line->isVisible())
                    return line;
            return static_cast<QLineEdit*>(nullptr);
        };
        s.view.editName(16);
        QVERIFY(!editor()); // for review
        s.model.setEditable(true);
        s.filter->setText(QStringLiteral("chosen"));
        s.view.editName(16);
        QVERIFY(s.filter->text().isEmpty()); // it hid the row
        QVERIFY(editor());
        QCOMPARE(editor()->text(), QStringLiteral("Static, 12 products in fp32"));
        QTest::keyClicks(editor(), QStringLiteral("  Ship  this one"));
        s.model.setTrials(pointers(sample()), judgements()); // a search goes on meanwhile
        QCOMPARE(editor()->text(), QStringLiteral("  Ship  this one"));
        QTest::keyClick(editor(), Qt::Key_Return);
        QTRY_COMPARE(asked.size(), 1);
        QCOMPARE(asked[0][0].toInt(), 16);
        QCOMPARE(asked[0][1].toString(), QStringLiteral("Ship this one"));
        QTRY_VERIFY(!editor());
        s.view.setSelectedTrial(14);
        QTest::keyClick(s.table, Qt::Key_F2);
        QVERIFY(editor());
        QCOMPARE(editor()->text(), QStringLiteral("Static, 6 products in fp32")); // without "Chosen"
        QTest::keyClicks(editor(), QStringLiteral("no"));
        QTest::keyClick(editor(), Qt::Key_Escape);
        QCOMPARE(asked.size(), 1);
    }

    void notesAreShown()
    {
        auto trials = sample();
        trials[3].note = "none lost, half the time";
        trials[4].note = "try again on the big machine";
        TrialsModel model;
        model.setTrials(pointers(trials), judgements());
        QCOMPARE(cell(model, 14, TrialsModel::Note), QStringLiteral("none lost, half the time"));
        const auto tip = [&](int id) {
            return model.index(model.rowOf(id), TrialsModel::Name).data(Qt::ToolTipRole).toString();
        };
        QVERIFY(tip(14).contains(QStringLiteral("Why: none lost")));
        QVERIFY(tip(16).contains(QStringLiteral("Note: try again")));
    }

    void narrowTablesDropColumnsNotTheVerdict()
    {
        Shown s;
        s.view.resize(480, 300);
        QCoreApplication::processEvents();
        QVERIFY(s.table->isColumnHidden(TrialsModel::WorseBetter));
        QVERIFY(!s.table->isColumnHidden(TrialsModel::GoalVerdict));
        s.view.resize(1000, 300);
        QCoreApplication::processEvents();
        QVERIFY(!s.table->isColumnHidden(TrialsModel::WorseBetter));
    }
};

OCTET_TEST(TestTrialsView)
#include "tst_trials_view.moc"
