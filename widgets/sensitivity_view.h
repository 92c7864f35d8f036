// SPDX-License-Identifier: GPL-3.0-or-later
// The ranking of ops by what quantizing each alone does. Rows and the graph's selection are one.
#pragma once

#include <QAbstractTableModel>
#include <QString>
#include <QStringList>
#include <QVector>
#include <QWidget>

#include <optional>

class QLabel;
class QPushButton;
class QStackedWidget;
class QTreeView;

namespace octet::widgets {

struct SensitivityRow
{
    QString node;
    std::optional<double> kl; // not set: own error so small that it was left alone
    double flips = 0; // share
    double ownError = 120; // dB
    double gainMs = 0; // of int8 against fp32
    QString precision; // in the draft: "int8", "bf16", "fp32"
    int outlierChannels = 0;
    bool operator==(const SensitivityRow&) const = default;
};

class SensitivityModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { Op, Kl, Flips, OwnError, Gain, Draft, ColumnCount };
    enum Role { ShareRole = Qt::UserRole + 1 }; // 0..1, logarithmic under the largest KL, for the bar
    using QAbstractTableModel::QAbstractTableModel;
    void setRows(const QVector<SensitivityRow>& rows);
    const SensitivityRow& row(int index) const { return m_rows[index]; }
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QVector<SensitivityRow> m_rows; // best left in fp32 first
    double m_largest = 0;
};

class SensitivityView : public QWidget
{
    Q_OBJECT
public:
    explicit SensitivityView(QWidget* parent = nullptr);
    /// `emptyText` and, when it is not empty, a button with `emptyAction` stand where there are no rows.
    void setRows(const QVector<SensitivityRow>& rows, const QString& emptyText, const QString& emptyAction);
    void setSelectedNodes(const QStringList& nodes); // emits nothing
    SensitivityModel* model() { return m_model; }

signals:
    void selectionChanged(const QStringList& nodes);
    void emptyActionRequested();

private:
    SensitivityModel* m_model;
    QTreeView* m_table;
    QStackedWidget* m_stack;
    QLabel* m_emptyLabel;
    QPushButton* m_emptyButton;
    bool m_selecting = false;
};

} // namespace octet::widgets
