// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/predictor.h"
#include "core/values/error.h"
#include "test_main.h"

#include <QtTest>

#include <cmath>
#include <random>

using namespace octet;
using tune::Prediction;
using tune::Predictor;

namespace {

constexpr int ops = 20, samples = 800;

quantize::Resolution resolutionOf(const std::vector<bool>& int8, double smoothing = 0)
{
    quantize::Resolution r;
    for (int i = 0; i < ops; ++i) {
        quantize::ResolvedOp op;
        op.name = "op" + std::to_string(i);
        op.settings.precision = int8[static_cast<std::size_t>(i)] ? Precision::Int8 : Precision::Fp32;
        op.settings.smoothing = smoothing;
        r.ops.push_back(op);
    }
    return r;
}

/// A world that is what the model says, but for a factor that it does not know.
class World
{
public:
    explicit World(double factor)
        : m_factor(factor)
    {
        std::mt19937 random(3);
        std::exponential_distribution<float> margin(0.5f);
        for (int i = 0; i < samples; ++i)
            sensitivity.margins.push_back({margin(random), i % 10 != 0, i % 10 == 0});
        for (int i = 0; i < ops; ++i) {
            OpSensitivity op;
            op.node = "op" + std::to_string(i);
            op.kl = 0.1;
            op.ownError = 20;
            op.weightError = 60;
            op.marginShift = i < 3 ? 0.3 : 0.001;
            op.fp32Ms = 1 + i % 3;
            op.int8Ms = 0.25 * op.fp32Ms;
            sensitivity.ops.push_back(op);
        }
    }

    Trial trialOf(int id, const std::vector<bool>& int8, const std::string& origin = "draft")
    {
        double variance = 0, gain = 0, all = 0;
        for (int i = 0; i < ops; ++i) {
            const OpSensitivity& op = sensitivity.ops[static_cast<std::size_t>(i)];
            all += op.fp32Ms;
            if (!int8[static_cast<std::size_t>(i)])
                continue;
            variance += m_factor * op.marginShift;
            gain += op.fp32Ms - op.int8Ms;
        }
        Trial t;
        t.id = id;
        t.state = TrialState::Done;
        t.origin = origin;
        Accuracy& a = t.accuracy[Split::Tuning];
        a.samples = samples;
        std::normal_distribution<double> shift(0, std::sqrt(std::max(variance, 1e-12)));
        for (const Margin& m : sensitivity.margins) {
            const bool flips = shift(m_random) + static_cast<double>(m.value) < 0;
            a.flips += flips;
            a.correct += flips ? m.runnerUpRight : m.winnerRight;
        }
        a.value = double(a.correct) / samples;
        t.latency.p50 = 10 * (1 - gain / (all + 5));
        t.latency.ratioToFp32 = t.latency.p50 / 10;
        return t;
    }

    Sensitivity sensitivity;

private:
    double m_factor;
    std::mt19937 m_random{7};
};

} // namespace

class TestPredictor : public QObject
{
    Q_OBJECT

private slots:
    void fp32IsItself()
    {
        World world(1);
        const std::vector<bool> none(ops, false);
        const Trial fp32 = world.trialOf(1, none, "baseline:fp32");
        const Predictor predictor(world.sensitivity, {{&fp32, resolutionOf(none)}});
        const Prediction p = predictor.predict(resolutionOf(none));
        QCOMPARE(p.accuracy, fp32.tuning()->value);
        QCOMPARE(p.accuracyLow, p.accuracyHigh);
        QCOMPARE(p.flips, 0.0);
        QVERIFY(p.fewTrials);
    }

    /// Both products of an attention carry what the pair does, and alone neither runs in int8.
    void attentionCountsOnce()
    {
        World world(1);
        for (const int i : {0, 1}) {
            world.sensitivity.ops[std::size_t(i)].kl = 0.2;
            world.sensitivity.ops[std::size_t(i)].marginShift = 0.4;
        }
        const auto resolution = [](std::vector<int> int8, bool paired) {
            std::vector<bool> config(ops);
            for (const int i : int8)
                config[std::size_t(i)] = true;
            quantize::Resolution r = resolutionOf(config);
            for (int i = 0; i < ops; ++i)
                r.ops[std::size_t(i)].product.node = i;
            if (paired) {
                r.ops[0].product.partner = 1;
                r.ops[1].product.partner = 0;
            }
            return r;
        };
        const Trial fp32 = world.trialOf(1, std::vector<bool>(ops, false), "baseline:fp32");
        const Predictor predictor(world.sensitivity, {{&fp32, resolution({}, true)}});
        const double single = predictor.predict(resolution({0}, false)).flips;
        QVERIFY(single > 0);
        QVERIFY(qAbs(predictor.predict(resolution({0, 1}, true)).flips - single) < 1e-9);
        QCOMPARE(predictor.predict(resolution({0}, true)).flips, 0.0);
    }

