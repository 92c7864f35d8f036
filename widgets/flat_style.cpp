// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/flat_style.h"

#include "widgets/mark_look.h"
#include "widgets/text_height.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QCheckBox>
#include <QPainter>
#include <QPushButton>
#include <QRadioButton>
#include <QStyleFactory>
#include <QStyleOption>
#include <QToolButton>

#include <algorithm>

namespace octet::widgets {

namespace {

void roundedPanel(QPainter& p, const QRect& rect, const QColor& fill, const QColor& border, double width = 1)
{
    p.save();
    p.setRenderHint(QPainter::Antialiasing);
    p.setPen(QPen(border, width));
    p.setBrush(fill);
    const double inset = width / 2;
    p.drawRoundedRect(QRectF(rect).adjusted(inset, inset, -inset, -inset), 4, 4);
    p.restore();
}

bool keyboardFocus(const QStyleOption* option)
{
    return option->state.testFlag(QStyle::State_HasFocus) && option->state.testFlag(QStyle::State_KeyboardFocusChange);
}

void drawButtonPanel(const QStyleOption* option, QPainter& p, const Theme& t)
{
    const auto* button = qstyleoption_cast<const QStyleOptionButton*>(option);
    const bool enabled = option->state.testFlag(QStyle::State_Enabled);
    const bool primary = enabled && button && button->features.testFlag(QStyleOptionButton::DefaultButton);
    QColor fill = t.panel, border = enabled ? t.border : t.line;
    if (!enabled)
        fill = t.header;
    else if (primary)
        fill = border = t.accent;
    else if (option->state.testFlag(QStyle::State_On) || option->state.testFlag(QStyle::State_Sunken))
        fill = t.selectedRow;
    else if (option->state.testFlag(QStyle::State_MouseOver))
        fill = t.header;
    if (primary && option->state.testFlag(QStyle::State_MouseOver))
        fill = t.dark ? t.accent.lighter(110) : t.accent.darker(112);
    roundedPanel(p, option->rect, fill, border);
    if (keyboardFocus(option))
        roundedPanel(p, option->rect.adjusted(2, 2, -2, -2), Qt::transparent, primary ? t.onAccent : t.accent, 1.5);
}

void drawFieldPanel(const QStyleOption* option, QPainter& p, const Theme& t)
{
    const bool enabled = option->state.testFlag(QStyle::State_Enabled);
    const bool focus = option->state.testFlag(QStyle::State_HasFocus);
    roundedPanel(p, option->rect, enabled ? t.panel : t.header,
        !enabled    ? t.line
            : focus ? t.accent
                    : t.border,
        focus ? 1.5 : 1);
}

void drawCheck(const QStyleOption* option, QPainter& p, const Theme& t)
{
    const bool enabled = option->state.testFlag(QStyle::State_Enabled);
    const bool on = option->state.testFlag(QStyle::State_On);
    const QRect box = option->rect;
    const QColor ink = enabled ? t.accent : t.disabled;
    p.save();
    p.setRenderHint(QPainter::Antialiasing);
    p.setPen(QPen(on ? ink : enabled ? t.border : t.line, keyboardFocus(option) ? 2 : 1));
    p.setBrush(on ? ink : t.panel);
    p.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3);
    p.restore();
    if (on)
        paintIcon(p, QStringLiteral("check"), QRectF(box).adjusted(1.5, 1.5, -1.5, -1.5), t.onAccent);
}

void drawRadio(const QStyleOption* option, QPainter& p, const Theme& t)
{
    const bool enabled = option->state.testFlag(QStyle::State_Enabled);
    const bool on = option->state.testFlag(QStyle::State_On);
    const QColor ink = enabled ? t.accent : t.disabled;
    const QRectF box = QRectF(option->rect).adjusted(0.5, 0.5, -0.5, -0.5);
    p.save();
    p.setRenderHint(QPainter::Antialiasing);
    p.setPen(QPen(on ? ink : enabled ? t.border : t.line, 1));
    p.setBrush(on ? ink : t.panel);
    p.drawEllipse(box);
    if (on) {
        p.setPen(Qt::NoPen);
        p.setBrush(t.onAccent);
        p.drawEllipse(box.center(), 2.6, 2.6);
    }
    p.restore();
}

/// Words keep off the icon before them.
QStyleOptionButton& spaced(QStyleOptionButton& button)
{
    if (!button.icon.isNull() && !button.text.isEmpty())
        button.text.prepend(QLatin1Char(' '));
    return button;
}

} // namespace

