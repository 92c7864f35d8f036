// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers as people read them: one place, so that plot, table and sentences agree.
#pragma once

#include <QFont>
#include <QString>

namespace octet::widgets {

QString signedCount(long value); // "+3", "−16" (true minus), "±0"
QString signedNumber(double value, int decimals); // "+0.013", likewise
QString capitalised(QString words); // "Macro F1"
QString grouped(long value); // "1,128"
QString plainNumber(double value, int maxDecimals); // "1", "0.5": no trailing zeros
/// "layer.3/output/dense/MatMul" of "/bert/encoder/layer.3/output/dense/MatMul": what is the same in all goes first.
QString shortNode(const QString& node);
/// "layer.3/output/dense" of the same: of a product its type says nothing. Whole names stand in tooltips.
QString shortOp(const QString& node);
QString decibels(double value); // "7 dB"; "none" from 120 on, as an error
QString timeLeft(double seconds); // "about 2 min left"; empty below 0
QString singular(const QString& noun); // "texts" -> "text"

/// One point smaller than `base` but never below 8: tables, plot. Two: badges.
QFont smallFont(const QFont& base, int steps = 1);
QFont strongFont(const QFont& base); // weight 600

} // namespace octet::widgets
