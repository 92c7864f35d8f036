// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/feed.h"
#include "core/measure/machine_lock.h"
#include "core/quantize/products.h"
#include "core/quantize/smoothing.h"
#include "core/values/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace octet::measure {

namespace {

using StatisticsMap = std::map<std::string, quantize::ValueStatistics>;

/// Operands of attention products: by value, whether its tokens come last (K transposed).
using AttentionOperands = std::map<std::string, bool>;

AttentionOperands attentionOperands(const std::vector<quantize::Product>& products)
{
    AttentionOperands operands;
    for (const quantize::Product& product : products) {
        if (product.kind == quantize::ProductKind::Scores) {
            operands[product.activation] = false;
            operands[product.weight] = true;
        } else if (product.kind == quantize::ProductKind::Context) {
            operands[product.weight] = false;
        }
    }
    return operands;
}

/// [batch, heads, tokens, depth] or [batch, tokens, depth], the last two the other way round where `tokensLast`.
struct OperandShape
{
    OperandShape(const Shape& shape, bool tokensLast)
        : heads(shape.size() == 4 ? shape[1] : 1)
        , tokens(shape[shape.size() - (tokensLast ? 1 : 2)])
        , depth(shape[shape.size() - (tokensLast ? 2 : 1)])
        , tokenStride(tokensLast ? 1 : depth)
        , depthStride(tokensLast ? tokens : 1)
    {
    }
    std::int64_t heads, tokens, depth, tokenStride, depthStride;
};

bool isOperandShape(const Shape& shape)
{
    return shape.size() == 3 || shape.size() == 4;
}

/// Channels whose extremes and means are kept: the last dimension of what a product with rows reads; heads and depth of
/// an operand of attention.
std::int64_t channelsOf(const std::string& value, const Shape& shape, const AttentionOperands& operands)
{
    constexpr std::int64_t widest = 1 << 20;
    std::int64_t channels = shape.size() == 2 || shape.size() == 3 ? shape.back() : 0;
    if (const auto it = operands.find(value); it != operands.end() && isOperandShape(shape)) {
        const OperandShape operand(shape, it->second);
        channels = operand.heads * operand.depth;
    }
    return channels <= widest ? channels : 0;
}

std::int64_t headsOf(const std::string& value, const Shape& shape, const AttentionOperands& operands)
{
    const auto it = operands.find(value);
    return it != operands.end() && isOperandShape(shape) ? OperandShape(shape, it->second).heads : 0;
}

/// The first `tokens` of one sample's operand, token by token with all heads beside each other.
void addOperand(std::span<const float> sample, const OperandShape& shape, std::int64_t tokens,
    quantize::ValueStatistics& statistics)
{
    std::vector<float> row(static_cast<std::size_t>(shape.heads * shape.depth));
    for (std::int64_t t = 0; t < tokens; ++t) {
        for (std::int64_t h = 0; h < shape.heads; ++h)
            for (std::int64_t d = 0; d < shape.depth; ++d)
                row[static_cast<std::size_t>(h * shape.depth + d)] = sample[static_cast<std::size_t>(
                    h * shape.tokens * shape.depth + t * shape.tokenStride + d * shape.depthStride)];
        statistics.add(row);
    }
}

void weigh(const graph::Model& model, const std::vector<quantize::Product>& products, const std::string& value,
    quantize::ValueStatistics& statistics)
{
    auto weights = quantize::channelWeights(model, products, value, statistics.channelLow().size());
    if (!weights.empty())
        statistics.weighChannels(std::move(weights));
}

/// Adds the parts of one tap that belong to real samples, and of those only what is not padding.
class TapReader
{
public:
    TapReader(Runner& runner, const Context& context, Split split, const std::vector<std::size_t>& indices, int rows,
        int paddedLength, const AttentionOperands& operands)
        : m_runner(runner)
        , m_context(context)
        , m_split(split)
        , m_indices(indices)
        , m_rows(rows)
        , m_length(paddedLength)
        , m_operands(operands)
    {
    }

