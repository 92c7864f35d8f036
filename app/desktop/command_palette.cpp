// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/command_palette.h"

#include "app/desktop/actions.h"
#include "widgets/theme.h"

#include <QAccessible>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

namespace octet::desktop {

namespace {

enum Role { ActionIndex = Qt::UserRole, RightText, Disabled };

class CommandDelegate : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override { return {100, 28}; }

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        const widgets::Theme& theme = widgets::Theme::of(option.palette);
        painter->fillRect(option.rect, option.state & QStyle::State_Selected ? theme.selectedRow : theme.panel);
        const QRect inner = option.rect.adjusted(12, 0, -12, 0);
        const QString right = index.data(RightText).toString();
        const bool disabled = index.data(Disabled).toBool();
        const int rightWidth = std::min(option.fontMetrics.horizontalAdvance(right) + 4, inner.width() / 2);
        painter->setFont(option.font);
        painter->setPen(disabled ? theme.secondary : theme.text);
        painter->drawText(inner.adjusted(0, 0, -rightWidth - 12, 0), Qt::AlignVCenter | Qt::AlignLeft,
            option.fontMetrics.elidedText(index.data().toString(), Qt::ElideRight, inner.width() - rightWidth - 12));
        painter->setPen(theme.secondary);
        painter->drawText(
            inner, Qt::AlignVCenter | Qt::AlignRight, option.fontMetrics.elidedText(right, Qt::ElideRight, rightWidth));
    }
};

bool matches(const QString& text, const QString& query)
{
    for (const QString& word : query.split(QLatin1Char(' '), Qt::SkipEmptyParts))
        if (!text.contains(word, Qt::CaseInsensitive))
            return false;
    return true;
}

} // namespace

CommandPalette::CommandPalette(QList<QAction*> actions, QWidget* parent)
    : QFrame(parent, Qt::Popup)
    , m_actions(std::move(actions))
    , m_line(new QLineEdit)
    , m_list(new QListWidget)
{
    setFrameShape(QFrame::StyledPanel);
    setAccessibleName(tr("Search commands"));
    m_line->setPlaceholderText(tr("Search commands"));
    m_line->setAccessibleName(tr("Search commands"));
    m_line->installEventFilter(this);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setItemDelegate(new CommandDelegate(m_list));
    m_list->setFocusPolicy(Qt::NoFocus);
    m_list->setAccessibleName(tr("Commands"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(8, 8, 8, 8);
    column->setSpacing(8);
    column->addWidget(m_line);
    column->addWidget(m_list, 1);
    connect(m_line, &QLineEdit::textChanged, this, &CommandPalette::fill);
    connect(m_list, &QListWidget::itemClicked, this, &CommandPalette::run);
    // The line keeps the keyboard; a reader is to follow the row that Enter would take.
    connect(m_list, &QListWidget::currentRowChanged, this, [this](int row) {
        if (row < 0 || !isVisible())
            return;
        QAccessibleEvent moved(m_list, QAccessible::Focus);
        moved.setChild(row);
        QAccessible::updateAccessibility(&moved);
    });
}

void CommandPalette::open()
{
    m_line->clear();
    fill();
    const int width = std::min(640, parentWidget()->width() - 40),
              height = std::min(440, parentWidget()->height() - 80);
    resize(width, height);
    move(parentWidget()->mapToGlobal(QPoint(parentWidget()->width() - width - 8, 4)));
    show();
    m_line->setFocus();
}

void CommandPalette::fill()
{
    m_list->clear();
    for (const bool enabledOnes : {true, false})
        for (int i = 0; i < m_actions.size(); ++i) {
            const QAction* action = m_actions[i];
            if (action->isEnabled() != enabledOnes || !action->isVisible())
                continue;
            QString text = action->text();
            text.remove(QLatin1Char('&'));
            if (!matches(text, m_line->text()))
                continue;
            auto* item = new QListWidgetItem(text, m_list);
            item->setData(ActionIndex, i);
            item->setData(Disabled, !enabledOnes);
            const QString right =
                enabledOnes ? action->shortcut().toString(QKeySequence::NativeText) : Actions::whyNot(action);
            item->setData(RightText, right);
            item->setData(Qt::AccessibleTextRole, enabledOnes ? tr("%1, %2").arg(text, right)
                                                              : tr("%1, not now: %2").arg(text, right));
        }
    m_list->setCurrentRow(m_list->count() > 0 ? 0 : -1);
}

void CommandPalette::run()
{
    QListWidgetItem* item = m_list->currentItem();
    if (!item)
        return;
    QAction* action = m_actions[item->data(ActionIndex).toInt()];
    if (!action->isEnabled())
        return;
    hide();
    action->trigger();
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::KeyPress) {
        const auto* key = static_cast<QKeyEvent*>(event);
        const int row = m_list->currentRow(), last = m_list->count() - 1;
        switch (key->key()) {
        case Qt::Key_Down:
            m_list->setCurrentRow(std::min(row + 1, last));
            return true;
        case Qt::Key_Up:
            m_list->setCurrentRow(std::max(row - 1, 0));
            return true;
        case Qt::Key_Return:
        case Qt::Key_Enter:
            run();
            return true;
        case Qt::Key_Escape:
            hide();
            return true;
        default:
            break;
        }
    }
    return QFrame::eventFilter(watched, event);
}

} // namespace octet::desktop
