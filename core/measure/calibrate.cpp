// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/feed.h"
#include "core/measure/machine_lock.h"
#include "core/quantize/products.h"
#include "core/values/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace octet::measure {

namespace {

using StatisticsMap = std::map<std::string, quantize::ValueStatistics>;

/// Channels whose maxima are kept: the last dimension of what a product with rows reads.
std::int64_t channelsOf(const Shape& shape)
{
    constexpr std::int64_t widest = 1 << 20;
    return (shape.size() == 2 || shape.size() == 3) && shape.back() <= widest ? shape.back() : 0;
}

/// Adds the parts of one tap that belong to real samples, and of those only what is not padding.
class TapReader
{
public:
    TapReader(Runner& runner, const Context& context, Split split, const std::vector<std::size_t>& indices, int rows,
        int paddedLength)
        : m_runner(runner)
        , m_context(context)
        , m_split(split)
        , m_indices(indices)
        , m_rows(rows)
        , m_length(paddedLength)
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
            if (perToken || flattened) {
                const int length = std::clamp(m_context.data->length(m_split, m_indices[i]), 0, m_length);
                count = perSample / static_cast<std::size_t>(m_length) * static_cast<std::size_t>(length);
            }
            statistics.add(all.subspan(i * perSample, count));
        }
    }

private:
    Runner& m_runner;
    const Context& m_context;
    Split m_split;
    const std::vector<std::size_t>& m_indices;
    int m_rows, m_length;
};

std::vector<std::string> distinct(const std::vector<std::string>& values)
{
    const std::set<std::string> unique(values.begin(), values.end());
    return {unique.begin(), unique.end()};
}

/// The keys of the ranges that static int8 products need.
std::set<RangeKey> neededRanges(const graph::Model& model, const Settings& settings)
{
    std::set<RangeKey> needed;
    for (const quantize::Product& product : quantize::products(model)) {
        const auto it = settings.find(model.nodes()[static_cast<std::size_t>(product.node)].name);
        if (it == settings.end() || it->second.precision != Precision::Int8 || it->second.approach != Approach::Static
            || !product.int8Refusal.empty())
            continue;
        // Probabilities lie between 0 and 1, whatever the data.
        if (product.kind != quantize::ProductKind::Context)
            needed.insert(rangeKey(product.activation, it->second));
        if (!product.counted())
            needed.insert(rangeKey(product.weight, it->second));
    }
    return needed;
}

std::vector<std::string> missingValues(const std::set<RangeKey>& needed, const Ranges& known)
{
    std::vector<std::string> values;
    for (const RangeKey& key : needed)
        if (!known.contains(key))
            values.push_back(key.value);
    return distinct(values);
}

Ranges rangesFrom(const std::set<RangeKey>& needed, const Ranges& known, const StatisticsMap& statistics)
{
    Ranges ranges;
    for (const RangeKey& key : needed) {
        if (const auto it = known.find(key); it != known.end())
            ranges[key] = it->second;
        else
            ranges[key] = quantize::rangeOf(statistics.at(key.value), key.method, key.percentile);
    }
    return ranges;
}

void refuseMissingMethods(const std::set<RangeKey>& needed, const Ranges& known)
{
    for (const RangeKey& key : needed)
        if (!known.contains(key))
            quantize::rangeOf(
                [] {
                    quantize::ValueStatistics one;
                    one.add(std::vector<float>{1});
                    return one;
                }(),
                key.method, key.percentile);
}

} // namespace

std::map<std::string, quantize::ValueStatistics> collectStatistics(
    const Context& context, const std::vector<std::string>& values)
{
    if (!context.data || context.data->size(Split::Calibration) == 0)
        throw Error(ErrorKind::Data, "Static int8 needs calibration data; give some, or use dynamic int8.");
    const std::vector<std::string> taps = distinct(values);
    StatisticsMap statistics;
    std::set<std::pair<int, std::string>> sharedDone; // by padded length, since a longer one may hold more
    runSplit(context, Split::Calibration, {}, {}, taps,
        [&](Runner& runner, const std::vector<std::size_t>& indices, int rows, int length) {
            const TapReader reader(runner, context, Split::Calibration, indices, rows, length);
            for (const std::string& value : taps) {
                auto& entry = statistics.try_emplace(value, channelsOf(runner.session().tapShape(value))).first->second;
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
    const std::set<RangeKey> needed = neededRanges(*context.model, settings);
    const std::vector<std::string> missing = missingValues(needed, known);
    if (missing.empty())
        return rangesFrom(needed, known, {});
    refuseMissingMethods(needed, known);
    StatisticsMap own;
    StatisticsMap& statistics = context.statistics ? *context.statistics : own;
    std::vector<std::string> unseen;
    for (const std::string& value : missing)
        if (!statistics.contains(value))
            unseen.push_back(value);
    if (!unseen.empty())
        statistics.merge(collectStatistics(context, unseen));
    return rangesFrom(needed, known, statistics);
}

Ranges seededRanges(const Context& context, const Settings& settings, const Workload& workload)
{
    const std::set<RangeKey> needed = neededRanges(*context.model, settings);
    const std::vector<std::string> values = missingValues(needed, {});
    if (values.empty())
        return {};
    const MachineLock lock(MachineLock::Mode::Computing, context.cancelled);
    const auto inputs = seededInputs(*context.model, workload.batch, workload.length, Goal{}.seed);
    Runner runner(context, {}, {}, shapesOf(inputs), context.threads, values);
    runner.set(inputs);
    runner.session().run();
    StatisticsMap statistics;
    for (const std::string& value : values)
        statistics.try_emplace(value).first->second.add(runner.session().tap(value));
    return rangesFrom(needed, {}, statistics);
}

} // namespace octet::measure
