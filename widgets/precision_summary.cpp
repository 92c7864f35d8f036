// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/precision_summary.h"

#include "widgets/scrolled.h"

#include "widgets/flat_header.h"
#include "widgets/main_part.h"
#include "widgets/precision_badge.h"
#include "widgets/theme.h"
#include "widgets/words.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QScrollArea>
#include <QStackedWidget>
#include <QStandardItemModel>
#include <QStyledItemDelegate>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>

namespace octet::widgets {

namespace {

constexpr int nodesRole = Qt::UserRole + 1; // what a click selects
constexpr int shareRole = Qt::UserRole + 2; // of the fullest cell, 0..1
constexpr int precisionRole = Qt::UserRole + 3; // of a head

constexpr std::array<Precision, 3> order{Precision::Int8, Precision::Bf16, Precision::Fp32};

/// First line large, the others quiet; fuller cells are deeper in colour.
class CellDelegate : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        const Theme& theme = Theme::of(option.palette);
        painter->save();
        if (const double share = index.data(shareRole).toDouble(); share > 0)
            painter->fillRect(option.rect, theme.timeRamp[share > 0.4 ? 1 : 0]);
        if (option.state.testFlag(QStyle::State_Selected))
            painter->fillRect(option.rect, theme.selectedRow);
        painter->setPen(theme.grid);
        painter->drawLine(option.rect.bottomLeft(), option.rect.bottomRight());
        const QStringList lines = index.data().toString().split(QLatin1Char('\n'));
        const QFontMetrics metrics(option.font);
        const int height = metrics.height() + 1;
        QRect line = option.rect.adjusted(8, 0, -8, 0);
        line.setTop(option.rect.center().y() - height * int(lines.size()) / 2 + 1);
        line.setHeight(height);
        const QVariant precision = index.data(precisionRole);
        const auto align = Qt::Alignment(index.data(Qt::TextAlignmentRole).toInt()) & Qt::AlignHorizontal_Mask;
        for (qsizetype i = 0; i < lines.size(); ++i) {
            painter->setFont(i == 0 && lines.size() > 1 ? strongFont(option.font) : option.font);
            painter->setPen(precision.isValid() ? precisionColour(theme, Precision(precision.toInt()))
                    : i > 0 || !index.flags().testFlag(Qt::ItemIsEnabled) ? theme.secondary
                                                                          : theme.text);
            painter->drawText(line, int(align | Qt::AlignVCenter),
                QFontMetrics(painter->font()).elidedText(lines[i], Qt::ElideRight, line.width()));
            line.translate(0, height);
        }
        if (option.state.testFlag(QStyle::State_HasFocus)) {
            painter->setPen(QPen(theme.text, 1, Qt::DotLine));
            painter->drawRect(option.rect.adjusted(0, 0, -1, -1));
        }
        painter->restore();
    }
};

QStandardItem* headItem(const QString& text)
{
    auto* item = new QStandardItem(text);
    item->setFlags(Qt::ItemIsEnabled);
    return item;
}

QStandardItem* numberItem(const QString& text, const QStringList& nodes, const QString& tip)
{
    auto* item = new QStandardItem(text);
    item->setFlags(nodes.isEmpty() ? Qt::NoItemFlags : Qt::ItemIsEnabled | Qt::ItemIsSelectable);
    item->setData(int(Qt::AlignRight | Qt::AlignVCenter), Qt::TextAlignmentRole);
    item->setData(nodes, nodesRole);
    item->setToolTip(tip);
    return item;
}

} // namespace

PrecisionSummary::PrecisionSummary(QWidget* parent)
    : QWidget(parent)
    , m_countsModel(new QStandardItemModel(this))
    , m_matrixModel(new QStandardItemModel(this))
    , m_counts(makeTable(QStringLiteral("precisionCounts"), tr("Products by kind and precision"), m_countsModel))
    , m_matrix(makeTable(QStringLiteral("precisionMatrix"), tr("Values from one precision to another"), m_matrixModel))
    , m_stack(new QStackedWidget)
    , m_empty(new QLabel)
    , m_note(new QLabel)
{
    m_countsModel->setHorizontalHeaderLabels({tr("Product"), tr("int8"), tr("bf16"), tr("fp32")});
    m_matrixModel->setHorizontalHeaderLabels(
        {tr("Made in"), tr("Read in int8"), tr("Read in bf16"), tr("Read in fp32")});
    for (QStandardItemModel* model : {m_countsModel, m_matrixModel})
        for (int column = 1; column < 4; ++column)
            model->setHeaderData(
                column, Qt::Horizontal, int(Qt::AlignVCenter | Qt::AlignRight), Qt::TextAlignmentRole);
    const int unit = fontMetrics().horizontalAdvance(QLatin1Char('0'));
    m_counts->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
    for (int column = 1; column < 4; ++column)
        m_counts->setColumnWidth(column, 7 * unit);
    m_counts->verticalHeader()->setDefaultSectionSize(24);
    m_matrix->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    m_matrix->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Fixed);
    m_matrix->setColumnWidth(0, 10 * unit);
    m_matrix->verticalHeader()->setDefaultSectionSize(3 * fontMetrics().height() + 12);

    for (QLabel* label : {m_empty, m_note}) {
        label->setWordWrap(true);
        label->setTextFormat(Qt::PlainText);
        label->setForegroundRole(QPalette::PlaceholderText);
    }
    m_empty->setAlignment(Qt::AlignCenter);
    m_note->setObjectName(QStringLiteral("precisionNote"));
    m_note->setContentsMargins(12, 6, 12, 8);
    m_note->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* tables = new QWidget;
    auto* row = new QHBoxLayout;
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    row->addWidget(m_counts, 2);
    row->addWidget(m_matrix, 3);
    auto* column = new QVBoxLayout(tables);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(row, 1);
    column->addWidget(m_note);
    m_counts->setMinimumHeight(4 * fontMetrics().height());
    m_stack->addWidget(scrolled(tables));
    m_stack->addWidget(m_empty);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_stack);
    setMainPart(this, m_matrix);
}

