// SPDX-License-Identifier: GPL-3.0-or-later
// Every colour of the program: light, dark, high contrast. Nothing else names a colour.
#pragma once

#include <QColor>
#include <QPalette>

#include <array>

namespace octet::widgets {

struct Theme
{
    bool dark = false;
    QColor window, header, panel, nestedBox;
    QColor text, secondary, disabled;
    QColor line, grid, border;
    QColor accent, onAccent, selectedRow;
    QColor int8, int8Tint, bf16, bf16Tint, fp32, fp32Tint;
    QColor meets, meetsTint, tooClose, tooCloseTint, misses, missesTint;
    QColor today, everythingInt8, otherMarks, frontier, band;
    std::array<QColor, 5> sensitivityRamp, timeRamp;

    static const Theme& light();
    static const Theme& darkTheme();
    static const Theme& contrast(); // on black; every text at least 7 to 1
    /// The theme that fits a palette: pure black under pure white is high contrast, else window against text lightness.
    static const Theme& of(const QPalette& palette);
    QPalette palette() const;
};

} // namespace octet::widgets
