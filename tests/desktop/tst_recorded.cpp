// SPDX-License-Identifier: GPL-3.0-or-later
// The sample before anything has run: recorded trials are shown as such, never mixed with one's own.
#include "app/desktop/actions.h"
#include "app/desktop/app_info.h"
#include "app/desktop/graph_panel.h"
#include "app/desktop/main_window.h"
#include "app/desktop/message_area.h"
#include "app/desktop/opening.h"
#include "app/desktop/present_compare.h"
#include "app/desktop/present_story.h"
#include "app/desktop/present_trials.h"
#include "app/desktop/trial_edits.h"
#include "app/desktop/workbench.h"
#include "core/project/project.h"
#include "desktop_test.h"
#include "test_main.h"
#include "widgets/frontier_plot.h"
#include "widgets/trials_view.h"

#include <QtTest>

using namespace octet;
using namespace octet::desktop;

class TestRecorded : public QObject
{
    Q_OBJECT

    static constexpr int longest = test::longest;

    static QString copySample(const QTemporaryDir& folder, const QString& model)
    {
        const QDir sample(QStringLiteral(OCTET_SOURCE_DIR "/resources/sample"));
        for (const QString& file : sample.entryList(QDir::Files))
            if (!file.endsWith(QLatin1String(".onnx")) || file == model)
                QFile::copy(sample.filePath(file), folder.filePath(file));
        return folder.filePath(model);
    }

    static std::unique_ptr<MainWindow> opened(const QString& path)
    {
        auto window = std::make_unique<MainWindow>();
        window->resize(1600, 1000);
        window->show();
        window->open(path);
        const Document* document = window->document();
        return QTest::qWaitFor([&] { return document->hasModel() && !document->opening(); }, longest) ? std::move(window)
                                                                                                      : nullptr;
    }

private slots:
    void resultIsToldToARoom()
    {
        const QTemporaryDir folder;
        const auto window = opened(copySample(folder, QStringLiteral("model_outlier.onnx")));
        QVERIFY(window);
        QVERIFY(test::trigger(window->actionList()->present));
        auto* presentation = window->findChild<widgets::Presentation*>();
        QVERIFY(presentation && presentation->isFullScreen());
        const widgets::PresentationContent content = presentStory(*window->document());
        QCOMPARE(content.steps.size(), 3);
        QCOMPARE(int(content.steps[0].mark.role), int(widgets::Mark::Role::Today));
        QCOMPARE(int(content.steps[1].mark.role), int(widgets::Mark::Role::EverythingInt8));
        QVERIFY(content.steps[1].headline.startsWith(QStringLiteral("Everything in int8: ")));
        QVERIFY(content.steps[2].headline.contains(QStringLiteral("times faster")));
        QVERIFY(content.steps[0].detail.contains(QStringLiteral("right")));
        QVERIFY(content.notes.join(QString()).contains(QStringLiteral("fixture"))); // said wherever a result is shown
        QCOMPARE(presentation->accessibleName(), content.steps[2].headline);
        QTest::keyClick(presentation, Qt::Key_Escape);
        QTRY_VERIFY(!window->findChild<widgets::Presentation*>());
    }

    void comparedOpsHaveTheirPlace()
    {
        const QTemporaryDir folder;
        const auto window = opened(copySample(folder, QStringLiteral("model_outlier.onnx")));
        QVERIFY(window);
        const Document& document = *window->document();
        const auto fp32 = presentTrials(document).fp32->id;
        const widgets::CompareContent content = presentCompare(document, fp32, presentTrials(document).best, nullptr);
        QVERIFY(content.parts.size() > 6);
        QVERIFY(!content.ops.isEmpty());
        for (const widgets::CompareContent::Op& op : content.ops)
            QVERIFY2(content.parts.contains(op.part), qPrintable(op.node));
    }

