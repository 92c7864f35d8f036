// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/report.h"
#include "core/values/error.h"
#include "test_main.h"

#include <QtTest>

using namespace octet;

class TestReport : public QObject
{
    Q_OBJECT
    std::vector<Trial> m_trials;
    Goal m_goal;
    DataSpec m_data;
    Sensitivity m_sensitivity;

    static Accuracy counted(long correct, long worse, long better)
    {
        Accuracy a;
        a.correct = correct, a.samples = 436, a.worse = worse, a.better = better;
        a.value = static_cast<double>(correct) / 436;
        return a;
    }
    static Trial trial(int id, const char* name, const char* origin, double ratio, const Accuracy& accuracy, PrecisionCounts counts)
    {
        Trial t;
        t.id = id, t.name = name, t.origin = origin, t.state = TrialState::Done;
        t.accuracy[Split::Tuning] = accuracy;
        t.latency.p50 = 5 * ratio, t.latency.ratioToFp32 = ratio, t.latency.runs = 100;
        t.latency.ratioLow = ratio * 0.9, t.latency.ratioHigh = ratio * 1.1;
        t.counts = counts;
        t.manifest.machine = {"A CPU", "vnni", 2};
        t.manifest.started = "2026-11-25T10:00:00Z";
        return t;
    }
    Report report(int index) const
    {
        return tune::reportOf({m_trials, m_trials[std::size_t(index)], m_goal, m_data, m_sensitivity, "p", "m.onnx", ""});
    }

private slots:
    void init()
    {
        m_data.kind = DataKind::Text;
        m_trials = {trial(1, "All fp32", "baseline:fp32", 1, counted(350, 0, 0), {0, 0, 38}),
            trial(2, "All int8, static", "baseline:static", 0.4, counted(330, 30, 10), {38, 0, 0}),
            trial(3, "Static, 6 in fp32", "tune:pareto", 0.5, counted(350, 0, 0), {32, 0, 6})};
    }

    void tuningHalfAlone()
    {
        const Report r = report(2);
        QCOMPARE(r.headline, std::string("2.0x faster, no answer lost"));
        QCOMPARE(r.verdict, std::string("meets")); // of 436 unchanged answers 3 may still be lost, and 3.5 are allowed
        QVERIFY(r.summary.starts_with("2.50 ms instead of 5.00 (1.8x to 2.2x). Of 436 tuning texts 0 got worse and 0 better."));
        QVERIFY(r.summary.find("32 of 38 products") != std::string::npos);
        QCOMPARE(r.goal, std::string("Lose at most 1 % relative of accuracy, about 3 of 436 texts; make p50 latency small."));
        QCOMPARE(r.plot.floor, 347.0);
        QCOMPARE(r.rows.size(), std::size_t(3));
        QVERIFY(r.rows[0].role == MarkRole::Chosen && r.rows[1].role == MarkRole::Today);
        QVERIFY(r.rows[1].verdict.empty());
        QCOMPARE(r.rows[2].verdict, std::string("misses"));
        QCOMPARE(r.rows[2].changed, std::string("30 / 10"));
        QVERIFY(r.reason.empty());
    }

    void heldOutHalfDecides()
    {
        m_trials[0].accuracy[Split::HeldOut] = counted(360, 0, 0);
        m_trials[2].accuracy[Split::HeldOut] = counted(345, 20, 5);
        m_trials[2].chosen = true, m_trials[2].note = "Because.";
        const Report r = report(2);
        QCOMPARE(r.headline, std::string("2.0x faster, 15 fewer right"));
        QCOMPARE(r.verdict, std::string("misses"));
        QVERIFY(r.summary.find("Of 436 held-out texts 20 got worse and 5 better") != std::string::npos);
        QCOMPARE(r.reason, std::string("Because."));
        QCOMPARE(r.plot.marks[2].name, std::string("Chosen"));
        QCOMPARE(r.plot.marks[2].score, 350.0); // the plot is of the tuning half, as all trials have that
    }

    void productsKeptOut()
    {
        GroupProfile kept, in;
        kept.name = "/a/MatMul", kept.kind = in.kind = "product";
        in.name = "/b/MatMul", in.executed = Precision::Int8;
        m_trials[2].groups = {kept, in};
        OpSensitivity op;
        op.node = "/a/MatMul", op.ownError = 21.4, op.flips = 0.05, op.fp32Ms = 0.3, op.int8Ms = 0.1;
        m_sensitivity.ops = {op};
        const Report r = report(2);
        QCOMPARE(r.keptOut, std::string("Kept out of int8: 6 of 38 products"));
        QCOMPARE(r.products.size(), std::size_t(1));
        QCOMPARE(r.products[0].ownError, std::string("21 dB"));
        QCOMPARE(r.products[0].changed, std::string("5.0 %"));
        QCOMPARE(r.products[0].gain, std::string("0.200"));
        m_sensitivity = {};
    }

    void needsFp32()
    {
        m_trials.erase(m_trials.begin());
        QVERIFY_EXCEPTION_THROWN(report(1), Error);
    }
};

OCTET_TEST(TestReport)
#include "tst_report.moc"
