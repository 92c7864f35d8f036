// SPDX-License-Identifier: GPL-3.0-or-later
// Metrics of labels that are no class of a sample: numbers, and classes of tokens.
#include "core/measure/bootstrap.h"
#include "core/measure/measure.h"
#include "core/measure/metrics.h"
#include "core/values/error.h"

#include <fmt/format.h>

#include <numeric>
#include <tuple>

namespace octet::measure {

namespace {

std::vector<float> at(std::span<const float> values, const std::vector<std::size_t>& indices)
{
    std::vector<float> taken;
    for (const std::size_t i : indices)
        taken.push_back(values[i]);
    return taken;
}

double correlation(const Metric& metric, std::span<const float> x, std::span<const float> y)
{
    return metric.name == "pearson" ? pearson(x, y) : spearman(x, y);
}

std::vector<float> ranks(std::span<const float> values)
{
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t(0));
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    std::vector<float> ranked(values.size());
    for (std::size_t from = 0; from < order.size();) {
        std::size_t to = from + 1;
        while (to < order.size() && values[order[to]] == values[order[from]])
            ++to;
        for (std::size_t i = from; i < to; ++i)
            ranked[order[i]] = static_cast<float>(from + to - 1) / 2;
        from = to;
    }
    return ranked;
}

void compareNumbers(Accuracy& a, const Metric& metric, std::span<const float> outputs, std::span<const float> reference,
    std::span<const float> targets)
{
    if (outputs.size() != reference.size() || outputs.size() != targets.size())
        throw Error(ErrorKind::Internal, "Outputs of different splits cannot be compared.");
    a.worse = a.better = a.flips = 0;
    for (std::size_t i = 0; i < outputs.size(); ++i)
        a.flips += outputs[i] != reference[i]; // there is no answer to keep: what counts is the interval
    std::tie(a.lossLow, a.lossHigh) =
        bootstrap(targets.size(), 0.05, 0.95, [&](const std::vector<std::size_t>& drawn) {
            const auto truth = at(targets, drawn);
            return correlation(metric, at(reference, drawn), truth) - correlation(metric, at(outputs, drawn), truth);
        });
    widenWhenUnchanged(a);
}

/// Of one sample.
struct Tokens
{
    long right = 0, counted = 0;
};

Tokens tokensOf(std::span<const float> answers, std::span<const int> labels)
{
    Tokens tokens;
    for (std::size_t i = 0; i < labels.size(); ++i)
        if (labels[i] != ignoredLabel) {
            ++tokens.counted;
            tokens.right += static_cast<int>(answers[i]) == labels[i];
        }
    return tokens;
}

std::vector<Tokens> tokensOf(std::span<const float> answers, const TokenRows& rows)
{
    std::vector<Tokens> all;
    for (std::size_t from = 0; from + rows.width <= rows.labels.size() && rows.width > 0; from += rows.width)
        all.push_back(tokensOf(answers.subspan(from, rows.width), std::span(rows.labels).subspan(from, rows.width)));
    return all;
}

double shareAt(const std::vector<Tokens>& samples, const std::vector<std::size_t>& indices)
{
    long right = 0, counted = 0;
    for (const std::size_t i : indices)
        right += samples[i].right, counted += samples[i].counted;
    return counted > 0 ? static_cast<double>(right) / static_cast<double>(counted) : 0;
}

void compareTokens(Accuracy& a, const Accuracy& fp32, std::span<const float> reference, const TokenRows& rows)
{
    if (rows.answers.size() != reference.size() || rows.answers.size() != rows.labels.size())
        throw Error(ErrorKind::Internal, "Outputs of different splits cannot be compared.");
    const auto mine = tokensOf(rows.answers, rows), before = tokensOf(reference, rows);
    compareWith(a, fp32, std::vector<int>(mine.size(), 0));
    a.flips = 0; // samples in which the answer of any token that counts changed
    for (std::size_t s = 0; s < mine.size(); ++s) {
        bool changed = false;
        for (std::size_t i = s * rows.width; i < (s + 1) * rows.width && !changed; ++i)
            changed = rows.labels[i] != ignoredLabel && rows.answers[i] != reference[i];
        a.flips += changed;
    }
    std::tie(a.lossLow, a.lossHigh) = bootstrap(mine.size(), 0.05, 0.95,
        [&](const std::vector<std::size_t>& drawn) { return shareAt(before, drawn) - shareAt(mine, drawn); });
    widenWhenUnchanged(a);
}

} // namespace

