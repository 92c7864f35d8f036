// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string_view>

namespace octet {

/// Levenshtein distance in bytes; time is the product of the lengths, so callers cut what may be hostile.
std::size_t editDistance(std::string_view a, std::string_view b);

} // namespace octet
