// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/smoothing.h"

#include "core/graph/weight_values.h"
#include "core/values/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace octet::quantize {

namespace {

/// On a grid of quarters of an octave: whole octaves cost a 64 channels wide model 0.2 % of its answers (measured).
float nearestStep(double x)
{
    constexpr double steps = 4;
    constexpr int widest = 40; // beyond it nothing is gained, and products of factors stay finite
    return static_cast<float>(std::exp2(std::clamp(std::round(steps * std::log2(x)) / steps, -double(widest), double(widest))));
}

/// A weight that multiplies the value, as rows of its channels.
struct Reader
{
    graph::Values<float> values;
    std::int64_t k = 0, n = 0;
    bool transposed = false;
    double at(std::int64_t row, std::int64_t column) const
    {
        return static_cast<double>(
            values[static_cast<std::size_t>(transposed ? column * k + row : row * n + column)]);
    }
};

std::vector<Reader> readersOf(
    const graph::Model& model, const std::vector<Product>& products, const std::string& value)
{
    std::vector<Reader> readers;
    for (const Product& product : products) {
        if (product.activation != value || !product.counted() || !canSmooth(product.kind))
            continue;
        const graph::Node& node = model.nodes()[static_cast<std::size_t>(product.node)];
        const bool transposed = product.kind == ProductKind::Gemm && node.intAttribute("transB", 0) != 0;
        readers.push_back({graph::floats(*model.weight(product.weight)), product.k, product.n, transposed});
    }
    return readers;
}

/// The product with weights that reads what an attention computed, through what arranges its heads.
std::string projectedBy(const graph::Model& model, const std::vector<Product>& products, const std::string& value, int depth = 0)
{
    constexpr int deepest = 6;
    for (const Product& product : products)
        if (product.activation == value && product.counted())
            return value;
    if (depth == deepest)
        return {};
    for (const int reader : model.consumers(value)) {
        const graph::Node& node = model.nodes()[static_cast<std::size_t>(reader)];
        const bool arranges = node.opType == "Transpose" || node.opType == "Reshape" || node.opType == "Identity";
        if (!arranges || node.outputs.empty() || node.inputs.empty() || node.inputs[0] != value)
            continue;
        if (std::string found = projectedBy(model, products, node.outputs[0], depth + 1); !found.empty())
            return found;
    }
    return {};
}

/// Where the channels of a value meet weights: at its readers, or for V of an attention at its output projection,
/// whose rows are the same heads and columns.
std::string weighedAt(const graph::Model& model, const std::vector<Product>& products, const std::string& value)
{
    for (const Product& product : products)
        if (product.kind == ProductKind::Context && product.weight == value)
            return projectedBy(model, products, model.nodes()[static_cast<std::size_t>(product.node)].outputs[0]);
    return value;
}

std::vector<float> rowMaxima(const std::vector<Reader>& readers, std::size_t channels)
{
    std::vector<float> maxima(channels, 0);
    for (const Reader& r : readers)
        for (std::int64_t row = 0; row < r.k && static_cast<std::size_t>(row) < channels; ++row)
            for (std::int64_t column = 0; column < r.n; ++column) {
                float& maximum = maxima[static_cast<std::size_t>(row)];
                maximum = std::max(maximum, static_cast<float>(std::fabs(r.at(row, column))));
            }
    return maxima;
}

const ValueStatistics& statisticsOf(const SmoothingInput& input, const std::string& value)
{
    const auto it = input.statistics.find(value);
    if (it == input.statistics.end())
        throw Error(ErrorKind::Internal, fmt::format("\"{}\" was to be smoothed without statistics.", value));
    if (it->second.count() == 0)
        throw Error(ErrorKind::Data, "The calibration data gave no finite value; check the data.");
    if (it->second.channelLow().empty())
        throw Error(ErrorKind::Unsupported,
            fmt::format("\"{}\" has no channels that could be smoothed; set smoothing to 0 on its readers.", value));
    return it->second;
}

/// The attention product that has the value as one of its two computed operands.
const Product* attentionReader(const SmoothingInput& input, const std::string& value)
{
    for (const Product& product : input.products)
        if (!product.counted() && (product.weight == value
                || (product.activation == value && product.kind == ProductKind::Scores)))
            return &product;
    return nullptr;
}

Range rangeWith(const ValueStatistics& statistics, std::vector<float> factors, double alpha)
{
    Range range;
    for (std::size_t c = 0; c < factors.size(); ++c) {
        range.min = std::min(range.min, static_cast<double>(statistics.channelLow()[c] / factors[c]));
        range.max = std::max(range.max, static_cast<double>(statistics.channelHigh()[c] / factors[c]));
    }
    range.samples = statistics.samples();
    range.alpha = alpha;
    range.heads = static_cast<long>(statistics.heads());
    range.smoothing = std::move(factors);
    return range;
}

/// Expected squared error of the products behind the value, rounding errors taken as uniform: what the activation's
/// step costs through the weights, and what the weights' steps cost through the activation (whose spread is taken as a
/// quarter of its extremes).
double expectedError(
    const std::vector<Reader>& readers, const std::vector<float>& maxima, const Range& range, bool perTensor)
{
    const double step = (range.max - range.min) / 255;
    double error = 0;
    for (const Reader& r : readers) {
        double spread = 0; // of the smoothed activation, summed over channels
        for (std::int64_t row = 0; row < r.k; ++row) {
            const double x = static_cast<double>(maxima[static_cast<std::size_t>(row)] / range.smoothing[static_cast<std::size_t>(row)]) / 4;
            spread += x * x;
        }
        double largest = 0;
        for (std::int64_t column = 0; column < r.n; ++column) {
            double squares = 0;
            largest = perTensor ? largest : 0;
            for (std::int64_t row = 0; row < r.k; ++row) {
                const double w = r.at(row, column) * static_cast<double>(range.smoothing[static_cast<std::size_t>(row)]);
                largest = std::max(largest, std::fabs(w));
                squares += w * w;
            }
            const double weightStep = largest / 127;
            error += step * step * squares + (perTensor ? 0 : weightStep * weightStep * spread);
        }
        if (perTensor)
            error += static_cast<double>(r.n) * largest / 127 * largest / 127 * spread;
    }
    return error;
}

} // namespace

