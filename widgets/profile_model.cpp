// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/profile_model.h"

#include "widgets/words.h"

#include <QLocale>

#include <algorithm>
#include <array>

namespace octet::widgets {

namespace {

struct Head
{
    const char* name;
    const char* tip;
};

constexpr std::array<Head, ProfileModel::ColumnCount> heads{
    {{QT_TRANSLATE_NOOP("octet::widgets::ProfileModel", "Group"),
         QT_TRANSLATE_NOOP("octet::widgets::ProfileModel", "Main op of what ran as one kernel")},
        {QT_TRANSLATE_NOOP("octet::widgets::ProfileModel", "Kind"), ""},
        {QT_TRANSLATE_NOOP("octet::widgets::ProfileModel", "fp32 ms"),
            QT_TRANSLATE_NOOP("octet::widgets::ProfileModel", "Median a run of the same ops in the fp32 baseline")},
        {QT_TRANSLATE_NOOP("octet::widgets::ProfileModel", "ms"),
            QT_TRANSLATE_NOOP("octet::widgets::ProfileModel", "Median a run in this trial")},
        {QT_TRANSLATE_NOOP("octet::widgets::ProfileModel", "Ratio"),
            QT_TRANSLATE_NOOP(
                "octet::widgets::ProfileModel", "Time in this trial over time in fp32: below 1 is faster")},
        {QT_TRANSLATE_NOOP("octet::widgets::ProfileModel", "Share"),
            QT_TRANSLATE_NOOP("octet::widgets::ProfileModel", "Of the time of all groups")},
        {QT_TRANSLATE_NOOP("octet::widgets::ProfileModel", "GOP/s"),
            QT_TRANSLATE_NOOP(
                "octet::widgets::ProfileModel", "Multiplications and additions, counted apart, in 10^9 a second")},
        {QT_TRANSLATE_NOOP("octet::widgets::ProfileModel", "GB/s"),
            QT_TRANSLATE_NOOP("octet::widgets::ProfileModel", "Weights, operands and results once each, a second")},
        {QT_TRANSLATE_NOOP("octet::widgets::ProfileModel", "MB"),
            QT_TRANSLATE_NOOP("octet::widgets::ProfileModel", "Weights, operands and results once each, a run")},
        {QT_TRANSLATE_NOOP("octet::widgets::ProfileModel", "Ran in"), ""},
        {QT_TRANSLATE_NOOP("octet::widgets::ProfileModel", "ISA"), ""},
        {QT_TRANSLATE_NOOP("octet::widgets::ProfileModel", "Kernel"), ""}}};

std::optional<double> ratio(const ProfileRow& row)
{
    return row.ms && row.fp32Ms && *row.fp32Ms > 0 ? std::optional(*row.ms / *row.fp32Ms) : std::nullopt;
}

} // namespace

bool ProfileModel::isText(int column)
{
    return column == Group || column == Kind || column >= Ran;
}

void ProfileModel::setRows(const QVector<ProfileRow>& rows)
{
    if (rows == m_rows)
        return;
    beginResetModel();
    m_rows = rows;
    m_largestShare = 0;
    for (const ProfileRow& row : m_rows)
        m_largestShare = std::max(m_largestShare, row.share);
    endResetModel();
}

int ProfileModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_rows.size());
}

int ProfileModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(ColumnCount);
}

QString ProfileModel::text(const ProfileRow& row, int column) const
{
    const auto number = [](double value, int decimals) { return QLocale().toString(value, 'f', decimals); };
    switch (column) {
    case Group:
        return shortNode(row.name);
    case Kind:
        return row.kind;
    case Fp32Ms:
        return row.fp32Ms ? number(*row.fp32Ms, 4) : QString();
    case Ms:
        return row.ms ? number(*row.ms, 4) : QString();
    case Ratio:
        return ratio(row) ? number(*ratio(row), 2) : QString();
    case Share:
        return tr("%1 %").arg(number(100 * row.share, 1));
    case Gops:
        return row.gops > 0 ? number(row.gops, row.gops < 10 ? 1 : 0) : QString();
    case Gbs:
        return row.gbs > 0 ? number(row.gbs, 1) : QString();
    case Megabytes:
        return number(row.megabytes, 2);
    case Ran:
        return QString::fromStdString(toString(row.precision));
    case Isa:
        return row.isa;
    case Kernel:
        return row.kernel;
    default:
        return {};
    }
}

QVariant ProfileModel::sortKey(const ProfileRow& row, int column) const
{
    switch (column) {
    case Fp32Ms:
        return row.fp32Ms.value_or(-1);
    case Ms:
        return row.ms.value_or(-1);
    case Ratio:
        return ratio(row).value_or(-1);
    case Share:
        return row.share;
    case Gops:
        return row.gops;
    case Gbs:
        return row.gbs;
    case Megabytes:
        return row.megabytes;
    default:
        return text(row, column);
    }
}

QVariant ProfileModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || index.row() >= m_rows.size())
        return {};
    const ProfileRow& row = m_rows[index.row()];
    switch (role) {
    case Qt::DisplayRole:
        return text(row, index.column());
    case SortRole:
        return sortKey(row, index.column());
    case ShareRole:
        return index.column() == Share && m_largestShare > 0 ? row.share / m_largestShare : 0.0;
    case Qt::TextAlignmentRole:
        return int(Qt::AlignVCenter | (isText(index.column()) ? Qt::AlignLeft : Qt::AlignRight));
    case Qt::ToolTipRole: {
        QString tip = row.name;
        if (row.nodes.size() > 1)
            tip += QLatin1Char('\n') + tr("%n op(s) fused into one group", nullptr, int(row.nodes.size()));
        if (!row.ms)
            tip += QLatin1Char('\n') + tr("No group of this trial does the work of this one alone.");
        if (!row.reason.isEmpty())
            tip += QLatin1Char('\n') + row.reason;
        return tip;
    }
    default:
        return {};
    }
}

QVariant ProfileModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount)
        return {};
    if (role == Qt::DisplayRole)
        return tr(heads[std::size_t(section)].name);
    if (role == Qt::ToolTipRole)
        return *heads[std::size_t(section)].tip ? tr(heads[std::size_t(section)].tip) : QString();
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (isText(section) ? Qt::AlignLeft : Qt::AlignRight));
    return {};
}

} // namespace octet::widgets
