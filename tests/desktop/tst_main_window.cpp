// SPDX-License-Identifier: GPL-3.0-or-later
// The main job in the real window: open, data, baseline, plot, mark, undo, reopen.
#include "app/desktop/actions.h"
#include "app/desktop/capability_page.h"
#include "app/desktop/compare_control.h"
#include "app/desktop/edit_commands.h"
#include "app/desktop/graph_panel.h"
#include "app/desktop/job_control.h"
#include "app/desktop/main_window.h"
#include "app/desktop/marking.h"
#include "app/desktop/present_ops.h"
#include "app/desktop/present_trials.h"
#include "app/desktop/profile_page.h"
#include "app/desktop/trial_edits.h"
#include "app/desktop/workbench.h"
#include "app/desktop/worker_client.h"
#include "app/desktop/yaml_page.h"
#include "core/values/group_match.h"
#include "desktop_test.h"
#include "test_main.h"
#include "widgets/capability_view.h"
#include "widgets/compare_page.h"
#include "widgets/frontier_plot.h"
#include "widgets/graph_canvas.h"
#include "widgets/inspector.h"
#include "widgets/precision_summary.h"
#include "widgets/profile_view.h"
#include "widgets/range_view.h"
#include "widgets/trials_view.h"
#include "widgets/yaml_view.h"

#include <QDialogButtonBox>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QTableView>
#include <QTreeView>
#include <QtTest>

#include <algorithm>

using namespace octet;
using namespace octet::desktop;

class TestMainWindow : public QObject
{
    Q_OBJECT

    test::SampleCopy m_sample;
    QTemporaryDir m_home;
    static constexpr int longest = test::longest;

    /// Every group of the trial and of fp32 is on the profile page once, and rows and ops are one selection.
    static void profileFollowsTheSelection(MainWindow& window, int trialId)
    {
        QVERIFY(test::trigger(window.actionList()->profilePage));
        QCOMPARE(window.page(), QStringLiteral("profile"));
        Document& document = *window.document();
        widgets::ProfileView* view = window.profilePage()->view();
        QTRY_VERIFY(view->model()->rowCount() > 0);
        double shown = 0, fp32 = 0;
        for (int i = 0; i < view->model()->rowCount(); ++i) {
            shown += view->model()->row(i).ms.value_or(0);
            fp32 += view->model()->row(i).fp32Ms.value_or(0);
        }
        QVERIFY(qAbs(shown - groupsMs(document.trial(trialId)->groups)) < 1e-9);
        QVERIFY(qAbs(fp32 - groupsMs(document.trial(1)->groups)) < 1e-9);
        view->table()->setCurrentIndex(view->table()->model()->index(0, 0));
        QVERIFY(!document.selection()->nodes().isEmpty());
        const QString op = QStringLiteral("/blocks.0/mlp/fc1/MatMul");
        document.selection()->setNodes({op});
        QVERIFY(view->table()->selectionModel()->hasSelection());
        QVERIFY(test::trigger(window.actionList()->workbenchPage));
        QCOMPARE(window.page(), QStringLiteral("workbench"));
    }

    /// fp32 against all static, with the rows whose answer changed.
    void comparesTwoTrials(MainWindow& window)
    {
        const Trial* a = window.document()->trial(1);
        const auto& trials = window.document()->trials();
        const auto b = std::find_if(
            trials.begin(), trials.end(), [](const Trial& trial) { return trial.origin == "baseline:static"; });
        QVERIFY(a && b != trials.end());
        long changed = 0;
        for (const Split split : {Split::Tuning, Split::HeldOut})
            if (a->accuracy.contains(split) && b->accuracy.contains(split))
                for (std::size_t i = 0; i < a->accuracy.at(split).predictions.size(); ++i)
                    changed += a->accuracy.at(split).predictions[i] != b->accuracy.at(split).predictions[i];
        window.compare()->setSides(a->id, b->id);
        window.showPage(QStringLiteral("compare"));
        QCOMPARE(window.page(), QStringLiteral("compare"));
        const auto* answers = window.comparePage()->answersModel();
        QTRY_COMPARE_WITH_TIMEOUT(answers->rowCount(), int(changed), longest);
        const auto* ops = window.comparePage()->opsModel();
        QTRY_COMPARE(std::size_t(ops->rowCount()), window.document()->loaded().products.size());
        int differing = 0;
        for (int row = 0; row < ops->rowCount(); ++row)
            differing += ops->index(row, 0).data(widgets::CompareOpsModel::DiffersRole).toBool();
        QVERIFY(differing > 0);
        for (int row = 0; row < answers->rowCount(); ++row)
            QVERIFY(answers->index(row, widgets::CompareAnswersModel::Text).data(Qt::DecorationRole).isValid()); // images
        const auto* note = window.comparePage()->findChild<QLabel*>(QStringLiteral("answersNote"));
        QTRY_VERIFY_WITH_TIMEOUT(changed == 0 || note->text().isEmpty(), longest); // the texts were read
        window.showPage(QStringLiteral("workbench"));
    }

private slots:
    void graphAppearsGrouped()
    {
        const auto window = m_sample.openedWindow();
        QVERIFY(window);
        QTRY_COMPARE(window->workbench()->graph()->canvas()->visibleBoxCount(), 8);
        QVERIFY(QFile::exists(m_sample.project())); // saved from the start
    }

