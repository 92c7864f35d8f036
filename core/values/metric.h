// SPDX-License-Identifier: GPL-3.0-or-later
// What a result can be stated in; how each is computed: measure/metrics.h.
#pragma once

#include "core/values/label_kind.h"

#include <string>
#include <vector>

namespace octet {

struct Metric
{
    std::string name; // as in goals and on the command line
    std::string words; // "macro F1"
    bool needsLabels = true; // else it compares with fp32 on the same samples
    bool higherIsBetter = true; // else no goal can be stated in it
    double perfect = 1; // what fp32 reaches against itself, without labels
    LabelKind labels = LabelKind::Classes; // that it needs
    bool counts = false; // a share of samples: can be said as "350 of 436"
};

/// accuracy, f1, f1_macro, mcc; without labels agreement, cosine, kl, mse; of labels that are numbers pearson and
/// spearman, of those of tokens token_match.
const std::vector<Metric>& metrics();
/// Throws Error(Setting) that lists the names.
const Metric& metricOf(const std::string& name);
/// Whether its values are counts of answers; false for names that are no metric.
bool countsAnswers(const std::string& name);

} // namespace octet