double pearson(std::span<const float> x, std::span<const float> y)
{
    if (x.size() != y.size())
        throw Error(ErrorKind::Internal, "Outputs and labels of different splits cannot be compared.");
    const auto n = static_cast<double>(x.size());
    if (x.empty())
        return 0;
    const auto mean = [n](std::span<const float> v) { return std::accumulate(v.begin(), v.end(), 0.0) / n; };
    const double mx = mean(x), my = mean(y);
    double xy = 0, xx = 0, yy = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        xy += (x[i] - mx) * (y[i] - my);
        xx += (x[i] - mx) * (x[i] - mx);
        yy += (y[i] - my) * (y[i] - my);
    }
    return xx > 0 && yy > 0 ? xy / std::sqrt(xx * yy) : 0;
}

double spearman(std::span<const float> x, std::span<const float> y)
{
    return pearson(ranks(x), ranks(y));
}

void scoreNumbers(Accuracy& a, const Metric& metric, std::span<const float> outputs, std::span<const float> targets)
{
    a.metric = metric.name;
    a.samples = static_cast<long>(targets.size());
    a.correct = 0;
    a.predictions.assign(targets.size(), 0);
    a.value = correlation(metric, outputs, targets);
    std::tie(a.ciLow, a.ciHigh) =
        bootstrap(targets.size(), 0.025, 0.975, [&](const std::vector<std::size_t>& drawn) {
            return correlation(metric, at(outputs, drawn), at(targets, drawn));
        });
}

void scoreTokens(Accuracy& a, const Metric& metric, const TokenRows& rows)
{
    const std::vector<Tokens> samples = tokensOf(rows.answers, rows);
    a.metric = metric.name;
    a.samples = static_cast<long>(samples.size());
    a.correct = 0;
    a.predictions.clear();
    long counted = 0;
    for (const Tokens& tokens : samples) {
        a.predictions.push_back(static_cast<int>(tokens.counted - tokens.right));
        a.correct += tokens.counted == tokens.right;
        counted += tokens.counted;
    }
    if (counted == 0)
        throw Error(ErrorKind::Data,
            fmt::format("No token counts: all labels are {} or beyond the samples' ends.", ignoredLabel));
    std::vector<std::size_t> all(samples.size());
    std::iota(all.begin(), all.end(), std::size_t(0));
    a.value = shareAt(samples, all);
    std::tie(a.ciLow, a.ciHigh) = bootstrap(samples.size(), 0.025, 0.975,
        [&](const std::vector<std::size_t>& drawn) { return shareAt(samples, drawn); });
}

void compareOn(const data::Dataset& data, Split split, Accuracy& accuracy, const Accuracy& fp32,
    std::span<const float> outputs, std::span<const float> fp32Outputs)
{
    const Metric& metric = metricOf(accuracy.metric);
    switch (metric.labels) {
    case LabelKind::Numbers:
        return compareNumbers(accuracy, metric, outputs, fp32Outputs, targetsOf(data, split));
    case LabelKind::Tokens: {
        TokenRows rows = tokenLabelsOf(data, split);
        rows.answers.assign(outputs.begin(), outputs.end());
        return compareTokens(accuracy, fp32, fp32Outputs, rows);
    }
    case LabelKind::Classes:
    case LabelKind::None:
        break;
    }
    compareMetric(accuracy, fp32, outputs, fp32Outputs,
        data.hasLabels() ? labelsOf(data, split) : std::vector<int>());
}

} // namespace octet::measure