    void calibrationWithoutLabelsIsNoClass()
    {
        const auto window = m_sample.openedWindow();
        QVERIFY(window);
        const DataSource* data = window->document()->data();
        QVERIFY(QTest::qWaitFor([&] { return data->usable(); }, longest));
        const auto& splits = data->content().splits;
        QCOMPARE(splits[0].unlabelled, 256L);
        QCOMPARE(splits[0].perLabel, QVector<long>(10, 0));
        QCOMPARE(splits[1].unlabelled, 0L);
        QCOMPARE(splits[1].rows() + splits[2].rows(), 2000L);
    }

    void marksAreUndone()
    {
        const auto window = m_sample.openedWindow();
        QVERIFY(window);
        Document& document = *window->document();
        const Config before = document.draft();
        document.selection()->setNodes({QStringLiteral("/blocks.0/mlp/fc1/MatMul")});
        QVERIFY(marking::apply(&document, marking::mark(document, document.selection()->nodes(), Precision::Fp32)));
        const auto* op = document.resolution().find("/blocks.0/mlp/fc1/MatMul");
        QVERIFY(op && op->settings.precision == Precision::Fp32);
        QVERIFY(document.undoStack()->undoText().contains(QStringLiteral("FP32")));
        document.undoStack()->undo();
        QVERIFY(document.draft() == before);
        document.undoStack()->redo();
        QVERIFY(!(document.draft() == before));
        document.undoStack()->undo();
        // A LayerNorm takes no precision: refused with the reason.
        const auto refused = marking::mark(document, {QStringLiteral("/blocks.0/norm1/LayerNormalization")}, Precision::Int8);
        QVERIFY(!refused.refusal.isEmpty());
        const auto pattern = marking::markPattern(document, QStringLiteral(".*/mlp/fc2/MatMul"), Precision::Fp32);
        QVERIFY(pattern.refusal.isEmpty());
        QVERIFY(pattern.text.contains(QStringLiteral("6")));
    }

    void theDraftIsEditedAsYaml()
    {
        const auto window = m_sample.openedWindow();
        QVERIFY(window);
        Document& document = *window->document();
        const Config before = document.draft();
        QVERIFY(test::trigger(window->actionList()->yamlPage));
        QCOMPARE(window->page(), QStringLiteral("yaml"));
        widgets::YamlView* view = window->yamlPage()->view();
        const auto type = [&](const QString& text) {
            view->editor()->selectAll();
            view->editor()->insertPlainText(text);
        };
        QTRY_VERIFY(view->editor()->toPlainText().contains(QStringLiteral("octet: 1")));
        QCOMPARE(view->differingLines(), 0); // the draft as it was opened

        const int steps = document.undoStack()->index();
        const QString typed = QStringLiteral("octet: 1\nconfig: # mine\n  model: {precision: int8}\n  ops:\n"
                                             "    /blocks.0/mlp/fc1/MatMul: {precision: fp32}\n");
        type(typed);
        QTRY_COMPARE(document.draft().ops.size(), std::size_t(1));
        QCOMPARE(document.undoStack()->index(), steps + 1);
        QCOMPARE(document.resolution().counts().fp32, 1);
        QTRY_VERIFY(view->settled());
        QCOMPARE(view->editor()->toPlainText(), typed); // comments and form stay
        QVERIFY(view->differingLines() > 0);

        // What makes no sense is said where it is, and the draft stays.
        const auto* state = view->findChild<QLabel*>(QStringLiteral("yamlState"));
        type(QString(typed).replace(QStringLiteral("int8"), QStringLiteral("int9")));
        QTRY_VERIFY(state->text().contains(QStringLiteral("line 3, column 22")));
        QCOMPARE(document.draft().ops.size(), std::size_t(1));
        QCOMPARE(document.undoStack()->index(), steps + 1);
        // A mark made meanwhile does not sweep away what is being typed.
        document.undoStack()->undo();
        QVERIFY(document.draft() == before);
        QTest::qWait(50);
        QVERIFY(view->editor()->toPlainText().contains(QStringLiteral("int9")));
        view->findChild<QPushButton*>(QStringLiteral("revert"))->click();
        QVERIFY(!view->editor()->toPlainText().contains(QStringLiteral("int9")));
        QVERIFY(view->settled());

        // A name that matches nothing is valid YAML: the draft follows, and the line says what is wrong with it.
        type(QStringLiteral("octet: 1\nconfig:\n  ops:\n    /blocks.0/mlp/fc1/MatMol: {precision: fp32}\n"));
        QTRY_VERIFY(state->text().contains(QStringLiteral("Line 4, column 5")));
        QVERIFY(state->text().contains(QStringLiteral("/blocks.0/mlp/fc1/MatMul"))); // the nearest name
        document.undoStack()->undo();
        QVERIFY(document.draft() == before);
    }