QTableView* PrecisionSummary::makeTable(
    const QString& objectName, const QString& accessibleName, QStandardItemModel* model)
{
    auto* table = new QTableView;
    table->setObjectName(objectName);
    table->setAccessibleName(accessibleName);
    table->setModel(model);
    auto* header = new FlatHeader(table);
    table->setHorizontalHeader(header);
    header->setVisible(true);
    header->setSortIndicatorShown(false);
    table->verticalHeader()->hide();
    table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    table->setShowGrid(false);
    table->setFrameShape(QFrame::NoFrame);
    table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table->setSelectionMode(QAbstractItemView::SingleSelection);
    table->setTabKeyNavigation(false);
    table->setItemDelegate(new CellDelegate(table));
    connect(table->selectionModel(), &QItemSelectionModel::selectionChanged, this,
        [this, table](const QItemSelection& selected) {
            if (selected.isEmpty())
                return;
            QTableView* other = table == m_counts ? m_matrix : m_counts;
            other->clearSelection();
            emit selectionChanged(selected.indexes().front().data(nodesRole).toStringList());
        });
    return table;
}

void PrecisionSummary::setContent(const PrecisionContent& content)
{
    fillCounts(content.kinds);
    fillMatrix(content);
    m_note->setText(content.note);
    m_empty->setText(content.emptyText);
    m_stack->setCurrentIndex(content.emptyText.isEmpty() ? 0 : 1);
}

void PrecisionSummary::fillCounts(const QVector<PrecisionKind>& kinds)
{
    m_countsModel->removeRows(0, m_countsModel->rowCount());
    const auto add = [&](const QString& kind, const std::array<QStringList, 3>& nodes) {
        QList<QStandardItem*> row{headItem(kind)};
        for (const Precision precision : order) {
            const QStringList& here = nodes[std::size_t(precision)];
            row << numberItem(here.isEmpty() ? QString() : QString::number(here.size()), here,
                here.isEmpty() ? QString() : tr("Selects these %1 ops").arg(here.size()));
        }
        m_countsModel->appendRow(row);
    };
    std::array<QStringList, 3> all;
    for (const PrecisionKind& kind : kinds) {
        add(kind.kind, kind.nodes);
        for (std::size_t i = 0; i < all.size(); ++i)
            all[i] += kind.nodes[i];
    }
    if (kinds.size() > 1)
        add(tr("All"), all);
}

void PrecisionSummary::fillMatrix(const PrecisionContent& content)
{
    m_matrixModel->removeRows(0, m_matrixModel->rowCount());
    int most = 1;
    for (const auto& row : content.cells)
        for (const PrecisionCell& cell : row)
            most = std::max(most, cell.edges);
    for (const Precision from : order) {
        auto* head = headItem(QString::fromStdString(toString(from)));
        head->setData(int(from), precisionRole);
        QList<QStandardItem*> row{head};
        for (const Precision to : order) {
            const PrecisionCell& cell = content.cells[std::size_t(from)][std::size_t(to)];
            QStringList lines;
            if (cell.edges > 0)
                lines << (cell.edges == 1 ? tr("1 value") : tr("%1 values").arg(cell.edges)) << cell.size << cell.time;
            lines.removeAll(QString());
            QStandardItem* item = numberItem(lines.join(QLatin1Char('\n')), cell.nodes, cell.tip);
            item->setData(double(cell.edges) / most, shareRole);
            item->setData(tr("From %1 to %2: %3").arg(head->text(), QString::fromStdString(toString(to)),
                              lines.isEmpty() ? tr("none") : lines.join(QStringLiteral(", "))),
                Qt::AccessibleTextRole);
            row << item;
        }
        m_matrixModel->appendRow(row);
    }
}

} // namespace octet::widgets
