// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/statistics.h"

#include "core/quantize/range_search.h"
#include "core/values/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

namespace octet::quantize {

namespace {

constexpr int mantissaShift = 23 - 4; // 16 bins an octave: the exponent and four bits of the mantissa
constexpr std::int32_t firstBin = (127 + ValueStatistics::lowestExponent) << 4;
constexpr int negativeOffset = ValueStatistics::binsPerSign;
constexpr int notFiniteSlot = 2 * ValueStatistics::binsPerSign + 1;
constexpr std::size_t slots = notFiniteSlot + 1;
constexpr std::int32_t infinityBits = 0x7f800000;
static_assert(ValueStatistics::binsPerOctave == 16);

/// Integers that order as the floats do, so that extremes vectorise without fast-math. Its own inverse.
std::int32_t orderedKey(std::int32_t bits)
{
    return bits ^ ((bits >> 31) & 0x7fffffff);
}

constexpr std::int32_t lowestKey = std::numeric_limits<std::int32_t>::min();
constexpr std::int32_t highestKey = std::numeric_limits<std::int32_t>::max();

/// Slot of a value; only integer arithmetic and selects, so that a loop over it vectorises.
std::int32_t slotOf(std::int32_t bits)
{
    const std::int32_t magnitude = bits & 0x7fffffff;
    std::int32_t bin = (magnitude >> mantissaShift) - firstBin + 1;
    bin = bin < 0 ? 0 : bin;
    bin = bin > ValueStatistics::binsPerSign ? ValueStatistics::binsPerSign : bin;
    const std::int32_t signedBin = bin + (bits < 0 && bin > 0 ? negativeOffset : 0);
    return magnitude >= infinityBits ? notFiniteSlot : signedBin;
}

struct Extremes
{
    std::int32_t low = highestKey, high = lowestKey;
    void add(std::int32_t bits)
    {
        const bool finite = (bits & 0x7fffffff) < infinityBits;
        const std::int32_t key = orderedKey(bits);
        const std::int32_t lowKey = finite ? key : highestKey, highKey = finite ? key : lowestKey;
        low = lowKey < low ? lowKey : low;
        high = highKey > high ? highKey : high;
    }
};

constexpr std::size_t chunk = 256;

/// Slots and extremes of one chunk. Its own function with a fixed count: that is what g++ vectorises at -O2.
void classify(const float* from, std::int32_t* slot, Extremes& extremes)
{
    Extremes local = extremes;
    for (std::size_t i = 0; i < chunk; ++i) {
        const auto bits = std::bit_cast<std::int32_t>(from[i]);
        local.add(bits);
        slot[i] = slotOf(bits);
    }
    extremes = local;
}

/// Whole numbers add up to the same in any order. 2^23 values of the largest size fit, and far more of usual ones.
constexpr double fixedPointOne = 1 << 20;
std::int64_t fixedPoint(float x)
{
    constexpr float largest = 1 << 20;
    return static_cast<std::int64_t>(std::clamp(x, -largest, largest) * static_cast<float>(fixedPointOne));
}

double edge(int bin)
{
    const int octave = bin / ValueStatistics::binsPerOctave, part = bin % ValueStatistics::binsPerOctave;
    return std::ldexp(1.0 + part / 16.0, ValueStatistics::lowestExponent + octave);
}

} // namespace

ValueStatistics::ValueStatistics(std::int64_t channels, std::int64_t heads)
    : m_counts(slots, 0)
    , m_channelLow(static_cast<std::size_t>(std::max<std::int64_t>(channels, 0)), 0)
    , m_channelHigh(m_channelLow)
    , m_channelSum(m_channelLow.size(), 0)
    , m_heads(heads)
{
}

void ValueStatistics::add(std::span<const float> row)
{
    Extremes extremes;
    const std::int64_t notFiniteBefore = m_counts[notFiniteSlot];
    std::array<std::int32_t, chunk> at;
    std::size_t from = 0;
    for (; from + chunk <= row.size(); from += chunk) {
        classify(row.data() + from, at.data(), extremes);
        for (const std::int32_t slot : at)
            ++m_counts[static_cast<std::size_t>(slot)];
    }
    for (; from < row.size(); ++from) {
        const auto bits = std::bit_cast<std::int32_t>(row[from]);
        extremes.add(bits);
        ++m_counts[static_cast<std::size_t>(slotOf(bits))];
    }

    const std::int64_t notFinite = m_counts[notFiniteSlot] - notFiniteBefore;
    const std::int64_t finite = static_cast<std::int64_t>(row.size()) - notFinite;
    if (finite > 0) {
        const float lowest = std::bit_cast<float>(orderedKey(extremes.low)),
                    highest = std::bit_cast<float>(orderedKey(extremes.high));
        m_min = m_count > 0 ? std::min(m_min, lowest) : lowest;
        m_max = m_count > 0 ? std::max(m_max, highest) : highest;
    }
    m_count += finite;
    m_notFinite += notFinite;

    addChannels(row);
}

void ValueStatistics::addChannels(std::span<const float> row)
{
    const std::size_t channels = m_channelLow.size();
    constexpr float largest = std::numeric_limits<float>::max();
    for (std::size_t from = 0; channels > 0 && from + channels <= row.size(); from += channels) {
        ++m_rows;
        for (std::size_t c = 0; c < channels; ++c) {
            const float x = row[from + c];
            const float usable = x >= -largest && x <= largest ? x : 0;
            m_channelLow[c] = usable < m_channelLow[c] ? usable : m_channelLow[c];
            m_channelHigh[c] = usable > m_channelHigh[c] ? usable : m_channelHigh[c];
            m_channelSum[c] += fixedPoint(usable);
        }
        for (std::size_t c = 0; c < m_channelWeights.size(); ++c)
            m_weighted[static_cast<std::size_t>(slotOf(std::bit_cast<std::int32_t>(row[from + c])))] += m_channelWeights[c];
    }
}

std::vector<float> ValueStatistics::channelMeans() const
{
    std::vector<float> means(m_channelSum.size());
    for (std::size_t c = 0; c < means.size() && m_rows > 0; ++c)
        means[c] = static_cast<float>(static_cast<double>(m_channelSum[c]) / fixedPointOne / static_cast<double>(m_rows));
    return means;
}

std::vector<float> ValueStatistics::channelMaxima() const
{
    std::vector<float> maxima(m_channelLow.size());
    for (std::size_t c = 0; c < maxima.size(); ++c)
        maxima[c] = std::max(-m_channelLow[c], m_channelHigh[c]);
    return maxima;
}

void ValueStatistics::merge(const ValueStatistics& other)
{
    if (other.m_channelLow.size() != m_channelLow.size())
        throw Error(ErrorKind::Internal, "Statistics of different widths cannot be merged.");
    for (std::size_t i = 0; i < m_counts.size(); ++i)
        m_counts[i] += other.m_counts[i];
    for (std::size_t i = 0; i < m_weighted.size() && i < other.m_weighted.size(); ++i)
        m_weighted[i] += other.m_weighted[i];
    if (other.m_count > 0) {
        m_min = m_count > 0 ? std::min(m_min, other.m_min) : other.m_min;
        m_max = m_count > 0 ? std::max(m_max, other.m_max) : other.m_max;
    }
    m_count += other.m_count;
    m_notFinite += other.m_notFinite;
    m_samples += other.m_samples;
    for (std::size_t c = 0; c < m_channelLow.size(); ++c) {
        m_channelLow[c] = std::min(m_channelLow[c], other.m_channelLow[c]);
        m_channelHigh[c] = std::max(m_channelHigh[c], other.m_channelHigh[c]);
        m_channelSum[c] += other.m_channelSum[c];
    }
    m_rows += other.m_rows;
}

void ValueStatistics::weighChannels(std::vector<std::uint32_t> weights)
{
    if (weights.size() != m_channelLow.size() || m_count > 0)
        throw Error(ErrorKind::Internal, "Channels must be weighed one by one and before anything is added.");
    m_channelWeights = std::move(weights);
    m_weighted.assign(slots, 0);
}

std::vector<HistogramBin> ValueStatistics::histogram() const
{
    return binsOf(m_counts);
}

std::vector<HistogramBin> ValueStatistics::weightedHistogram() const
{
    return binsOf(m_weighted.empty() ? m_counts : m_weighted);
}

std::vector<HistogramBin> ValueStatistics::binsOf(const std::vector<std::int64_t>& counts) const
{
    std::vector<HistogramBin> bins;
    if (m_count == 0)
        return bins;
    const auto add = [&](double low, double high, std::int64_t count) {
        bins.push_back({std::max(low, min()), std::min(high, max()), count});
    };
    const auto upper = [&](int bin) { // the last bin of a sign holds everything beyond it
        return bin + 1 < binsPerSign ? edge(bin + 1) : std::numeric_limits<double>::infinity();
    };
    int first = binsPerSign - 1, last = binsPerSign - 1; // outermost bins in use
    while (first >= 0 && m_counts[static_cast<std::size_t>(1 + negativeOffset + first)] == 0)
        --first;
    while (last >= 0 && m_counts[static_cast<std::size_t>(1 + last)] == 0)
        --last;
    for (int bin = first; bin >= 0; --bin)
        if (const auto count = counts[static_cast<std::size_t>(1 + negativeOffset + bin)];
            count > 0 || max() >= -edge(bin))
            add(-upper(bin), -edge(bin), count);
    if (counts[0] > 0 || (first >= 0 && last >= 0))
        add(-edge(0), edge(0), counts[0]);
    for (int bin = 0; bin <= last; ++bin)
        if (const auto count = counts[static_cast<std::size_t>(1 + bin)]; count > 0 || min() <= edge(bin))
            add(edge(bin), upper(bin), count);
    return bins;
}

double ValueStatistics::quantile(double q) const
{
    if (q <= 0 || m_count == 0)
        return min();
    if (q >= 1)
        return max();
    const double wanted = q * static_cast<double>(m_count);
    double below = 0;
    for (const HistogramBin& bin : histogram()) {
        const auto count = static_cast<double>(bin.count);
        if (count > 0 && below + count >= wanted)
            return bin.low + (bin.high - bin.low) * (wanted - below) / count;
        below += count;
    }
    return max();
}

Range rangeOf(const ValueStatistics& statistics, RangeMethod method, double percentile)
{
    const bool cut = method == RangeMethod::Percentile;
    if (cut && !(percentile > 50 && percentile <= 100))
        throw Error(ErrorKind::Setting,
            fmt::format("Percentile {} makes no sense; use more than 50 and at most 100.", percentile));
    if (statistics.count() == 0)
        throw Error(ErrorKind::Data, "The calibration data gave no finite value; check the data.");
    std::pair<double, double> ends{statistics.min(), statistics.max()};
    switch (method) {
    case RangeMethod::Manual:
        throw Error(ErrorKind::Internal, "A manual range does not follow from statistics.");
    case RangeMethod::MinMax:
        break;
    case RangeMethod::Percentile: {
        const double share = (100 - percentile) / 200;
        ends = {statistics.quantile(share), statistics.quantile(1 - share)};
        break;
    }
    case RangeMethod::Kl:
        ends = rangeOfLeastDivergence(statistics.histogram(), ends.first, ends.second);
        break;
    case RangeMethod::Mse:
        ends = rangeOfLeastSquares(statistics.histogram(), ends.first, ends.second);
        break;
    case RangeMethod::MseWeighted:
        ends = rangeOfLeastSquares(statistics.weightedHistogram(), ends.first, ends.second);
        break;
    }
    Range range;
    range.min = std::min(0.0, ends.first);
    range.max = std::max(0.0, ends.second);
    range.method = method;
    range.percentile = cut ? percentile : 0;
    range.samples = statistics.samples();
    return range;
}

} // namespace octet::quantize