    void aPrecisionCellSelectsItsOps()
    {
        const auto window = m_sample.openedWindow();
        QVERIFY(window);
        Document& document = *window->document();
        QTRY_VERIFY(window->actionList()->presetStatic->isEnabled());
        QVERIFY(test::trigger(window->actionList()->presetStatic));
        document.selection()->setNodes({QStringLiteral("/blocks.0/mlp/fc1/MatMul")});
        QTRY_VERIFY(window->actionList()->markFp32->isEnabled());
        QVERIFY(test::trigger(window->actionList()->markFp32));
        QVERIFY(test::trigger(window->actionList()->precisions));
        const QTableView* matrix = window->workbench()->precisionSummary()->matrix();
        QTRY_VERIFY(matrix->model()->rowCount() == 3);
        // fc1 in fp32 between two products in int8: one value into it, one out of it.
        QTRY_VERIFY(matrix->model()->index(0, 3).data().toString().startsWith(QStringLiteral("1 value")));
        QVERIFY(matrix->model()->index(2, 1).data().toString().contains(QStringLiteral("value")));
        matrix->selectionModel()->select(matrix->model()->index(0, 3), QItemSelectionModel::ClearAndSelect);
        QCOMPARE(document.selection()->nodes().size(), 2); // the maker and the reader
        QVERIFY(document.selection()->nodes().contains(QStringLiteral("/blocks.0/mlp/fc1/MatMul")));
        document.undoStack()->undo();
        document.undoStack()->undo();
    }

    void theMachineIsAskedOfTheWorker()
    {
        const auto window = m_sample.openedWindow();
        QVERIFY(window);
        widgets::CapabilityView* view = window->machinePage()->view();
        QVERIFY(test::trigger(window->actionList()->machinePage));
        QTRY_VERIFY_WITH_TIMEOUT(view->hasCapability(), longest);
        QVERIFY(view->table()->model()->rowCount() >= 7);
        Workload workload = window->document()->workload();
        workload.isa = "avx2";
        window->document()->setWorkload(workload);
        QCOMPARE(view->shownCap(), QStringLiteral("avx2")); // what the workload is capped to is shown first
        workload.isa.clear();
        window->document()->setWorkload(workload);
        // A worker that cannot be started is said, not waited for.
        const auto other = std::make_unique<MainWindow>();
        other->jobs()->worker()->setCommand({QStringLiteral("/nowhere/octet-cli")});
        QSignalSpy failed(other->jobs()->worker(), &WorkerClient::capabilityFailed);
        other->jobs()->worker()->askCapability();
        QVERIFY(failed.count() > 0 || failed.wait(longest));
    }

