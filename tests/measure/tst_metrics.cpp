// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/measure.h"
#include "core/measure/metrics.h"
#include "core/values/error.h"
#include "measure/tiny_text.h"
#include "test_main.h"

#include <QtTest>

#include <cmath>
#include <numeric>

using namespace octet;

class TestMetrics : public QObject
{
    Q_OBJECT

private slots:
    void f1ByHand();
    void matthewsByHand();
    void rowsByHand();
    void namesAndLabels();
    void pairedIntervals();
    void agreementCountsAnswers();
    void rowMetricsAgainstFp32();
    void samplesThatWouldSettle();
    void withoutLabels();
};

namespace {

using Ints = std::vector<int>;

bool near(double a, double b)
{
    return std::fabs(a - b) < 1e-9;
}

/// `n` samples of two classes in turns, the first `wrong` of them answered wrongly.
Accuracy answers(long n, long wrong, Ints& labels, const char* metric)
{
    Accuracy a;
    labels.clear();
    for (int i = 0; i < n; ++i) {
        labels.push_back(i % 2);
        a.predictions.push_back(i < wrong ? 1 - i % 2 : i % 2);
    }
    measure::score(a, measure::metricOf(metric), labels);
    return a;
}

} // namespace

void TestMetrics::f1ByHand()
{
    // TP 2, FP 1, FN 1: 4 / 6. Class 0: TP 1, FP 1, FN 1: 2 / 4.
    const Ints predictions{1, 1, 1, 0, 0}, labels{1, 1, 0, 1, 0};
    QVERIFY(near(measure::f1(predictions, labels), 2.0 / 3));
    QVERIFY(near(measure::macroF1(predictions, labels), (2.0 / 3 + 0.5) / 2));
    // The example of scikit-learn's f1_score: macro 0.26666...
    QVERIFY(near(measure::macroF1(Ints{0, 2, 1, 0, 0, 1}, Ints{0, 1, 2, 0, 1, 2}), 4.0 / 15));
    QCOMPARE(measure::f1(Ints{0, 0}, Ints{0, 0}), 0.0);
    QCOMPARE(measure::macroF1(Ints{5, 5}, Ints{5, 5}), 1.0); // classes in neither list do not count
}

void TestMetrics::matthewsByHand()
{
    // The example of scikit-learn's matthews_corrcoef: -0.33...
    QVERIFY(near(measure::matthews(Ints{1, 0, 1, 1}, Ints{1, 1, 1, 0}), -1.0 / 3));
    QCOMPARE(measure::matthews(Ints{0, 1, 2, 0}, Ints{0, 1, 2, 0}), 1.0);
    QCOMPARE(measure::matthews(Ints{1, 1, 1}, Ints{0, 1, 1}), 0.0);
    // Three classes: s 6, c 2, p (3 2 1), t (2 2 2): (12 - 12) / ...
    QCOMPARE(measure::matthews(Ints{0, 2, 1, 0, 0, 1}, Ints{0, 1, 2, 0, 1, 2}), 0.0);
}

void TestMetrics::rowsByHand()
{
    using Floats = std::vector<float>;
    // Reference softmax (1/2, 1/2), row softmax (3/4, 1/4): 1/2 ln(2/3) + 1/2 ln 2.
    const float ln3 = std::log(3.0f);
    QVERIFY(std::fabs(measure::klDivergence(Floats{ln3, 0}, Floats{7, 7}) - 0.5 * std::log(4.0 / 3)) < 1e-6);
    QVERIFY(measure::klDivergence(Floats{1000, 3}, Floats{1000, 3}) < 1e-12); // no overflow
    QVERIFY(near(measure::cosine(Floats{1, 0}, Floats{1, 1}), std::sqrt(0.5)));
    QCOMPARE(measure::cosine(Floats{0, 0}, Floats{0, 0}), 1.0);
    QCOMPARE(measure::cosine(Floats{0, 0}, Floats{1, 0}), 0.0);
    QCOMPARE(measure::meanSquare(Floats{1, 2}, Floats{3, 1}), 2.5);
}

void TestMetrics::namesAndLabels()
{
    for (const measure::Metric& metric : measure::metrics())
        QCOMPARE(measure::metricOf(metric.name).words, metric.words);
    try {
        measure::metricOf("f2");
        QFAIL("no such metric");
    } catch (const Error& error) {
        QVERIFY(error.kind() == ErrorKind::Setting);
        QVERIFY(QString::fromStdString(error.message()).contains("f1_macro"));
    }
    try {
        measure::checkLabels(measure::metricOf("mcc"), LabelKind::None);
        QFAIL("mcc needs labels");
    } catch (const Error& error) {
        QVERIFY(error.kind() == ErrorKind::Data);
        QVERIFY(QString::fromStdString(error.message()).contains("agreement"));
    }
    measure::checkLabels(measure::metricOf("kl"), LabelKind::None);
    Goal goal;
    goal.metric = "kl";
    QVERIFY_EXCEPTION_THROWN(measure::checkGoal(goal), Error);
    goal.metric = "cosine";
    measure::checkGoal(goal);
}

