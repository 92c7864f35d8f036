// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/inspector_parts.h"

#include "widgets/icons.h"
#include "widgets/theme.h"

#include <QPainter>
#include <QTextDocument>
#include <QWheelEvent>

namespace octet::widgets {

namespace {
constexpr int kLongest = 240;
}

ValueText::ValueText(const QString& text, QWidget* parent)
    : QTextEdit(parent)
{
    setReadOnly(true);
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::ClickFocus); // dozens of rows would bury the buttons in the tab order
    setContextMenuPolicy(Qt::DefaultContextMenu);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setWordWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    document()->setDocumentMargin(0);
    setValue(text);
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    viewport()->setAutoFillBackground(false);
    applyTheme();
}

void ValueText::setValue(const QString& text)
{
    if (text == m_value)
        return;
    m_value = text;
    m_height.first = -1;
    setPlainText(text.size() > kLongest ? text.left(kLongest - 1) + QChar(0x2026) : text);
    setToolTip(text.size() > kLongest ? text : QString());
    updateGeometry();
}

void ValueText::applyTheme()
{
    const Theme& theme = Theme::of(palette());
    QPalette p = palette();
    p.setColor(QPalette::Text, theme.text);
    p.setColor(QPalette::Base, theme.panel);
    if (p != palette())
        setPalette(p);
}

int ValueText::heightForWidth(int width) const
{
    if (width != m_height.first) {
        const std::unique_ptr<QTextDocument> copy(document()->clone());
        copy->setTextWidth(std::max(10, width));
        m_height = {width, qCeil(copy->size().height())};
    }
    return m_height.second;
}

QSize ValueText::sizeHint() const
{
    const int w = width() > 20 ? width() : 120;
    return {60, heightForWidth(w)};
}

QSize ValueText::minimumSizeHint() const
{
    return {40, fontMetrics().height()};
}

void ValueText::resizeEvent(QResizeEvent* event)
{
    QTextEdit::resizeEvent(event);
    if (event->oldSize().width() != width())
        updateGeometry();
}

void ValueText::wheelEvent(QWheelEvent* event)
{
    event->ignore(); // the inspector scrolls, not a row of it
}

void ValueText::changeEvent(QEvent* event)
{
    QTextEdit::changeEvent(event);
    m_height.first = -1;
    if (event->type() == QEvent::PaletteChange)
        applyTheme();
}

LockButton::LockButton(QWidget* parent)
    : QAbstractButton(parent)
{
    setCheckable(true);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    setAccessibleName(tr("Locked"));
    setAccessibleDescription(tr("The search may not change a locked op"));
    setToolTip(tr("Lock: the search may not change this op"));
}

QSize LockButton::sizeHint() const
{
    return {28, std::max(26, fontMetrics().height() + 8)};
}

void LockButton::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::of(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QColor fill = isChecked() ? theme.selectedRow : underMouse() && isEnabled() ? theme.header : theme.panel;
    painter.setPen(isEnabled() ? theme.border : theme.line);
    painter.setBrush(fill);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
    const int side = 14;
    painter.drawPixmap((width() - side) / 2, (height() - side) / 2,
        iconPixmap(isChecked() ? QStringLiteral("lock") : QStringLiteral("unlock"),
            isEnabled() ? theme.text : theme.disabled, side, devicePixelRatioF()));
    if (hasFocus()) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(theme.accent, 2));
        painter.drawRoundedRect(QRectF(rect()).adjusted(2, 2, -2, -2), 3, 3);
    }
}

void LockButton::changeEvent(QEvent* event)
{
    QAbstractButton::changeEvent(event);
    update();
}

void LockButton::enterEvent(QEnterEvent* event)
{
    QAbstractButton::enterEvent(event);
    update();
}

void LockButton::leaveEvent(QEvent* event)
{
    QAbstractButton::leaveEvent(event);
    update();
}

} // namespace octet::widgets
