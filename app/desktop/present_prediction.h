// SPDX-License-Identifier: GPL-3.0-or-later
// Predictions -> what the plot shows of them: the draft's ghost, and the lines from it.
#pragma once

#include "core/quantize/resolve.h"
#include "core/tune/predictor.h"
#include "widgets/frontier_plot.h"

#include <QStringList>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace octet::desktop {

class Document;

/// Where the draft would land; nothing while too little is known, or when it was measured already.
std::optional<widgets::Ghost> presentGhost(const Document& document, const Trial& fp32);

/// All that it takes to say what one op would change, so that another thread can.
struct WhatIfQuestion
{
    std::shared_ptr<const graph::Model> model;
    std::vector<quantize::Product> products;
    Config draft;
    tune::Predictor predictor;
    Accuracy fp32; // without what it holds per sample
    double fp32Ms = 0;
    double floor = 0; // lowest acceptable score
    std::optional<std::pair<double, double>> measured; // ms and score of the draft, if it was measured
    QStringList nodes; // ask about these ops; empty = about the few that matter most
};
/// Nothing while there is no prediction.
std::optional<WhatIfQuestion> whatIfQuestion(const Document& document, const QStringList& nodes);

struct WhatIfChange
{
    QStringList nodes; // one product, or the two of an attention
    Precision precision = Precision::Fp32;
};
struct WhatIfAnswer
{
    widgets::WhatIfs shown;
    std::vector<WhatIfChange> changes; // by line: what it would mark
};
/// At most `most` lines. Each op goes from int8 to fp32, or from fp32 or bf16 to int8. Without nodes: ops that would
/// bring the draft above the floor while it is below, else those that would make it faster and keep it there; the best
/// first. Stops early, with what it has, when `cancelled` says so.
WhatIfAnswer whatIf(const WhatIfQuestion& question, int most, const std::function<bool()>& cancelled);

} // namespace octet::desktop
