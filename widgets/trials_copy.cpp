// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/trials_copy.h"

#include "widgets/trials_columns.h"
#include "widgets/trials_table.h"

#include <QItemSelectionModel>

namespace octet::widgets {

namespace {

QString quoted(QString cell, TrialsView::CopyFormat format)
{
    cell.replace(QChar(0x2212), QLatin1Char('-')); // files want a minus that programs read
    cell.remove(QChar(0x00B1));
    cell.replace(QLatin1Char('\n'), QLatin1Char(' '));
    if (format == TrialsView::CopyFormat::Tsv)
        return cell.replace(QLatin1Char('\t'), QLatin1Char(' '));
    if (format == TrialsView::CopyFormat::Markdown)
        return cell.replace(QLatin1Char('|'), QStringLiteral("\\|"));
    if (cell.contains(QLatin1Char(',')) || cell.contains(QLatin1Char('"')))
        return QLatin1Char('"') + cell.replace(QLatin1Char('"'), QStringLiteral("\"\"")) + QLatin1Char('"');
    return cell;
}

QString joined(const QStringList& cells, TrialsView::CopyFormat format)
{
    switch (format) {
    case TrialsView::CopyFormat::Tsv:
        return cells.join(QLatin1Char('\t')) + QLatin1Char('\n');
    case TrialsView::CopyFormat::Csv:
        return cells.join(QLatin1Char(',')) + QLatin1Char('\n');
    default:
        return QStringLiteral("| ") + cells.join(QStringLiteral(" | ")) + QStringLiteral(" |\n");
    }
}

} // namespace

QString trialsAsText(const TrialsTable& table, TrialsView::CopyFormat format)
{
    const QAbstractItemModel& rows = *table.model();
    QVector<int> columns;
    QStringList titles, rules;
    for (int column = 0; column < TrialsModel::ColumnCount; ++column) {
        if (!table.isWanted(column) || column == TrialsModel::Pin || column == TrialsModel::Mark)
            continue;
        columns.append(column);
        titles.append(quoted(rows.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString(), format));
        rules.append(trialsColumn(column).text ? QStringLiteral("---") : QStringLiteral("---:"));
    }
    QString text = joined(titles, format);
    if (format == TrialsView::CopyFormat::Markdown)
        text += joined(rules, format);
    const bool all = table.selectionModel()->selectedRows().isEmpty();
    for (int row = 0; row < rows.rowCount(); ++row) {
        if (!all && !table.selectionModel()->isRowSelected(row, {}))
            continue;
        QStringList cells;
        for (const int column : columns) {
            const QModelIndex index = rows.index(row, column);
            QString cell = index.data().toString();
            const QString error = index.data(TrialsModel::ErrorRole).toString();
            if (column == TrialsModel::GoalVerdict && !error.isEmpty())
                cell = error;
            cells.append(quoted(cell, format));
        }
        text += joined(cells, format);
    }
    return text;
}

} // namespace octet::widgets
