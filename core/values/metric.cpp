// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/metric.h"

#include "core/values/error.h"

#include <fmt/format.h>

#include <algorithm>

namespace octet {

const std::vector<Metric>& metrics()
{
    constexpr auto classes = LabelKind::Classes, numbers = LabelKind::Numbers, tokens = LabelKind::Tokens;
    static const std::vector<Metric> all{{"accuracy", "accuracy", true, true, 1, classes, true},
        {"f1", "F1", true, true, 1}, {"f1_macro", "macro F1", true, true, 1},
        {"mcc", "Matthews correlation", true, true, 1},
        {"agreement", "agreement with fp32", false, true, 1, classes, true},
        {"cosine", "cosine to fp32", false, true, 1}, {"kl", "KL divergence from fp32", false, false, 0},
        {"mse", "squared error against fp32", false, false, 0},
        {"pearson", "Pearson correlation", true, true, 1, numbers},
        {"spearman", "Spearman correlation", true, true, 1, numbers},
        {"token_match", "exact token match", true, true, 1, tokens}};
    return all;
}

const Metric& metricOf(const std::string& name)
{
    std::string names;
    for (const Metric& metric : metrics()) {
        if (metric.name == name)
            return metric;
        names += (names.empty() ? "" : ", ") + metric.name;
    }
    throw Error(ErrorKind::Setting, fmt::format("\"{}\" is no metric; use one of {}.", name, names));
}

bool countsAnswers(const std::string& name)
{
    return std::any_of(metrics().begin(), metrics().end(), [&](const Metric& m) { return m.name == name && m.counts; });
}

} // namespace octet
