// SPDX-License-Identifier: GPL-3.0-or-later
// How many products run in what, and the matrix of values that pass from one precision to another. Every number is a
// cell that selects its ops.
#pragma once

#include "core/values/config.h"

#include <QStringList>
#include <QVector>
#include <QWidget>

#include <array>

class QLabel;
class QStackedWidget;
class QStandardItemModel;
class QTableView;

namespace octet::widgets {

struct PrecisionKind
{
    QString kind; // "MatMul with weights"
    std::array<QStringList, 3> nodes; // by Precision's number
};

struct PrecisionCell
{
    int edges = 0;
    QString size; // "0.21 MB per sample"; empty = not known
    QString time; // "0.012 ms in 3 steps"; empty = not measured
    QString tip;
    QStringList nodes;
};

struct PrecisionContent
{
    QVector<PrecisionKind> kinds;
    std::array<std::array<PrecisionCell, 3>, 3> cells; // [made in][read in], by Precision's number
    QString note; // sentences below
    QString emptyText; // shown instead
};

class PrecisionSummary : public QWidget
{
    Q_OBJECT
public:
    explicit PrecisionSummary(QWidget* parent = nullptr);
    void setContent(const PrecisionContent& content);
    QTableView* counts() { return m_counts; }
    QTableView* matrix() { return m_matrix; }

signals:
    void selectionChanged(const QStringList& nodes);

private:
    QTableView* makeTable(const QString& objectName, const QString& accessibleName, QStandardItemModel* model);
    void fillCounts(const QVector<PrecisionKind>& kinds);
    void fillMatrix(const PrecisionContent& content);

    QStandardItemModel *m_countsModel, *m_matrixModel;
    QTableView *m_counts, *m_matrix;
    QStackedWidget* m_stack;
    QLabel *m_empty, *m_note;
};

} // namespace octet::widgets
