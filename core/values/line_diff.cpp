// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/line_diff.h"

#include <algorithm>
#include <cstdint>

namespace octet {

namespace {

constexpr std::size_t mostCells = 4'000'000;

} // namespace

LineDiff lineDiff(const std::vector<std::string>& a, const std::vector<std::string>& b)
{
    std::size_t first = 0, endA = a.size(), endB = b.size();
    while (first < endA && first < endB && a[first] == b[first])
        ++first;
    while (endA > first && endB > first && a[endA - 1] == b[endB - 1])
        --endA, --endB;
    const std::size_t rows = endA - first, columns = endB - first;
    LineDiff diff;
    // length[i][j]: of the longest common subsequence of what follows a's line i and b's line j.
    std::vector<std::uint32_t> length;
    const bool tooMany = columns > 0 && rows > mostCells / columns;
    if (!tooMany)
        length.assign((rows + 1) * (columns + 1), 0);
    const auto at = [&](std::size_t i, std::size_t j) -> std::uint32_t& { return length[i * (columns + 1) + j]; };
    if (!tooMany)
        for (std::size_t i = rows; i-- > 0;)
            for (std::size_t j = columns; j-- > 0;)
                at(i, j) = a[first + i] == b[first + j] ? at(i + 1, j + 1) + 1 : std::max(at(i + 1, j), at(i, j + 1));
    std::size_t i = 0, j = 0;
    while (i < rows || j < columns) {
        if (!tooMany && i < rows && j < columns && a[first + i] == b[first + j])
            ++i, ++j;
        else if (i < rows && (tooMany || j == columns || at(i + 1, j) >= at(i, j + 1)))
            diff.a.push_back(static_cast<int>(first + i++));
        else
            diff.b.push_back(static_cast<int>(first + j++));
    }
    return diff;
}

} // namespace octet
