// SPDX-License-Identifier: GPL-3.0-or-later
// Fonts, palette and widget style of the whole program, switched live.
#pragma once

#include "app/desktop/settings.h"

#include <QFont>

class QWidget;

namespace octet::desktop::style {

/// Call once, before the first window.
void install();
void applyTheme(settings::ThemeChoice choice);
/// Of all texts: `points` more than usual.
void applyTextSize(int points);

/// Weight 600 of the program's font: titles.
QFont titleFont();
/// One point smaller: tables, secondary lines.
QFont smallFont();
/// Sets a label's font to one of these, also when the text size changes.
void keepFont(QWidget* label, QFont (*font)());
/// Colours text of a label by Theme: secondary, following theme switches.
void setSecondary(QWidget* label);

} // namespace octet::desktop::style
