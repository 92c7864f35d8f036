// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panel.h"

#include "widgets/theme.h"
#include "widgets/words.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QVBoxLayout>

namespace octet::widgets {

Panel::Panel(const QString& title, QWidget* parent)
    : QWidget(parent)
    , m_header(new QWidget)
    , m_headerLayout(new QHBoxLayout(m_header))
    , m_title(new QLabel(title))
    , m_subtitle(new QLabel)
    , m_body(new QVBoxLayout)
{
    setAccessibleName(title);
    m_header->setFixedHeight(32);
    m_headerLayout->setContentsMargins(10, 0, 6, 0);
    m_headerLayout->setSpacing(8);
    m_headerLayout->addWidget(m_title);
    m_headerLayout->addWidget(m_subtitle);
    m_headerLayout->addStretch(1);
    m_title->setForegroundRole(QPalette::WindowText);
    m_subtitle->setForegroundRole(QPalette::PlaceholderText);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(1, 1, 1, 1);
    layout->setSpacing(0);
    layout->addWidget(m_header);
    m_body->setContentsMargins(0, 0, 0, 0);
    m_body->setSpacing(0);
    layout->addLayout(m_body, 1);
    applyFonts();
}

void Panel::setSubtitle(const QString& subtitle)
{
    m_subtitle->setText(subtitle);
}

void Panel::addHeaderWidget(QWidget* widget)
{
    m_headerLayout->addWidget(widget);
}

void Panel::applyFonts()
{
    m_title->setFont(strongFont(font()));
    m_subtitle->setFont(smallFont(font()));
}

void Panel::paintEvent(QPaintEvent*)
{
    const Theme& t = Theme::of(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(t.line);
    painter.setBrush(t.panel);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
    painter.setRenderHint(QPainter::Antialiasing, false);
    const QRect header = m_header->geometry();
    painter.fillRect(header.adjusted(1, 1, -1, 0), t.header);
    painter.drawLine(header.left(), header.bottom() + 1, header.right(), header.bottom() + 1);
}

void Panel::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        applyFonts();
}

} // namespace octet::widgets
