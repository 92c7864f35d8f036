// SPDX-License-Identifier: GPL-3.0-or-later
// A value's histogram in characters.
#pragma once

#include "core/values/evidence.h"

#include <string>

namespace octet::cli {

/// Rows of equal width from the smallest to the largest number, bars by the logarithm of their counts, and beside them
/// where each range method would cut.
std::string histogramText(const ValueEvidence& value);

} // namespace octet::cli
