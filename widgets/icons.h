// SPDX-License-Identifier: GPL-3.0-or-later
// The program's own SVG icons (resources/icons, 16 px grid, one colour), tinted to fit a palette at any scale factor.
#pragma once

#include <QColor>
#include <QIcon>
#include <QPalette>
#include <QPixmap>
#include <QString>

namespace octet::widgets {

/// An icon of resources/icons by its file name without ".svg": button text colour, disabled colour when disabled.
/// An unknown name gives a null icon. Take it again on QEvent::PaletteChange.
QIcon icon(const QString& name, const QPalette& palette);

/// The same in one colour whatever the state, for marks such as verdicts.
QIcon icon(const QString& name, const QColor& colour);

/// `size` in logical pixels; the pixmap carries `ratio` as its device pixel ratio.
QPixmap iconPixmap(const QString& name, const QColor& colour, int size = 16, qreal ratio = 1);

} // namespace octet::widgets
