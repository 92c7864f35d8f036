// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panel.h"

#include "widgets/elided.h"
#include "widgets/text_height.h"
#include "widgets/theme.h"
#include "widgets/words.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QPainter>
#include <QPainterPath>
#include <QVBoxLayout>

namespace octet::widgets {

Panel::Panel(const QString& title, QWidget* parent)
    : QWidget(parent)
    , m_headerBar(new QWidget)
    , m_header(new QHBoxLayout(m_headerBar))
    , m_title(new ElidedLabel(title))
    , m_note(new ElidedLabel)
    , m_body(new QVBoxLayout)
{
    setAccessibleName(title);
    setTextHeight(m_headerBar, 30);
    m_header->setContentsMargins(10, 0, 4, 0);
    m_header->setSpacing(8);
    m_header->addWidget(m_title);
    m_header->addWidget(m_note, 1);
    m_note->setMinimumWidth(0);
    m_note->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_title->setForegroundRole(QPalette::WindowText);
    m_note->setForegroundRole(QPalette::PlaceholderText);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(1, 1, 1, 1);
    layout->setSpacing(0);
    layout->addWidget(m_headerBar);
    m_body->setContentsMargins(0, 0, 0, 0);
    m_body->setSpacing(0);
    layout->addLayout(m_body, 1);
    applyFonts();
}

void Panel::setTitle(const QString& title)
{
    m_title->setText(title);
    setAccessibleName(title);
}

void Panel::setNote(const QString& note)
{
    m_note->setText(note);
}

void Panel::applyFonts()
{
    m_title->setFont(strongFont(font()));
    m_note->setFont(smallFont(font()));
}

void Panel::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::of(palette());
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

void Panel::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        applyFonts();
}

} // namespace octet::widgets
