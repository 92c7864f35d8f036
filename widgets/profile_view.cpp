// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/profile_view.h"

#include "widgets/bar_row_delegate.h"
#include "widgets/flat_header.h"
#include "widgets/main_part.h"
#include "widgets/panel.h"
#include "widgets/precision_badge.h"
#include "widgets/theme.h"

#include <QLabel>
#include <QLocale>
#include <QSet>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QStackedWidget>
#include <QStandardItemModel>
#include <QTreeView>
#include <QVBoxLayout>

#include <algorithm>

namespace octet::widgets {

namespace {

constexpr int quietRole = Qt::UserRole + 10; // overhead: not the work itself

/// The precision in its colour.
class RowDelegate : public BarRowDelegate
{
public:
    explicit RowDelegate(QObject* parent)
        : BarRowDelegate(ProfileModel::ShareRole, ProfileModel::Group, parent)
    {
    }

private:
    QColor inkOf(const Theme& theme, const QModelIndex& index) const override
    {
        if (index.data(quietRole).toBool())
            return theme.secondary;
        if (index.column() != ProfileModel::Ran)
            return index.column() > ProfileModel::Ran ? theme.secondary : theme.text;
        const QString ran = index.data().toString();
        return ran == QLatin1String("int8") ? theme.int8 : ran == QLatin1String("bf16") ? theme.bf16 : theme.fp32;
    }
    QColor barOf(const Theme& theme, double) const override { return theme.timeRamp[1]; }
};

/// Largest first by what is sorted; overhead is marked for the delegate.
class Sorted : public QSortFilterProxyModel
{
public:
    using QSortFilterProxyModel::QSortFilterProxyModel;
    QVariant data(const QModelIndex& index, int role) const override
    {
        if (role == quietRole) {
            const auto* model = static_cast<const ProfileModel*>(sourceModel());
            return model->row(mapToSource(index).row()).overhead;
        }
        return QSortFilterProxyModel::data(index, role);
    }
};

QString decimal(double value, int decimals)
{
    return QLocale().toString(value, 'f', decimals);
}

} // namespace

ProfileView::ProfileView(QWidget* parent)
    : QWidget(parent)
    , m_model(new ProfileModel(this))
    , m_sorted(new Sorted(this))
    , m_sumsModel(new QStandardItemModel(this))
    , m_panel(new Panel(tr("Profile")))
    , m_sumsPanel(new Panel(tr("By kind")))
    , m_stack(new QStackedWidget)
    , m_empty(new QLabel)
    , m_coverage(new QLabel)
{
    m_sorted->setSourceModel(m_model);
    m_sorted->setSortRole(ProfileModel::SortRole);
    m_table = makeTable(QStringLiteral("profileTable"), tr("Profile of fused groups"));
    m_table->setModel(m_sorted);
    m_table->setSortingEnabled(true);
    m_table->sortByColumn(ProfileModel::Ms, Qt::DescendingOrder);
    takeRoom(m_table, ProfileModel::Group, 28);
    const int unit = fontMetrics().horizontalAdvance(QLatin1Char('0'));
    const std::pair<int, int> widths[] = {{ProfileModel::Kind, 18}, {ProfileModel::Fp32Ms, 10}, {ProfileModel::Ms, 10},
        {ProfileModel::Ratio, 8}, {ProfileModel::Share, 16}, {ProfileModel::Gops, 9}, {ProfileModel::Gbs, 8},
        {ProfileModel::Megabytes, 8}, {ProfileModel::Ran, 8}, {ProfileModel::Isa, 14}, {ProfileModel::Kernel, 30}};
    for (const auto& [column, digits] : widths)
        m_table->setColumnWidth(column, digits * unit);

    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_empty->setForegroundRole(QPalette::PlaceholderText);
    m_stack->addWidget(m_table);
    m_stack->addWidget(m_empty);
    m_panel->body()->addWidget(m_stack);
    makeSums();
    auto* splitter = new QSplitter;
    splitter->setHandleWidth(4);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(m_panel);
    splitter->addWidget(m_sumsPanel);
    splitter->setStretchFactor(0, 1);
    splitter->setSizes({1200, 380});
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(splitter);
    setMainPart(this, m_table);

    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this, &ProfileView::rowsSelected);
    connect(m_table, &QTreeView::activated, this, &ProfileView::showInGraphRequested);
    connect(m_sums->selectionModel(), &QItemSelectionModel::selectionChanged, this, &ProfileView::kindsSelected);
}

QTreeView* ProfileView::makeTable(const QString& objectName, const QString& accessibleName)
{
    auto* table = new QTreeView;
    table->setObjectName(objectName);
    table->setAccessibleName(accessibleName);
    table->setRootIsDecorated(false);
    table->setUniformRowHeights(true);
    table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table->setHeader(new FlatHeader(table));
    table->setItemDelegate(new RowDelegate(table));
    table->setItemsExpandable(false);
    table->setAllColumnsShowFocus(true);
    table->setFrameShape(QFrame::NoFrame);
    table->header()->setStretchLastSection(false);
    return table;
}

