// SPDX-License-Identifier: GPL-3.0-or-later
// Labels that are no class of a sample, from files to intervals.
#include "core/data/npy.h"
#include "core/measure/measure.h"
#include "core/measure/metrics.h"
#include "core/measure/sensitivity.h"
#include "core/quantize/resolve.h"
#include "core/tune/tuner.h"
#include "core/values/error.h"
#include "engine/onnx_builder.h"
#include "test_main.h"

#include <QTemporaryDir>
#include <QtTest>

#include <cmath>
#include <random>

using namespace octet;

class TestNumbersAndTokens : public QObject
{
    Q_OBJECT

private slots:
    void correlationsByHand();
    void tokensByHand();
    void regression();
    void tokens();
    void sensitivityRanks();
    void whatDoesNotFitIsSaid();

private:
    std::string file(const char* name) const { return m_folder.filePath(QString::fromLatin1(name)).toStdString(); }
    DataSpec spec(const std::string& x, const std::string& labels) const
    {
        DataSpec s;
        s.kind = DataKind::Arrays;
        s.testInputs["x"] = x;
        s.calibInputs["x"] = x;
        s.labelsFile = labels;
        return s;
    }
    QTemporaryDir m_folder;
    engine::WeightStore m_store;
};

namespace {

using Floats = std::vector<float>;

bool near(double a, double b)
{
    return std::fabs(a - b) < 1e-5;
}

QString messageOf(const std::function<void()>& call)
{
    try {
        call();
    } catch (const Error& error) {
        return QString::fromStdString(error.message());
    }
    return {};
}

void fill(Tensor& tensor, std::mt19937& random)
{
    for (std::int64_t i = 0; i < tensor.count(); ++i)
        tensor.data<float>()[i] = static_cast<float>(random() % 2001) / 1000 - 1;
}

constexpr std::int64_t width = 8, samples = 200, length = 6, classes = 3;

} // namespace

void TestNumbersAndTokens::correlationsByHand()
{
    QVERIFY(near(measure::pearson(Floats{1, 2, 3}, Floats{1, 2, 4}), 3 / std::sqrt(2 * 42.0 / 9)));
    QVERIFY(near(measure::pearson(Floats{1, 2, 3}, Floats{-2, -4, -6}), -1));
    QCOMPARE(measure::pearson(Floats{1, 1, 1}, Floats{1, 2, 3}), 0.0);
    // Ranks 0, 1.5, 1.5, 3 against 0, 2, 1, 3.
    QVERIFY(near(measure::spearman(Floats{1, 2, 2, 9}, Floats{1, 3, 2, 4}), 4.5 / std::sqrt(4.5 * 5)));
    QVERIFY(near(measure::spearman(Floats{1, 2, 3, 4}, Floats{1, 8, 27, 64}), 1)); // monotonous
}

void TestNumbersAndTokens::tokensByHand()
{
    measure::TokenRows rows;
    rows.width = 3;
    rows.labels = {0, 1, ignoredLabel, 2, ignoredLabel, ignoredLabel, 1, 1, 1};
    rows.answers = {0, 1, 2, 2, -1, -1, 1, 0, 0};
    Accuracy a;
    measure::scoreTokens(a, measure::metricOf("token_match"), rows);
    QVERIFY(near(a.value, 4.0 / 6)); // of the six that count
    QCOMPARE(a.samples, 3L);
    QCOMPARE(a.correct, 2L); // samples without a wrong token
    QCOMPARE(a.predictions, (std::vector<int>{0, 0, 2}));
    QVERIFY(a.ciLow < a.value && a.value < a.ciHigh);
    rows.labels.assign(9, ignoredLabel);
    QVERIFY(messageOf([&] { measure::scoreTokens(a, measure::metricOf("token_match"), rows); }).contains("No token counts"));
}