std::vector<std::uint32_t> channelWeights(
    const graph::Model& model, const std::vector<Product>& products, const std::string& value, std::size_t channels)
{
    std::vector<double> norms(channels, 0);
    bool any = false;
    for (const Reader& r : readersOf(model, products, weighedAt(model, products, value))) {
        if (r.k != static_cast<std::int64_t>(channels))
            continue;
        any = true;
        for (std::int64_t row = 0; row < r.k; ++row)
            for (std::int64_t column = 0; column < r.n; ++column)
                norms[static_cast<std::size_t>(row)] += r.at(row, column) * r.at(row, column);
    }
    const double largest = any ? *std::max_element(norms.begin(), norms.end()) : 0;
    if (!(largest > 0) || !std::isfinite(largest))
        return {};
    std::vector<std::uint32_t> weights;
    for (const double norm : norms)
        weights.push_back(static_cast<std::uint32_t>(std::lround(65535 * norm / largest)));
    return weights;
}

bool canSmooth(ProductKind kind)
{
    return kind != ProductKind::Conv;
}

std::vector<float> smoothingFactors(
    const std::vector<float>& activationMaxima, const std::vector<float>& weightMaxima, double alpha)
{
    std::vector<float> factors(activationMaxima.size(), 1);
    for (std::size_t c = 0; c < factors.size() && c < weightMaxima.size(); ++c) {
        const auto x = static_cast<double>(activationMaxima[c]), w = static_cast<double>(weightMaxima[c]);
        const double factor = x > 0 && w > 0 ? std::pow(x, alpha) / std::pow(w, 1 - alpha) : 1;
        factors[c] = std::isfinite(factor) && factor > 0 ? nearestStep(factor) : 1;
    }
    return factors;
}

std::vector<std::string> smoothingNeeds(const SmoothingInput& input, const std::string& value)
{
    const Product* attention = readersOf(input.model, input.products, value).empty() ? attentionReader(input, value) : nullptr;
    if (attention && attention->kind == ProductKind::Scores)
        return {attention->activation, attention->weight};
    return {value};
}

Range smoothedRange(const SmoothingInput& input, const std::string& value, double alpha)
{
    const ValueStatistics& own = statisticsOf(input, value);
    const std::vector<float> maxima = own.channelMaxima();
    const std::vector<Reader> readers = readersOf(input.model, input.products, value);
    if (readers.empty()) {
        // An attention's operand: Q and K balance each other (alpha has no meaning for them); a column of V has its
        // scale made up for in the result.
        const Product* attention = attentionReader(input, value);
        const bool scores = attention && attention->kind == ProductKind::Scores;
        const std::string& other = scores ? (attention->activation == value ? attention->weight : attention->activation) : value;
        const std::vector<float> others = scores ? statisticsOf(input, other).channelMaxima() : std::vector<float>(maxima.size(), 1);
        if (others.size() != maxima.size())
            throw Error(ErrorKind::Unsupported,
                fmt::format("\"{}\" and \"{}\" differ in channels; set smoothing to 0 on their product.", value, other));
        return rangeWith(own, smoothingFactors(maxima, others, scores ? 0.5 : 1), alpha);
    }
    const std::vector<float> rows = rowMaxima(readers, maxima.size());
    if (alpha != searchedAlpha)
        return rangeWith(own, smoothingFactors(maxima, rows, alpha), alpha);
    Range best;
    double lowest = std::numeric_limits<double>::infinity();
    for (const double candidate : std::array{0.25, 0.5, 0.75, 1.0}) {
        Range range = rangeWith(own, smoothingFactors(maxima, rows, candidate), alpha);
        if (const double error = expectedError(readers, maxima, range, input.perTensorWeights); error < lowest) {
            lowest = error;
            best = std::move(range);
        }
    }
    return best;
}

} // namespace octet::quantize
