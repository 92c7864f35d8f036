// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/compare_delegate.h"

#include "widgets/compare_models.h"
#include "widgets/mark_look.h"
#include "widgets/precision_badge.h"
#include "widgets/theme.h"

#include <QPainter>

namespace octet::widgets {

void CompareDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const Theme& theme = Theme::of(option.palette);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->fillRect(option.rect, option.state.testFlag(QStyle::State_Selected) ? theme.selectedRow : theme.panel);
    QRect cell = option.rect.adjusted(8, 0, -8, -1);
    const bool isOp = index.data(CompareOpsModel::NodeRole).isValid();
    const QVariant precision = isOp ? index.data(CompareOpsModel::PrecisionRole) : QVariant();
    const QVariant right = isOp ? QVariant() : index.data(CompareAnswersModel::RightRole);
    if (precision.isValid()) {
        const Badge badge{{index.data().toString(), Precision(precision.toInt())}};
        const QFont font = badgeFont(option.font);
        const qreal width = badgeTextWidth(badge, font) + 2 * kBadgePadding;
        paintBadgeChip(*painter, QRectF(cell.left(), cell.center().y() - 8, width, 17), badge, font, theme);
    } else {
        QColor ink = theme.text;
        if (right.isValid()) {
            ink = right.toBool() ? theme.text : theme.misses;
            paintIcon(*painter, right.toBool() ? QStringLiteral("check") : QStringLiteral("cross"),
                QRectF(cell.left(), cell.center().y() - 6, 13, 13), right.toBool() ? theme.meets : theme.misses);
            cell.setLeft(cell.left() + 17);
        }
        painter->setFont(option.font);
        painter->setPen(ink);
        painter->drawText(cell, index.data(Qt::TextAlignmentRole).toInt(),
            option.fontMetrics.elidedText(index.data().toString(), option.textElideMode, cell.width()));
    }
    painter->setRenderHint(QPainter::Antialiasing, false);
    painter->setPen(theme.line);
    painter->drawLine(option.rect.bottomLeft(), option.rect.bottomRight());
    painter->restore();
}

QSize CompareDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const
{
    return {40, option.fontMetrics.height() + 8};
}

} // namespace octet::widgets
