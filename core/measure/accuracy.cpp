// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/feed.h"
#include "core/measure/metrics.h"
#include "core/values/error.h"
#include "core/values/hash.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace octet::measure {

namespace {

/// Answers of a sample: rows x classes, one row but of tokens. Throws where the metric has no use for them.
std::int64_t classesOf(const engine::Program& program, int rows, const Metric& metric)
{
    const Shape shape = program.outputNames().empty() ? Shape{} : program.outputShape(0);
    const bool floats = !program.outputNames().empty() && program.outputType(0) == DType::F32 && shape.size() >= 2
        && shape[0] == rows && shape.back() > 0;
    const bool tokens = floats && shape.size() == 3;
    if (metric.labels == LabelKind::Tokens) {
        if (!tokens)
            throw Error(ErrorKind::Unsupported,
                fmt::format("The metric {} needs a first output of shape [batch, tokens, classes] in float32, but this "
                            "model's is {}.",
                    metric.name, toString(shape)));
        return shape.back();
    }
    if (!floats || elementCount(shape) != rows * shape.back())
        throw Error(ErrorKind::Unsupported,
            fmt::format("Accuracy needs a first output of shape [batch, classes] in float32, but this model's is {}{}.",
                toString(shape),
                tokens ? fmt::format("; for answers of tokens use token_match, with labels [samples, tokens]") : ""));
    if (metric.labels == LabelKind::Numbers && shape.back() != 1)
        throw Error(ErrorKind::Unsupported,
            fmt::format("The metric {} is for models with one output number a sample, but this one has {}.", metric.name,
                shape.back()));
    if (metric.labels == LabelKind::Classes && shape.back() == 1 && metric.name != "mse")
        throw Error(ErrorKind::Unsupported,
            fmt::format("The model gives one number a sample, which is no class, so {} says nothing; use pearson or "
                        "spearman with labels that are numbers, or mse without any.",
                metric.name));
    return shape.back();
}

int argmax(std::span<const float> row)
{
    std::size_t best = 0;
    for (std::size_t i = 1; i < row.size(); ++i)
        if (row[i] > row[best] || row[best] != row[best]) // a NaN never wins
            best = i;
    return static_cast<int>(best);
}

/// Of rows that are probabilities already (a softmax ends the model), those; else of their softmax.
std::vector<int> confidencesOf(std::span<const float> outputs, std::size_t classes, const std::vector<int>& predictions)
{
    const auto row = [&](std::size_t i) { return outputs.subspan(i * classes, classes); };
    const auto isDistribution = [](std::span<const float> values) {
        const bool inside = std::all_of(values.begin(), values.end(), [](float x) { return x >= 0 && x <= 1; });
        return inside && std::abs(std::accumulate(values.begin(), values.end(), 0.0) - 1) < 1e-3;
    };
    bool distributions = true;
    for (std::size_t i = 0; i < predictions.size() && distributions; ++i)
        distributions = isDistribution(row(i));
    std::vector<int> thousandths;
    for (std::size_t i = 0; i < predictions.size(); ++i) {
        const std::span<const float> values = row(i);
        const double best = values[static_cast<std::size_t>(predictions[i])];
        double sum = 0;
        for (const float x : values)
            sum += std::exp(x - best);
        const double probability = distributions ? best : 1 / sum;
        thousandths.push_back(std::isfinite(probability) ? static_cast<int>(std::lround(1000 * probability)) : 0);
    }
    return thousandths;
}

} // namespace

std::vector<int> labelsOf(const data::Dataset& data, Split split)
{
    std::vector<int> labels;
    for (std::size_t i = 0; data.hasLabels() && i < data.size(split); ++i)
        labels.push_back(data.label(split, i));
    return labels;
}

std::vector<float> targetsOf(const data::Dataset& data, Split split)
{
    std::vector<float> targets;
    for (std::size_t i = 0; i < data.size(split); ++i)
        targets.push_back(data.target(split, i));
    return targets;
}

TokenRows tokenLabelsOf(const data::Dataset& data, Split split)
{
    TokenRows rows;
    std::vector<std::vector<int>> labels;
    for (std::size_t i = 0; i < data.size(split); ++i) {
        labels.push_back(data.tokenLabels(split, i));
        rows.width = std::max(rows.width, labels.back().size());
    }
    for (std::vector<int>& row : labels) {
        row.resize(rows.width, ignoredLabel);
        rows.labels.insert(rows.labels.end(), row.begin(), row.end());
    }
    return rows;
}

