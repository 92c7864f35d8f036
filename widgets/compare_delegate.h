// SPDX-License-Identifier: GPL-3.0-or-later
// Cells of the compare page: precision chips, and answers with a tick or a cross in word and colour.
#pragma once

#include <QStyledItemDelegate>

namespace octet::widgets {

class CompareDelegate : public QStyledItemDelegate
{
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

} // namespace octet::widgets
