// SPDX-License-Identifier: GPL-3.0-or-later
// Fused groups of one trial beside those of the fp32 baseline, as a table.
#pragma once

#include "core/values/config.h"

#include <QAbstractTableModel>
#include <QString>
#include <QStringList>
#include <QVector>

#include <optional>

namespace octet::widgets {

struct ProfileRow
{
    QString name; // main node, or the value whose form changes
    QStringList nodes; // ops to select with the row
    QString kind;
    bool overhead = false;
    std::optional<double> fp32Ms, ms; // not set: that run has no such group
    double share = 0; // of the trial's groups; of fp32's where only fp32 has the group
    double gops = 0, gbs = 0; // 10^9 a second; 0 = nothing to count
    double megabytes = 0;
    Precision precision = Precision::Fp32; // that ran
    QString isa, kernel, reason;
    bool operator==(const ProfileRow&) const = default;
};

class ProfileModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { Group, Kind, Fp32Ms, Ms, Ratio, Share, Gops, Gbs, Megabytes, Ran, Isa, Kernel, ColumnCount };
    enum Role { SortRole = Qt::UserRole + 1, ShareRole }; // ShareRole: 0..1 of the largest, for the bar
    using QAbstractTableModel::QAbstractTableModel;
    void setRows(const QVector<ProfileRow>& rows);
    const ProfileRow& row(int index) const { return m_rows[index]; }
    static bool isText(int column);
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QString text(const ProfileRow& row, int column) const;
    QVariant sortKey(const ProfileRow& row, int column) const;

    QVector<ProfileRow> m_rows;
    double m_largestShare = 0;
};

} // namespace octet::widgets
