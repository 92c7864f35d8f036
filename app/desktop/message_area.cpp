// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/message_area.h"

#include "app/desktop/style.h"
#include "widgets/icons.h"
#include "widgets/theme.h"

#include <QAccessible>
#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QToolButton>

namespace octet::desktop {

namespace {

constexpr int mostBars = 3;

class Bar : public QWidget
{
public:
    Bar(const Notice& notice, const QVector<MessageAction>& actions)
        : m_notice(notice)
    {
        auto* row = new QHBoxLayout(this);
        row->setContentsMargins(38, 6, 6, 6);
        row->setSpacing(8);
        auto* text = new QLabel(notice.text);
        text->setWordWrap(true);
        text->setTextFormat(Qt::PlainText);
        text->setTextInteractionFlags(Qt::TextSelectableByMouse);
        auto* words = new QVBoxLayout;
        words->setSpacing(2);
        words->addWidget(text);
        if (!notice.detail.isEmpty()) {
            auto* detail = new QLabel(notice.detail.section(QLatin1Char('\n'), 0, 3));
            detail->setWordWrap(true);
            detail->setTextFormat(Qt::PlainText);
            style::keepFont(detail, style::smallFont);
            detail->setToolTip(notice.detail);
            words->addWidget(detail);
        }
        row->addLayout(words, 1);
        for (const MessageAction& action : actions) {
            auto* button = new QPushButton(action.text);
            button->setDefault(action.primary);
            connect(button, &QPushButton::clicked, this, [this, action] {
                deleteLater();
                hide();
                action.run();
            });
            row->addWidget(button);
        }
        if (notice.kind != Notice::Kind::Info) {
            auto* copy = new QPushButton(QObject::tr("Copy"));
            connect(copy, &QPushButton::clicked, this, [this] {
                QGuiApplication::clipboard()->setText((m_notice.text + QLatin1Char('\n') + m_notice.detail).trimmed());
            });
            row->addWidget(copy);
        }
        m_close = new QToolButton;
        m_close->setAutoRaise(true);
        m_close->setToolTip(QObject::tr("Close this message"));
        m_close->setAccessibleName(m_close->toolTip());
        m_close->setFixedSize(26, 26);
        connect(m_close, &QToolButton::clicked, this, [this] {
            hide();
            deleteLater();
        });
        row->addWidget(m_close);
        setAccessibleName(notice.text);
        recolour();
    }

    const Notice& notice() const { return m_notice; }

protected:
    void changeEvent(QEvent* event) override
    {
        if (event->type() == QEvent::PaletteChange)
            recolour();
        QWidget::changeEvent(event);
    }

    void paintEvent(QPaintEvent*) override
    {
        const widgets::Theme& theme = widgets::Theme::of(palette());
        const Notice::Kind kind = m_notice.kind;
        const QColor tint = kind == Notice::Kind::Error ? theme.missesTint
            : kind == Notice::Kind::Warning             ? theme.tooCloseTint
                                                        : theme.header;
        const QColor ink = kind == Notice::Kind::Error ? theme.misses
            : kind == Notice::Kind::Warning            ? theme.tooClose
                                                       : theme.accent;
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(ink);
        painter.setBrush(tint);
        painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
        const QString name = kind == Notice::Kind::Error ? QStringLiteral("cross")
            : kind == Notice::Kind::Warning              ? QStringLiteral("warning")
                                                         : QStringLiteral("info");
        painter.drawPixmap(12, (height() - 16) / 2, widgets::iconPixmap(name, ink, 16, devicePixelRatioF()));
    }

private:
    void recolour() { m_close->setIcon(widgets::icon(QStringLiteral("cross"), palette())); }

    Notice m_notice;
    QToolButton* m_close;
};

} // namespace

MessageArea::MessageArea(QWidget* parent)
    : QWidget(parent)
    , m_layout(new QVBoxLayout(this))
{
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setSpacing(4);
}

void MessageArea::show(const Notice& notice, const QVector<MessageAction>& actions)
{
    makeRoom(notice);
    auto* bar = new Bar(notice, actions);
    m_layout->addWidget(bar);
    QAccessibleEvent said(bar, QAccessible::Alert);
    QAccessible::updateAccessibility(&said);
}

void MessageArea::makeRoom(const Notice& next)
{
    QVector<Bar*> bars;
    for (int i = 0; i < m_layout->count(); ++i)
        if (auto* bar = dynamic_cast<Bar*>(m_layout->itemAt(i)->widget()))
            bars << bar;
    const auto drop = [&](Bar* bar) {
        bars.removeOne(bar);
        m_layout->removeWidget(bar);
        bar->hide();
        bar->deleteLater();
    };
    const auto before = bars;
    for (Bar* bar : before)
        if (bar->isHidden() || bar->notice().text == next.text || bar->notice().kind == Notice::Kind::Info)
            drop(bar);
    while (bars.size() >= mostBars)
        drop(bars.front());
}

void MessageArea::clear()
{
    while (QLayoutItem* item = m_layout->takeAt(0)) {
        item->widget()->hide();
        item->widget()->deleteLater();
        delete item;
    }
}

QStringList MessageArea::texts() const
{
    QStringList texts;
    for (int i = 0; i < m_layout->count(); ++i)
        if (const auto* bar = dynamic_cast<const Bar*>(m_layout->itemAt(i)->widget()); bar && !bar->isHidden())
            texts << bar->notice().text;
    return texts;
}

} // namespace octet::desktop
