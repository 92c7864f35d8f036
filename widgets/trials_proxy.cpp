// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/trials_proxy.h"

#include "widgets/frontier_plot.h"
#include "widgets/trials_view.h"

#include <cmath>

namespace octet::widgets {

namespace {

/// Order of pinned rows among themselves: the story first.
int pinRank(const QModelIndex& index)
{
    switch (Mark::Role(index.data(TrialsModel::RoleOfMark).toInt())) {
    case Mark::Role::Chosen:
        return 0;
    case Mark::Role::Today:
        return 1;
    case Mark::Role::EverythingInt8:
        return 2;
    default:
        return 3;
    }
}

} // namespace

TrialsProxy::TrialsProxy(QObject* parent)
    : QSortFilterProxyModel(parent)
{
    setSortRole(TrialsModel::SortRole);
    setDynamicSortFilter(true);
}

void TrialsProxy::setFilter(const TrialFilter& filter)
{
    m_filter = filter;
    invalidateFilter();
}

void TrialsProxy::setFrontierOnly(bool only)
{
    m_frontierOnly = only;
    invalidateFilter();
}

bool TrialsProxy::filterAcceptsRow(int row, const QModelIndex&) const
{
    const auto at = [&](int column) { return sourceModel()->index(row, column); };
    if (m_frontierOnly && !at(0).data(TrialsModel::OnFrontierRole).toBool())
        return false;
    if (m_filter.empty())
        return true;
    const auto number = [&](int column) { return at(column).data(TrialsModel::SortRole).toDouble(); };
    TrialFacts facts{at(0).data(TrialsModel::TrialIdRole).toInt(), number(TrialsModel::Right), number(TrialsModel::P50),
        number(TrialsModel::Speed), number(TrialsModel::Int8), number(TrialsModel::Difference),
        at(TrialsModel::Name).data().toString(), QString::fromStdString(toString(TrialState(at(0).data(TrialsModel::StateRole).toInt()))),
        at(0).data(TrialsModel::VerdictRole).toString()};
    return m_filter.accepts(facts);
}

bool TrialsProxy::lessThan(const QModelIndex& left, const QModelIndex& right) const
{
    // The view inverts the result for descending order; what must not be inverted is inverted here once more.
    const bool descending = sortOrder() == Qt::DescendingOrder;
    const bool leftPinned = left.data(TrialsModel::PinnedRole).toBool();
    const bool rightPinned = right.data(TrialsModel::PinnedRole).toBool();
    if (leftPinned != rightPinned)
        return leftPinned != descending;
    if (leftPinned && pinRank(left) != pinRank(right))
        return (pinRank(left) < pinRank(right)) != descending;
    const QVariant a = left.data(TrialsModel::SortRole), b = right.data(TrialsModel::SortRole);
    const int leftId = left.data(TrialsModel::TrialIdRole).toInt();
    const int rightId = right.data(TrialsModel::TrialIdRole).toInt();
    if (a.typeId() == QMetaType::QString) {
        const int order = QString::localeAwareCompare(a.toString(), b.toString());
        return order != 0 ? order < 0 : leftId < rightId;
    }
    const double x = a.toDouble(), y = b.toDouble();
    if (std::isnan(x) || std::isnan(y))
        return std::isnan(x) == std::isnan(y) ? leftId < rightId : std::isnan(y) != descending;
    return x != y ? x < y : leftId < rightId;
}

} // namespace octet::widgets
