// SPDX-License-Identifier: GPL-3.0-or-later
// The flat style for what only a main window has: menu bar, toolbar, splitters, status bar.
#pragma once

#include "widgets/flat_style.h"

namespace octet::desktop {

class AppStyle : public widgets::FlatStyle
{
    Q_OBJECT
public:
    void drawPrimitive(
        PrimitiveElement element, const QStyleOption* option, QPainter* painter, const QWidget* widget) const override;
    void drawControl(
        ControlElement element, const QStyleOption* option, QPainter* painter, const QWidget* widget) const override;
    int pixelMetric(PixelMetric metric, const QStyleOption* option, const QWidget* widget) const override;
    int styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget,
        QStyleHintReturn* returnData) const override;
    QSize sizeFromContents(
        ContentsType type, const QStyleOption* option, const QSize& size, const QWidget* widget) const override;
};

} // namespace octet::desktop
