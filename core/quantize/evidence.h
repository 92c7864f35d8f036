// SPDX-License-Identifier: GPL-3.0-or-later
// What of a value's statistics is worth keeping and sending.
#pragma once

#include "core/quantize/statistics.h"
#include "core/values/evidence.h"

namespace octet::quantize {

/// Histogram of at most ValueEvidence::mostBins bins: what is smaller than 2^-12 of the extreme, far below any step of
/// 8 bits, is one bin, and neighbours are joined pairwise from 0 outwards until the rest fits. No count is lost.
std::vector<HistogramBin> compactHistogram(const ValueStatistics& statistics);

/// Histogram and the thresholds of every method; those are left out when nothing finite was seen.
ValueEvidence evidenceOf(const std::string& value, const ValueStatistics& statistics, double percentile);

} // namespace octet::quantize
