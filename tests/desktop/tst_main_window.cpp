// SPDX-License-Identifier: GPL-3.0-or-later
// The main job in the real window: open, data, baseline, plot, mark, undo, reopen; and a worker that dies.
#include "app/desktop/actions.h"
#include "app/desktop/compare_control.h"
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
#include "core/values/group_match.h"
#include "test_main.h"
#include "widgets/compare_page.h"
#include "widgets/frontier_plot.h"
#include "widgets/graph_canvas.h"
#include "widgets/profile_view.h"
#include "widgets/trials_view.h"

#include <QDialogButtonBox>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTreeView>
#include <QtTest>

#include <algorithm>

#include <signal.h>

using namespace octet;
using namespace octet::desktop;

class TestMainWindow : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder; // the sample, copied: its project lies beside it
    QTemporaryDir m_home;
    static constexpr int longest = 60000; // ms; a loaded machine only waits longer

    QString model() const { return m_folder.filePath(QStringLiteral("model.onnx")); }

    std::unique_ptr<MainWindow> openedWindow()
    {
        auto window = std::make_unique<MainWindow>();
        window->jobs()->worker()->setCommand({QStringLiteral(OCTET_BIN_DIR "/octet-cli"), QStringLiteral("serve")});
        window->resize(1600, 1000);
        window->show();
        window->open(model());
        if (!QTest::qWaitFor([&] { return window->document()->hasModel() && !window->document()->opening(); }, longest))
            return nullptr;
        return window;
    }

    /// Small and accepted: the first 64 images.
    bool acceptSmallData(MainWindow& window)
    {
        Document& document = *window.document();
        if (!QTest::qWaitFor([&] { return document.data()->usable(); }, longest))
            return false;
        DataSpec spec = document.data()->spec();
        spec.limit = 64;
        spec.calibLimit = 16;
        document.checkData(spec);
        if (!QTest::qWaitFor([&] { return document.data()->usable() && document.data()->testSamples() == 64; }, longest))
            return false;
        document.acceptData();
        Workload workload = document.workload();
        workload.runs = 30;
        document.setWorkload(workload);
        return true;
    }

    /// Every group of the trial and of fp32 is on the profile page once, and rows and ops are one selection.
    static void profileFollowsTheSelection(MainWindow& window, int trialId)
    {
        window.actionList()->profilePage->trigger();
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
        window.actionList()->workbenchPage->trigger();
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
        const auto* note = window.comparePage()->findChild<QLabel*>(QStringLiteral("answersNote"));
        QTRY_VERIFY_WITH_TIMEOUT(changed == 0 || note->text().isEmpty(), longest); // the texts were read
        window.showPage(QStringLiteral("workbench"));
    }

