// SPDX-License-Identifier: GPL-3.0-or-later
// The first rows as the model will read them: text, tokens above their ids, length, label; a problem opens at its row.
#pragma once

#include "widgets/data_page.h"

#include <QAbstractTableModel>
#include <QStyledItemDelegate>
#include <QTableView>

namespace octet::widgets {

class DataRowsModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { RowNumber, Text, Tokens, Length, Label, ColumnCount };
    enum Role { ProblemRole = Qt::UserRole + 1, TokensRole, IdsRole, SeverityRole };
    using QAbstractTableModel::QAbstractTableModel;

    struct Problem
    {
        QString place; // "calib.tsv, row 5"
        QString sentence; // empty = no problem
        long row = 0;
        bool wrong = false; // else a decision is needed
        QStringList fixes = {}; // buttons at the row, the recommended one first
    };
    void setRows(const QVector<DataPageContent::Row>& rows, const QString& textTitle, const Problem& problem);
    int problemRow() const { return m_problemAt; } // in the table; -1 = none
    bool hasTokens() const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    const DataPageContent::Row& rowAt(int row) const;
    QVector<DataPageContent::Row> m_rows;
    QString m_textTitle;
    Problem m_problem;
    int m_problemAt = -1;
};

class DataRowsDelegate : public QStyledItemDelegate
{
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

class DataRowsTable : public QTableView
{
    Q_OBJECT
public:
    explicit DataRowsTable(QWidget* parent = nullptr);
    void setRows(
        const QVector<DataPageContent::Row>& rows, const QString& textTitle, const DataRowsModel::Problem& problem);
    DataRowsModel* rows() const { return m_model; }

signals:
    void fixRequested(int fix);

protected:
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void fit();
    void addFixes(const QStringList& fixes);
    DataRowsModel* m_model;
};

} // namespace octet::widgets
