// SPDX-License-Identifier: GPL-3.0-or-later
// Order and choice of the rows of the trials table. Internal to TrialsView.
#pragma once

#include "widgets/trial_filter.h"

#include <QSortFilterProxyModel>

namespace octet::widgets {

/// Sorting by SortRole with pinned rows first in either order, unknown values last, and the filter line.
class TrialsProxy : public QSortFilterProxyModel
{
    Q_OBJECT
public:
    explicit TrialsProxy(QObject* parent = nullptr);
    void setFilter(const TrialFilter& filter);
    void setFrontierOnly(bool only);

protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;
    bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;

private:
    TrialFilter m_filter;
    bool m_frontierOnly = false;
};

} // namespace octet::widgets