private slots:
    void initTestCase()
    {
        qputenv("XDG_RUNTIME_DIR", m_home.path().toUtf8());
        const QDir sample(QStringLiteral(OCTET_SOURCE_DIR "/resources/sample"));
        for (const QString& file : sample.entryList(QDir::Files))
            if (file != QLatin1String("model_outlier.onnx"))
                QVERIFY(QFile::copy(sample.filePath(file), m_folder.filePath(file)));
    }

    void graphAppearsGrouped()
    {
        const auto window = openedWindow();
        QVERIFY(window);
        QTRY_COMPARE(window->workbench()->graph()->canvas()->visibleBoxCount(), 8);
        QVERIFY(QFile::exists(m_folder.filePath(QStringLiteral("model.octet")))); // saved from the start
    }

    void calibrationWithoutLabelsIsNoClass()
    {
        const auto window = openedWindow();
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
        const auto window = openedWindow();
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

    void sameOpInAllLayersIsMarkedTogether()
    {
        const auto window = openedWindow();
        QVERIFY(window);
        Document& document = *window->document();
        document.selection()->setNodes({QStringLiteral("/blocks.4/mlp/fc1/MatMul")});
        QAction* same = window->actionList()->sameInAllLayers;
        QTRY_VERIFY(same->isEnabled());
        same->trigger();
        QCOMPARE(document.selection()->nodes().size(), 6);
        QVERIFY(document.selection()->nodes().contains(QStringLiteral("/blocks.0/mlp/fc1/MatMul")));
        const int before = document.resolution().counts().fp32;
        window->actionList()->markFp32->trigger();
        QVERIFY(document.undoStack()->undoText().contains(QStringLiteral("6")));
        QCOMPARE(document.resolution().counts().fp32, before + 6);
        document.undoStack()->undo();
        same->trigger(); // all are selected: nothing to add, and it says so instead of clearing
        QCOMPARE(document.selection()->nodes().size(), 6);
    }

    void baselineLandsOnThePlotAndStays()
    {
        std::size_t baselines = 0;
        {
            const auto window = openedWindow();
            QVERIFY(window);
            QVERIFY(acceptSmallData(*window));
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
        const auto again = openedWindow();
        QVERIFY(again);
        QCOMPARE(again->document()->trials().size(), baselines); // nothing was lost
    }

    void trialsAreNamedNotedAndChosen()
    {
        int id = 0, other = 0;
        {
            const auto window = openedWindow();
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
            window->actionList()->rename->trigger();
            auto* table = window->workbench()->trialsView()->findChild<QTreeView*>();
            auto* editor = table->viewport()->findChild<QLineEdit*>();
            QVERIFY(editor);
            QTest::keyClicks(editor, QStringLiteral("Night run"));
            QTest::keyClick(editor, Qt::Key_Return);
            QTRY_COMPARE(document.trial(id)->name, std::string("Night run"));
            document.undoStack()->undo();
        }
        const auto again = openedWindow();
        QVERIFY(again);
        QCOMPARE(again->document()->trial(id)->name, std::string("ship it"));
        QCOMPARE(again->document()->chosenTrial()->note, std::string("fast enough"));
    }

    void aReasonIsAsked()
    {
        const auto window = openedWindow();
        QVERIFY(window);
        Document& document = *window->document();
        Trial trial;
        trial.name = "Static";
        trial.state = TrialState::Done;
        trial.id = document.nextTrialId();
        document.putTrial(trial);
        trial_edits::askReason(&document, trial.id, window.get());
        auto* dialog = window->findChild<QInputDialog*>();
        QVERIFY(dialog);
        auto* ok = dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok);
        QVERIFY(!ok->isEnabled());
        dialog->setTextValue(QStringLiteral("because"));
        QVERIFY(ok->isEnabled());
        ok->click();
        QCOMPARE(document.chosenTrial()->id, trial.id);
        QCOMPARE(document.chosenTrial()->note, std::string("because"));
    }

    void aKilledWorkerIsOneFailedJob()
    {
        const auto window = openedWindow();
        QVERIFY(window);
        QVERIFY(acceptSmallData(*window));
        Workload workload = window->document()->workload();
        workload.runs = 30000; // long enough to be killed in the middle
        window->document()->setWorkload(workload);
        QSignalSpy ended(window->jobs(), &JobControl::ended), progress(window->jobs(), &JobControl::progress);
        QVERIFY(window->jobs()->start(JobKind::Measure));
        QVERIFY(progress.count() > 0 || progress.wait(longest));
        ::kill(static_cast<pid_t>(window->jobs()->worker()->processId()), SIGKILL);
        QVERIFY(ended.count() > 0 || ended.wait(longest));
        QVERIFY(ended.at(0).at(1).toBool());
        for (const Trial& trial : window->document()->trials())
            QVERIFY(trial.state != TrialState::Running);
        // and the next job has a worker again
        QVERIFY(window->jobs()->start(JobKind::Calibrate));
        QVERIFY(ended.count() > 1 || ended.wait(longest));
        QVERIFY2(!ended.at(1).at(1).toBool(), qPrintable(ended.at(1).at(0).toString()));
    }

    void stopAnswersAndKeepsWhatIsDone()
    {
        const auto window = openedWindow();
        QVERIFY(window);
        QVERIFY(acceptSmallData(*window));
        Workload workload = window->document()->workload();
        workload.runs = 30000;
        window->document()->setWorkload(workload);
        QSignalSpy ended(window->jobs(), &JobControl::ended), progress(window->jobs(), &JobControl::progress);
        QVERIFY(window->jobs()->start(JobKind::Measure));
        QVERIFY(progress.count() > 0 || progress.wait(longest));
        window->jobs()->stop();
        QVERIFY(ended.count() > 0 || ended.wait(longest));
        QVERIFY(!window->jobs()->running());
        QVERIFY(window->document()->trials().size() >= 3);
    }

    void aBadFileIsAMessageAndNoCrash()
    {
        const auto window = openedWindow();
        QVERIFY(window);
        const QString bad = m_folder.filePath(QStringLiteral("bad.onnx"));
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
