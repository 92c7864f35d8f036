// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/elided.h"

#include <QHelpEvent>
#include <QStyleOptionButton>
#include <QStylePainter>
#include <QToolTip>

#include <algorithm>

namespace octet::widgets {

namespace {

constexpr int fewest = 4; // letters that a line keeps

/// The whole text, before what the tooltip explains anyway.
bool showWhole(QWidget* widget, QEvent* event, const QString& text)
{
    const QString explained = widget->toolTip();
    QToolTip::showText(static_cast<QHelpEvent*>(event)->globalPos(),
        explained.isEmpty() || explained == text ? text : text + QLatin1Char('\n') + explained, widget);
    return true;
}

QSize narrowest(const QWidget& widget, QSize usual, const QString& text)
{
    const QFontMetrics metrics(widget.font());
    const int whole = metrics.horizontalAdvance(text);
    const int least = metrics.horizontalAdvance(text.left(fewest) + QChar(0x2026));
    return {usual.width() - std::max(0, whole - least), usual.height()};
}

} // namespace

ElidedLabel::ElidedLabel(const QString& text, QWidget* parent)
    : QLabel(text, parent)
{
    setTextFormat(Qt::PlainText);
}

int ElidedLabel::room() const
{
    return contentsRect().width() - 2 * margin();
}

bool ElidedLabel::elided() const
{
    return fontMetrics().horizontalAdvance(text()) > room();
}

QSize ElidedLabel::minimumSizeHint() const
{
    return narrowest(*this, QLabel::minimumSizeHint(), text());
}

void ElidedLabel::paintEvent(QPaintEvent* event)
{
    if (!elided()) {
        QLabel::paintEvent(event);
        return;
    }
    QPainter painter(this);
    painter.setPen(palette().color(isEnabled() ? QPalette::Active : QPalette::Disabled, foregroundRole()));
    painter.drawText(contentsRect(), int(alignment()) | Qt::TextSingleLine,
        fontMetrics().elidedText(text(), Qt::ElideRight, room()));
}

bool ElidedLabel::event(QEvent* event)
{
    return event->type() == QEvent::ToolTip && elided() ? showWhole(this, event, text()) : QLabel::event(event);
}

ElidedButton::ElidedButton(const QString& text, QWidget* parent)
    : QPushButton(text, parent)
{
    QSizePolicy policy = sizePolicy();
    policy.setHorizontalPolicy(QSizePolicy::Preferred);
    setSizePolicy(policy);
}

int ElidedButton::room() const
{
    return width() - (sizeHint().width() - fontMetrics().horizontalAdvance(text()));
}

bool ElidedButton::elided() const
{
    return fontMetrics().horizontalAdvance(text()) > room();
}

QSize ElidedButton::minimumSizeHint() const
{
    return narrowest(*this, sizeHint(), text());
}

void ElidedButton::paintEvent(QPaintEvent*)
{
    QStylePainter painter(this);
    QStyleOptionButton option;
    initStyleOption(&option);
    option.text = fontMetrics().elidedText(text(), Qt::ElideRight, std::max(0, room()));
    painter.drawControl(QStyle::CE_PushButton, option);
}

bool ElidedButton::event(QEvent* event)
{
    return event->type() == QEvent::ToolTip && elided() ? showWhole(this, event, text()) : QPushButton::event(event);
}

} // namespace octet::widgets