/// A head with one output, labelled by itself with some noise.
void TestNumbersAndTokens::regression()
{
    std::mt19937 random(3);
    Tensor x(DType::F32, {samples, width}), w(DType::F32, {width, 1}), y(DType::F64, {samples});
    fill(x, random), fill(w, random);
    for (std::int64_t s = 0; s < samples; ++s) {
        double sum = static_cast<double>(random() % 1000) / 2000;
        for (std::int64_t k = 0; k < width; ++k)
            sum += static_cast<double>(x.data<float>()[s * width + k] * w.data<float>()[k]);
        y.data<double>()[s] = sum;
    }
    data::writeNpy(file("x.npy"), x), data::writeNpy(file("scores.npy"), y);
    test::OnnxBuilder builder;
    builder.input("x", {-1, width});
    builder.weight("w", {width, 1}, Floats(w.data<float>(), w.data<float>() + width));
    builder.node("MatMul", "head", {"x", "w"}, {"y"});
    builder.output("y", {-1, 1});
    const auto model = builder.load();
    const auto data = data::open(spec(file("x.npy"), file("scores.npy")), *model);
    QVERIFY(data->labelKind() == LabelKind::Numbers);
    QVERIFY(!data->hasLabels());
    QVERIFY(near(data->target(Split::Test, 7), y.data<double>()[7]));

    measure::Context c{model, data, &m_store, 1, {}, {}};
    const Settings int8 = quantize::resolve(*model, presetConfig("static")).settings();
    const Ranges ranges = measure::calibrate(c, int8, {});
    for (const char* metric : {"pearson", "spearman"}) {
        const auto fp32 = measure::accuracy(c, {}, {}, Split::Test, metric);
        auto mine = measure::accuracy(c, int8, ranges, Split::Test, metric);
        QVERIFY(fp32.accuracy.value > 0.95 && fp32.accuracy.value < 1);
        QVERIFY(fp32.accuracy.ciLow < fp32.accuracy.value && fp32.accuracy.value < fp32.accuracy.ciHigh);
        measure::compareOn(*data, Split::Test, mine.accuracy, fp32.accuracy, mine.outputs, fp32.outputs);
        const double loss = fp32.accuracy.value - mine.accuracy.value;
        QVERIFY(mine.accuracy.lossLow <= loss && loss <= mine.accuracy.lossHigh);
        QVERIFY(mine.accuracy.lossHigh - mine.accuracy.lossLow < 0.02); // paired: much narrower than either's own
        QVERIFY(mine.accuracy.flips > samples / 2);
        QCOMPARE(measure::verdict(mine.accuracy, fp32.accuracy, {}), std::string("meets"));
    }
    // Rank for rank what the metric says.
    const auto run = measure::accuracy(c, {}, {}, Split::Test, "pearson");
    QVERIFY(near(run.accuracy.value, measure::pearson(run.outputs, measure::targetsOf(*data, Split::Test))));

    const QString why = messageOf([&] { measure::accuracy(c, {}, {}, Split::Test, "accuracy"); });
    QVERIFY2(why.contains("numbers") && why.contains("pearson"), qPrintable(why));
    const QString one = messageOf([&] { measure::accuracy(c, {}, {}, Split::Test, "agreement"); });
    QVERIFY2(one.contains("one number a sample"), qPrintable(one));

    // A whole job judges by it.
    JobRequest request;
    request.kind = JobKind::Baseline;
    request.modelPath = model->path();
    request.data = data->spec();
    request.goal.metric = "spearman";
    request.workload.runs = 30;
    struct Quiet : JobObserver
    {
        std::vector<Trial> trials;
        bool cancelled() override { return false; }
        void progress(const JobProgress&) override { }
        void trialStarted(const Trial&) override { }
        void trialFinished(const Trial& t) override { trials.push_back(t); }
        void sensitivityFound(const Sensitivity&) override { }
        void rangesFound(const Ranges&) override { }
        void log(const std::string&) override { }
    } observer;
    tune::run(request, observer);
    for (const Trial& t : observer.trials) {
        QVERIFY2(t.state == TrialState::Done, t.error.c_str());
        QCOMPARE(t.tuning()->metric, std::string("spearman"));
        QVERIFY(t.tuning()->value > 0.9);
    }
}

