// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/bar_row_delegate.h"

#include "widgets/theme.h"

#include <QPainter>

#include <algorithm>

namespace octet::widgets {

BarRowDelegate::BarRowDelegate(int shareRole, int pathColumn, QObject* parent)
    : QStyledItemDelegate(parent)
    , m_shareRole(shareRole)
    , m_pathColumn(pathColumn)
{
}

QSize BarRowDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const
{
    return {40, std::max(24, QFontMetrics(option.font).height() + 6)};
}

void BarRowDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const Theme& theme = Theme::of(option.palette);
    painter->save();
    if (option.state.testFlag(QStyle::State_Selected))
        painter->fillRect(option.rect, theme.selectedRow);
    if (const double share = index.data(m_shareRole).toDouble(); share > 0) {
        QRectF bar = QRectF(option.rect).adjusted(6, 5, -6, -5);
        bar.setWidth(std::max(2.0, bar.width() * share));
        painter->fillRect(bar, barOf(theme, share));
    }
    const QRect cell = option.rect.adjusted(6, 0, -8, 0);
    painter->setFont(option.font);
    painter->setPen(inkOf(theme, index));
    const auto mode = index.column() == m_pathColumn ? Qt::ElideMiddle : Qt::ElideRight;
    painter->drawText(cell, index.data(Qt::TextAlignmentRole).toInt(),
        option.fontMetrics.elidedText(index.data().toString(), mode, cell.width()));
    if (option.state.testFlag(QStyle::State_HasFocus)) {
        painter->setPen(QPen(theme.text, 1, Qt::DotLine));
        painter->drawRect(option.rect.adjusted(0, 0, -1, -1));
    }
    painter->restore();
}

} // namespace octet::widgets