namespace {

/// Outputs of a split as they come from runs, by sample.
class Collected
{
public:
    Collected(AccuracyRun& result, std::size_t samples, const Metric& metric)
        : m_result(result)
        , m_rows(samples)
        , m_metric(metric)
    {
    }

    void take(Runner& runner, const std::vector<std::size_t>& indices, int rows)
    {
        const std::int64_t here = classesOf(runner.program(), rows, m_metric);
        if (m_classes == 0) {
            m_classes = here;
            m_result.groups = runner.program().groups();
        }
        if (here != m_classes)
            throw Error(ErrorKind::Unsupported, "The model's number of classes depends on the input's length.");
        const auto bytes = runner.session().output(0);
        const auto* from = reinterpret_cast<const float*>(bytes.data());
        const std::size_t width = bytes.size() / sizeof(float) / static_cast<std::size_t>(rows);
        for (std::size_t i = 0; i < indices.size(); ++i)
            m_rows[indices[i]].assign(from + i * width, from + (i + 1) * width);
    }

    /// Raw outputs of all samples, of tokens only those of `lengths` (0 = all of them).
    std::vector<float> all(const data::Dataset& data, Split split) const
    {
        std::vector<float> outputs;
        for (std::size_t i = 0; i < m_rows.size(); ++i) {
            const auto tokens = static_cast<std::size_t>(
                m_metric.labels == LabelKind::Tokens ? std::max(0, data.length(split, i)) : 0);
            const std::size_t real = tokens * classes();
            const auto end = real > 0 && real < m_rows[i].size() ? m_rows[i].begin() + static_cast<std::ptrdiff_t>(real)
                                                                 : m_rows[i].end();
            outputs.insert(outputs.end(), m_rows[i].begin(), end);
        }
        return outputs;
    }

    TokenRows tokens(const data::Dataset& data, Split split) const
    {
        TokenRows rows = tokenLabelsOf(data, split);
        rows.answers.assign(m_rows.size() * rows.width, -1);
        for (std::size_t i = 0; i < m_rows.size(); ++i)
            for (std::size_t t = 0; t < rows.width && (t + 1) * classes() <= m_rows[i].size(); ++t)
                rows.answers[i * rows.width + t] = static_cast<float>(argmax(std::span(m_rows[i]).subspan(t * classes(), classes())));
        return rows;
    }

    std::size_t classes() const { return static_cast<std::size_t>(m_classes); }

private:
    AccuracyRun& m_result;
    std::vector<std::vector<float>> m_rows;
    const Metric& m_metric;
    std::int64_t m_classes = 0;
};

} // namespace

AccuracyRun accuracy(
    const Context& context, const Settings& settings, const Ranges& ranges, Split split, const std::string& metricName)
{
    const std::size_t samples = context.data ? context.data->size(split) : 0;
    if (samples == 0)
        throw Error(ErrorKind::Data, fmt::format("The data has no {} samples.", toString(split)));
    const Metric& metric = metricOf(metricName);
    checkLabels(metric, context.data->labelKind());

    AccuracyRun result;
    Collected collected(result, samples, metric);
    runSplit(context, split, settings, ranges, {},
        [&](Runner& runner, const std::vector<std::size_t>& indices, int rows, int) { collected.take(runner, indices, rows); });
    result.outputs = collected.all(*context.data, split);
    result.outputDigest = sha256(std::as_bytes(std::span<const float>(result.outputs)));
    if (metric.labels == LabelKind::Numbers) {
        scoreNumbers(result.accuracy, metric, result.outputs, targetsOf(*context.data, split));
    } else if (metric.labels == LabelKind::Tokens) {
        TokenRows rows = collected.tokens(*context.data, split);
        scoreTokens(result.accuracy, metric, rows);
        result.outputs = std::move(rows.answers);
    } else {
        for (std::size_t i = 0; i < samples; ++i)
            result.accuracy.predictions.push_back(
                argmax(std::span(result.outputs).subspan(i * collected.classes(), collected.classes())));
        if (collected.classes() > 1)
            result.accuracy.confidences = confidencesOf(result.outputs, collected.classes(), result.accuracy.predictions);
        score(result.accuracy, metric, labelsOf(*context.data, split));
    }
    return result;
}

} // namespace octet::measure