/// Every token has an answer; ignored ones and padding count for nothing, whatever the batch.
void TestNumbersAndTokens::tokens()
{
    std::mt19937 random(5);
    Tensor x(DType::F32, {samples, length, width}), w(DType::F32, {width, classes}), y(DType::I64, {samples, length});
    fill(x, random), fill(w, random);
    long counted = 0, wrong = 0;
    for (std::int64_t t = 0; t < samples * length; ++t) {
        double best = -1e9;
        for (std::int64_t c = 0; c < classes; ++c) {
            double sum = 0;
            for (std::int64_t k = 0; k < width; ++k)
                sum += static_cast<double>(x.data<float>()[t * width + k] * w.data<float>()[k * classes + c]);
            if (sum > best)
                best = sum, y.data<std::int64_t>()[t] = c;
        }
        if (t % 5 == 0)
            y.data<std::int64_t>()[t] = ignoredLabel;
        else
            ++counted;
        if (t % 5 == 1 && t % 7 == 0)
            y.data<std::int64_t>()[t] = (y.data<std::int64_t>()[t] + 1) % classes, ++wrong;
    }
    data::writeNpy(file("tokens.npy"), x), data::writeNpy(file("tags.npy"), y);
    test::OnnxBuilder builder;
    builder.input("x", {-1, length, width});
    builder.weight("w", {width, classes}, Floats(w.data<float>(), w.data<float>() + width * classes));
    builder.node("MatMul", "head", {"x", "w"}, {"y"});
    builder.output("y", {-1, length, classes});
    const auto model = builder.load();
    DataSpec s = spec(file("tokens.npy"), file("tags.npy"));
    const auto data = data::open(s, *model);
    QVERIFY(data->labelKind() == LabelKind::Tokens);
    QCOMPARE(data->tokenLabels(Split::Test, 0).size(), std::size_t(length));
    QCOMPARE(data->tokenLabels(Split::Test, 0)[0], ignoredLabel);

    measure::Context c{model, data, &m_store, 1, {}, {}};
    const auto fp32 = measure::accuracy(c, {}, {}, Split::Test, "token_match");
    QVERIFY(near(fp32.accuracy.value, 1 - static_cast<double>(wrong) / static_cast<double>(counted)));
    const Settings int8 = quantize::resolve(*model, presetConfig("static")).settings();
    const Ranges ranges = measure::calibrate(c, int8, {});
    auto mine = measure::accuracy(c, int8, ranges, Split::Test, "token_match");
    measure::compareOn(*data, Split::Test, mine.accuracy, fp32.accuracy, mine.outputs, fp32.outputs);
    QVERIFY(mine.accuracy.value > 0.9);
    QVERIFY(mine.accuracy.worse <= mine.accuracy.flips);
    QVERIFY(mine.accuracy.lossLow < mine.accuracy.lossHigh);

    s.batchSize = 3;
    c.data = data::open(s, *model);
    QCOMPARE(measure::accuracy(c, {}, {}, Split::Test, "token_match").outputDigest, fp32.outputDigest);
    const QString why = messageOf([&] { measure::accuracy(c, {}, {}, Split::Test, "f1"); });
    QVERIFY2(why.contains("token_match"), qPrintable(why));
}

