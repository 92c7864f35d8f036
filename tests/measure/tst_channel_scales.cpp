// SPDX-License-Identifier: GPL-3.0-or-later
// V of an attention has a scale a channel where weights have: an outlier channel costs the others nothing.
#include "core/measure/measure.h"
#include "core/measure/sensitivity.h"
#include "core/quantize/resolve.h"
#include "core/tune/frontier.h"
#include "measure/tiny_text.h"
#include "test_main.h"

#include <QTest>

#include <algorithm>

using namespace octet;

namespace {

constexpr float outlier = 256;

/// ids -> table -> one head of attention -> first token -> "head". A column of V is large, and what reads it small.
std::shared_ptr<const graph::Model> attentionModel(test::OnnxBuilder& b)
{
    constexpr int width = test::tinyWidth;
    std::mt19937 random(7);
    const auto values = [&](int n) {
        std::vector<float> v(static_cast<std::size_t>(n));
        for (float& x : v)
            x = static_cast<float>(random() % 2001) / 1000 - 1;
        return v;
    };
    std::vector<float> wv = values(width * width), head = values(width * test::tinyClasses);
    for (int row = 0; row < width; ++row)
        wv[static_cast<std::size_t>(row * width)] *= outlier;
    for (int column = 0; column < test::tinyClasses; ++column)
        head[static_cast<std::size_t>(column)] /= outlier;
    b.input("ids", {-1, -1}, 7);
    b.weight("table", {test::tinyVocabulary, width}, values(test::tinyVocabulary * width));
    b.weight("wq", {width, width}, values(width * width));
    b.weight("wk", {width, width}, values(width * width));
    b.weight("wv", {width, width}, wv);
    b.weight("wh", {width, test::tinyClasses}, head);
    b.ints("zero", {}, {0});
    b.node("Gather", "embed", {"table", "ids"}, {"x"});
    b.node("MatMul", "query", {"x", "wq"}, {"q"});
    b.node("MatMul", "key", {"x", "wk"}, {"k"});
    b.node("MatMul", "value", {"x", "wv"}, {"v"});
    auto& turn = b.node("Transpose", "turn", {"k"}, {"kt"});
    test::OnnxBuilder::attribute(turn, "perm", std::vector<std::int64_t>{0, 2, 1});
    b.node("MatMul", "scores", {"q", "kt"}, {"s"});
    auto& softmax = b.node("Softmax", "softmax", {"s"}, {"p"});
    test::OnnxBuilder::attribute(softmax, "axis", std::int64_t(-1));
    b.node("MatMul", "context", {"p", "v"}, {"c"});
    auto& first = b.node("Gather", "first", {"c", "zero"}, {"f"});
    test::OnnxBuilder::attribute(first, "axis", std::int64_t(1));
    b.node("MatMul", "head", {"f", "wh"}, {"logits"});
    b.output("logits", {-1, test::tinyClasses});
    return b.load();
}

class FullData : public test::TinyData
{
public:
    int length(Split, std::size_t) const override { return 16; }
};

} // namespace

class TestChannelScales : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase()
    {
        m_context.model = attentionModel(m_builder);
        m_context.data = std::make_shared<FullData>();
        m_context.store = &m_store;
    }

    void onlyWhereAScaleAChannelIsAskedFor()
    {
        const RangeKey key{"v", RangeMethod::MinMax, 0, 0};
        const Ranges ranges = measure::calibrate(m_context, attention({}), {});
        QCOMPARE(ranges.at(key).smoothing.size(), std::size_t(test::tinyWidth));
        QVERIFY(ranges.at(key).smoothing[0] > 50 * ranges.at(key).smoothing[1]);
        QCOMPARE(ranges.at({"q", RangeMethod::MinMax, 0, 0}).smoothing.size(), std::size_t(0));

        OpLeaves whole;
        whole.weightGranularity = Granularity::PerTensor;
        QVERIFY(measure::calibrate(m_context, attention(whole), {}).at(key).smoothing.empty());
        OpLeaves cut;
        cut.rangeMethod = RangeMethod::Percentile;
        QVERIFY(measure::calibrate(m_context, attention(cut), {}).at({"v", RangeMethod::Percentile, 99.99, 0}).smoothing.empty());
    }

    void theOtherChannelsKeepTheirResolution()
    {
        OpLeaves whole;
        whole.weightGranularity = Granularity::PerTensor;
        const double a = error(attention({})), b = error(attention(whole));
        QVERIFY2(a > 0 && a * 20 < b, qPrintable(QStringLiteral("%1, %2").arg(a).arg(b)));
    }

    void itChangesNoWeights()
    {
        Trial trial;
        trial.ranges = measure::calibrate(m_context, attention({}), {});
        QVERIFY(!tune::smooths(trial));
    }

    void convergenceIsThatOfTheValue()
    {
        CalibrationEvidence evidence;
        measure::Context context = m_context;
        context.evidence = &evidence;
        measure::calibrate(context, attention({}), {});
        const RangeGrowth* growth = evidence.range({"v", RangeMethod::MinMax, 0, 0});
        QVERIFY(growth && growth->steps.back().max > outlier / 4);
    }

private:
    Settings attention(OpLeaves leaves) const
    {
        Config config;
        leaves.precision = Precision::Int8;
        config.ops["scores"] = config.ops["context"] = leaves;
        return quantize::resolve(*m_context.model, config).settings();
    }

    /// Summed squared change of the logits.
    double error(const Settings& settings)
    {
        const auto outputs = [&](const Settings& s) {
            return measure::firstOutputs(m_context, s, measure::calibrate(m_context, s, {}), Split::Test, 37);
        };
        const std::vector<float> before = outputs({}), now = outputs(settings);
        double sum = 0;
        for (std::size_t i = 0; i < before.size(); ++i)
            sum += std::pow(static_cast<double>(now[i]) - static_cast<double>(before[i]), 2);
        return sum;
    }

    test::OnnxBuilder m_builder;
    engine::WeightStore m_store;
    measure::Context m_context;
};

OCTET_TEST(TestChannelScales)
#include "tst_channel_scales.moc"
