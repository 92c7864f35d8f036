// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/config.h"

#include <map>
#include <string>
#include <vector>

namespace octet {

/// The interval of an ONNX value that int8 must represent, and how it was found.
struct Range
{
    double min = 0;
    double max = 0;
    RangeMethod method = RangeMethod::MinMax;
    double percentile = 0; // for RangeMethod::Percentile
    long samples = 0; // calibration samples it was computed from
    double alpha = 0; // of the smoothing; 0 = none
    /// One factor a channel; empty = none. min and max are those of value / smoothing, and who multiplies
    /// the quantized value makes up for it: a product in its weight rows, an attention in its other operand or result.
    std::vector<float> smoothing;
    long heads = 0; // of an operand of attention, whose channels are heads x depth; 0 = rows of channels
    std::vector<float> means; // a channel, of the value itself; only where bias correction asks for it
    bool operator==(const Range&) const = default;
};

/// By ONNX value name. A value whose readers want different methods has one entry per method and smoothing.
struct RangeKey
{
    std::string value;
    RangeMethod method = RangeMethod::MinMax;
    double percentile = 0;
    double alpha = 0; // smoothing asked for
    auto operator<=>(const RangeKey&) const = default;
};
using Ranges = std::map<RangeKey, Range>;

/// The key of the range that `settings` ask for on `value`.
RangeKey rangeKey(const std::string& value, const OpSettings& settings);

} // namespace octet
