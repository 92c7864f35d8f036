// SPDX-License-Identifier: GPL-3.0-or-later
// The scope tree as an item model, and the proxy that filters it by name. Column 0 name, column 1 badge.
#pragma once

#include "widgets/graph_summary.h"
#include "widgets/precision_badge.h"

#include <QAbstractItemModel>
#include <QSortFilterProxyModel>

#include <memory>
#include <vector>

namespace octet::widgets {

class ModelTreeModel : public QAbstractItemModel
{
    Q_OBJECT
public:
    enum Role { BoxRole = Qt::UserRole + 1, PlumbingRole };

    explicit ModelTreeModel(QObject* parent = nullptr);
    void setStructure(std::shared_ptr<const graph::Structure> structure, const QStringList& nodeNames);
    void setOps(const OpViews& ops);

    const graph::Structure* structure() const { return m_structure.get(); }
    int boxOf(const QModelIndex& index) const; // -1 = the invisible root
    QModelIndex indexOf(int box) const;
    Badge badgeOf(const QModelIndex& index) const;
    bool isProduct(int node) const;

    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex& child) const override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    const graph::Box& box(int index) const { return m_structure->boxes[std::size_t(index)]; }
    QString nameOf(int box) const;
    QString spokenOf(const QModelIndex& index) const;

    std::shared_ptr<const graph::Structure> m_structure;
    QStringList m_nodeNames;
    std::vector<BoxSummary> m_summaries;
    std::vector<int> m_rows; // of a box among its siblings
    std::vector<char> m_products; // by node
    bool m_showRoot = false; // a root without a name would be an empty row
};

class ModelTreeFilter : public QSortFilterProxyModel
{
    Q_OBJECT
public:
    explicit ModelTreeFilter(QObject* parent = nullptr);
    void setText(const QString& text); // any part of a name or path, case does not matter
    void setHidePlumbing(bool hide);

protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;

private:
    bool matches(const QModelIndex& index) const;
    QString m_text;
    bool m_hidePlumbing = true;
};

} // namespace octet::widgets
