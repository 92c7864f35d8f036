// SPDX-License-Identifier: GPL-3.0-or-later
// What a report shows, in words and numbers: made from trials (core/tune/report.h), written as HTML (core/exchange).
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace octet {

enum class MarkRole { Chosen, Today, EverythingInt8, Static, Dynamic, Bf16 };

struct ReportMark
{
    MarkRole role = MarkRole::Static;
    double ms = 0, score = 0;
    std::optional<std::pair<double, double>> interval; // of the score, 95 %
    std::string name, words; // of a labelled one: "Chosen", "2.3 ms, none lost"
    bool onFrontier = false;
};

struct ReportPlot
{
    std::string scoreTitle, timeTitle; // "Right answers, of 436 texts", "Median time per text, ms"
    double todayMs = 0, floor = 0;
    std::string floorWords; // "Acceptable: 344 or more right"
    bool counts = true; // scores are whole numbers
    std::vector<ReportMark> marks;
};

struct ReportRow
{
    MarkRole role = MarkRole::Static;
    std::string name;
    std::string score, difference, changed, ms, speed, int8; // as shown; empty = nothing to say
    std::string verdict; // "meets", "too close to call", "misses"; empty = the baseline
};

struct ReportProduct
{
    std::string name, precision, reason;
    std::string ownError, changed, gain; // as shown; empty = not measured
};

struct Report
{
    std::string project, trial; // "sst2-outlier", "Trial 14, chosen"
    std::string headline, verdict, summary; // "2.2x faster, no answer lost", "meets", a sentence or two
    std::string fixture; // that the model is one; empty = it is none
    std::string goal, reason; // reason: empty = none was given
    std::vector<std::pair<std::string, std::string>> measuredOn;
    ReportPlot plot;
    std::string compared; // "Compared on the tuning half, 436 texts"
    std::vector<ReportRow> rows;
    std::string keptOut; // "Kept out of int8: 6 of 38 products"
    std::vector<ReportProduct> products;
};

} // namespace octet
