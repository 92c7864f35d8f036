// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/advice_list.h"

#include "widgets/elided.h"
#include "widgets/icons.h"
#include "widgets/text_height.h"
#include "widgets/theme.h"
#include "widgets/words.h"
#include "widgets/wrap_layout.h"

#include <QEvent>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QResizeEvent>
#include <QToolButton>

namespace octet::widgets {

AdviceList::AdviceList(QWidget* parent)
    : QWidget(parent)
    , m_layout(new QVBoxLayout(this))
{
    setObjectName(QStringLiteral("advice"));
    setAccessibleName(QStringLiteral("Advice"));
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    m_layout->setContentsMargins(12, 4, 8, 4);
    m_layout->setSpacing(2);
    hide();
}

void AdviceList::setRows(const QVector<AdviceRow>& rows, const QString& whyNot)
{
    if (rows == m_rows && whyNot == m_whyNot)
        return;
    m_rows = rows;
    m_whyNot = whyNot;
    m_all = m_all && rows.size() > 1;
    build();
    setVisible(!rows.isEmpty());
}

void AdviceList::build()
{
    const bool hadFocus = focusWidget() && isAncestorOf(focusWidget()) && focusWidget()->hasFocus();
    for (QObject* child : children())
        if (auto* widget = qobject_cast<QWidget*>(child)) {
            m_layout->removeWidget(widget);
            widget->hide();
            widget->deleteLater(); // it may be the one that was pressed
        }
    const Theme& t = Theme::of(palette());
    QStringList sentences;
    for (int i = 0; i < (m_all ? int(m_rows.size()) : std::min(1, int(m_rows.size()))); ++i) {
        const AdviceRow& advice = m_rows[i];
        auto* row = new QWidget(this);
        auto* line = new WrapLayout(row);
        line->setContentsMargins(0, 0, 0, 0);
        line->setSpacing(8);
        auto* mark = new QLabel;
        mark->setPixmap(iconPixmap(QStringLiteral("info"), t.accent, 16, devicePixelRatioF()));
        // In large letters a sentence would take the plot's place.
        const bool large = grownHeight(0, font()) > 5;
        QLabel* text = large ? new ElidedLabel(advice.sentence) : new QLabel(advice.sentence);
        text->setWordWrap(!large);
        text->setTextFormat(Qt::PlainText);
        text->setTextInteractionFlags(large ? Qt::NoTextInteraction : Qt::TextSelectableByMouse);
        text->setFont(smallFont(font()));
        QSizePolicy grows(QSizePolicy::Expanding, QSizePolicy::Preferred);
        grows.setHeightForWidth(!large);
        text->setSizePolicy(grows);
        text->setMinimumWidth(24 * QFontMetrics(text->font()).averageCharWidth());
        line->addWidget(mark);
        line->addWidget(text);
        if (!advice.button.isEmpty()) {
            auto* button = new QPushButton(advice.button);
            button->setObjectName(QStringLiteral("advice%1").arg(i));
            button->setAccessibleDescription(advice.sentence);
            button->setEnabled(m_whyNot.isEmpty());
            button->setToolTip(m_whyNot);
            connect(button, &QPushButton::clicked, this, [this, i] { emit pressed(i); });
            line->addWidget(button);
            if (hadFocus && i == 0)
                button->setFocus();
        }
        if (i == 0 && m_rows.size() > 1) {
            auto* more = new QPushButton(
                m_all ? QStringLiteral("Show one") : QStringLiteral("%1 more").arg(m_rows.size() - 1));
            more->setObjectName(QStringLiteral("moreAdvice"));
            more->setFlat(true);
            more->setAccessibleName(m_all ? QStringLiteral("Show one advice") : QStringLiteral("Show all advice"));
            connect(more, &QPushButton::clicked, this, [this] {
                m_all = !m_all;
                build();
            });
            line->addWidget(more);
        }
        auto* close = new QToolButton;
        close->setAutoRaise(true);
        close->setIcon(icon(QStringLiteral("cross"), palette()));
        close->setToolTip(QStringLiteral("Do not show this again until something changes"));
        close->setAccessibleName(QStringLiteral("Dismiss this advice"));
        connect(close, &QToolButton::clicked, this, [this, i] { emit dismissed(i); });
        line->addWidget(close);
        m_layout->addWidget(row);
        row->show();
        sentences << advice.sentence;
    }
    setAccessibleDescription(sentences.join(QLatin1Char(' ')));
    updateGeometry();
}

QSize AdviceList::minimumSizeHint() const
{
    // A splitter does not ask what height a width takes: it would let the plot pay for it.
    return {QWidget::minimumSizeHint().width(), m_layout->heightForWidth(width())};
}

void AdviceList::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    if (event->oldSize().width() != width())
        updateGeometry();
}

void AdviceList::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        build();
}

void AdviceList::paintEvent(QPaintEvent*)
{
    const Theme& t = Theme::of(palette());
    QPainter painter(this);
    painter.fillRect(rect(), t.header);
    painter.fillRect(0, 0, width(), 1, t.line);
}

} // namespace octet::widgets
