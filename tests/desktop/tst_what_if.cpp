// SPDX-License-Identifier: GPL-3.0-or-later
// Predictions on the plot: what one op would change, and that a click marks it. The measurements are made up.
#include "app/desktop/document.h"
#include "app/desktop/goal_floor.h"
#include "app/desktop/main_window.h"
#include "app/desktop/present_prediction.h"
#include "app/desktop/present_trials.h"
#include "app/desktop/workbench.h"
#include "desktop_test.h"
#include "test_main.h"
#include "widgets/frontier_plot.h"
#include "widgets/trials_view.h"

#include <QtTest>

using namespace octet;
using namespace octet::desktop;

class TestWhatIf : public QObject
{
    Q_OBJECT

    test::SampleCopy m_sample;
    static constexpr int longest = test::longest;
    static constexpr long samples = 100;

    std::unique_ptr<MainWindow> openedWindow()
    {
        auto window = std::make_unique<MainWindow>();
        window->resize(1600, 1000);
        window->show();
        window->open(m_sample.model());
        Document* document = window->document();
        if (!QTest::qWaitFor([&] { return document->hasModel() && document->data()->usable(); }, longest))
            return nullptr;
        document->acceptData();
        return window;
    }

    static Trial trialOf(const Document& document, int id, const char* origin, const Config& config, long right, double ms)
    {
        Trial trial;
        trial.id = id;
        trial.name = origin;
        trial.origin = origin;
        trial.state = TrialState::Done;
        trial.config = config;
        trial.workload = document.workload();
        trial.manifest.dataHash = document.data()->hash();
        Accuracy& accuracy = trial.accuracy[Split::Tuning];
        accuracy.metric = document.goal().metric;
        accuracy.samples = samples;
        accuracy.correct = right;
        accuracy.value = double(right) / double(samples);
        accuracy.worse = accuracy.flips = 90 - right;
        trial.latency.p50 = ms;
        trial.latency.ratioToFp32 = ms / 4;
        return trial;
    }

    /// fp32: 90 right in 4 ms; all int8: 70 in 1 ms; the first op alone is to blame.
    static bool fill(Document& document)
    {
        Sensitivity sensitivity;
        sensitivity.settings = document.resolve(presetConfig("static")).ops.front().settings;
        sensitivity.evaluations = 1;
        for (const quantize::ResolvedOp& op : document.resolution().ops) {
            OpSensitivity s;
            s.node = op.name;
            s.ownError = s.weightError = 60;
            s.kl = 0.001;
            s.marginShift = sensitivity.ops.empty() ? 4.0 : 1e-6;
            s.fp32Ms = 0.1, s.int8Ms = 0.025;
            sensitivity.ops.push_back(s);
        }
        for (long i = 0; i < samples; ++i)
            sensitivity.margins.push_back({0.05f * float(i + 1), i % 10 != 0, i % 10 == 0});
        document.setSensitivity(sensitivity);
        document.putTrial(trialOf(document, 1, "baseline:fp32", presetConfig("fp32"), 90, 4));
        document.putTrial(trialOf(document, 2, "baseline:static", presetConfig("static"), 70, 1));
        return QTest::qWaitFor([&] { return document.predictor() != nullptr; }, test::longest);
    }

private slots:
    void theOpToBlameComesFirst()
    {
        const auto window = openedWindow();
        QVERIFY(window);
        Document& document = *window->document();
        QVERIFY(!whatIfQuestion(document, {})); // nothing is known
        QVERIFY(fill(document));
        document.setDraft(presetConfig("static"));
        const auto question = whatIfQuestion(document, {});
        QVERIFY(question);
        const auto never = [] { return false; };
        const WhatIfAnswer answer = whatIf(*question, 3, never);
        QCOMPARE(answer.changes.size(), std::size_t(3));
        QCOMPARE(answer.shown.lines.size(), 3);
        QCOMPARE(answer.changes[0].nodes.front().toStdString(), document.sensitivity().ops[0].node);
        QVERIFY(answer.changes[0].precision == Precision::Fp32);
        // The draft was measured as trial 2: lines start at its mark.
        QCOMPARE(answer.shown.ms, 1.0);
        QCOMPARE(answer.shown.right, 70.0);
        QVERIFY(answer.shown.lines[0].right > 70 && answer.shown.lines[0].ms > 1);
        QVERIFY(answer.shown.lines[0].tooltip.contains(QStringLiteral("more right")));
        QVERIFY(whatIf(*question, 3, [] { return true; }).changes.empty());

        // fp32 holds the goal: what is offered makes it faster and keeps it there, so not the op to blame.
        document.setDraft(presetConfig("fp32"));
        const auto faster = whatIfQuestion(document, {});
        QVERIFY(faster);
        for (const WhatIfChange& change : whatIf(*faster, 3, never).changes) {
            QVERIFY(change.precision == Precision::Int8);
            QVERIFY(change.nodes.front().toStdString() != document.sensitivity().ops[0].node);
        }
        // Nothing left to gain: no line says how to lose it again.
        Goal loose;
        loose.maxDrop = 0.5;
        document.setGoal(loose);
        document.setDraft(presetConfig("static"));
        QVERIFY(whatIf(*whatIfQuestion(document, {}), 3, never).changes.empty());
        document.setGoal({});
        document.setDraft(presetConfig("fp32"));
        // Whoever points at an op is told about that one.
        const QString last = QString::fromStdString(document.sensitivity().ops.back().node);
        const auto pointed = whatIfQuestion(document, {last});
        QVERIFY(pointed);
        const WhatIfAnswer one = whatIf(*pointed, 8, never);
        QCOMPARE(one.changes.size(), std::size_t(1));
        QVERIFY(one.changes[0].nodes.contains(last));
    }

