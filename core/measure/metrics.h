// SPDX-License-Identifier: GPL-3.0-or-later
// What a goal may be stated in. Definitions are those of scikit-learn, where it has them. Pure and cheap.
#pragma once

#include "core/data/dataset.h"
#include "core/values/goal.h"
#include "core/values/metric.h"
#include "core/values/trial.h"

#include <span>
#include <string>
#include <utility>
#include <vector>

namespace octet::measure {

using octet::Metric;
using octet::metricOf;
using octet::metrics;

/// Throws Error(Data) when the metric needs labels and there are none, or others; the sentence offers what fits.
void checkLabels(const Metric& metric, LabelKind kind);
/// Comparing needs the outputs of both; else the answers do.
bool readsOutputs(const Metric& metric);
/// Throws Error(Unsupported) for what no goal can be stated in: a share of fp32's 0 is 0.
void checkGoal(const Goal& goal);

/// F1 of class 1, 2 TP / (2 TP + FP + FN), higher is better, 0 when undefined (scikit-learn f1_score, binary).
double f1(std::span<const int> predictions, std::span<const int> labels);
/// Unweighted mean of the classes' F1 over classes in either list (f1_score, average="macro"); higher is better.
double macroF1(std::span<const int> predictions, std::span<const int> labels);
/// Matthews correlation, of several classes by J. Gorodkin (Comput. Biol. Chem. 28, 2004): -1 to 1, higher is better,
/// 0 when one side is constant (matthews_corrcoef).
double matthews(std::span<const int> predictions, std::span<const int> labels);

/// KL(softmax(reference) || softmax(row)) in nats; lower is better, 0 for equal rows.
double klDivergence(std::span<const float> row, std::span<const float> reference);
/// Cosine of the angle between the rows; 1 when both are zero, 0 when one is; higher is better.
double cosine(std::span<const float> row, std::span<const float> reference);
/// Mean squared difference of the elements; lower is better.
double meanSquare(std::span<const float> row, std::span<const float> reference);

/// Value and its 95 % percentile bootstrap interval over samples (1,000 resamples, fixed seed) of f1, f1_macro or mcc;
/// for accuracy as wilson(). Fills `correct` as well.
void score(Accuracy& accuracy, const Metric& metric, const std::vector<int>& labels);

/// Pearson's correlation of `x` and `y`, -1 to 1 (scipy.stats.pearsonr); 0 when one side is constant.
double pearson(std::span<const float> x, std::span<const float> y);
/// Pearson's of the ranks, equal values sharing their mean rank (scipy.stats.spearmanr).
double spearman(std::span<const float> x, std::span<const float> y);

/// Against fp32 on the same samples: worse, better, flips (without labels an answer other than fp32's is worse), for
/// metrics without labels the value, and the paired interval of the loss where lossInterval() cannot get it from
/// counts: a bootstrap over samples, each end one-sided 95 %; 3 / samples to both sides when no answer changed.
/// `outputs` are rows in the order of the predictions; only kl, cosine and mse read them.
void compareMetric(Accuracy& accuracy, const Accuracy& fp32, std::span<const float> outputs,
    std::span<const float> fp32Outputs, const std::vector<int>& labels);

/// Value and interval of pearson or spearman; one output a sample. Nothing is right or wrong: predictions are all 0.
void scoreNumbers(Accuracy& accuracy, const Metric& metric, std::span<const float> outputs, std::span<const float> targets);

/// Classes of tokens, a row a sample, -1 behind its end; labels likewise, ignoredLabel where none counts.
struct TokenRows
{
    std::vector<float> answers;
    std::vector<int> labels;
    std::size_t width = 0;
};
TokenRows tokenLabelsOf(const data::Dataset& data, Split split); // without answers
std::vector<float> targetsOf(const data::Dataset& data, Split split);
/// Share of the tokens that count whose answer is their label, and its interval over samples. A prediction is the number
/// of a sample's wrong tokens; right is a sample without any.
void scoreTokens(Accuracy& accuracy, const Metric& metric, const TokenRows& rows);

/// What compareMetric() does, for whatever metric the accuracies are of: all that evaluators need to call. `outputs` as
/// AccuracyRun has them.
void compareOn(const data::Dataset& data, Split split, Accuracy& accuracy, const Accuracy& fp32,
    std::span<const float> outputs, std::span<const float> fp32Outputs);

} // namespace octet::measure