    /// Unseen configs: flips and accuracy near what happens, latency within 10 %, and the order kept.
    void unseenConfigs()
    {
        World world(2.5);
        std::vector<bool> none(ops, false), all(ops, true);
        std::vector<Trial> trials{world.trialOf(1, none, "baseline:fp32"), world.trialOf(2, all, "baseline:static")};
        std::vector<quantize::Resolution> resolutions{resolutionOf(none), resolutionOf(all)};
        std::mt19937 random(11);
        const auto drawn = [&] {
            std::vector<bool> config(ops);
            for (int i = 0; i < ops; ++i)
                config[static_cast<std::size_t>(i)] = random() % 2;
            return config;
        };
        for (int i = 0; i < 10; ++i) {
            const auto config = drawn();
            trials.push_back(world.trialOf(3 + i, config));
            resolutions.push_back(resolutionOf(config));
        }
        std::vector<Predictor::Known> known;
        for (std::size_t i = 0; i < trials.size(); ++i)
            known.push_back({&trials[i], resolutions[i]});
        const Predictor predictor(world.sensitivity, known);
        int inside = 0;
        for (int i = 0; i < 40; ++i) {
            const auto config = drawn();
            const Trial truth = world.trialOf(100 + i, config);
            const Prediction p = predictor.predict(resolutionOf(config));
            QVERIFY(!p.fewTrials);
            QVERIFY(std::abs(p.p50 / truth.latency.p50 - 1) < 0.1);
            QVERIFY(p.p50Low < p.p50 && p.p50 < p.p50High);
            const double flips = double(truth.tuning()->flips) / samples;
            QVERIFY2(std::abs(p.flips - flips) < 0.06, qPrintable(QStringLiteral("%1 %2").arg(p.flips).arg(flips)));
            inside += p.accuracyLow <= truth.tuning()->value && truth.tuning()->value <= p.accuracyHigh;
        }
        QVERIFY2(inside >= 26 && inside <= 40, qPrintable(QString::number(inside)));
        // Leaving the three bad ones out helps, leaving three others out does not.
        auto good = all, other = all;
        for (std::size_t i = 0; i < 3; ++i)
            good[i] = other[i + 3] = false;
        QVERIFY(predictor.predict(resolutionOf(good)).flips < 0.3 * predictor.predict(resolutionOf(other)).flips);
    }

    /// Alone the three bad ops cost nothing and together much, which no sum of shifts can say: trials of both kinds do, for
    /// what resembles them, and there the interval is narrow.
    void learnsFromTrialsWhatTheModelCannotSay()
    {
        World world(1);
        const std::vector<bool> none(ops, false), all(ops, true);
        const auto with = [](std::vector<std::size_t> bad, unsigned mild) {
            std::vector<bool> config(ops, false);
            for (const std::size_t i : bad)
                config[i] = true;
            for (std::size_t i = 3; i < ops; ++i)
                config[i] = mild >> i & 1;
            return config;
        };
        const auto trialOf = [&](int id, const std::vector<bool>& config, double drop) {
            Trial trial = world.trialOf(id, config);
            trial.accuracy[Split::Tuning].value = 0.9 - drop;
            trial.accuracy[Split::Tuning].flips = std::lround(drop * samples);
            return trial;
        };
        Trial fp32 = world.trialOf(1, none, "baseline:fp32");
        fp32.accuracy[Split::Tuning].value = 0.9;
        const Trial hard = trialOf(2, all, 0.3), alone = trialOf(3, with({0}, 0x5555555), 0);
        const Predictor few(world.sensitivity, {{&fp32, resolutionOf(none)}, {&hard, resolutionOf(all)}});
        const Predictor more(world.sensitivity,
            {{&fp32, resolutionOf(none)}, {&hard, resolutionOf(all)}, {&alone, resolutionOf(with({0}, 0x5555555))}});
        const auto like = resolutionOf(with({0}, 0xccccccc)), unlike = resolutionOf(with({1, 2}, 0xccccccc));
        const auto error = [&](const Predictor& p) { return std::abs(p.predict(like).accuracy - 0.9); };
        QVERIFY2(error(more) < 0.3 * error(few),
            qPrintable(QStringLiteral("%1 %2").arg(error(more)).arg(error(few))));
        QVERIFY(more.predict(like).flips < 0.5 * few.predict(like).flips);
        const auto together = resolutionOf(with({0, 1, 2}, 0xccccccc));
        QVERIFY(more.predict(together).accuracy < more.predict(like).accuracy - 0.02);
        const auto width = [](const Prediction& p) { return p.accuracyHigh - p.accuracyLow; };
        QVERIFY(width(more.predict(like)) < 0.75 * width(more.predict(unlike)));
    }

