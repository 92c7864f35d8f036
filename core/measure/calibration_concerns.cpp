// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/measure.h"

#include <fmt/format.h>

namespace octet::measure {

std::vector<std::string> calibrationConcerns(const data::Dataset& data)
{
    std::vector<std::string> sentences;
    const std::size_t count = data.size(Split::Calibration);
    std::size_t padding = 0, first = 0;
    for (std::size_t i = 0; i < count; ++i)
        if (data.isAllPadding(Split::Calibration, i)) {
            first = padding == 0 ? i : first;
            ++padding;
        }
    if (padding > 0)
        sentences.push_back(fmt::format("{} of {} calibration samples are padding only, the first of them number {}; "
                                        "they are left out, check their attention_mask.",
            padding, count, first + 1));

    const int label = count > 1 ? data.label(Split::Calibration, 0) : -1;
    bool oneClass = label >= 0 && data.classes() > 1;
    for (std::size_t i = 1; i < count && oneClass; ++i)
        oneClass = data.label(Split::Calibration, i) == label;
    if (oneClass)
        sentences.push_back(fmt::format("All {} calibration samples are of class {}; ranges may not cover the other "
                                        "{}, take samples of every class.",
            count, label, data.classes() - 1));

    if (const auto shared = data.shared(); !shared.empty() && data.spec().sharedRows.empty())
        sentences.push_back(fmt::format("{} calibration samples are test samples too, the first of them row {} (test row "
                                        "{}): ranges would be learned from what is tested; leave them out.",
            shared.size(), shared.front().calibRow, shared.front().testRow));

    const long asked = data.spec().calibLimit;
    const std::size_t left = data.spec().sharedRows == "leave_out" ? data.shared().size() : 0;
    if (asked > 0 && count + left < static_cast<std::size_t>(asked))
        sentences.push_back(fmt::format(
            "{} calibration samples were asked for, but there are only {}; all of them are used.", asked, count));
    return sentences;
}

} // namespace octet::measure
