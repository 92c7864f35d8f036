// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/model_tree_model.h"

namespace octet::widgets {

ModelTreeModel::ModelTreeModel(QObject* parent)
    : QAbstractItemModel(parent)
{
}

void ModelTreeModel::setStructure(std::shared_ptr<const graph::Structure> structure, const QStringList& nodeNames)
{
    beginResetModel();
    m_structure = structure && !structure->boxes.empty() ? std::move(structure) : nullptr;
    m_nodeNames = nodeNames;
    m_summaries.clear();
    m_products.assign(std::size_t(nodeNames.size()), 0);
    m_rows.clear();
    m_showRoot = m_structure && !nameOf(0).isEmpty();
    if (m_structure) {
        m_rows.assign(m_structure->boxes.size(), 0);
        for (const graph::Box& parentBox : m_structure->boxes)
            for (std::size_t row = 0; row < parentBox.children.size(); ++row)
                m_rows[std::size_t(parentBox.children[row])] = int(row);
        m_summaries.resize(m_structure->boxes.size());
    }
    endResetModel();
}

void ModelTreeModel::setOps(const OpViews& ops)
{
    if (!m_structure)
        return;
    m_summaries = summarise(*m_structure, m_nodeNames, ops);
    for (int i = 0; i < m_nodeNames.size(); ++i) {
        const auto it = ops.constFind(m_nodeNames[i]);
        m_products[std::size_t(i)] = it != ops.constEnd() && it->product;
    }
    // Every row's badge may have changed; a view asks again only for those in sight.
    const auto changed = [this](const QModelIndex& parentIndex, auto& self) -> void {
        const int rows = rowCount(parentIndex);
        if (rows == 0)
            return;
        emit dataChanged(index(0, 1, parentIndex), index(rows - 1, 1, parentIndex));
        for (int row = 0; row < rows; ++row)
            self(index(row, 0, parentIndex), self);
    };
    changed({}, changed);
}

QString ModelTreeModel::nameOf(int index) const
{
    const graph::Box& b = box(index);
    return QString::fromStdString(b.name.empty() ? b.title : b.name);
}

bool ModelTreeModel::isProduct(int node) const
{
    return node >= 0 && std::size_t(node) < m_products.size() && m_products[std::size_t(node)];
}

int ModelTreeModel::boxOf(const QModelIndex& index) const
{
    return index.isValid() ? int(index.internalId()) : m_structure && !m_showRoot ? 0 : -1;
}

QModelIndex ModelTreeModel::indexOf(int index) const
{
    if (!m_structure || index < 0 || (index == 0 && !m_showRoot))
        return {};
    return createIndex(m_rows[std::size_t(index)], 0, quintptr(index));
}

QModelIndex ModelTreeModel::index(int row, int column, const QModelIndex& parent) const
{
    if (!hasIndex(row, column, parent))
        return {};
    const int parentBox = boxOf(parent);
    return createIndex(row, column, quintptr(parentBox < 0 ? 0 : box(parentBox).children[std::size_t(row)]));
}

QModelIndex ModelTreeModel::parent(const QModelIndex& child) const
{
    if (!child.isValid() || child.internalId() == 0)
        return {};
    return indexOf(box(int(child.internalId())).parent);
}

int ModelTreeModel::rowCount(const QModelIndex& parent) const
{
    if (!m_structure || parent.column() > 0)
        return 0;
    const int parentBox = boxOf(parent);
    return parentBox < 0 ? 1 : int(box(parentBox).children.size());
}

int ModelTreeModel::columnCount(const QModelIndex&) const
{
    return 2;
}

Badge ModelTreeModel::badgeOf(const QModelIndex& index) const
{
    const int b = index.isValid() ? boxOf(index) : -1;
    return b < 0 ? Badge() : badge(m_summaries[std::size_t(b)], false);
}

QString ModelTreeModel::spokenOf(const QModelIndex& index) const
{
    const QString words = badgeText(badgeOf(index));
    if (index.column() > 0 || words.isEmpty())
        return index.column() > 0 ? words : nameOf(boxOf(index));
    return nameOf(boxOf(index)) + QStringLiteral(", ") + words;
}

QVariant ModelTreeModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    const int b = boxOf(index);
    switch (role) {
    case Qt::DisplayRole:
        return index.column() == 0 ? nameOf(b) : badgeText(badgeOf(index));
    case Qt::ToolTipRole: {
        const QString path = QString::fromStdString(box(b).path);
        const QString& reason = m_summaries[std::size_t(b)].reason;
        return reason.isEmpty() ? path : path + QLatin1Char('\n') + reason;
    }
    case Qt::AccessibleTextRole:
        return spokenOf(index);
    case Qt::TextAlignmentRole:
        return index.column() == 0 ? QVariant() : QVariant(Qt::AlignRight | Qt::AlignVCenter);
    case BoxRole:
        return b;
    case PlumbingRole:
        return box(b).plumbing;
    default:
        return {};
    }
}

QVariant ModelTreeModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    return section == 0 ? tr("Name") : tr("Precision");
}

ModelTreeFilter::ModelTreeFilter(QObject* parent)
    : QSortFilterProxyModel(parent)
{
    setRecursiveFilteringEnabled(true);
}

void ModelTreeFilter::setText(const QString& text)
{
    m_text = text.trimmed();
    invalidateFilter();
}

void ModelTreeFilter::setHidePlumbing(bool hide)
{
    m_hidePlumbing = hide;
    invalidateFilter();
}

bool ModelTreeFilter::matches(const QModelIndex& index) const
{
    return index.data(Qt::DisplayRole).toString().contains(m_text, Qt::CaseInsensitive);
}

bool ModelTreeFilter::filterAcceptsRow(int row, const QModelIndex& parent) const
{
    const QModelIndex index = sourceModel()->index(row, 0, parent);
    if (m_hidePlumbing && index.data(ModelTreeModel::PlumbingRole).toBool())
        return false;
    if (m_text.isEmpty())
        return true;
    // What is inside of a match stays, so that it can be opened.
    for (QModelIndex i = index; i.isValid(); i = i.parent())
        if (matches(i))
            return true;
    const bool path = m_text.contains(QLatin1Char('/'));
    return path && index.data(Qt::ToolTipRole).toString().contains(m_text, Qt::CaseInsensitive);
}

} // namespace octet::widgets
