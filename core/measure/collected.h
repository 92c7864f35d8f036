// SPDX-License-Identifier: GPL-3.0-or-later
// What one value was, by parts of the calibration split, so that ranges can be followed as the samples grow.
#pragma once

#include "core/quantize/statistics.h"

#include <limits>
#include <span>
#include <vector>

namespace octet::measure {

/// The two furthest samples at each end. Does not depend on the order in which samples come.
class SampleEnds
{
public:
    /// Numbers of sample `sample`; what is not finite is ignored. One sample may be given in pieces, one after another.
    void extend(std::span<const float> part)
    {
        constexpr float largest = std::numeric_limits<float>::max();
        for (const float x : part) {
            m_low = x < m_low && x >= -largest ? x : m_low;
            m_high = x > m_high && x <= largest ? x : m_high;
        }
    }
    void finish(long sample)
    {
        take(m_highest, m_high, sample);
        take(m_lowest, -m_low, sample);
        m_low = m_high = 0;
    }

    /// The sample (from 1) without which the range [min, max] would lose most, and the share of the width that goes.
    struct Driver
    {
        long sample = 0; // 0 = none
        double share = 0;
    };
    Driver driver(double min, double max) const;

private:
    struct End
    {
        float first = 0, second = 0; // 0 belongs to every range
        long sample = 0;
    };
    static void take(End& end, float value, long sample)
    {
        if (value > end.first) {
            end.second = end.first;
            end.first = value;
            end.sample = sample;
        } else if (value > end.second) {
            end.second = value;
        }
    }
    End m_highest, m_lowest; // the lowest negated
    float m_low = 0, m_high = 0; // of the sample at hand
};

struct Collected
{
    std::vector<quantize::ValueStatistics> parts; // one a checkpoint, of the samples since the one before
    SampleEnds ends;
};

/// n, n/2, n/4 ... at least 8, at most six of them so that the memory does not grow with n; ascending.
std::vector<long> checkpoints(long samples);

} // namespace octet::measure