    void sampleIsAliveAtOnce_data()
    {
        QTest::addColumn<QString>("model");
        QTest::newRow("plain") << "model.onnx";
        QTest::newRow("outliers") << "model_outlier.onnx";
    }
    void sampleIsAliveAtOnce()
    {
        QFETCH(QString, model);
        const QTemporaryDir folder;
        const auto window = opened(copySample(folder, model));
        QVERIFY(window);
        Document& document = *window->document();
        QVERIFY(document.trials().empty()); // nothing ran here
        QVERIFY(document.shownTrials().size() >= 5);
        QVERIFY(!document.recordedOn().isEmpty());
        const TrialsContent content = presentTrials(document);
        QCOMPARE(content.trials.size(), document.shownTrials().size()); // all of the window's own workload
        QVERIFY(content.fp32 && content.best);
        QVERIFY(content.summary.contains(document.recordedOn()));
        QCOMPARE(content.plot.recordedOn, document.recordedOn());
        for (const Trial& trial : document.shownTrials()) {
            QTRY_VERIFY(!window->workbench()->plot()->markPosition(trial.id).isNull());
            QVERIFY(trial.manifest.modelPath.starts_with("/tmp/octet-sample/")); // no path of somebody's machine
        }
        QCOMPARE(window->workbench()->trialsModel()->rowCount(), int(document.shownTrials().size()));
        QVERIFY(!document.selection()->showsDraft()); // the graph shows what ran
        QTRY_VERIFY(window->messages()->texts().join(QLatin1Char(' ')).contains(document.recordedOn()));
        // The data is the very one: accepting it hides nothing.
        QTRY_VERIFY_WITH_TIMEOUT(document.data()->usable(), longest);
        QCOMPARE(presentTrials(document).trials.size(), document.shownTrials().size());
    }

    void theyAreNeitherChosenNorPredictedFrom()
    {
        const QTemporaryDir folder;
        const auto window = opened(copySample(folder, QStringLiteral("model_outlier.onnx")));
        QVERIFY(window);
        Document& document = *window->document();
        QTRY_VERIFY_WITH_TIMEOUT(document.data()->usable(), longest);
        QVERIFY(document.predictor() == nullptr);
        QVERIFY(baselineAdvice(document).isEmpty());
        QTRY_VERIFY(document.selection()->trial() != 0);
        const int best = document.selection()->trial();
        QTRY_VERIFY(!window->actionList()->choose->isEnabled());
        QVERIFY(Actions::whyNot(window->actionList()->choose).contains(QStringLiteral("recorded")));
        QVERIFY(!window->actionList()->pin->isEnabled());
        trial_edits::choose(&document, best, QStringLiteral("no"));
        trial_edits::setPinned(&document, best, true);
        trial_edits::rename(&document, best, QStringLiteral("mine"));
        const widgets::TrialsModel* model = window->workbench()->trialsModel();
        QVERIFY(!model->index(0, widgets::TrialsModel::Name).flags().testFlag(Qt::ItemIsEditable));
        QCOMPARE(document.undoStack()->count(), 0);
        QVERIFY(!document.chosenTrial());
        QVERIFY(!document.trial(best)->pinned);
        // Its config may be taken, though.
        QVERIFY(window->actionList()->makeDraft->isEnabled());
        QVERIFY(test::trigger(window->actionList()->makeDraft));
        QVERIFY(document.draft() == document.trial(best)->config);
    }

    void onesOwnTakeTheirPlace()
    {
        const QTemporaryDir folder;
        const QString model = copySample(folder, QStringLiteral("model_outlier.onnx"));
        QString projectPath;
        {
            const auto window = opened(model);
            QVERIFY(window);
            Document& document = *window->document();
            projectPath = document.projectPath();
            Trial own = document.shownTrials().front();
            own.latency.p50 *= 3;
            document.putTrial(own);
            QVERIFY(document.recordedOn().isEmpty());
            QCOMPARE(document.shownTrials().size(), std::size_t(1));
            QCOMPARE(document.selection()->trial(), 0);
            QTRY_COMPARE(window->workbench()->trialsModel()->rowCount(), 1);
        }
        QCOMPARE(project::Project::review(projectPath.toStdString())->trials().size(), std::size_t(1));
        const auto again = opened(model);
        QVERIFY(again);
        QVERIFY(again->document()->recordedOn().isEmpty());
        QCOMPARE(again->document()->shownTrials().size(), std::size_t(1));
    }

    void anotherModelsRecordIsNone()
    {
        const QTemporaryDir folder;
        const QString model = copySample(folder, QStringLiteral("model_outlier.onnx"));
        const QString record = folder.filePath(QStringLiteral("model_outlier.recorded.octet"));
        QVERIFY(!recordedTrials(*graph::load(model.toStdString())).empty());
        QVERIFY(QFile::remove(record));
        QVERIFY(QFile::copy(folder.filePath(QStringLiteral("model.recorded.octet")), record));
        QVERIFY(recordedTrials(*graph::load(model.toStdString())).empty());
        QFile file(record);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("damaged");
        file.close();
        QVERIFY(recordedTrials(*graph::load(model.toStdString())).empty());
        const auto window = opened(model);
        QVERIFY(window);
        QVERIFY(window->document()->shownTrials().empty());
    }
};

OCTET_TEST(TestRecorded)
#include "tst_recorded.moc"