void TestMetrics::pairedIntervals()
{
    for (const char* metric : {"f1", "f1_macro", "mcc"}) {
        double width = 2;
        for (const long n : {200L, 2000L}) {
            Ints labels;
            const Accuracy fp32 = answers(n, n / 20, labels, metric);
            Accuracy trial = answers(n, n / 10, labels, metric);
            measure::compareMetric(trial, fp32, {}, {}, labels);
            const auto [low, high] = measure::lossInterval(trial, fp32);
            const double loss = fp32.value - trial.value;
            QVERIFY(loss > 0.04 && low > 0 && low < loss && loss < high);
            QVERIFY(high - low < width / 2);
            QVERIFY(trial.ciLow < trial.value && trial.value < trial.ciHigh);
            QCOMPARE(trial.worse, n / 20);
            QVERIFY(measure::verdict(trial, fp32, Goal{}) == "misses");
            width = high - low;
            Accuracy same = fp32;
            measure::compareMetric(same, fp32, {}, {}, labels);
            QCOMPARE(measure::lossInterval(same, fp32).second, 3.0 / static_cast<double>(n));
        }
    }
}

void TestMetrics::agreementCountsAnswers()
{
    Ints labels;
    const Accuracy fp32 = answers(100, 30, labels, "agreement");
    QCOMPARE(fp32.value, 1.0);
    Accuracy trial = answers(100, 32, labels, "agreement");
    measure::compareMetric(trial, fp32, {}, {}, {});
    QCOMPARE(trial.value, 0.98);
    QCOMPARE(trial.correct, 98L);
    QCOMPARE(trial.worse, 2L);
    QCOMPARE(trial.better, 0L);
    QVERIFY(measure::lossInterval(trial, fp32).first > 0);
}

void TestMetrics::rowMetricsAgainstFp32()
{
    std::vector<float> before, after;
    Accuracy fp32;
    for (int i = 0; i < 100; ++i) {
        before.insert(before.end(), {1, float(i % 3)});
        after.insert(after.end(), {1, float(i % 3) + (i % 2 ? 0.2f : 0.0f)});
        fp32.predictions.push_back(i % 3 > 1);
    }
    for (const char* name : {"kl", "cosine", "mse"}) {
        const measure::Metric& metric = measure::metricOf(name);
        measure::score(fp32, metric, {});
        QCOMPARE(fp32.value, metric.perfect);
        Accuracy trial = fp32;
        measure::compareMetric(trial, fp32, after, before, {});
        QVERIFY(metric.higherIsBetter ? trial.value < 1 : trial.value > 0);
        QVERIFY(trial.ciLow < trial.value && trial.value < trial.ciHigh);
        const auto [low, high] = measure::lossInterval(trial, fp32);
        QVERIFY(low > 0 && low < high);
        if (metric.name == "mse")
            QVERIFY(std::fabs(trial.value - 0.01) < 1e-6); // half of the samples, half of the elements, 0.2 squared
        QVERIFY_EXCEPTION_THROWN(measure::compareMetric(trial, fp32, after, {}, {}), Error);
    }
}

void TestMetrics::samplesThatWouldSettle()
{
    const auto of = [](long n, long correct, long worse, long better) {
        Accuracy a;
        a.samples = n, a.correct = correct, a.worse = worse, a.better = better;
        a.value = static_cast<double>(correct) / static_cast<double>(n);
        return a;
    };
    // Too few: with as many as it names and the same shares the verdict is there.
    const Goal goal;
    const Accuracy fp32 = of(400, 320, 0, 0), trial = of(400, 320, 4, 4);
    QVERIFY(measure::verdict(trial, fp32, goal) == "too close to call");
    const long n = measure::samplesToSettle(trial, fp32, goal);
    QVERIFY2(n > 400 && n < 4000, qPrintable(QString::number(n)));
    const long more = n * 11 / 10, few = n / 2;
    QVERIFY(measure::verdict(of(more, more * 4 / 5, more / 100, more / 100), of(more, more * 4 / 5, 0, 0), goal)
        == "meets");
    QVERIFY(measure::verdict(of(few, few * 4 / 5, few / 100, few / 100), of(few, few * 4 / 5, 0, 0), goal)
        == "too close to call");
    const long unchanged = measure::samplesToSettle(of(80, 64, 0, 0), of(80, 64, 0, 0), goal); // 3 / n = 0.008: 375
    QVERIFY2(unchanged >= 375 && unchanged <= 400, qPrintable(QString::number(unchanged)));
    QCOMPARE(measure::samplesToSettle(of(400, 200, 120, 0), fp32, goal), 0L); // settled
}

namespace {

class Unlabelled : public test::TinyData
{
public:
    bool hasLabels() const override { return false; }
    int label(Split, std::size_t) const override { return -1; }
};

} // namespace

void TestMetrics::withoutLabels()
{
    test::OnnxBuilder builder;
    engine::WeightStore store;
    const measure::Context c{test::tinyModel(builder), std::make_shared<Unlabelled>(), &store, 1, {}, {}, nullptr};
    try {
        measure::accuracy(c, {}, {}, Split::Tuning);
        QFAIL("accuracy needs labels");
    } catch (const Error& error) {
        QVERIFY(error.kind() == ErrorKind::Data);
        QVERIFY(QString::fromStdString(error.message()).contains("agreement"));
    }
    auto run = measure::accuracy(c, {}, {}, Split::Tuning, "cosine");
    QCOMPARE(run.accuracy.predictions.size(), std::size_t(37));
    const auto fp32 = run;
    measure::compareMetric(run.accuracy, fp32.accuracy, run.outputs, fp32.outputs, {});
    QVERIFY(near(run.accuracy.value, 1));
    QCOMPARE(run.accuracy.flips, 0L);
}

OCTET_TEST(TestMetrics)
#include "tst_metrics.moc"
