// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QWidget>

namespace octet::widgets {

/// Text colour of a label by its palette. The role is set too: a label otherwise takes the role that goes with its
/// parent's background, and the colour would be lost.
inline void setTextColour(QWidget* label, const QColor& colour)
{
    QPalette palette = label->palette();
    if (palette.color(QPalette::WindowText) != colour) {
        palette.setColor(QPalette::WindowText, colour);
        label->setPalette(palette);
    }
    label->setForegroundRole(QPalette::WindowText);
}

} // namespace octet::widgets
