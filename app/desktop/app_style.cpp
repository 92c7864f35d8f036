// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/app_style.h"

#include "widgets/text_height.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QPainter>
#include <QStyleOption>
#include <QToolBar>
#include <QToolButton>

namespace octet::desktop {

using widgets::Theme;

namespace {

constexpr int iconGap = 6, buttonPadding = 8;

bool inToolBar(const QWidget* widget)
{
    return widget && qobject_cast<const QToolBar*>(widget->parentWidget());
}

void drawMenuBarItem(const QStyleOptionMenuItem& item, QPainter& painter)
{
    const Theme& theme = Theme::of(item.palette);
    painter.fillRect(item.rect, theme.window);
    const bool active = item.state & (QStyle::State_Selected | QStyle::State_Sunken);
    if (active && (item.state & QStyle::State_Enabled)) {
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme.selectedRow);
        painter.drawRoundedRect(item.rect.adjusted(1, 2, -1, -2), 4, 4);
    }
    painter.setPen(item.state & QStyle::State_Enabled ? theme.text : theme.disabled);
    painter.drawText(item.rect, Qt::AlignCenter | Qt::TextHideMnemonic, item.text);
}

/// Icon, a gap, text: Fusion leaves two pixels between them.
void drawToolButtonLabel(const QStyleOptionToolButton& button, QPainter& painter)
{
    const Theme& theme = Theme::of(button.palette);
    const bool enabled = button.state & QStyle::State_Enabled;
    QRect rect = button.rect.adjusted(buttonPadding - 2, 0, 0, 0); // Fusion took its frame off already
    const QPixmap pixmap = button.icon.pixmap(
        button.iconSize, painter.device()->devicePixelRatioF(), enabled ? QIcon::Normal : QIcon::Disabled);
    if (!button.icon.isNull()) {
        painter.drawPixmap(
            QRect(QPoint(rect.left(), rect.center().y() - button.iconSize.height() / 2 + 1), button.iconSize), pixmap);
        rect.setLeft(rect.left() + button.iconSize.width() + iconGap);
    }
    painter.setPen(enabled ? theme.text : theme.disabled);
    painter.drawText(rect, Qt::AlignVCenter | Qt::AlignLeft | Qt::TextHideMnemonic, button.text);
}

} // namespace

void AppStyle::drawPrimitive(
    PrimitiveElement element, const QStyleOption* option, QPainter* painter, const QWidget* widget) const
{
    switch (element) {
    case PE_FrameStatusBarItem:
    case PE_PanelMenuBar:
        return;
    case PE_PanelStatusBar:
    case PE_PanelToolBar:
        painter->fillRect(option->rect, Theme::of(option->palette).window);
        return;
    case PE_IndicatorToolBarSeparator: {
        painter->setPen(Theme::of(option->palette).line);
        const QPoint centre = option->rect.center();
        painter->drawLine(centre.x(), centre.y() - 9, centre.x(), centre.y() + 9);
        return;
    }
    default:
        break;
    }
    FlatStyle::drawPrimitive(element, option, painter, widget);
}

void AppStyle::drawControl(
    ControlElement element, const QStyleOption* option, QPainter* painter, const QWidget* widget) const
{
    switch (element) {
    case CE_MenuBarEmptyArea:
    case CE_ToolBar:
        painter->fillRect(option->rect, Theme::of(option->palette).window);
        return;
    case CE_Splitter:
        return;
    case CE_FocusFrame: {
        painter->save();
        painter->setPen(QPen(Theme::of(option->palette).accent, 2));
        painter->drawRect(option->rect.adjusted(1, 1, -1, -1));
        painter->restore();
        return;
    }
    case CE_MenuBarItem:
        if (const auto* item = qstyleoption_cast<const QStyleOptionMenuItem*>(option)) {
            painter->save();
            drawMenuBarItem(*item, *painter);
            painter->restore();
            return;
        }
        break;
    case CE_ToolButtonLabel:
        if (const auto* button = qstyleoption_cast<const QStyleOptionToolButton*>(option);
            button && inToolBar(widget) && button->toolButtonStyle == Qt::ToolButtonTextBesideIcon) {
            painter->save();
            drawToolButtonLabel(*button, *painter);
            painter->restore();
            return;
        }
        break;
    default:
        break;
    }
    FlatStyle::drawControl(element, option, painter, widget);
}

int AppStyle::pixelMetric(PixelMetric metric, const QStyleOption* option, const QWidget* widget) const
{
    // Over the edge of what it surrounds: tables fill their panels.
    if (metric == PM_FocusFrameHMargin || metric == PM_FocusFrameVMargin)
        return 0;
    return FlatStyle::pixelMetric(metric, option, widget);
}

int AppStyle::styleHint(
    StyleHint hint, const QStyleOption* option, const QWidget* widget, QStyleHintReturn* returnData) const
{
    if (hint == SH_FocusFrame_AboveWidget)
        return 1;
    if (hint == SH_FocusFrame_Mask)
        if (auto* mask = qstyleoption_cast<QStyleHintReturnMask*>(returnData)) {
            mask->region = QRegion(option->rect) - QRegion(option->rect.adjusted(2, 2, -2, -2));
            return 1;
        }
    return FlatStyle::styleHint(hint, option, widget, returnData);
}

QSize AppStyle::sizeFromContents(
    ContentsType type, const QStyleOption* option, const QSize& size, const QWidget* widget) const
{
    const QSize base = FlatStyle::sizeFromContents(type, option, size, widget);
    if (type == CT_ToolButton)
        if (const auto* button = qstyleoption_cast<const QStyleOptionToolButton*>(option);
            button && inToolBar(widget) && button->toolButtonStyle == Qt::ToolButtonTextBesideIcon)
            return {2 * buttonPadding + button->iconSize.width() + iconGap
                    + button->fontMetrics.size(Qt::TextHideMnemonic, button->text).width(),
                widgets::grownHeight(28, widget->font())};
    if (type == CT_MenuBarItem)
        return {base.width(), widgets::grownHeight(28, widget ? widget->font() : QApplication::font())};
    return base;
}

} // namespace octet::desktop
