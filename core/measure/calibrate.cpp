// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/collected.h"
#include "core/measure/feed.h"
#include "core/measure/live_evidence.h"
#include "core/measure/machine_lock.h"
#include "core/measure/tap_reader.h"
#include "core/quantize/evidence.h"
#include "core/quantize/products.h"
#include "core/quantize/smoothing.h"
#include "core/values/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

namespace octet::measure {

namespace {

using StatisticsMap = std::map<std::string, quantize::ValueStatistics>;

void weigh(const graph::Model& model, const std::vector<quantize::Product>& products, const std::string& value,
    quantize::ValueStatistics& statistics)
{
    auto weights = quantize::channelWeights(model, products, value, statistics.channelLow().size());
    if (!weights.empty())
        statistics.weighChannels(std::move(weights));
}

std::vector<std::string> distinct(const std::vector<std::string>& values)
{
    const std::set<std::string> unique(values.begin(), values.end());
    return {unique.begin(), unique.end()};
}

struct Need
{
    bool means = false; // of the channels
    bool perTensorWeights = false; // of a reader
    bool channelScales = false; // of V, as weights have them
    std::optional<Interval> manual; // then nothing has to be found
};
/// Keys of the ranges that int8 products need.
using Needed = std::map<RangeKey, Need>;

/// V stands where a product with weights has its weights: a scale a column costs nothing, since the result makes up for
/// it, and without it an outlier channel takes their resolution from the others. Not where a pooled histogram finds the
/// range, and not where another product reads the same bytes.
bool takesChannelScales(const std::vector<quantize::Product>& products, const quantize::Product& product, const OpSettings& s)
{
    if (product.kind != quantize::ProductKind::Context || s.approach != Approach::Static || s.smoothing != 0
        || s.weightGranularity != Granularity::PerChannel || s.rangeMethod != RangeMethod::MinMax)
        return false;
    return std::none_of(products.begin(), products.end(), [&](const quantize::Product& other) {
        return other.activation == product.weight
            || (other.weight == product.weight && other.kind != quantize::ProductKind::Context);
    });
}

Needed neededRanges(const graph::Model& model, const std::vector<quantize::Product>& products, const Settings& settings)
{
    Needed needed;
    const auto needOf = [&needed](const std::string& value, const OpSettings& s) -> Need& {
        Need& need = needed[rangeKey(value, s)];
        if (const auto manual = s.manualRanges.find(value); manual != s.manualRanges.end())
            need.manual = manual->second;
        return need;
    };
    for (const quantize::Product& product : products) {
        const auto it = settings.find(model.nodes()[static_cast<std::size_t>(product.node)].name);
        if (it == settings.end() || it->second.precision != Precision::Int8 || !product.int8Refusal.empty())
            continue;
        const OpSettings& s = it->second;
        if (s.approach == Approach::Dynamic && s.smoothing == 0 && !s.biasCorrection)
            continue;
        // Probabilities lie between 0 and 1, whatever the data.
        if (product.kind != quantize::ProductKind::Context) {
            Need& need = needOf(product.activation, s);
            need.means |= s.biasCorrection;
            need.perTensorWeights |= s.weightGranularity == Granularity::PerTensor;
        }
        if (!product.counted())
            needOf(product.weight, s).channelScales = takesChannelScales(products, product, s);
    }
    return needed;
}

/// Nothing has to be collected for it. Where a range was set by hand, `known` may hold another one of old.
bool isKnown(const RangeKey& key, const Need& need, const Ranges& known)
{
    const auto it = known.find(key);
    if (need.means)
        return it != known.end() && !it->second.means.empty();
    return need.manual || it != known.end();
}

Range manualRange(const Interval& ends)
{
    Range range;
    range.min = ends.min;
    range.max = ends.max;
    range.method = RangeMethod::Manual;
    return range;
}

/// Values whose statistics are needed for what is not known.
std::vector<std::string> missingValues(
    const Needed& needed, const Ranges& known, const quantize::SmoothingInput& smoothing)
{
    std::vector<std::string> values;
    for (const auto& [key, need] : needed) {
        if (isKnown(key, need, known))
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
        if (need.manual && !need.means) {
            ranges[key] = manualRange(*need.manual);
            continue;
        }
        if (isKnown(key, need, known)) {
            ranges[key] = known.at(key);
            if (need.manual) {
                ranges[key].min = need.manual->min;
                ranges[key].max = need.manual->max;
            }
            continue;
        }
        const quantize::ValueStatistics& statistics = smoothing.statistics.at(key.value);
        if (statistics.count() == 0)
            throw Error(ErrorKind::Data,
                fmt::format(
                    "Calibration gave no finite number for {}; look for NaN in the calibration data.", key.value));
        Range& range = ranges[key];
        smoothing.perTensorWeights = need.perTensorWeights;
        const bool byChannel = key.alpha != 0 || (need.channelScales && !statistics.channelLow().empty());
        range = need.manual ? manualRange(*need.manual)
            : byChannel     ? quantize::smoothedRange(smoothing, key.value, key.alpha)
                            : quantize::rangeOf(statistics, key.method, key.percentile);
        if (need.means)
            range.means = statistics.channelMeans();
    }
    return ranges;
}

using CollectedMap = std::map<std::string, Collected>;

/// One fp32 pass; `counts` as of checkpoints().
CollectedMap collect(const Context& context, const std::vector<std::string>& values, const std::vector<long>& counts,
    LiveEvidence* live = nullptr)
{
    long seen = 0;
    const std::vector<std::string> taps = distinct(values);
    const auto products = quantize::products(*context.model);
    const AttentionOperands operands = attentionOperands(products);
    CollectedMap collected;
    std::set<std::pair<int, std::string>> sharedDone; // by padded length, since a longer one may hold more
    runSplit(context, Split::Calibration, {}, {}, taps,
        [&](Runner& runner, const std::vector<std::size_t>& indices, int rows, int length) {
            const TapReader reader(runner, context, Split::Calibration, indices, rows, length, operands, counts);
            for (const std::string& value : taps) {
                Collected& entry = collected[value];
                if (entry.parts.empty()) {
                    const Shape shape = runner.session().tapShape(value);
                    const std::int64_t channels = channelsOf(value, shape, operands);
                    quantize::ValueStatistics empty(channels, headsOf(value, shape, operands));
                    if (channels > 0)
                        weigh(*context.model, products, value, empty);
                    entry.parts.assign(counts.size(), empty);
                }
                bool done = sharedDone.contains({length, value});
                reader.add(value, entry, done);
                if (done)
                    sharedDone.emplace(length, value);
                for (const std::size_t sample : indices)
                    if (!context.data->isAllPadding(Split::Calibration, sample))
                        entry.parts[partOf(sample, counts)].addSample();
            }
            seen += static_cast<long>(indices.size());
            if (live)
                live->seen(seen, collected);
        });
    return collected;
}

long calibrationSamples(const Context& context)
{
    if (!context.data || context.data->size(Split::Calibration) == 0)
        throw Error(ErrorKind::Data, "Static int8 needs calibration data; give some, or use dynamic int8.");
    const std::size_t count = context.data->size(Split::Calibration);
    std::size_t padding = 0;
    while (padding < count && context.data->isAllPadding(Split::Calibration, padding))
        ++padding;
    if (padding == count)
        throw Error(ErrorKind::Data,
            fmt::format("All {} calibration samples are padding only; check their attention_mask.", count));
    return static_cast<long>(count);
}

/// Moves part `part` of everything into `statistics`.
void mergePart(CollectedMap& collected, std::size_t part, StatisticsMap& statistics)
{
    for (auto& [value, entry] : collected) {
        const auto [at, isNew] = statistics.try_emplace(value, std::move(entry.parts[part]));
        if (!isNew)
            at->second.merge(entry.parts[part]);
        entry.parts[part] = quantize::ValueStatistics();
    }
}

/// What calibrate() needs to say about the values it has just seen, filled part by part.
class EvidenceWriter
{
public:
    EvidenceWriter(CalibrationEvidence& evidence, const Needed& needed, const CollectedMap& collected)
        : m_evidence(evidence)
        , m_collected(collected)
    {
        for (const auto& [key, need] : needed)
            if (!need.manual && collected.contains(key.value))
                m_needed.emplace(key, need).first->second.channelScales = false; // the ends of the value itself are shown
    }

