// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/config.h"

#include <map>
#include <string>

namespace octet {

/// The interval of an ONNX value that int8 must represent, and how it was found.
struct Range
{
    double min = 0;
    double max = 0;
    RangeMethod method = RangeMethod::MinMax;
    double percentile = 0; // for RangeMethod::Percentile
    long samples = 0; // calibration samples it was computed from
    bool operator==(const Range&) const = default;
};

/// By ONNX value name. A value whose readers want different methods has one entry per method.
struct RangeKey
{
    std::string value;
    RangeMethod method = RangeMethod::MinMax;
    double percentile = 0;
    auto operator<=>(const RangeKey&) const = default;
};
using Ranges = std::map<RangeKey, Range>;

/// The key of the range that `settings` ask for on `value`.
RangeKey rangeKey(const std::string& value, const OpSettings& settings);

} // namespace octet