    void aClickMarksTheOp()
    {
        const auto window = openedWindow();
        QVERIFY(window);
        Document& document = *window->document();
        QVERIFY(fill(document));
        Config draft = presetConfig("static");
        draft.ops[document.sensitivity().ops.back().node].precision = Precision::Fp32; // not measured: a ghost
        document.setDraft(draft);
        widgets::FrontierPlot* plot = window->workbench()->plot();
        QTRY_VERIFY(!plot->ghostPosition().isNull());
        QTRY_VERIFY_WITH_TIMEOUT(!plot->whatIfPosition(0).isNull(), longest);
        const QPointF tip = plot->whatIfPosition(0);
        QVERIFY(plot->rect().contains(tip.toPoint()));
        QVERIFY(tip.y() < plot->ghostPosition().y()); // up: better
        QTest::mouseClick(plot, Qt::LeftButton, {}, tip.toPoint());
        const auto* op = document.resolution().find(document.sensitivity().ops[0].node);
        QVERIFY(op && op->settings.precision == Precision::Fp32);
        QVERIFY(document.undoStack()->undoText().contains(QStringLiteral("FP32")));
        document.undoStack()->undo();
        QVERIFY(document.draft() == draft);
        // By keyboard: W walks the lines, Enter marks.
        QTRY_VERIFY_WITH_TIMEOUT(!plot->whatIfPosition(0).isNull(), longest);
        QTest::keyClick(plot, Qt::Key_W);
        QVERIFY(plot->accessibleDescription().contains(QStringLiteral("more right")));
        QTest::keyClick(plot, Qt::Key_Return);
        QVERIFY(!(document.draft() == draft));
        document.undoStack()->undo();
    }

    void theFloorIsDragged()
    {
        Accuracy fp32;
        fp32.correct = 353, fp32.samples = 436, fp32.value = 353.0 / 436;
        Goal goal;
        QCOMPARE(floorScore(goal, fp32), 350.0);
        for (const bool relative : {true, false})
            for (long right = 200; right <= 353; ++right) {
                goal.relative = relative;
                QCOMPARE(floorScore(goalWithFloor(goal, fp32, double(right)), fp32), double(right));
            }
        goal.relative = true;
        QCOMPARE(goalWithFloor(goal, fp32, 346).maxDrop, 0.02); // not 1.983 %
        QCOMPARE(goalWithFloor(goal, fp32, 353).maxDrop, 0.0);

        const auto window = openedWindow();
        QVERIFY(window);
        Document& document = *window->document();
        QVERIFY(fill(document));
        widgets::FrontierPlot* plot = window->workbench()->plot();
        QTRY_VERIFY(!plot->markPosition(1).isNull());
        QTRY_VERIFY(presentTrials(document).plot.floor == 90);
        plot->setFocus();
        for (int i = 0; i < 20; ++i)
            QTest::keyClick(plot, Qt::Key_PageDown);
        QCOMPARE(plot->whatIfFloor(), 70.0);
        QVERIFY2(plot->accessibleDescription().contains(QStringLiteral("1 trial reaches it; the fastest, trial 2, is 4.0x faster")),
            qPrintable(plot->accessibleDescription()));
        QCOMPARE(document.goal().maxDrop, 0.01); // a question only
        QTest::keyClick(plot, Qt::Key_Return);
        QCOMPARE(presentTrials(document).plot.floor, 70.0);
        QVERIFY(!plot->whatIfFloor());
        document.undoStack()->undo();
        QCOMPARE(document.goal().maxDrop, 0.01);
    }