    void sameOpInAllLayersIsMarkedTogether()
    {
        const auto window = m_sample.openedWindow();
        QVERIFY(window);
        Document& document = *window->document();
        document.selection()->setNodes({QStringLiteral("/blocks.4/mlp/fc1/MatMul")});
        QAction* same = window->actionList()->sameInAllLayers;
        QTRY_VERIFY(same->isEnabled());
        QVERIFY(test::trigger(same));
        QCOMPARE(document.selection()->nodes().size(), 6);
        QVERIFY(document.selection()->nodes().contains(QStringLiteral("/blocks.0/mlp/fc1/MatMul")));
        const int before = document.resolution().counts().fp32;
        QVERIFY(test::trigger(window->actionList()->markFp32));
        QVERIFY(document.undoStack()->undoText().contains(QStringLiteral("6")));
        QCOMPARE(document.resolution().counts().fp32, before + 6);
        document.undoStack()->undo();
        QVERIFY(test::trigger(same)); // all are selected: nothing to add, and it says so instead of clearing
        QCOMPARE(document.selection()->nodes().size(), 6);
    }

    void baselineLandsOnThePlotAndStays()
    {
        std::size_t baselines = 0;
        {
            const auto window = m_sample.openedWindow();
            QVERIFY(window);
            QVERIFY(test::SampleCopy::acceptSmallData(*window));
            QSignalSpy ended(window->jobs(), &JobControl::ended);
            QVERIFY2(window->jobs()->start(JobKind::Baseline), qPrintable(window->jobs()->whyNot(JobKind::Baseline)));
            QVERIFY(ended.count() > 0 || ended.wait(longest));
            QVERIFY2(!ended.at(0).at(1).toBool(), qPrintable(ended.at(0).at(0).toString()));
            baselines = window->document()->trials().size();
            QVERIFY(baselines == 4 || baselines == 5); // with bf16 where the CPU has it
            QTRY_VERIFY(!window->workbench()->plot()->markPosition(1).isNull());
            for (const Trial& trial : window->document()->trials()) {
                QVERIFY(trial.state == TrialState::Done);
                QVERIFY(trial.latency.p50 > 0);
                QCOMPARE(trial.accuracy.at(Split::Tuning).samples, 32L);
            }
            // One selection: the trial paints the graph with what it ran.
            window->document()->selection()->setTrial(2);
            QVERIFY(!window->document()->selection()->showsDraft());
            profileFollowsTheSelection(*window, 2);
            comparesTwoTrials(*window);
        }
        const auto again = m_sample.openedWindow();
        QVERIFY(again);
        QCOMPARE(again->document()->trials().size(), baselines); // nothing was lost
    }

    void trialsAreNamedNotedAndChosen()
    {
        int id = 0, other = 0;
        {
            const auto window = m_sample.openedWindow();
            QVERIFY(window);
            Document& document = *window->document();
            Trial trial;
            trial.name = "Static";
            trial.workload = document.workload();
            trial.state = TrialState::Done;
            trial.id = id = document.nextTrialId();
            document.putTrial(trial);
            trial.id = other = id + 1;
            trial.note = "slow";
            document.putTrial(trial);
            trial_edits::rename(&document, id, QStringLiteral("  ship   it "));
            trial_edits::rename(&document, id, QString());
            QCOMPARE(document.trial(id)->name, std::string("ship it"));
            trial_edits::setNote(&document, id, QStringLiteral("measured at night"));
            trial_edits::choose(&document, other, QStringLiteral("safe"));
            trial_edits::choose(&document, id, QStringLiteral("fast enough"));
            QCOMPARE(document.chosenTrial()->id, id);
            QVERIFY(trialTooltip(*document.trial(id), nullptr, {}, {}).contains(QStringLiteral("Why: fast enough")));
            document.undoStack()->undo();
            QCOMPARE(document.chosenTrial()->id, other);
            QCOMPARE(document.trial(id)->note, std::string("measured at night"));
            QCOMPARE(document.trial(other)->note, std::string("safe"));
            document.undoStack()->undo();
            QVERIFY(!document.chosenTrial());
            QCOMPARE(document.trial(other)->note, std::string("slow"));
            document.undoStack()->redo();
            document.undoStack()->redo();
            document.selection()->setTrial(id);
            document.selection()->setNodes({});
            const auto card = inspect(document);
            QVERIFY(card.title.startsWith(QStringLiteral("Chosen")));
            QCOMPARE(card.sections[0].rows[0].second, QStringLiteral("fast enough"));
            // F2 opens the editor in the row.
            QTRY_VERIFY(window->actionList()->rename->isEnabled());
            QTRY_VERIFY(window->workbench()->trialsModel()->rowOf(id) >= 0);
            QVERIFY(test::trigger(window->actionList()->rename));
            auto* table = window->workbench()->trialsView()->findChild<QTreeView*>();
            auto* editor = table->viewport()->findChild<QLineEdit*>();
            QVERIFY(editor);
            QTest::keyClicks(editor, QStringLiteral("Night run"));
            QTest::keyClick(editor, Qt::Key_Return);
            QTRY_COMPARE(document.trial(id)->name, std::string("Night run"));
            document.undoStack()->undo();
        }
        const auto again = m_sample.openedWindow();
        QVERIFY(again);
        QCOMPARE(again->document()->trial(id)->name, std::string("ship it"));
        QCOMPARE(again->document()->chosenTrial()->note, std::string("fast enough"));
    }