    /// `sharedDone`: the value has no batch dimension and was already added for this program.
    void add(const std::string& value, quantize::ValueStatistics& statistics, bool& sharedDone) const
    {
        const Shape shape = m_runner.session().tapShape(value);
        const std::span<const float> all = m_runner.session().tap(value);
        if (all.empty())
            return;
        const bool batched = !shape.empty() && shape[0] == m_rows;
        const auto operand = m_operands.find(value);
        if (batched && operand != m_operands.end() && isOperandShape(shape)) {
            addOperands(all, OperandShape(shape, operand->second), statistics);
            return;
        }
        const bool perToken = m_length > 0 && batched && shape.size() >= 3 && shape[1] == m_length;
        const bool flattened = m_length > 0 && shape.size() == 2 && m_length > 1
            && shape[0] == static_cast<std::int64_t>(m_rows) * m_length; // [batch * length, channels]
        if (!batched && !flattened) {
            if (!sharedDone)
                statistics.add(all);
            sharedDone = true;
            return;
        }
        const std::size_t perSample = all.size() / static_cast<std::size_t>(m_rows);
        for (std::size_t i = 0; i < m_indices.size(); ++i) {
            std::size_t count = perSample;
            if (perToken || flattened)
                count = perSample / static_cast<std::size_t>(m_length) * static_cast<std::size_t>(realTokens(i));
            statistics.add(all.subspan(i * perSample, count));
        }
    }

private:
    int realTokens(std::size_t i) const
    {
        return std::clamp(m_context.data->length(m_split, m_indices[i]), 0, m_length);
    }

    void addOperands(
        std::span<const float> all, const OperandShape& shape, quantize::ValueStatistics& statistics) const
    {
        const std::size_t perSample = all.size() / static_cast<std::size_t>(m_rows);
        for (std::size_t i = 0; i < m_indices.size(); ++i) {
            const bool padded = m_length > 0 && shape.tokens == m_length;
            addOperand(all.subspan(i * perSample, perSample), shape, padded ? realTokens(i) : shape.tokens, statistics);
        }
    }

    Runner& m_runner;
    const Context& m_context;
    Split m_split;
    const std::vector<std::size_t>& m_indices;
    int m_rows, m_length;
    const AttentionOperands& m_operands;
};

std::vector<std::string> distinct(const std::vector<std::string>& values)
{
    const std::set<std::string> unique(values.begin(), values.end());
    return {unique.begin(), unique.end()};
}

struct Need
{
    bool means = false; // of the channels
    bool perTensorWeights = false; // of a reader
};
/// Keys of the ranges that int8 products need.
using Needed = std::map<RangeKey, Need>;

Needed neededRanges(const graph::Model& model, const std::vector<quantize::Product>& products, const Settings& settings)
{
    Needed needed;
    for (const quantize::Product& product : products) {
        const auto it = settings.find(model.nodes()[static_cast<std::size_t>(product.node)].name);
        if (it == settings.end() || it->second.precision != Precision::Int8 || !product.int8Refusal.empty())
            continue;
        const OpSettings& s = it->second;
        if (s.approach == Approach::Dynamic && s.smoothing == 0 && !s.biasCorrection)
            continue;
        // Probabilities lie between 0 and 1, whatever the data.
        if (product.kind != quantize::ProductKind::Context) {
            Need& need = needed[rangeKey(product.activation, s)];
            need.means |= s.biasCorrection;
            need.perTensorWeights |= s.weightGranularity == Granularity::PerTensor;
        }
        if (!product.counted())
            needed.try_emplace(rangeKey(product.weight, s));
    }
    return needed;
}

bool isKnown(const RangeKey& key, bool means, const Ranges& known)
{
    const auto it = known.find(key);
    return it != known.end() && (!means || !it->second.means.empty());
}

/// Values whose statistics are needed for what is not known.
std::vector<std::string> missingValues(
    const Needed& needed, const Ranges& known, const quantize::SmoothingInput& smoothing)
{
    std::vector<std::string> values;
    for (const auto& [key, need] : needed) {
        if (isKnown(key, need.means, known))
            continue;
        const std::vector<std::string> own =
            key.alpha != 0 ? quantize::smoothingNeeds(smoothing, key.value) : std::vector{key.value};
        values.insert(values.end(), own.begin(), own.end());
    }
    return distinct(values);
}

Ranges rangesFrom(const Needed& needed, const Ranges& known, quantize::SmoothingInput smoothing)
{
    Ranges ranges;
    for (const auto& [key, need] : needed) {
        if (isKnown(key, need.means, known)) {
            ranges[key] = known.at(key);
            continue;
        }
        const quantize::ValueStatistics& statistics = smoothing.statistics.at(key.value);
        Range& range = ranges[key];
        smoothing.perTensorWeights = need.perTensorWeights;
        range = key.alpha != 0 ? quantize::smoothedRange(smoothing, key.value, key.alpha)
                               : quantize::rangeOf(statistics, key.method, key.percentile);
        if (need.means)
            range.means = statistics.channelMeans();
    }
    return ranges;
}

} // namespace