    void anotherRecipeHasAFactorOfItsOwn()
    {
        World world(1);
        const std::vector<bool> none(ops, false), all(ops, true);
        const Trial fp32 = world.trialOf(1, none, "baseline:fp32"), hard = world.trialOf(2, all, "baseline:static");
        Trial smooth = world.trialOf(3, none, "baseline:smoothed");
        smooth.latency.ratioToFp32 = 0.4;
        const Predictor predictor(world.sensitivity,
            {{&fp32, resolutionOf(none)}, {&hard, resolutionOf(all)}, {&smooth, resolutionOf(all, 0.5)}});
        QVERIFY(predictor.predict(resolutionOf(all, 0.5)).flips < 0.01);
        QVERIFY(predictor.predict(resolutionOf(all)).flips > 0.1);
        QCOMPARE(predictor.predict(resolutionOf(all, 0.5)).p50, 0.4 * fp32.latency.p50);
    }

    /// The search keeps a copy beyond the life of what it was made from; the address sanitizer watches.
    void copiesStandAlone()
    {
        World world(1);
        const std::vector<bool> none(ops, false), all(ops, true);
        const Trial fp32 = world.trialOf(1, none, "baseline:fp32"), hard = world.trialOf(2, all, "baseline:static");
        const std::vector<Predictor::Known> known{{&fp32, resolutionOf(none)}, {&hard, resolutionOf(all)}};
        auto first = std::make_unique<Predictor>(world.sensitivity, known);
        const Prediction before = first->predict(resolutionOf(all));
        const Predictor copy = *first;
        first.reset();
        const std::vector<Sensitivity> reused(4, Sensitivity{std::vector<OpSensitivity>(ops), {}, 0, {}, 0, 0});
        QCOMPARE(copy.predict(resolutionOf(all)).flips, before.flips);
        QCOMPARE(copy.predict(resolutionOf(all)).p50, before.p50);
    }

    void needsTheBaselineAndMargins()
    {
        World world(1);
        const std::vector<bool> none(ops, false), all(ops, true);
        const Trial fp32 = world.trialOf(1, none, "baseline:fp32"), hard = world.trialOf(2, all, "baseline:static");
        const auto resolve = [&](const Config&) { return resolutionOf(all); };
        QVERIFY(tune::predictorFrom(world.sensitivity, {&fp32, &hard}, resolve));
        QVERIFY(!tune::predictorFrom(world.sensitivity, {&hard}, resolve));
        Sensitivity growing = world.sensitivity;
        growing.margins.clear();
        QVERIFY(!tune::predictorFrom(growing, {&fp32, &hard}, resolve));
    }

    void refusals()
    {
        World world(1);
        const Trial draft = world.trialOf(2, std::vector<bool>(ops, true));
        QVERIFY_EXCEPTION_THROWN(Predictor(world.sensitivity, {{&draft, {}}}), Error);
        const Trial fp32 = world.trialOf(1, std::vector<bool>(ops, false), "baseline:fp32");
        QVERIFY_EXCEPTION_THROWN(Predictor(Sensitivity{}, {{&fp32, {}}}), Error);
    }
};

OCTET_TEST(TestPredictor)
#include "tst_predictor.moc"