    void aReasonIsAsked()
    {
        const auto window = m_sample.openedWindow();
        QVERIFY(window);
        Document& document = *window->document();
        Trial trial;
        trial.name = "Static";
        trial.state = TrialState::Done;
        trial.id = document.nextTrialId();
        document.putTrial(trial);
        bool chosen = false;
        trial_edits::askReason(&document, trial.id, window.get(), [&] { chosen = true; });
        auto* dialog = window->findChild<QInputDialog*>();
        QVERIFY(dialog);
        auto* ok = dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok);
        QVERIFY(!ok->isEnabled());
        dialog->setTextValue(QStringLiteral("because"));
        QVERIFY(ok->isEnabled());
        ok->click();
        QCOMPARE(document.chosenTrial()->id, trial.id);
        QCOMPARE(document.chosenTrial()->note, std::string("because"));
        QVERIFY(chosen);
    }

    /// Calibration tells what it saw; a handle that is dragged sets a range, which runs, is undone and is kept.
    void rangesAreSetByHand()
    {
        const QString op = QStringLiteral("/blocks.0/mlp/fc1/MatMul");
        std::string value;
        {
            const auto window = m_sample.openedWindow();
            QVERIFY(window);
            QVERIFY(test::SampleCopy::acceptSmallData(*window));
            Document& document = *window->document();
            QSignalSpy ended(window->jobs(), &JobControl::ended);
            document.undoStack()->push(new SetDraft(&document, presetConfig("static"), QStringLiteral("static"), false));
            QVERIFY(window->jobs()->start(JobKind::Calibrate));
            QVERIFY(ended.count() > 0 || ended.wait(longest));
            QVERIFY(!document.evidence().empty());
            document.selection()->setNodes({op});
            widgets::RangeView* view = window->workbench()->inspector()->rangeView();
            QTRY_VERIFY(view->isVisibleTo(window->workbench()->inspector()));
            value = document.resolution().find(op.toStdString())->product.activation;
            widgets::RangeHistogram* histogram = view->histogram();
            histogram->setFocus();
            QTest::keyClick(histogram, Qt::Key_Left, Qt::ControlModifier);
            QVERIFY(document.draft().manualRanges.contains(value));
            const Interval range = document.draft().manualRanges.at(value);
            QVERIFY(range == histogram->range());
            QVERIFY(document.undoStack()->undoText().startsWith(QStringLiteral("Range of ")));
            document.undoStack()->undo();
            QVERIFY(document.draft().manualRanges.empty());
            document.undoStack()->redo();
            QVERIFY(window->jobs()->start(JobKind::Measure));
            QVERIFY(ended.count() > 1 || ended.wait(longest));
            const auto trial = std::find_if(document.trials().rbegin(), document.trials().rend(),
                [](const Trial& t) { return t.origin == "draft"; });
            QVERIFY(trial != document.trials().rend() && trial->state == TrialState::Done);
            const Range& used = trial->ranges.at({value, RangeMethod::Manual, 0, 0});
            QCOMPARE(used.max, range.max);
            QVERIFY(trial->name.find("1 range by hand") != std::string::npos);
        }
        const auto again = m_sample.openedWindow();
        QVERIFY(again);
        QVERIFY(again->document()->draft().manualRanges.contains(value));
        QVERIFY(QTest::qWaitFor([&] { return !again->document()->evidence().empty(); }, longest));
        QVERIFY(again->document()->evidence().value(value));
    }

    void aBadFileIsAMessageAndNoCrash()
    {
        const auto window = m_sample.openedWindow();
        QVERIFY(window);
        const QString bad = m_home.filePath(QStringLiteral("bad.onnx"));
        QFile file(bad);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("no model at all, only text");
        file.close();
        QSignalSpy notices(window->document(), &Document::notice);
        window->open(bad);
        QVERIFY(notices.count() > 0 || notices.wait(longest));
    }
};

OCTET_TEST(TestMainWindow)
#include "tst_main_window.moc"
