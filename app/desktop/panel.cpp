// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/panel.h"

#include "app/desktop/style.h"
#include "widgets/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPainterPath>

namespace octet::desktop {

Panel::Panel(const QString& title, QWidget* parent)
    : QWidget(parent)
    , m_note(new QLabel)
    , m_headerBar(new QWidget)
{
    setAccessibleName(title);
    auto* titleLabel = new QLabel(title);
    titleLabel->setFont(style::titleFont());
    m_note->setFont(style::smallFont());
    m_note->setMinimumWidth(0);
    m_note->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    style::setSecondary(m_note);
    m_headerBar->setFixedHeight(30);
    m_header = new QHBoxLayout(m_headerBar);
    m_header->setContentsMargins(10, 0, 4, 0);
    m_header->setSpacing(8);
    m_header->addWidget(titleLabel);
    m_header->addWidget(m_note, 1);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(1, 1, 1, 1);
    outer->setSpacing(0);
    outer->addWidget(m_headerBar);
    m_body = new QVBoxLayout;
    m_body->setContentsMargins(0, 0, 0, 0);
    m_body->setSpacing(0);
    outer->addLayout(m_body, 1);
}

void Panel::setNote(const QString& note)
{
    m_note->setText(note);
    m_note->setToolTip(note);
}

void Panel::paintEvent(QPaintEvent*)
{
    const widgets::Theme& theme = widgets::Theme::of(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF frame = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
    QPainterPath outline;
    outline.addRoundedRect(frame, 4, 4);
    painter.fillPath(outline, theme.panel);
    painter.save();
    painter.setClipRect(QRectF(0, 0, width(), m_headerBar->geometry().bottom() + 1));
    painter.fillPath(outline, theme.header);
    painter.restore();
    painter.setPen(theme.line);
    const double y = m_headerBar->geometry().bottom() + 0.5;
    painter.drawLine(QPointF(0.5, y), QPointF(width() - 0.5, y));
    painter.drawPath(outline);
}

} // namespace octet::desktop
