// SPDX-License-Identifier: GPL-3.0-or-later
// How well sensitivity ranks and the predictor foresees: random configs of a model, predicted and then really run.
//   prediction [--configs N] [--keep FOLDER] [--again] [--rank] NAME MODEL DATA.yaml [NAME MODEL DATA.yaml ...]
// --keep writes what was measured, one file a model; --again reads it instead of measuring, after a change of the
// predictor; with --rank all but the sensitivity, after a change of that.
#include "core/measure/measure.h"
#include "core/measure/sensitivity.h"
#include "core/quantize/resolve.h"
#include "core/tune/predictor.h"
#include "core/values/json.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <numeric>
#include <random>

using namespace octet;
using tune::Prediction;
using tune::Predictor;

namespace {

struct Plan
{
    int configs = 30;
    std::string folder;
    bool again = false, rank = false;
    struct Subject
    {
        std::string name, model, data;
    };
    std::vector<Subject> subjects;
};

Plan planOf(int argc, char** argv)
{
    Plan plan;
    std::vector<std::string> rest;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        if (word == "--again")
            plan.again = true;
        else if (word == "--rank")
            plan.rank = true;
        else if (word == "--configs" && i + 1 < argc)
            plan.configs = std::max(10, std::atoi(argv[++i]));
        else if (word == "--keep" && i + 1 < argc)
            plan.folder = argv[++i];
        else
            rest.push_back(word);
    }
    if (rest.empty() || rest.size() % 3 != 0)
        throw Error(ErrorKind::Setting,
            "Usage: prediction [--configs N] [--keep FOLDER] [--again] [--rank] NAME MODEL DATA.yaml [NAME MODEL DATA.yaml "
            "...]");
    for (std::size_t i = 0; i < rest.size(); i += 3)
        plan.subjects.push_back({rest[i], rest[i + 1], rest[i + 2]});
    return plan;
}

/// One config as it really was.
struct Truth
{
    Trial trial; // accuracy of Tuning and Test, both against fp32; latency beside fp32
    quantize::Resolution resolution;
    double flips(Split split) const
    {
        const Accuracy& a = trial.accuracy.at(split);
        return double(a.flips) / double(a.samples);
    }
};

class Subject
{
public:
    Subject(const Plan& plan, const Plan::Subject& names)
        : m_names(names)
        , m_file(plan.folder.empty() ? "" : plan.folder + "/" + names.name + ".json")
    {
        m_context.model = graph::load(names.model);
        m_context.data = data::open(data::loadSpec(names.data), *m_context.model);
        m_context.store = &m_store;
        m_context.statistics = &m_statistics;
        m_products = quantize::products(*m_context.model);
        draw(plan.configs);
        if (plan.again)
            read();
        if (!plan.again || plan.rank) {
            const Ranges ranges = calibrateAndRank();
            if (!plan.again)
                measureTrials(ranges);
            if (!m_file.empty())
                write();
        }
    }

    const std::vector<Truth>& truths() const { return m_truths; } // fp32, all static, then the random ones
    const Sensitivity& sensitivity() const { return m_sensitivity; }
    std::string fixture() const { return graph::fixtureNote(m_context.model->path()); }

private:
    /// Every op int8 with a chance that is drawn for the config; the two products of an attention go together, since
    /// one alone runs in fp32.
    void draw(int configs)
    {
        std::mt19937 random(1978);
        add(presetConfig("fp32"), "baseline:fp32");
        add(presetConfig("static"), "baseline:static");
        for (int c = 0; c < configs; ++c) {
            Config config = presetConfig("static");
            const unsigned share = 30 + random() % 66;
            bool attention = false;
            for (const quantize::Product& product : m_products) {
                const bool draws = product.kind != quantize::ProductKind::Context;
                const bool int8 = draws ? random() % 100 < share : attention;
                if (product.kind == quantize::ProductKind::Scores)
                    attention = int8;
                if (!int8)
                    config.ops[m_context.model->nodes()[std::size_t(product.node)].name].precision = Precision::Fp32;
            }
            add(config, "draft");
        }
    }

    void add(const Config& config, const char* origin)
    {
        Truth truth;
        truth.trial.id = static_cast<int>(m_truths.size()) + 1;
        truth.trial.origin = origin;
        truth.trial.config = config;
        truth.trial.state = TrialState::Done;
        truth.resolution = quantize::resolve(*m_context.model, m_products, config);
        m_truths.push_back(std::move(truth));
    }

    std::vector<int> labels(Split split) const
    {
        std::vector<int> all;
        for (std::size_t i = 0; i < m_context.data->size(split); ++i)
            all.push_back(m_context.data->label(split, i));
        return all;
    }

    Ranges calibrateAndRank()
    {
        OpSettings settings;
        settings.precision = Precision::Int8;
        const Settings all = measure::allInt8(*m_context.model, m_products, settings);
        const Ranges ranges = measure::calibrate(m_context, all, {});
        measure::SensitivityOptions options;
        options.settings = settings;
        m_sensitivity = measure::sensitivity(m_context, ranges, options, &m_workload);
        return ranges;
    }

