// SPDX-License-Identifier: GPL-3.0-or-later
// How the trials table looks: rows, chips, progress, header. Internal to TrialsView.
#pragma once

#include <QSet>
#include <QStyledItemDelegate>
#include <QTreeView>

namespace octet::widgets {

class TrialsDelegate : public QStyledItemDelegate
{
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QWidget* createEditor(
        QWidget* parent, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    void setEditorData(QWidget* editor, const QModelIndex& index) const override;
};

class TrialsTable : public QTreeView
{
    Q_OBJECT
public:
    explicit TrialsTable(QWidget* parent = nullptr);
    void setEmptyText(const QString& text);
    /// This column takes the space that the others leave, never less than `minimum`.
    void setNameColumn(int column, int minimum);
    /// Hidden in this order when the table is too narrow for all wanted columns.
    void setYielding(const QVector<int>& columns);
    void setWanted(int column, bool wanted);
    void editName(); // of the current row
    bool isWanted(int column) const { return !m_unwanted.contains(column); }
signals:
    void left();
    void copyRequested();
    void enterPressed(const QModelIndex& index);
    void pinToggled(const QModelIndex& index);

protected:
    void drawRow(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void fitNameColumn();
    void drawAcross(QPainter* painter, const QRect& rect, const QModelIndex& index) const;
    QString m_emptyText;
    QVector<int> m_yielding;
    QSet<int> m_unwanted;
    bool m_fitting = false;
    int m_nameColumn = -1;
    int m_nameMinimum = 0;
};

} // namespace octet::widgets