    void step(long samples, const quantize::SmoothingInput& smoothing)
    {
        for (const auto& [key, need] : m_needed) {
            if (smoothing.statistics.at(key.value).count() == 0)
                continue; // nothing finite so far
            const Range range = rangesFrom({{key, need}}, {}, smoothing).at(key);
            m_growth[key].steps.push_back({samples, range.min, range.max});
        }
    }

    void finish(long samples, const StatisticsMap& statistics)
    {
        m_evidence.samples = samples;
        std::map<std::string, double> percentiles; // the config's own, where it has one
        for (auto& [key, growth] : m_growth) {
            growth.key = key;
            if (key.alpha == 0 && !growth.steps.empty()) {
                const auto driver =
                    m_collected.at(key.value).ends.driver(growth.steps.back().min, growth.steps.back().max);
                growth.drivingSample = driver.sample;
                growth.drivenShare = driver.share;
            }
            double& percentile = percentiles.try_emplace(key.value, OpSettings().percentile).first->second;
            if (key.method == RangeMethod::Percentile)
                percentile = key.percentile;
            m_evidence.ranges.push_back(std::move(growth));
        }
        for (const auto& [value, percentile] : percentiles)
            m_evidence.values.push_back(quantize::evidenceOf(value, statistics.at(value), percentile));
    }

private:
    CalibrationEvidence& m_evidence;
    const CollectedMap& m_collected;
    Needed m_needed;
    std::map<RangeKey, RangeGrowth> m_growth;
};

} // namespace

std::map<std::string, quantize::ValueStatistics> collectStatistics(
    const Context& context, const std::vector<std::string>& values)
{
    CollectedMap collected = collect(context, values, {calibrationSamples(context)});
    StatisticsMap statistics;
    mergePart(collected, 0, statistics);
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
    std::vector<std::string> unseen;
    for (const std::string& value : missing)
        if (!statistics.contains(value))
            unseen.push_back(value);
    if (!unseen.empty()) {
        const long samples = calibrationSamples(context);
        const std::vector<long> counts = context.evidence ? checkpoints(samples) : std::vector{samples};
        std::vector<RangeKey> keys;
        for (const auto& [key, need] : needed)
            keys.push_back(key);
        LiveEvidence live(context, keys);
        CollectedMap collected = collect(context, unseen, counts, &live);
        std::optional<EvidenceWriter> writer;
        if (context.evidence)
            writer.emplace(*context.evidence, needed, collected);
        for (std::size_t part = 0; part < counts.size(); ++part) {
            mergePart(collected, part, statistics);
            if (writer)
                writer->step(counts[part], smoothing);
        }
        if (writer)
            writer->finish(samples, statistics);
    }
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
