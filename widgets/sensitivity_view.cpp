// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/sensitivity_view.h"

#include "widgets/bar_row_delegate.h"
#include "widgets/flat_header.h"
#include "widgets/main_part.h"
#include "widgets/theme.h"
#include "widgets/words.h"

#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QSet>
#include <QStackedWidget>
#include <QTreeView>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace octet::widgets {

namespace {

class RowDelegate : public BarRowDelegate
{
public:
    explicit RowDelegate(QObject* parent)
        : BarRowDelegate(SensitivityModel::ShareRole, SensitivityModel::Op, parent)
    {
    }

private:
    QColor inkOf(const Theme& theme, const QModelIndex& index) const override
    {
        const bool quiet = index.column() == SensitivityModel::Gain || index.column() == SensitivityModel::Draft;
        return quiet ? theme.secondary : theme.text;
    }
    QColor barOf(const Theme& theme, double share) const override
    {
        return theme.sensitivityRamp[std::size_t(std::clamp(int(share * 2.999), 0, 2))];
    }
};

constexpr double decades = 6; // of KL that the bar spans

} // namespace

void SensitivityModel::setRows(const QVector<SensitivityRow>& rows)
{
    if (rows == m_rows)
        return;
    // While a ranking grows or a mark changes the ops stay: a reset would lose selection and place.
    const bool sameOps = rows.size() == m_rows.size()
        && std::equal(rows.begin(), rows.end(), m_rows.begin(), [](const auto& a, const auto& b) { return a.node == b.node; });
    if (!sameOps)
        beginResetModel();
    m_rows = rows;
    m_largest = 0;
    for (const SensitivityRow& r : m_rows)
        m_largest = std::max(m_largest, r.kl.value_or(0));
    if (!sameOps)
        endResetModel();
    else if (!m_rows.isEmpty())
        emit dataChanged(index(0, 0), index(int(m_rows.size()) - 1, ColumnCount - 1));
}

int SensitivityModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_rows.size());
}

int SensitivityModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(ColumnCount);
}

QVariant SensitivityModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || index.row() >= m_rows.size())
        return {};
    const SensitivityRow& r = m_rows[index.row()];
    if (role == ShareRole)
        return index.column() == Kl && m_largest > 0 && r.kl.value_or(0) > 0
            ? std::clamp(1 + std::log10(*r.kl / m_largest) / decades, 0.02, 1.0)
            : 0.0;
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (index.column() == Op || index.column() == Draft ? Qt::AlignLeft : Qt::AlignRight));
    if (role == Qt::ToolTipRole) {
        QString text = r.node;
        if (!r.kl)
            text += tr("\nIts own error is so small that it was left alone.");
        if (r.outlierChannels > 0)
            text += tr("\n%n channel(s) over 8 times as wide as the median", nullptr, r.outlierChannels);
        return text;
    }
    if (role == Qt::AccessibleTextRole && index.column() == Op)
        return r.node;
    if (role != Qt::DisplayRole)
        return {};
    const QLocale locale;
    switch (index.column()) {
    case Op:
        return shortOp(r.node);
    case Kl:
        return r.kl ? locale.toString(*r.kl, 'g', 2) : QStringLiteral("-");
    case Flips:
        return r.kl ? tr("%1 %").arg(locale.toString(100 * r.flips, 'f', 1)) : QStringLiteral("-");
    case OwnError:
        return decibels(r.ownError);
    case Gain:
        return tr("%1 ms").arg(locale.toString(r.gainMs, 'f', 3));
    case Draft:
        return r.precision;
    default:
        return {};
    }
}

QVariant SensitivityModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    static const char* const names[] = {QT_TR_NOOP("Op"), QT_TR_NOOP("KL at output"), QT_TR_NOOP("Flips"),
        QT_TR_NOOP("Own error"), QT_TR_NOOP("int8 gains"), QT_TR_NOOP("Draft")};
    static const char* const tips[] = {QT_TR_NOOP("Best left in fp32 first"),
        QT_TR_NOOP("Divergence of the model's output when this op alone is int8"),
        QT_TR_NOOP("Answers that change when this op alone is int8"),
        QT_TR_NOOP("Signal to noise of the op's own output, int8 on fp32 inputs: above 30 dB nothing is to fear"),
        QT_TR_NOOP("Time of its group in fp32 minus in int8"), QT_TR_NOOP("Precision in the draft")};
    if (section < 0 || section >= ColumnCount)
        return {};
    if (role == Qt::DisplayRole)
        return tr(names[section]);
    if (role == Qt::ToolTipRole)
        return tr(tips[section]);
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (section == Op || section == Draft ? Qt::AlignLeft : Qt::AlignRight));
    return {};
}

