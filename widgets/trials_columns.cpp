// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/trials_columns.h"

#include "widgets/trials_view.h"

#include <array>

namespace octet::widgets {

const TrialsColumn& trialsColumn(int column)
{
    const auto s = [](const char* text) { return QString::fromUtf8(text); };
    static const std::array<TrialsColumn, TrialsModel::ColumnCount> columns{{
        {s("pin"), {}, s("Pinned"), {}, true},
        {s("number"), s("#"), s("Number of the trial"), s("0000#")},
        {s("mark"), {}, s("Mark on the plot"), {}, true},
        {s("name"), s("Trial"), s("Name of the trial, F2 to change it"), {}, true},
        {s("right"), s("Right"), s("Right answers on the tuning half"), s("Right0")},
        {s("difference"), s("+/\u2212"), s("Right answers against Today (fp32)"), s("\u2212000")},
        {s("worse-better"), s("Worse / better"), s("Answers that got worse and better against Today (fp32)"),
            s("Worse / better")},
        {s("p50"), s("p50, ms"), s("Median time of one sample, in milliseconds"), s("p50, ms0")},
        {s("p99"), s("p99, ms"), s("Time that 99 of 100 runs stay below, in milliseconds a sample"), s("p99, ms0"),
            false, false},
        {s("speed"), s("Speed"), s("Times faster than Today (fp32)"), s("Speed0")},
        {s("int8"), s("Int8"), s("Weight products that ran in int8"), s("Int80")},
        {s("weights"), s("Weights, MB"), s("Weights as they are packed for this trial"), s("Weights, MB0"), false,
            false},
        {s("memory"), s("Memory, MB"), s("Weights and working memory of the largest timed program"), s("Memory, MB0"),
            false, false},
        {s("goal"), s("Goal"), s("Does it meet the goal, by the paired interval against Today (fp32)"),
            s("Too close"), true},
        {s("note"), s("Note"), s("What was noted about the trial; of the chosen one, why"),
            s("a note of the usual length"), true, false},
    }};
    return columns.at(std::size_t(column));
}

} // namespace octet::widgets
