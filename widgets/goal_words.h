// SPDX-License-Identifier: GPL-3.0-or-later
// The goal's parts in words, and what people type back.
#pragma once

#include "core/values/goal.h"

#include <QString>

namespace octet::widgets {

QString dropWords(const Goal& goal); // "1 % relative", "0.5 points"
QString metricWords(const std::string& name); // "accuracy", "macro F1"
int decimalsOf(const std::string& metric); // 0 where answers are counted
QString objectiveWords(const Goal& goal); // "p50 latency"
QString timeWords(const Goal& goal); // "20 min", "20 min or 50 trials", "as long as it takes"
/// ", about 7 of 872 texts"; without fp32 figures ", at most 8 of 872 texts"; empty without samples.
QString lossWords(const Goal& goal, long samples, long fp32Correct, const QString& noun);

/// "1", "1 %", "0.5" -> 0.01, 0.01, 0.005 of a whole. Throws nothing: `error` is one sentence or empty.
double parsePercent(const QString& text, QString* error);
/// Minutes; 0 and empty = no limit. Returns seconds.
double parseMinutes(const QString& text, QString* error);

} // namespace octet::widgets