FlatStyle::FlatStyle()
    : QProxyStyle(QStyleFactory::create(QStringLiteral("Fusion")))
{
}

void FlatStyle::drawPrimitive(
    PrimitiveElement element, const QStyleOption* option, QPainter* painter, const QWidget* widget) const
{
    const Theme& t = Theme::of(option->palette);
    switch (element) {
    case PE_PanelButtonCommand:
        drawButtonPanel(option, *painter, t);
        return;
    case PE_PanelButtonTool:
        if (option->state & (State_MouseOver | State_On | State_Sunken) && option->state.testFlag(State_Enabled))
            roundedPanel(
                *painter, option->rect, option->state & (State_On | State_Sunken) ? t.selectedRow : t.header, t.line);
        return;
    case PE_PanelLineEdit:
    case PE_FrameLineEdit: {
        const auto* frame = qstyleoption_cast<const QStyleOptionFrame*>(option);
        if (element == PE_PanelLineEdit && frame && frame->lineWidth <= 0)
            break;
        drawFieldPanel(option, *painter, t);
        return;
    }
    case PE_FrameFocusRect: // every other control shows its focus itself
        if (keyboardFocus(option)
            && (qobject_cast<const QToolButton*>(widget) || qobject_cast<const QRadioButton*>(widget)
                || qobject_cast<const QCheckBox*>(widget)))
            roundedPanel(*painter, option->rect, Qt::transparent, t.accent, 1.5);
        return;
    case PE_IndicatorCheckBox:
        drawCheck(option, *painter, t);
        return;
    case PE_IndicatorRadioButton:
        drawRadio(option, *painter, t);
        return;
    case PE_IndicatorArrowDown: {
        QRectF box(0, 0, 12, 12);
        box.moveCenter(QRectF(option->rect).center());
        paintIcon(*painter, QStringLiteral("chevron"), box, t.text);
        return;
    }
    default:
        break;
    }
    QProxyStyle::drawPrimitive(element, option, painter, widget);
}

void FlatStyle::drawControl(
    ControlElement element, const QStyleOption* option, QPainter* painter, const QWidget* widget) const
{
    if (element == CE_PushButtonLabel) {
        const auto* button = qstyleoption_cast<const QStyleOptionButton*>(option);
        if (button && button->features.testFlag(QStyleOptionButton::DefaultButton)
            && button->state.testFlag(State_Enabled)) {
            QStyleOptionButton copy(*button);
            copy.palette.setColor(QPalette::ButtonText, Theme::of(option->palette).onAccent);
            QProxyStyle::drawControl(element, &spaced(copy), painter, widget);
            return;
        }
        if (button) {
            QStyleOptionButton copy(*button);
            QProxyStyle::drawControl(element, &spaced(copy), painter, widget);
            return;
        }
    }
    if (element == CE_PushButtonBevel) {
        const auto* bevel = qstyleoption_cast<const QStyleOptionButton*>(option);
        const bool quiet = bevel && bevel->features.testFlag(QStyleOptionButton::Flat);
        if (!quiet || option->state & (State_MouseOver | State_Sunken | State_On) || keyboardFocus(option))
            drawPrimitive(PE_PanelButtonCommand, option, painter, widget);
        if (bevel && bevel->features.testFlag(QStyleOptionButton::HasMenu)) {
            const QRectF box(option->rect.right() - 18, option->rect.center().y() - 5.5, 12, 12);
            paintIcon(*painter, QStringLiteral("chevron"), box, Theme::of(option->palette).text);
        }
        return;
    }
    QProxyStyle::drawControl(element, option, painter, widget);
}

void FlatStyle::drawComplexControl(
    ComplexControl control, const QStyleOptionComplex* option, QPainter* painter, const QWidget* widget) const
{
    if (control == CC_ComboBox) {
        const auto* combo = qstyleoption_cast<const QStyleOptionComboBox*>(option);
        if (combo && !combo->editable) {
            const Theme& t = Theme::of(option->palette);
            drawFieldPanel(option, *painter, t);
            QRectF box(0, 0, 14, 14);
            box.moveCenter(QPointF(option->rect.right() - 14, QRectF(option->rect).center().y()));
            paintIcon(
                *painter, QStringLiteral("chevron"), box, option->state.testFlag(State_Enabled) ? t.text : t.disabled);
            return;
        }
    }
    if (control == CC_ScrollBar) {
        const Theme& t = Theme::of(option->palette);
        painter->fillRect(option->rect, t.panel);
        if (!option->state.testFlag(State_Enabled))
            return;
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setPen(Qt::NoPen);
        painter->setBrush(
            option->state.testFlag(State_MouseOver) || option->state.testFlag(State_Sunken) ? t.border : t.line);
        const QRect handle = subControlRect(control, option, SC_ScrollBarSlider, widget);
        painter->drawRoundedRect(QRectF(handle).adjusted(2, 2, -2, -2), 3, 3);
        painter->restore();
        return;
    }
    QProxyStyle::drawComplexControl(control, option, painter, widget);
}

