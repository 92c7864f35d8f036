// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/focus_ring.h"

#include <QAbstractItemView>
#include <QApplication>
#include <QFocusEvent>
#include <QPlainTextEdit>

namespace octet::desktop {

namespace {

bool byKeys(Qt::FocusReason reason)
{
    return reason == Qt::TabFocusReason || reason == Qt::BacktabFocusReason || reason == Qt::ShortcutFocusReason
        || reason == Qt::OtherFocusReason;
}

} // namespace

FocusRing::FocusRing(QWidget* window)
    : QObject(window)
    , m_window(window)
{
    qApp->installEventFilter(this);
}

bool FocusRing::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() != QEvent::FocusIn && event->type() != QEvent::FocusOut)
        return false;
    auto* view = qobject_cast<QAbstractItemView*>(watched);
    auto* log = qobject_cast<QPlainTextEdit*>(watched);
    QWidget* widget = view ? static_cast<QWidget*>(view) : log;
    if (!widget || widget->window() != m_window)
        return false;
    const bool shown = event->type() == QEvent::FocusIn && byKeys(static_cast<QFocusEvent*>(event)->reason());
    if (!shown) {
        if (m_frame)
            m_frame->setWidget(nullptr);
        return false;
    }
    if (!m_frame)
        m_frame = new QFocusFrame(m_window);
    m_frame->setWidget(widget);
    return false;
}

} // namespace octet::desktop