std::map<std::string, quantize::ValueStatistics> collectStatistics(
    const Context& context, const std::vector<std::string>& values)
{
    if (!context.data || context.data->size(Split::Calibration) == 0)
        throw Error(ErrorKind::Data, "Static int8 needs calibration data; give some, or use dynamic int8.");
    const std::vector<std::string> taps = distinct(values);
    const auto products = quantize::products(*context.model);
    const AttentionOperands operands = attentionOperands(products);
    StatisticsMap statistics;
    std::set<std::pair<int, std::string>> sharedDone; // by padded length, since a longer one may hold more
    runSplit(context, Split::Calibration, {}, {}, taps,
        [&](Runner& runner, const std::vector<std::size_t>& indices, int rows, int length) {
            const TapReader reader(runner, context, Split::Calibration, indices, rows, length, operands);
            for (const std::string& value : taps) {
                const Shape shape = runner.session().tapShape(value);
                const std::int64_t channels = channelsOf(value, shape, operands);
                const auto [at, isNew] = statistics.try_emplace(value, channels, headsOf(value, shape, operands));
                quantize::ValueStatistics& entry = at->second;
                if (isNew && channels > 0)
                    weigh(*context.model, products, value, entry);
                bool done = sharedDone.contains({length, value});
                reader.add(value, entry, done);
                if (done)
                    sharedDone.emplace(length, value);
                for (std::size_t i = 0; i < indices.size(); ++i)
                    entry.addSample();
            }
        });
    return statistics;
}

Ranges calibrate(const Context& context, const Settings& settings, const Ranges& known)
{
    const auto products = quantize::products(*context.model);
    const Needed needed = neededRanges(*context.model, products, settings);
    StatisticsMap own;
    StatisticsMap& statistics = context.statistics ? *context.statistics : own;
    const quantize::SmoothingInput smoothing{*context.model, products, false, statistics};
    const std::vector<std::string> missing = missingValues(needed, known, smoothing);
    if (missing.empty())
        return rangesFrom(needed, known, smoothing);
    std::vector<std::string> unseen;
    for (const std::string& value : missing)
        if (!statistics.contains(value))
            unseen.push_back(value);
    if (!unseen.empty())
        statistics.merge(collectStatistics(context, unseen));
    return rangesFrom(needed, known, smoothing);
}

Ranges seededRanges(const Context& context, const Settings& settings, const Workload& workload)
{
    const auto products = quantize::products(*context.model);
    const Needed needed = neededRanges(*context.model, products, settings);
    StatisticsMap statistics;
    const quantize::SmoothingInput smoothing{*context.model, products, false, statistics};
    const std::vector<std::string> values = missingValues(needed, {}, smoothing);
    if (values.empty())
        return {};
    const MachineLock lock(MachineLock::Mode::Computing, context.cancelled);
    const auto inputs = seededInputs(*context.model, workload.batch, workload.length, Goal{}.seed);
    Runner runner(context, {}, {}, shapesOf(inputs), context.threads, values);
    runner.set(inputs);
    runner.session().run();
    const AttentionOperands operands = attentionOperands(products);
    for (const std::string& value : values) {
        const Shape shape = runner.session().tapShape(value);
        quantize::ValueStatistics& entry =
            statistics.try_emplace(value, channelsOf(value, shape, operands), headsOf(value, shape, operands))
                .first->second;
        const std::span<const float> all = runner.session().tap(value);
        const auto operand = operands.find(value);
        if (operand == operands.end() || !isOperandShape(shape)) {
            entry.add(all);
            continue;
        }
        const OperandShape parts(shape, operand->second);
        const auto perSample = static_cast<std::size_t>(parts.heads * parts.tokens * parts.depth);
        for (std::size_t from = 0; from < all.size(); from += perSample)
            addOperand(all.subspan(from, perSample), parts, parts.tokens, entry);
    }
    return rangesFrom(needed, {}, smoothing);
}

} // namespace octet::measure
