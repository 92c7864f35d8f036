// SPDX-License-Identifier: GPL-3.0-or-later
// Which lines of two texts are not in both, in order.
#pragma once

#include <string>
#include <vector>

namespace octet {

struct LineDiff
{
    std::vector<int> a, b; // indices of lines from 0, ascending, that are not part of the longest common subsequence
    bool operator==(const LineDiff&) const = default;
};

/// Time and memory are the product of the lengths between the first and the last difference; beyond 4 million of it
/// all lines in between count as different.
LineDiff lineDiff(const std::vector<std::string>& a, const std::vector<std::string>& b);

} // namespace octet