SensitivityView::SensitivityView(QWidget* parent)
    : QWidget(parent)
    , m_model(new SensitivityModel(this))
    , m_table(new QTreeView)
    , m_stack(new QStackedWidget)
    , m_emptyLabel(new QLabel)
    , m_emptyButton(new QPushButton)
{
    m_table->setObjectName(QStringLiteral("sensitivityTable"));
    m_table->setAccessibleName(tr("Sensitivity ranking"));
    m_table->setModel(m_model);
    m_table->setRootIsDecorated(false);
    m_table->setUniformRowHeights(true);
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setTextElideMode(Qt::ElideMiddle);
    m_table->setHeader(new FlatHeader(m_table));
    m_table->setItemDelegate(new RowDelegate(m_table));
    m_table->setItemsExpandable(false);
    m_table->setAllColumnsShowFocus(true);
    m_table->setFrameShape(QFrame::NoFrame);
    QHeaderView* header = m_table->header();
    header->setStretchLastSection(false);
    header->setSectionResizeMode(QHeaderView::Fixed);
    takeRoom(m_table, SensitivityModel::Op, 24);
    const int unit = fontMetrics().horizontalAdvance(QLatin1Char('0'));
    m_table->setColumnWidth(SensitivityModel::Kl, 15 * unit);
    m_table->setColumnWidth(SensitivityModel::Flips, 9 * unit);
    m_table->setColumnWidth(SensitivityModel::OwnError, 12 * unit);
    m_table->setColumnWidth(SensitivityModel::Gain, 13 * unit);
    m_table->setColumnWidth(SensitivityModel::Draft, 8 * unit);

    auto* empty = new QWidget;
    auto* emptyLayout = new QVBoxLayout(empty);
    m_emptyLabel->setAlignment(Qt::AlignCenter);
    m_emptyLabel->setWordWrap(true);
    m_emptyLabel->setForegroundRole(QPalette::PlaceholderText);
    emptyLayout->addStretch();
    emptyLayout->addWidget(m_emptyLabel);
    emptyLayout->addWidget(m_emptyButton, 0, Qt::AlignHCenter);
    emptyLayout->addStretch();
    m_stack->addWidget(m_table);
    m_stack->addWidget(empty);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_stack);
    setMainPart(this, m_table);

    connect(m_emptyButton, &QPushButton::clicked, this, &SensitivityView::emptyActionRequested);
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] {
        if (m_selecting)
            return;
        QStringList nodes;
        for (const QModelIndex& index : m_table->selectionModel()->selectedRows())
            nodes << m_model->row(index.row()).node;
        if (!nodes.isEmpty())
            emit selectionChanged(nodes);
    });
}

void SensitivityView::setRows(const QVector<SensitivityRow>& rows, const QString& emptyText, const QString& emptyAction)
{
    m_selecting = true;
    m_model->setRows(rows);
    m_selecting = false;
    m_emptyLabel->setText(emptyText);
    m_emptyButton->setText(emptyAction);
    m_emptyButton->setVisible(!emptyAction.isEmpty());
    m_stack->setCurrentIndex(rows.isEmpty() ? 1 : 0);
}

void SensitivityView::setSelectedNodes(const QStringList& nodes)
{
    const QSet<QString> wanted(nodes.begin(), nodes.end());
    QItemSelection selection;
    QModelIndex first;
    for (int i = 0; i < m_model->rowCount(); ++i)
        if (wanted.contains(m_model->row(i).node)) {
            selection.select(m_model->index(i, 0), m_model->index(i, SensitivityModel::ColumnCount - 1));
            if (!first.isValid())
                first = m_model->index(i, 0);
        }
    m_selecting = true;
    m_table->selectionModel()->select(selection, QItemSelectionModel::ClearAndSelect);
    m_selecting = false;
    if (first.isValid() && !m_table->hasFocus())
        m_table->scrollTo(first);
}

} // namespace octet::widgets
