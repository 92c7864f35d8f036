// SPDX-License-Identifier: GPL-3.0-or-later
// Fusion with the flat controls of the design: 1 px borders, radius 4, no gradient, colours from Theme::of(palette).
// The program sets it once: QApplication::setStyle(new FlatStyle). Every widget also works in plain Fusion.
#pragma once

#include <QProxyStyle>

namespace octet::widgets {

class FlatStyle : public QProxyStyle
{
    Q_OBJECT
public:
    FlatStyle();
    void drawPrimitive(
        PrimitiveElement element, const QStyleOption* option, QPainter* painter, const QWidget* widget) const override;
    void drawControl(
        ControlElement element, const QStyleOption* option, QPainter* painter, const QWidget* widget) const override;
    void drawComplexControl(ComplexControl control, const QStyleOptionComplex* option, QPainter* painter,
        const QWidget* widget) const override;
    QRect subControlRect(ComplexControl control, const QStyleOptionComplex* option, SubControl part,
        const QWidget* widget) const override;
    QRect subElementRect(SubElement element, const QStyleOption* option, const QWidget* widget) const override;
    QSize sizeFromContents(
        ContentsType type, const QStyleOption* option, const QSize& size, const QWidget* widget) const override;
    int pixelMetric(PixelMetric metric, const QStyleOption* option, const QWidget* widget) const override;
    int styleHint(
        StyleHint hint, const QStyleOption* option, const QWidget* widget, QStyleHintReturn* returnData) const override;
};

} // namespace octet::widgets