    void measureTrials(const Ranges& ranges)
    {
        for (Truth& truth : m_truths) {
            for (const Split split : {Split::Tuning, Split::Test}) {
                Accuracy& a = truth.trial.accuracy[split];
                a = measure::accuracy(m_context, truth.resolution.settings(), ranges, split).accuracy;
                measure::compareWith(a, m_truths.front().trial.accuracy.at(split), labels(split));
            }
            std::fprintf(stderr, "\r%s: %d of %zu", m_names.name.c_str(), truth.trial.id, m_truths.size());
        }
        std::fputc('\n', stderr);
        std::vector<measure::Contender> contenders;
        for (std::size_t i = 0; i < std::min<std::size_t>(m_truths.size(), 22); ++i)
            contenders.push_back({std::to_string(i), m_truths[i].resolution.settings(), ranges});
        const measure::LatencyRun run = measure::latency(m_context, contenders, m_workload);
        for (std::size_t i = 0; i < contenders.size(); ++i) {
            m_truths[i].trial.latency = run.latencies[i];
            m_truths[i].trial.groups = run.groups[i];
        }
    }

    void write() const
    {
        nlohmann::json trials = nlohmann::json::array();
        for (const Truth& truth : m_truths)
            trials.push_back(toJson(truth.trial));
        std::ofstream(m_file) << nlohmann::json{{"sensitivity", toJson(m_sensitivity)}, {"trials", trials}}.dump();
    }

    void read()
    {
        std::ifstream file(m_file);
        const auto document = nlohmann::json::parse(file, nullptr, false);
        if (document.is_discarded() || document["trials"].size() != m_truths.size())
            throw Error(ErrorKind::File, fmt::format("{} does not hold this run; measure first.", m_file));
        m_sensitivity = fromJson<Sensitivity>(document["sensitivity"]);
        for (std::size_t i = 0; i < m_truths.size(); ++i)
            m_truths[i].trial = fromJson<Trial>(document["trials"][i]);
    }

    Plan::Subject m_names;
    std::string m_file;
    engine::WeightStore m_store;
    std::map<std::string, quantize::ValueStatistics> m_statistics;
    measure::Context m_context;
    Workload m_workload{.runs = 30};
    std::vector<quantize::Product> m_products;
    std::vector<Truth> m_truths;
    Sensitivity m_sensitivity;
};

std::vector<double> ranksOf(const std::vector<double>& values)
{
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t(0));
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    std::vector<double> ranks(values.size());
    for (std::size_t from = 0; from < order.size();) {
        std::size_t to = from;
        while (to < order.size() && values[order[to]] == values[order[from]])
            ++to;
        for (std::size_t i = from; i < to; ++i)
            ranks[order[i]] = double(from + to - 1) / 2;
        from = to;
    }
    return ranks;
}

/// Spearman's, ties at their mean rank.
double rankCorrelation(const std::vector<double>& a, const std::vector<double>& b)
{
    const std::vector<double> x = ranksOf(a), y = ranksOf(b);
    const double middle = double(x.size() - 1) / 2;
    double xy = 0, xx = 0, yy = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        xy += (x[i] - middle) * (y[i] - middle);
        xx += (x[i] - middle) * (x[i] - middle);
        yy += (y[i] - middle) * (y[i] - middle);
    }
    return xx > 0 && yy > 0 ? xy / std::sqrt(xx * yy) : 0;
}

Predictor predictorOf(const Subject& subject, const std::vector<std::size_t>& seen)
{
    std::vector<Predictor::Known> known;
    for (const std::size_t i : seen)
        known.push_back({&subject.truths()[i].trial, subject.truths()[i].resolution});
    return Predictor(subject.sensitivity(), known);
}

/// Share of the configs behind `trials` random ones whose accuracy the 80 % interval holds, over many draws.
double coverage(const Subject& subject, std::size_t trials, double& width)
{
    constexpr int draws = 20;
    std::mt19937 random(7);
    int inside = 0, all = 0;
    width = 0;
    for (int d = 0; d < draws; ++d) {
        std::vector<std::size_t> order(subject.truths().size() - 2);
        std::iota(order.begin(), order.end(), std::size_t(2));
        for (std::size_t i = order.size(); i > 1; --i)
            std::swap(order[i - 1], order[random() % i]);
        std::vector<std::size_t> seen{0, 1};
        seen.insert(seen.end(), order.begin(), order.begin() + std::ptrdiff_t(trials));
        const Predictor predictor = predictorOf(subject, seen);
        for (std::size_t i = trials; i < order.size(); ++i) {
            const Prediction p = predictor.predict(subject.truths()[order[i]].resolution);
            const double truth = subject.truths()[order[i]].trial.tuning()->value;
            inside += p.accuracyLow <= truth + 1e-9 && truth <= p.accuracyHigh + 1e-9;
            width += p.accuracyHigh - p.accuracyLow;
            ++all;
        }
    }
    width /= all;
    return double(inside) / all;
}

