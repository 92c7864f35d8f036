// SPDX-License-Identifier: GPL-3.0-or-later
// A bounded summary of everything a value was during calibration, and the ranges that follow from it.
#pragma once

#include "core/values/evidence.h"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace octet::quantize {

/// Streams. The result depends neither on the order nor on the grouping of what was added: only counts and extremes.
/// Not finite numbers are counted apart and never enter a range.
class ValueStatistics
{
public:
    /// Log-spaced bins: 16 a factor of two (of equal width inside it: their edges are exact floats), from 2^-14 to 2^18
    /// in magnitude, for each sign; plus one for smaller.
    static constexpr int binsPerOctave = 16, lowestExponent = -14, octaves = 32;
    static constexpr int binsPerSign = binsPerOctave * octaves;

    /// `heads`: of an operand of attention; then channels = heads x depth.
    explicit ValueStatistics(std::int64_t channels = 0, std::int64_t heads = 0); // 0 = no per-channel extremes

    /// Importance of each channel, for RangeMethod::MseWeighted: whole numbers, so that sums do not depend on order. To
    /// be set before anything is added.
    void weighChannels(std::vector<std::uint32_t> weights);

    /// Rows of `channels` (or any number, when 0) contiguous values.
    void add(std::span<const float> row);
    void merge(const ValueStatistics& other);
    void addSample() { ++m_samples; }

    long samples() const { return m_samples; }
    std::int64_t heads() const { return m_heads; }
    std::int64_t count() const { return m_count; } // finite ones
    std::int64_t notFinite() const { return m_notFinite; }
    double min() const
    {
        return m_count > 0 ? static_cast<double>(m_min) : 0;
    } // of the finite ones; 0 when there are none
    double max() const { return m_count > 0 ? static_cast<double>(m_max) : 0; }
    std::vector<float> channelMaxima() const; // max |x| a channel
    std::vector<float> channelMeans() const; // to 2^-20
    /// Extremes a channel, 0 included.
    const std::vector<float>& channelLow() const { return m_channelLow; }
    const std::vector<float>& channelHigh() const { return m_channelHigh; }

    std::vector<HistogramBin> histogram() const; // ascending, empty ends cut off
    /// The same with every value counted as often as its channel weighs; histogram() where nothing was weighed.
    std::vector<HistogramBin> weightedHistogram() const;

    /// Value below which the share q of all values lies (interpolated inside the bin; exact at 0 and 1).
    double quantile(double q) const;

private:
    void addChannels(std::span<const float> row);
    std::vector<HistogramBin> binsOf(const std::vector<std::int64_t>& counts) const;

    // Slot 0 counts the smaller ones, 1 .. binsPerSign the positive, the next binsPerSign the negative, the last what
    // is not finite.
    std::vector<std::int64_t> m_counts;
    std::vector<std::int64_t> m_weighted; // slots as m_counts; empty: not weighed
    std::vector<std::uint32_t> m_channelWeights;
    std::int64_t m_count = 0, m_notFinite = 0;
    long m_samples = 0;
    float m_min = 0, m_max = 0; // meaningful when m_count > 0
    std::vector<float> m_channelLow, m_channelHigh;
    std::vector<std::int64_t> m_channelSum; // fixed point
    std::int64_t m_rows = 0; // of whole channels
    std::int64_t m_heads = 0;
};

/// Percentile is two-sided: (100-p)/2 % is cut at each end. For the others see range_search.h.
/// Always contains 0. Throws Error(Data) when nothing finite was seen.
Range rangeOf(const ValueStatistics& statistics, RangeMethod method, double percentile);

} // namespace octet::quantize
