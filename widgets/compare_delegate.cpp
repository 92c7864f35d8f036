// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/compare_delegate.h"

#include "widgets/compare_models.h"
#include "widgets/flat_header.h"
#include "widgets/mark_look.h"
#include "widgets/precision_badge.h"
#include "widgets/theme.h"

#include <QHeaderView>
#include <QPainter>
#include <QTreeView>

#include <algorithm>

namespace octet::widgets {

namespace {

constexpr int thumbnailHeight = 36;

QRectF paintThumbnail(QPainter& painter, const QRectF& cell, const QImage& image)
{
    const double height = cell.height() - 4;
    const QRectF target(cell.left(), cell.top() + 2, height * image.width() / std::max(1, image.height()), height);
    painter.setRenderHint(QPainter::SmoothPixmapTransform, image.height() > height);
    painter.drawImage(target, image);
    return target;
}

/// A bar left of the number; the number's left edge.
int paintShare(QPainter& painter, const QRect& cell, const QStyleOptionViewItem& option, double share, const Theme& theme)
{
    const int left = cell.right() - option.fontMetrics.horizontalAdvance(QStringLiteral("100 dB"));
    const QRectF track(cell.left(), cell.center().y() - 2, left - cell.left() - 4, 5);
    if (share > 0 && track.width() > 8) {
        painter.fillRect(track, theme.line);
        painter.fillRect(QRectF(track.topLeft(), QSizeF(std::max(1.0, track.width() * share), track.height())),
            theme.sensitivityRamp[3]);
    }
    return left;
}

} // namespace

QTreeView* compareTable(const QString& name, const QString& title, CompareFilter* filter)
{
    auto* table = new QTreeView;
    table->setObjectName(name);
    table->setAccessibleName(title);
    table->setModel(filter);
    table->setRootIsDecorated(false);
    table->setItemsExpandable(false);
    table->setUniformRowHeights(true);
    table->setAllColumnsShowFocus(true);
    table->setFrameShape(QFrame::NoFrame);
    table->setTextElideMode(Qt::ElideMiddle);
    table->setHeader(new FlatHeader(table));
    table->setItemDelegate(new CompareDelegate(table));
    table->setSortingEnabled(true);
    table->header()->setStretchLastSection(false);
    return table;
}

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
        const qreal width = badgeTextWidth(badge, font) + 2 * kBadgePadding, height = QFontMetricsF(font).height() + 4;
        paintBadgeChip(*painter, QRectF(cell.left(), QRectF(cell).center().y() - height / 2, width, height), badge, font,
            theme);
    } else {
        QColor ink = theme.text;
        if (right.isValid()) {
            ink = right.toBool() ? theme.text : theme.misses;
            const int side = option.fontMetrics.ascent() + 1;
            paintIcon(*painter, right.toBool() ? QStringLiteral("check") : QStringLiteral("cross"),
                QRectF(cell.left(), cell.center().y() - side / 2.0, side, side),
                right.toBool() ? theme.meets : theme.misses);
            cell.setLeft(cell.left() + side + 4);
        }
        if (const auto image = index.data(Qt::DecorationRole).value<QImage>(); !image.isNull()) {
            cell.setLeft(int(paintThumbnail(*painter, cell, image).right()) + 10);
            ink = theme.secondary;
        }
        if (isOp && index.column() == CompareOpsModel::OwnError)
            cell.setLeft(paintShare(*painter, cell, option, index.data(CompareOpsModel::ShareRole).toDouble(), theme));
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

QSize CompareDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const bool image = index.data(Qt::DecorationRole).isValid();
    return {40, std::max(option.fontMetrics.height() + 8, image ? thumbnailHeight : 0)};
}

} // namespace octet::widgets
