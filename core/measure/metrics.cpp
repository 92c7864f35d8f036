// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/metrics.h"

#include "core/measure/bootstrap.h"
#include "core/measure/measure.h"
#include "core/values/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>

namespace octet::measure {

namespace {

/// What all metrics of classes are made from.
struct Counts
{
    std::vector<double> right, predicted, labelled; // by class
    double samples = 0;

    void clear(std::size_t classes)
    {
        right.assign(classes, 0), predicted.assign(classes, 0), labelled.assign(classes, 0);
        samples = 0;
    }
    void add(int prediction, int label)
    {
        ++predicted[static_cast<std::size_t>(prediction)];
        ++labelled[static_cast<std::size_t>(label)];
        right[static_cast<std::size_t>(label)] += prediction == label;
        ++samples;
    }
};

std::size_t classesOf(std::span<const int> predictions, std::span<const int> labels)
{
    int most = 1;
    for (const auto& list : {predictions, labels})
        for (const int c : list) {
            if (c < 0)
                throw Error(ErrorKind::Data, "A sample has no label; this metric needs one for each.");
            most = std::max(most, c);
        }
    return static_cast<std::size_t>(most) + 1;
}

double f1Of(const Counts& c, std::size_t k)
{
    const double both = c.predicted[k] + c.labelled[k]; // 2 TP + FP + FN
    return both > 0 ? 2 * c.right[k] / both : 0;
}

double macroOf(const Counts& c)
{
    double sum = 0, classes = 0;
    for (std::size_t k = 0; k < c.right.size(); ++k)
        if (c.predicted[k] + c.labelled[k] > 0)
            sum += f1Of(c, k), ++classes;
    return classes > 0 ? sum / classes : 0;
}

double matthewsOf(const Counts& c)
{
    double right = 0, cross = 0, predicted = 0, labelled = 0;
    for (std::size_t k = 0; k < c.right.size(); ++k) {
        right += c.right[k];
        cross += c.predicted[k] * c.labelled[k];
        predicted += c.predicted[k] * c.predicted[k];
        labelled += c.labelled[k] * c.labelled[k];
    }
    const double n2 = c.samples * c.samples;
    const double below = std::sqrt((n2 - predicted) * (n2 - labelled));
    return below > 0 ? (right * c.samples - cross) / below : 0;
}

double valueOf(const Metric& metric, const Counts& counts)
{
    return metric.name == "f1" ? f1Of(counts, 1) : metric.name == "f1_macro" ? macroOf(counts) : matthewsOf(counts);
}

Counts countsOf(std::span<const int> predictions, std::span<const int> labels)
{
    if (predictions.size() != labels.size())
        throw Error(ErrorKind::Internal, "Predictions and labels of different splits cannot be compared.");
    Counts counts;
    counts.clear(classesOf(predictions, labels));
    for (std::size_t i = 0; i < labels.size(); ++i)
        counts.add(predictions[i], labels[i]);
    return counts;
}

double meanAt(const std::vector<double>& values, const std::vector<std::size_t>& indices)
{
    double sum = 0;
    for (const std::size_t i : indices)
        sum += values[i];
    return sum / static_cast<double>(indices.size());
}

void compareRows(Accuracy& a, const Metric& metric, std::span<const float> outputs, std::span<const float> reference)
{
    const auto n = static_cast<std::size_t>(a.samples);
    if (n == 0 || outputs.size() != reference.size() || outputs.size() % n != 0)
        throw Error(ErrorKind::Internal, "Outputs of different splits cannot be compared.");
    const std::size_t width = outputs.size() / n;
    std::vector<double> values;
    for (std::size_t i = 0; i < n; ++i) {
        const auto row = outputs.subspan(i * width, width), other = reference.subspan(i * width, width);
        values.push_back(metric.name == "kl" ? klDivergence(row, other)
                : metric.name == "cosine"    ? cosine(row, other)
                                             : meanSquare(row, other));
    }
    double sum = 0;
    for (const double v : values)
        sum += v;
    a.value = sum / static_cast<double>(n);
    const auto mean = [&](const std::vector<std::size_t>& drawn) { return meanAt(values, drawn); };
    std::tie(a.ciLow, a.ciHigh) = bootstrap(n, 0.025, 0.975, mean);
    const auto [low, high] = bootstrap(n, 0.05, 0.95, mean);
    a.lossLow = metric.higherIsBetter ? metric.perfect - high : low - metric.perfect;
    a.lossHigh = metric.higherIsBetter ? metric.perfect - low : high - metric.perfect;
}

} // namespace

void checkLabels(const Metric& metric, LabelKind kind)
{
    if (!metric.needsLabels || kind == metric.labels)
        return;
    if (kind == LabelKind::None)
        throw Error(ErrorKind::Data,
            fmt::format(
                "The metric {} needs labels, and the data has none; name the labels, or use agreement, cosine, kl "
                "or mse, which compare with fp32.",
                metric.name));
    const char* have = kind == LabelKind::Numbers ? "are numbers, such as scores; use pearson or spearman"
        : kind == LabelKind::Tokens               ? "are one for each token; use token_match"
                                    : "are classes; use accuracy, f1, f1_macro or mcc";
    const char* wants = metric.labels == LabelKind::Numbers ? "a number for each sample"
        : metric.labels == LabelKind::Tokens                ? "labels [samples, tokens]"
                                             : "a class for each sample";
    throw Error(
        ErrorKind::Data, fmt::format("The metric {} wants {}, but the labels {}.", metric.name, wants, have));
}

bool readsOutputs(const Metric& metric)
{
    return metric.labels != LabelKind::Classes || (!metric.needsLabels && metric.name != "agreement");
}

void checkGoal(const Goal& goal)
{
    if (!metricOf(goal.metric).higherIsBetter)
        throw Error(ErrorKind::Unsupported,
            fmt::format("A goal cannot be a loss of {}, which is 0 for fp32; use agreement or cosine.", goal.metric));
}

double f1(std::span<const int> predictions, std::span<const int> labels)
{
    return f1Of(countsOf(predictions, labels), 1);
}

double macroF1(std::span<const int> predictions, std::span<const int> labels)
{
    return macroOf(countsOf(predictions, labels));
}

double matthews(std::span<const int> predictions, std::span<const int> labels)
{
    return matthewsOf(countsOf(predictions, labels));
}

double klDivergence(std::span<const float> row, std::span<const float> reference)
{
    const auto logSum = [](std::span<const float> x) {
        double most = -HUGE_VAL, sum = 0;
        for (const float v : x)
            most = std::max(most, static_cast<double>(v));
        for (const float v : x)
            sum += std::exp(v - most);
        return most + std::log(sum);
    };
    const double q = logSum(row), p = logSum(reference);
    double sum = 0;
    for (std::size_t i = 0; i < row.size(); ++i)
        sum += std::exp(reference[i] - p) * ((reference[i] - p) - (row[i] - q));
    return std::max(0.0, sum); // never negative but for rounding; NaN stays
}

double cosine(std::span<const float> row, std::span<const float> reference)
{
    double product = 0, a = 0, b = 0;
    for (std::size_t i = 0; i < row.size(); ++i) {
        product += static_cast<double>(row[i]) * reference[i];
        a += static_cast<double>(row[i]) * row[i];
        b += static_cast<double>(reference[i]) * reference[i];
    }
    if (a == 0 || b == 0)
        return a == b ? 1 : 0;
    return product / std::sqrt(a * b);
}

double meanSquare(std::span<const float> row, std::span<const float> reference)
{
    double sum = 0;
    for (std::size_t i = 0; i < row.size(); ++i) {
        const double d = static_cast<double>(row[i]) - reference[i];
        sum += d * d;
    }
    return row.empty() ? 0 : sum / static_cast<double>(row.size());
}

void score(Accuracy& a, const Metric& metric, const std::vector<int>& labels)
{
    a.metric = metric.name;
    a.samples = static_cast<long>(a.predictions.size());
    a.correct = 0;
    for (std::size_t i = 0; i < labels.size(); ++i)
        a.correct += a.predictions[i] == labels[i];
    if (!metric.needsLabels) {
        a.value = a.ciLow = a.ciHigh = metric.perfect;
        if (metric.name == "agreement")
            a.correct = a.samples;
    } else if (metric.name == "accuracy") {
        a.value = static_cast<double>(a.correct) / static_cast<double>(a.samples);
        std::tie(a.ciLow, a.ciHigh) = wilson(a.correct, a.samples);
    } else {
        Counts counts = countsOf(a.predictions, labels);
        a.value = valueOf(metric, counts);
        const std::size_t classes = counts.right.size();
        std::tie(a.ciLow, a.ciHigh) =
            bootstrap(labels.size(), 0.025, 0.975, [&](const std::vector<std::size_t>& drawn) {
                counts.clear(classes);
                for (const std::size_t i : drawn)
                    counts.add(a.predictions[i], labels[i]);
                return valueOf(metric, counts);
            });
    }
}

void compareMetric(Accuracy& a, const Accuracy& fp32, std::span<const float> outputs,
    std::span<const float> fp32Outputs, const std::vector<int>& labels)
{
    const Metric& metric = metricOf(a.metric);
    const bool agreement = metric.name == "agreement";
    compareWith(a, fp32, labels.empty() || agreement ? fp32.predictions : labels);
    if (agreement) {
        a.correct = a.samples - a.flips;
        a.value = static_cast<double>(a.correct) / static_cast<double>(a.samples);
        std::tie(a.ciLow, a.ciHigh) = wilson(a.correct, a.samples);
    }
    if (agreement || metric.name == "accuracy")
        return; // lossInterval() has it from the counts
    if (!metric.needsLabels)
        return compareRows(a, metric, outputs, fp32Outputs);
    const std::size_t classes = std::max(classesOf(a.predictions, labels), classesOf(fp32.predictions, labels));
    Counts mine, before;
    std::tie(a.lossLow, a.lossHigh) = bootstrap(labels.size(), 0.05, 0.95, [&](const std::vector<std::size_t>& drawn) {
        mine.clear(classes), before.clear(classes);
        for (const std::size_t i : drawn) {
            mine.add(a.predictions[i], labels[i]);
            before.add(fp32.predictions[i], labels[i]);
        }
        return valueOf(metric, before) - valueOf(metric, mine);
    });
    widenWhenUnchanged(a);
}

} // namespace octet::measure
