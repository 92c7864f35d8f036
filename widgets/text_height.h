// SPDX-License-Identifier: GPL-3.0-or-later
// Heights that were made for the usual text size and grow with larger text.
#pragma once

class QFont;
class QWidget;

namespace octet::widgets {

/// px; never below `usual`.
int grownHeight(int usual, const QFont& font);
/// Fixed at that height, also when the widget's font changes.
void setTextHeight(QWidget* widget, int usual);
/// At least that height, for `lines` of text below each other.
void setLeastTextHeight(QWidget* widget, int usual, int lines);

} // namespace octet::widgets