QRect FlatStyle::subControlRect(
    ComplexControl control, const QStyleOptionComplex* option, SubControl part, const QWidget* widget) const
{
    const auto* bar = qstyleoption_cast<const QStyleOptionSlider*>(option);
    if (control == CC_ComboBox && part == SC_ComboBoxEditField)
        return visualRect(option->direction, option->rect, option->rect.adjusted(7, 2, -24, -2));
    if (control != CC_ScrollBar || !bar)
        return QProxyStyle::subControlRect(control, option, part, widget);
    const bool upright = bar->orientation == Qt::Vertical;
    const int length = upright ? bar->rect.height() : bar->rect.width();
    const int range = bar->maximum - bar->minimum;
    const int handle = range <= 0
        ? length
        : std::min(length, std::max(24, int(qint64(length) * bar->pageStep / (qint64(range) + bar->pageStep))));
    const int at =
        sliderPositionFromValue(bar->minimum, bar->maximum, bar->sliderPosition, length - handle, bar->upsideDown);
    const auto strip = [&](int from, int size) {
        const QRect rect = upright ? QRect(0, from, bar->rect.width(), size) : QRect(from, 0, size, bar->rect.height());
        return visualRect(bar->direction, bar->rect, rect.translated(bar->rect.topLeft()));
    };
    switch (part) {
    case SC_ScrollBarSlider:
        return strip(at, handle);
    case SC_ScrollBarGroove:
        return strip(0, length);
    case SC_ScrollBarSubPage:
        return strip(0, at);
    case SC_ScrollBarAddPage:
        return strip(at + handle, length - at - handle);
    default:
        return {}; // no arrow buttons
    }
}

QRect FlatStyle::subElementRect(SubElement element, const QStyleOption* option, const QWidget* widget) const
{
    const QRect rect = QProxyStyle::subElementRect(element, option, widget);
    const auto* frame = qstyleoption_cast<const QStyleOptionFrame*>(option);
    if (element == SE_LineEditContents && frame && frame->lineWidth > 0)
        return rect.adjusted(4, 0, -4, 0);
    return rect;
}

QSize FlatStyle::sizeFromContents(
    ContentsType type, const QStyleOption* option, const QSize& size, const QWidget* widget) const
{
    QSize result = QProxyStyle::sizeFromContents(type, option, size, widget);
    if (type == CT_PushButton) {
        const auto* button = qstyleoption_cast<const QStyleOptionButton*>(option);
        const bool menu = button && button->features.testFlag(QStyleOptionButton::HasMenu);
        const int space = button && !button->icon.isNull() && !button->text.isEmpty()
            ? button->fontMetrics.horizontalAdvance(QLatin1Char(' '))
            : 0;
        result = QSize(size.width() + space + (menu ? 36 : 22), grownHeight(28, widget ? widget->font() : QApplication::font()));
    } else if (type == CT_LineEdit || type == CT_ComboBox) {
        result.setHeight(grownHeight(28, widget ? widget->font() : QApplication::font()));
    }
    return result;
}

int FlatStyle::pixelMetric(PixelMetric metric, const QStyleOption* option, const QWidget* widget) const
{
    switch (metric) {
    case PM_IndicatorWidth:
    case PM_IndicatorHeight:
    case PM_ExclusiveIndicatorWidth:
    case PM_ExclusiveIndicatorHeight:
        return 15;
    case PM_ScrollBarExtent:
        return 11;
    case PM_ButtonShiftHorizontal:
    case PM_ButtonShiftVertical:
        return 0;
    default:
        return QProxyStyle::pixelMetric(metric, option, widget);
    }
}

int FlatStyle::styleHint(
    StyleHint hint, const QStyleOption* option, const QWidget* widget, QStyleHintReturn* returnData) const
{
    if (hint == SH_ComboBox_Popup || hint == SH_DialogButtonBox_ButtonsHaveIcons)
        return 0;
    return QProxyStyle::styleHint(hint, option, widget, returnData);
}

} // namespace octet::widgets
