// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHeaderView>

class QTreeView;

namespace octet::widgets {

/// Gives a column the room that the others leave, at least `least` digits: below that the table scrolls, since a name of
/// three letters says nothing. The others keep their widths.
void takeRoom(QTreeView* table, int column, int least);

/// Flat header: hairline below, chevron before the title of the sorted column.
class FlatHeader : public QHeaderView
{
    Q_OBJECT
public:
    explicit FlatHeader(QWidget* parent = nullptr);
    QSize sizeHint() const override;

protected:
    void paintSection(QPainter* painter, const QRect& rect, int section) const override;
    void paintEvent(QPaintEvent* event) override;
};

} // namespace octet::widgets