    /// F1 is a value, not a count; what was measured in accuracy waits.
    void theAxisNamesTheMetric()
    {
        const auto window = openedWindow();
        QVERIFY(window);
        Document& document = *window->document();
        QVERIFY(fill(document));
        TrialsContent content = presentTrials(document);
        QCOMPARE(content.plot.marks.size(), 2);
        QVERIFY(content.plot.score.title.startsWith(QStringLiteral("Accuracy: right answers of 100")));
        QVERIFY(content.plot.ghost || document.draft() == presetConfig("static"));
        Goal goal = document.goal();
        goal.metric = "f1_macro";
        document.setGoal(goal);
        content = presentTrials(document);
        QVERIFY(content.plot.marks.isEmpty());
        QVERIFY2(content.plot.emptyText.contains(QStringLiteral("macro F1")), qPrintable(content.plot.emptyText));
        Trial fp32 = trialOf(document, 11, "baseline:fp32", presetConfig("fp32"), 90, 4);
        fp32.accuracy[Split::Tuning].value = 0.8766;
        document.putTrial(fp32);
        Trial fast = trialOf(document, 12, "baseline:static", presetConfig("static"), 70, 1);
        fast.accuracy[Split::Tuning].value = 0.75;
        fast.accuracy[Split::Tuning].lossLow = 0.05, fast.accuracy[Split::Tuning].lossHigh = 0.2;
        document.putTrial(fast);
        content = presentTrials(document);
        QCOMPARE(content.plot.marks.size(), 2);
        QCOMPARE(content.plot.score.title, QStringLiteral("Macro F1"));
        QCOMPARE(content.plot.marks[0].right, 0.8766);
        QVERIFY(qAbs(content.plot.marks[1].rightLow - 0.6766) < 1e-9);
        QVERIFY(qAbs(content.plot.floor - 0.8766 * 0.99) < 1e-9);
        QVERIFY(content.plot.marks[1].label.contains(QStringLiteral("macro F1 0.750 instead of 0.877")));
        QVERIFY(!content.plot.ghost); // nothing predicts F1
        QVERIFY(!whatIfQuestion(document, {}) || whatIf(*whatIfQuestion(document, {}), 3, [] { return false; }).changes.empty());
        document.setGoal({});
        QCOMPARE(presentTrials(document).plot.marks.size(), 2);
    }

    /// A lock or a goal that came later speaks against trials that ran before.
    void brokenRulesAreSaid()
    {
        const auto window = openedWindow();
        QVERIFY(window);
        Document& document = *window->document();
        QVERIFY(fill(document));
        Trial smoothed = trialOf(document, 3, "baseline:smoothed", presetConfig("smoothed"), 90, 1.2);
        smoothed.ranges[{"x", RangeMethod::MinMax, 0, 0}].smoothing = {1.5f};
        GroupProfile group;
        group.name = document.resolution().ops[0].name;
        group.kind = "product";
        group.asked = group.executed = Precision::Int8;
        smoothed.groups = {group};
        document.putTrial(smoothed);
        Goal goal;
        goal.maxDrop = 0.1; // or 100 answers are too few to tell
        document.setGoal(goal);
        const auto brokenBy3 = [&] { return presentTrials(document).judgements.at(2).broken; };
        QCOMPARE(presentTrials(document).judgements.at(2).verdict, QStringLiteral("meets"));
        QVERIFY(brokenBy3().isEmpty());
        QCOMPARE(presentTrials(document).best, 3);
        goal.keepWeights = true;
        document.setGoal(goal);
        QVERIFY(brokenBy3().startsWith(QStringLiteral("it smooths weights")));
        QVERIFY(presentTrials(document).plot.tooltipOf(3).contains(QStringLiteral("not allowed: it smooths")));
        QVERIFY(presentTrials(document).best != 3);
        goal.keepWeights = false;
        document.setGoal(goal);
        Config draft = presetConfig("smoothed");
        OpLeaves& leaves = draft.ops[document.resolution().ops[0].name];
        leaves.precision = Precision::Fp32;
        leaves.locked = true;
        document.setDraft(draft);
        QVERIFY2(brokenBy3().endsWith(QStringLiteral("is locked to FP32 and ran in INT8")), qPrintable(brokenBy3()));
        QVERIFY(presentTrials(document).best != 3);
        const widgets::TrialsModel* model = window->workbench()->trialsModel();
        QTRY_COMPARE(model->index(model->rowOf(3), widgets::TrialsModel::GoalVerdict).data().toString(),
            QStringLiteral("Not allowed"));
    }
};

OCTET_TEST(TestWhatIf)
#include "tst_what_if.moc"