void ProfileView::makeSums()
{
    m_sums = makeTable(QStringLiteral("profileSums"), tr("Sums by kind"));
    m_sumsModel->setHorizontalHeaderLabels({tr("Kind"), tr("fp32 ms"), tr("ms"), tr("Share")});
    for (int column = 1; column < 4; ++column)
        m_sumsModel->setHeaderData(
            column, Qt::Horizontal, int(Qt::AlignVCenter | Qt::AlignRight), Qt::TextAlignmentRole);
    m_sums->setModel(m_sumsModel);
    m_sums->header()->setSortIndicatorShown(false);
    takeRoom(m_sums, 0, 12);
    const int unit = fontMetrics().horizontalAdvance(QLatin1Char('0'));
    for (int column = 1; column < 4; ++column)
        m_sums->setColumnWidth(column, 11 * unit);
    m_coverage->setWordWrap(true);
    m_coverage->setContentsMargins(12, 8, 12, 10);
    m_coverage->setForegroundRole(QPalette::PlaceholderText);
    m_coverage->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_sumsPanel->body()->addWidget(m_sums, 1);
    m_sumsPanel->body()->addWidget(m_coverage);
}

void ProfileView::fillSums(const QVector<ProfileSum>& sums)
{
    m_sumsModel->removeRows(0, m_sumsModel->rowCount());
    double total = 0, fp32Total = 0, overhead = 0, fp32Overhead = 0;
    for (const ProfileSum& sum : sums) {
        total += sum.ms, fp32Total += sum.fp32Ms;
        if (sum.overhead)
            overhead += sum.ms, fp32Overhead += sum.fp32Ms;
    }
    const auto add = [&](const QString& kind, const QString& key, bool quiet, double fp32Ms, double ms) {
        const QList<QStandardItem*> cells{new QStandardItem(kind), new QStandardItem(decimal(fp32Ms, 4)),
            new QStandardItem(decimal(ms, 4)),
            new QStandardItem(tr("%1 %").arg(decimal(total > 0 ? 100 * ms / total : 0, 1)))};
        for (QStandardItem* cell : cells) {
            cell->setData(quiet, quietRole);
            cell->setData(int(Qt::AlignVCenter | (cell == cells.front() ? Qt::AlignLeft : Qt::AlignRight)),
                Qt::TextAlignmentRole);
        }
        cells.front()->setData(key, Qt::UserRole);
        m_sumsModel->appendRow(cells);
    };
    for (const ProfileSum& sum : sums)
        add(sum.kind, sum.kind, sum.overhead, sum.fp32Ms, sum.ms);
    if (sums.isEmpty())
        return;
    add(tr("Overhead together"), {}, true, fp32Overhead, overhead);
    add(tr("All groups"), {}, false, fp32Total, total);
}

void ProfileView::setContent(const ProfileContent& content)
{
    m_selecting = true;
    m_model->setRows(content.rows);
    fillSums(content.sums);
    m_selecting = false;
    m_panel->setNote(content.title);
    m_coverage->setText(content.coverage);
    m_empty->setText(content.emptyText);
    m_stack->setCurrentIndex(content.rows.isEmpty() ? 1 : 0);
    m_sumsPanel->setVisible(!content.rows.isEmpty());
}

void ProfileView::rowsSelected()
{
    if (m_selecting)
        return;
    QStringList nodes;
    for (const QModelIndex& index : m_table->selectionModel()->selectedRows())
        nodes << m_model->row(m_sorted->mapToSource(index).row()).nodes;
    nodes.removeDuplicates();
    if (nodes.isEmpty())
        return;
    // The answer would select more: every row that shares an op with those selected here.
    m_selecting = true;
    emit selectionChanged(nodes);
    m_selecting = false;
}

void ProfileView::kindsSelected()
{
    if (m_selecting)
        return;
    QSet<QString> kinds;
    for (const QModelIndex& index : m_sums->selectionModel()->selectedRows())
        kinds.insert(index.data(Qt::UserRole).toString());
    QStringList nodes;
    for (int i = 0; i < m_model->rowCount(); ++i)
        if (kinds.contains(m_model->row(i).kind))
            nodes << m_model->row(i).nodes;
    nodes.removeDuplicates();
    if (!nodes.isEmpty())
        emit selectionChanged(nodes);
}

void ProfileView::setSelectedNodes(const QStringList& nodes)
{
    if (m_selecting)
        return;
    const QSet<QString> wanted(nodes.begin(), nodes.end());
    QItemSelection selection;
    QModelIndex first;
    for (int i = 0; i < m_sorted->rowCount(); ++i) {
        const QStringList& here = m_model->row(m_sorted->mapToSource(m_sorted->index(i, 0)).row()).nodes;
        if (std::none_of(here.begin(), here.end(), [&](const QString& node) { return wanted.contains(node); }))
            continue;
        selection.select(m_sorted->index(i, 0), m_sorted->index(i, ProfileModel::ColumnCount - 1));
        if (!first.isValid())
            first = m_sorted->index(i, 0);
    }
    m_selecting = true;
    m_table->selectionModel()->select(selection, QItemSelectionModel::ClearAndSelect);
    m_selecting = false;
    if (first.isValid())
        m_table->scrollTo(first);
}

} // namespace octet::widgets
