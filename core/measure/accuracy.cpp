// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/feed.h"
#include "core/measure/metrics.h"
#include "core/values/error.h"
#include "core/values/hash.h"

#include <fmt/format.h>

#include <algorithm>

namespace octet::measure {

namespace {

std::int64_t classesOf(const engine::Program& program, int rows)
{
    const Shape shape = program.outputNames().empty() ? Shape{} : program.outputShape(0);
    if (shape.size() < 2 || shape[0] != rows || elementCount(shape) != rows * shape.back() || shape.back() <= 0
        || program.outputType(0) != DType::F32)
        throw Error(ErrorKind::Unsupported,
            fmt::format("Accuracy needs a first output of shape [batch, classes] in float32, but this model's is {}.",
                toString(shape)));
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

} // namespace

std::vector<int> labelsOf(const data::Dataset& data, Split split)
{
    std::vector<int> labels;
    for (std::size_t i = 0; data.hasLabels() && i < data.size(split); ++i)
        labels.push_back(data.label(split, i));
    return labels;
}

AccuracyRun accuracy(
    const Context& context, const Settings& settings, const Ranges& ranges, Split split, const std::string& metricName)
{
    const std::size_t samples = context.data ? context.data->size(split) : 0;
    if (samples == 0)
        throw Error(ErrorKind::Data, fmt::format("The data has no {} samples.", toString(split)));
    const Metric& metric = metricOf(metricName);
    checkLabels(metric, context.data->hasLabels());

    AccuracyRun result;
    std::int64_t classes = 0;
    runSplit(context, split, settings, ranges, {},
        [&](Runner& runner, const std::vector<std::size_t>& indices, int rows, int) {
            const std::int64_t here = classesOf(runner.program(), rows);
            if (classes == 0) {
                classes = here;
                result.outputs.resize(samples * static_cast<std::size_t>(classes));
                result.groups = runner.program().groups();
            }
            if (here != classes)
                throw Error(ErrorKind::Unsupported, "The model's number of classes depends on the input's length.");
            const auto bytes = runner.session().output(0);
            const auto* from = reinterpret_cast<const float*>(bytes.data());
            const auto width = static_cast<std::size_t>(classes);
            for (std::size_t i = 0; i < indices.size(); ++i)
                std::copy_n(from + i * width, width, result.outputs.data() + indices[i] * width);
        });

    result.outputDigest = sha256(std::as_bytes(std::span<const float>(result.outputs)));
    for (std::size_t i = 0; i < samples; ++i) {
        const auto width = static_cast<std::size_t>(classes);
        result.accuracy.predictions.push_back(argmax(std::span(result.outputs).subspan(i * width, width)));
    }
    score(result.accuracy, metric, labelsOf(*context.data, split));
    return result;
}

} // namespace octet::measure
