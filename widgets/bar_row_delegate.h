// SPDX-License-Identifier: GPL-3.0-or-later
// Rows as in the trials table, and a share as a bar behind its number: one would rather look than read.
#pragma once

#include <QStyledItemDelegate>

namespace octet::widgets {

struct Theme;

class BarRowDelegate : public QStyledItemDelegate
{
public:
    /// `shareRole`: 0..1 of the bar; `pathColumn` holds names that are told apart by their ends.
    BarRowDelegate(int shareRole, int pathColumn, QObject* parent);
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;

protected:
    virtual QColor inkOf(const Theme& theme, const QModelIndex& index) const = 0;
    virtual QColor barOf(const Theme& theme, double share) const = 0;

private:
    int m_shareRole, m_pathColumn;
};

} // namespace octet::widgets