/// Two products, of which the second reads an outlier: ranked where the output is a number and where it is one a token.
void TestNumbersAndTokens::sensitivityRanks()
{
    std::mt19937 random(7);
    Tensor x(DType::F32, {40, length, width}), flat(DType::F32, {40, width}), tags(DType::I64, {40, length}),
        scores(DType::F32, {40});
    fill(x, random), fill(flat, random), fill(scores, random);
    for (std::int64_t i = 0; i < tags.count(); ++i)
        tags.data<std::int64_t>()[i] = i % 4 == 0 ? ignoredLabel : i % classes;
    data::writeNpy(file("s_x.npy"), x), data::writeNpy(file("s_flat.npy"), flat);
    data::writeNpy(file("s_tags.npy"), tags), data::writeNpy(file("s_scores.npy"), scores);
    for (const bool ofTokens : {true, false}) {
        const std::int64_t outputs = ofTokens ? classes : 1;
        Tensor w1(DType::F32, {width, width}), w2(DType::F32, {width, outputs});
        fill(w1, random), fill(w2, random);
        for (std::int64_t k = 0; k < width; ++k)
            w1.data<float>()[k * width] *= 4000; // channel 0 of the second's input, which nothing reads
        for (std::int64_t n = 0; n < outputs; ++n)
            w2.data<float>()[n] = 0;
        test::OnnxBuilder builder;
        builder.input("x", ofTokens ? Shape{-1, length, width} : Shape{-1, width});
        builder.weight("w1", {width, width}, Floats(w1.data<float>(), w1.data<float>() + width * width));
        builder.weight("w2", {width, outputs}, Floats(w2.data<float>(), w2.data<float>() + width * outputs));
        builder.node("MatMul", "first", {"x", "w1"}, {"h"});
        builder.node("MatMul", "second", {"h", "w2"}, {"y"});
        builder.output("y", ofTokens ? Shape{-1, length, outputs} : Shape{-1, outputs});
        const auto model = builder.load();
        const auto data = data::open(ofTokens ? spec(file("s_x.npy"), file("s_tags.npy"))
                                              : spec(file("s_flat.npy"), file("s_scores.npy")),
            *model);
        engine::WeightStore store;
        measure::Context c{model, data, &store, 1, {}, {}};
        measure::SensitivityOptions options;
        const Settings int8 = measure::allInt8(*model, quantize::products(*model), options.settings);
        const Sensitivity found = measure::sensitivity(c, measure::calibrate(c, int8, {}), options, nullptr);
        QCOMPARE(found.ops.front().node, std::string("second"));
        QVERIFY(found.ops.front().kl.value_or(0) > 4 * found.ops.back().kl.value_or(0));
        long counted = 0;
        for (std::size_t i = 0; ofTokens && i < data->size(Split::Tuning); ++i)
            for (const int label : data->tokenLabels(Split::Tuning, i))
                counted += label != ignoredLabel;
        QCOMPARE(static_cast<long>(found.margins.size()), counted);
    }
}

void TestNumbersAndTokens::whatDoesNotFitIsSaid()
{
    test::OnnxBuilder builder;
    builder.input("x", {-1, width});
    builder.weight("w", {width, classes}, Floats(width * classes, 0.1f));
    builder.node("MatMul", "head", {"x", "w"}, {"y"});
    builder.output("y", {-1, classes});
    const auto model = builder.load();
    Tensor x(DType::F32, {4, width}), scores(DType::F32, {4}), tags(DType::I64, {4, 2});
    data::writeNpy(file("few.npy"), x), data::writeNpy(file("few_scores.npy"), scores),
        data::writeNpy(file("few_tags.npy"), tags);
    QString why = messageOf([&] { data::open(spec(file("few.npy"), file("few_scores.npy")), *model); });
    QVERIFY2(why.contains("the model has 3 classes"), qPrintable(why));
    why = messageOf([&] { data::open(spec(file("few.npy"), file("few_tags.npy")), *model); });
    QVERIFY2(why.contains("one answer a sample"), qPrintable(why));

    Tensor labels(DType::I64, {4});
    data::writeNpy(file("few_labels.npy"), labels);
    measure::Context c{model, data::open(spec(file("few.npy"), file("few_labels.npy")), *model), &m_store, 1, {}, {}};
    why = messageOf([&] { measure::accuracy(c, {}, {}, Split::Test, "pearson"); });
    QVERIFY2(why.contains("wants a number for each sample") && why.contains("classes"), qPrintable(why));
    why = messageOf([&] { measure::accuracy(c, {}, {}, Split::Test, "token_match"); });
    QVERIFY2(why.contains("[samples, tokens]"), qPrintable(why));
}

OCTET_TEST(TestNumbersAndTokens)
#include "tst_numbers_and_tokens.moc"
