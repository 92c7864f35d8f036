// SPDX-License-Identifier: GPL-3.0-or-later
// What calibration saw: histograms, how the ranges moved with the number of samples, and whether that is enough.
#pragma once

#include "core/values/ranges.h"

#include <cstdint>
#include <string>
#include <vector>

namespace octet {

struct HistogramBin
{
    double low = 0, high = 0;
    std::int64_t count = 0;
    bool operator==(const HistogramBin&) const = default;
};

/// Where a range method would cut.
struct Threshold
{
    RangeMethod method = RangeMethod::MinMax;
    double percentile = 0; // for RangeMethod::Percentile
    double min = 0, max = 0;
    bool operator==(const Threshold&) const = default;
};

/// One ONNX value, not smoothed.
struct ValueEvidence
{
    static constexpr std::size_t mostBins = 256;
    std::string value;
    long long count = 0; // finite numbers seen
    long long notFinite = 0; // NaN and infinities, which enter no range
    std::vector<HistogramBin> histogram; // ascending, log-spaced around 0, at most mostBins
    std::vector<Threshold> thresholds; // min-max, percentile, KL, MSE
    bool operator==(const ValueEvidence&) const = default;
};

struct RangeStep
{
    long samples = 0; // the first so many of the calibration split
    double min = 0, max = 0;
    bool operator==(const RangeStep&) const = default;
};

/// How the range that a config asks for came about.
struct RangeGrowth
{
    RangeKey key;
    std::vector<RangeStep> steps; // n/32 .. n/4, n/2, n, from 8 samples on
    long drivingSample = 0; // counted from 1: without it alone the range would be narrower; 0 = none
    double drivenShare = 0; // of the range's width that this one sample makes
    static constexpr double noticeable = 0.25; // a driven share above is worth a warning
    /// Furthest that an end moved over the last doubling, as a share of the final width; 0 with fewer than two steps.
    double lastChange() const;
    bool operator==(const RangeGrowth&) const = default;
};

struct CalibrationEvidence
{
    long samples = 0;
    std::vector<ValueEvidence> values; // by name
    std::vector<RangeGrowth> ranges; // by key
    bool empty() const { return ranges.empty(); }
    const ValueEvidence* value(const std::string& name) const; // null = none
    const RangeGrowth* range(const RangeKey& key) const;
    /// Takes over what a later run saw; of another number of samples it replaces everything.
    void add(const CalibrationEvidence& later);
    bool operator==(const CalibrationEvidence&) const = default;
};

/// Answer to "is this enough?".
struct Sufficiency
{
    /// An end that moves by this share of the width changes the quantization noise by less than 0.5 dB.
    static constexpr double tolerance = 0.05;
    static constexpr long fewest = 16; // below, a doubling says nothing
    bool enough = false;
    double worstChange = 0; // over the last doubling, of all ranges
    std::string worstValue; // ONNX value
    long suggested = 0; // samples to take instead; 0 when enough
    std::string sentence; // for people
};
Sufficiency sufficiency(const CalibrationEvidence& evidence);
Sufficiency sufficiency(const RangeGrowth& range, long samples); // of one range alone

/// A sentence each: numbers that are not finite, and ranges of which one sample makes more than a quarter (at most the
/// three largest; the rest is counted).
std::vector<std::string> warnings(const CalibrationEvidence& evidence);
/// The same about one value and its range (null = none).
std::vector<std::string> warnings(const ValueEvidence& value, const RangeGrowth* range);

} // namespace octet