void print(const Subject& subject, const std::string& name)
{
    const auto& truths = subject.truths();
    const Predictor predictor = predictorOf(subject, {0, 1});
    std::vector<double> drop, flips, trueDrop, trueFlips, tuningDrop, errors, latency;
    const double fp32 = truths[0].trial.accuracy.at(Split::Test).value;
    for (std::size_t i = 2; i < truths.size(); ++i) {
        const Prediction p = predictor.predict(truths[i].resolution);
        drop.push_back(-p.accuracy);
        flips.push_back(p.flips);
        trueDrop.push_back(fp32 - truths[i].trial.accuracy.at(Split::Test).value);
        tuningDrop.push_back(-truths[i].trial.tuning()->value);
        trueFlips.push_back(truths[i].flips(Split::Test));
        errors.push_back(std::abs(p.accuracy - truths[i].trial.tuning()->value));
        const double ratio = truths[i].trial.latency.ratioToFp32;
        if (ratio > 0)
            latency.push_back(std::abs(p.p50 / (ratio * truths[0].trial.latency.p50) - 1));
    }
    std::sort(latency.begin(), latency.end());
    std::sort(errors.begin(), errors.end());
    double wide = 0, wideFew = 0;
    const double held = coverage(subject, 8, wide), few = coverage(subject, 2, wideFew);
    fmt::print(
        "{:<10} {:5.1f} {:8.1f} {:7.2f} {:7.2f} {:9.2f} {:9.1f} {:8.0f} ({:4.1f}) {:8.0f} ({:4.1f}) {:10.1f} {:6.1f}\n",
        name, subject.sensitivity().evaluations, subject.sensitivity().seconds, rankCorrelation(drop, trueDrop),
        rankCorrelation(flips, trueFlips), rankCorrelation(tuningDrop, trueDrop), 100 * errors[errors.size() / 2],
        100 * few, 100 * wideFew, 100 * held, 100 * wide, latency.empty() ? 0.0 : 100 * latency[latency.size() / 2],
        latency.empty() ? 0.0 : 100 * latency.back());
}

/// 500 ops and 1,000 samples: what one mark in the window costs.
double millisecondsAPrediction()
{
    constexpr int ops = 500, samples = 1000;
    Sensitivity sensitivity;
    quantize::Resolution resolution;
    for (int i = 0; i < ops; ++i) {
        OpSensitivity op;
        op.node = fmt::format("/encoder/layer.{}/attention/output/dense/MatMul", i);
        op.ownError = 20 + i % 40;
        op.weightError = 45;
        op.kl = 0.01;
        op.marginShift = 0.001;
        op.fp32Ms = 1;
        op.int8Ms = 0.3;
        sensitivity.ops.push_back(op);
        quantize::ResolvedOp resolved;
        resolved.name = op.node;
        resolved.settings.precision = i % 3 ? Precision::Int8 : Precision::Fp32;
        resolution.ops.push_back(resolved);
    }
    for (int i = 0; i < samples; ++i)
        sensitivity.margins.push_back({float(i) / 200, true, false});
    Trial fp32;
    fp32.origin = "baseline:fp32";
    fp32.state = TrialState::Done;
    fp32.accuracy[Split::Tuning].value = 0.9;
    const Predictor predictor(sensitivity, {{&fp32, {}}});
    constexpr int times = 200;
    const auto start = std::chrono::steady_clock::now();
    double sum = 0;
    for (int i = 0; i < times; ++i)
        sum += predictor.predict(resolution).flips;
    const std::chrono::duration<double, std::milli> spent = std::chrono::steady_clock::now() - start;
    return sum > 0 ? spent.count() / times : 0;
}

} // namespace

int main(int argc, char** argv)
{
    try {
        const Plan plan = planOf(argc, argv);
        fmt::print("Prediction of {} random configs, one thread, {}.\n", plan.configs,
            engine::machine(engine::effectiveIsa()).cpu);
        fmt::print(
            "Evaluations and seconds of the sensitivity; rank correlation on all test samples of the predicted drop, "
            "of "
            "the predicted flips,\nand of a real run on the tuning half; median error of the accuracy in points; truth "
            "inside the 80 % interval in %\n(its width in points) after 2 and 8 trials; error of the latency in %, "
            "median "
            "and largest.\n");
        fmt::print("{:<10} {:>5} {:>8} {:>7} {:>7} {:>9} {:>9} {:>15} {:>15} {:>10} {:>6}\n", "model", "evals",
            "seconds", "drop", "flips", "real half", "error", "2 trials", "8 trials", "latency", "max");
        for (const Plan::Subject& names : plan.subjects) {
            const Subject subject(plan, names);
            print(subject, names.name);
            if (const std::string note = subject.fixture(); !note.empty())
                fmt::print("           ({})\n", note);
            std::fflush(stdout);
        }
        fmt::print("One prediction of 500 ops on 1,000 samples: {:.2f} ms\n", millisecondsAPrediction());
    } catch (const Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    return 0;
}
