// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/data_rows.h"

#include "widgets/flat_header.h"
#include "widgets/mark_look.h"
#include "widgets/theme.h"
#include "widgets/words.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QPainter>
#include <QPushButton>

#include <algorithm>

namespace octet::widgets {

void DataRowsModel::setRows(const QVector<DataPageContent::Row>& rows, const QString& textTitle, const Problem& problem)
{
    beginResetModel();
    m_rows = rows;
    m_textTitle = textTitle;
    m_problem = problem;
    m_problemAt = -1;
    if (!problem.sentence.isEmpty()) {
        const auto it = std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.row == problem.row; });
        // Under its row when that is shown, else above all rows.
        m_problemAt = problem.row > 0 && it != rows.end() ? int(it - rows.begin()) + 1 : 0;
    }
    endResetModel();
}

bool DataRowsModel::hasTokens() const
{
    return std::any_of(m_rows.begin(), m_rows.end(), [](const auto& row) { return !row.tokens.isEmpty(); });
}

const DataPageContent::Row& DataRowsModel::rowAt(int row) const
{
    return m_rows[m_problemAt >= 0 && row > m_problemAt ? row - 1 : row];
}

int DataRowsModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_rows.size()) + (m_problemAt >= 0 ? 1 : 0);
}

int DataRowsModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant DataRowsModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const bool isProblem = index.row() == m_problemAt;
    if (role == ProblemRole)
        return isProblem;
    if (role == SeverityRole) // 0 none, 1 decision, 2 wrong; the row above a problem shares its colour
        return isProblem || (index.row() + 1 == m_problemAt) ? (m_problem.wrong ? 2 : 1) : 0;
    if (isProblem) {
        if (role == Qt::DisplayRole && index.column() == 0)
            return m_problem.place;
        if ((role == Qt::DisplayRole && index.column() == 1) || role == Qt::ToolTipRole)
            return m_problem.sentence;
        if (role == Qt::AccessibleTextRole)
            return m_problem.place + QStringLiteral(": ") + m_problem.sentence;
        return {};
    }
    const DataPageContent::Row& row = rowAt(index.row());
    switch (role) {
    case Qt::DisplayRole:
        switch (index.column()) {
        case RowNumber:
            return grouped(row.row);
        case Text:
            return row.text;
        case Tokens:
            return row.tokens.join(QLatin1Char(' '));
        case Length:
            return row.length > 0 ? QString::number(row.length) : QString();
        default:
            return row.label;
        }
    case Qt::ToolTipRole:
        return index.column() == Text ? QVariant(row.text) : QVariant();
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(
            (index.column() == RowNumber || index.column() == Length ? Qt::AlignRight : Qt::AlignLeft)
            | Qt::AlignVCenter);
    case TokensRole:
        return row.tokens;
    case IdsRole: {
        QStringList ids;
        for (const qint64 id : row.ids)
            ids.append(QString::number(id));
        return ids;
    }
    default:
        return {};
    }
}

QVariant DataRowsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Vertical || section < 0 || section >= ColumnCount)
        return QAbstractTableModel::headerData(section, orientation, role);
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(
            (section == RowNumber || section == Length ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    const QString titles[] = {QStringLiteral("Row"), m_textTitle.isEmpty() ? QStringLiteral("Sample") : m_textTitle,
        QStringLiteral("Tokens and ids"), QStringLiteral("Length"), QStringLiteral("Label")};
    return titles[section];
}

namespace {

void paintTokens(QPainter& painter, const QRect& cell, const QStringList& tokens, const QStringList& ids,
    const QFont& font, const Theme& t)
{
    const QFont small = smallFont(font);
    const QFontMetrics above(font), below(small);
    const int middle = cell.center().y();
    const QRect upper(cell.left(), middle - above.height() + 1, cell.width(), above.height());
    const QRect lower(cell.left(), middle + 1, cell.width(), below.height());
    const QString dots = QStringLiteral("...");
    const int dotsWidth = above.horizontalAdvance(dots);
    int x = cell.left();
    for (int i = 0; i < tokens.size(); ++i) {
        const QString id = ids.value(i);
        const int width = std::max(above.horizontalAdvance(tokens[i]), below.horizontalAdvance(id));
        const bool last = i + 1 == tokens.size();
        if (x + width + (last ? 0 : 8 + dotsWidth) > cell.right()) {
            painter.setFont(small);
            painter.setPen(t.secondary);
            painter.drawText(
                QRect(x, lower.top(), dotsWidth + 2, lower.height()), Qt::AlignLeft | Qt::AlignVCenter, dots);
            return;
        }
        painter.setFont(font);
        painter.setPen(t.text);
        painter.drawText(QRect(x, upper.top(), width + 2, upper.height()), Qt::AlignLeft | Qt::AlignVCenter, tokens[i]);
        painter.setFont(small);
        painter.setPen(t.secondary);
        painter.drawText(QRect(x, lower.top(), width + 2, lower.height()), Qt::AlignLeft | Qt::AlignVCenter, id);
        x += width + 8;
    }
}

/// What the buttons in the row of a problem take away from its words.
int fixesWidth(const QAbstractItemView* view, const QModelIndex& index)
{
    const QWidget* fixes = view ? view->indexWidget(index) : nullptr;
    return fixes ? fixes->sizeHint().width() : 0;
}

void paintProblem(QPainter& painter, const QRect& cell, const QModelIndex& index, const QFont& font, const Theme& t)
{
    const bool wrong = index.data(DataRowsModel::SeverityRole).toInt() == 2;
    const QColor ink = wrong ? t.misses : t.tooClose;
    paintIcon(painter, QStringLiteral("warning"), QRectF(cell.left() + 12, cell.center().y() - 9, 18, 18), ink);
    QRect rect = cell.adjusted(42, 0, -12, 0);
    const QString place = index.sibling(index.row(), 0).data().toString();
    const QString sentence = index.sibling(index.row(), 1).data().toString();
    painter.setPen(ink);
    if (!place.isEmpty()) {
        painter.setFont(strongFont(font));
        const QString head = place + QStringLiteral(": ");
        painter.drawText(rect, Qt::AlignLeft | Qt::AlignVCenter, head);
        rect.setLeft(rect.left() + QFontMetrics(painter.font()).horizontalAdvance(head));
    }
    painter.setFont(font);
    painter.setPen(t.text);
    painter.drawText(rect, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextWordWrap, sentence);
}

} // namespace

void DataRowsDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const Theme& t = Theme::of(option.palette);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const int severity = index.data(DataRowsModel::SeverityRole).toInt();
    const bool selected = option.state.testFlag(QStyle::State_Selected);
    painter->fillRect(option.rect,
        severity == 2       ? t.missesTint
            : severity == 1 ? t.tooCloseTint
            : selected      ? t.selectedRow
                            : t.panel);
    const QRect cell = option.rect.adjusted(8, 0, -8, -1);
    if (index.data(DataRowsModel::ProblemRole).toBool()) {
        const auto* view = qobject_cast<const QAbstractItemView*>(option.widget);
        paintProblem(*painter, option.rect.adjusted(0, 0, -fixesWidth(view, index), 0), index, option.font, t);
    } else if (index.column() == DataRowsModel::Tokens) {
        paintTokens(*painter, cell, index.data(DataRowsModel::TokensRole).toStringList(),
            index.data(DataRowsModel::IdsRole).toStringList(), option.font, t);
    } else {
        painter->setFont(option.font);
        painter->setPen(index.column() == DataRowsModel::RowNumber ? t.secondary : t.text);
        painter->drawText(cell, index.data(Qt::TextAlignmentRole).toInt(),
            QFontMetrics(option.font).elidedText(index.data().toString(), Qt::ElideRight, cell.width()));
    }
    painter->setRenderHint(QPainter::Antialiasing, false);
    painter->setPen(t.line);
    painter->drawLine(option.rect.bottomLeft(), option.rect.bottomRight());
    painter->restore();
}

DataRowsTable::DataRowsTable(QWidget* parent)
    : QTableView(parent)
    , m_model(new DataRowsModel(this))
{
    setAccessibleName(QStringLiteral("First rows"));
    auto* header = new FlatHeader(this);
    header->setSortIndicatorShown(false);
    header->setSectionsClickable(false);
    setHorizontalHeader(header);
    verticalHeader()->hide();
    setShowGrid(false);
    setFrameShape(QFrame::NoFrame);
    setSelectionBehavior(SelectRows);
    setEditTriggers(NoEditTriggers);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollMode(ScrollPerPixel);
    setTabKeyNavigation(false);
    setItemDelegate(new DataRowsDelegate(this));
    setModel(m_model);
}

void DataRowsTable::setRows(
    const QVector<DataPageContent::Row>& rows, const QString& textTitle, const DataRowsModel::Problem& problem)
{
    clearSpans();
    m_model->setRows(rows, textTitle, problem);
    if (m_model->problemRow() >= 0) {
        setSpan(m_model->problemRow(), 0, 1, DataRowsModel::ColumnCount);
        addFixes(problem.fixes);
    }
    setColumnHidden(DataRowsModel::Tokens, !m_model->hasTokens());
    setColumnHidden(DataRowsModel::Length, !m_model->hasTokens());
    fit();
    if (m_model->problemRow() >= 0)
        scrollTo(m_model->index(m_model->problemRow(), 0));
}

void DataRowsTable::addFixes(const QStringList& fixes)
{
    if (fixes.isEmpty())
        return;
    auto* bar = new QWidget;
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(8, 4, 8, 4);
    row->addStretch();
    for (int i = 0; i < fixes.size(); ++i) {
        auto* button = new QPushButton(fixes[i]);
        button->setObjectName(QStringLiteral("fix:%1").arg(i));
        button->setDefault(i == 0);
        connect(button, &QPushButton::clicked, this, [this, i] { emit fixRequested(i); });
        row->addWidget(button);
    }
    setIndexWidget(m_model->index(m_model->problemRow(), 0), bar);
}

void DataRowsTable::fit()
{
    const QFontMetrics metrics(font());
    const int tall = m_model->hasTokens() ? 2 * metrics.height() + 6 : metrics.height() + 8;
    verticalHeader()->setDefaultSectionSize(std::max(m_model->hasTokens() ? 40 : 26, tall));
    const int number = metrics.horizontalAdvance(QStringLiteral("00,000")) + 16;
    const int length = metrics.horizontalAdvance(QStringLiteral("Length")) + 20;
    const int label = metrics.horizontalAdvance(QStringLiteral("0 negative 00")) + 16;
    setColumnWidth(DataRowsModel::RowNumber, number);
    setColumnWidth(DataRowsModel::Length, length);
    setColumnWidth(DataRowsModel::Label, label);
    const bool tokens = m_model->hasTokens();
    const int left = std::max(100, viewport()->width() - number - label - (tokens ? length : 0));
    setColumnWidth(DataRowsModel::Text, tokens ? left * 36 / 100 : left);
    setColumnWidth(DataRowsModel::Tokens, left - left * 36 / 100);
    if (const int row = m_model->problemRow(); row >= 0) {
        const QString place = m_model->index(row, 0).data().toString(), text = m_model->index(row, 1).data().toString();
        const int width = std::max(120,
            viewport()->width() - 60 - metrics.horizontalAdvance(place) - fixesWidth(this, m_model->index(row, 0)));
        const int lines = std::max(
            1, metrics.boundingRect(QRect(0, 0, width, 1000), Qt::TextWordWrap, text).height() / metrics.height());
        setRowHeight(row, std::max(42, lines * metrics.height() + 16));
    }
}

void DataRowsTable::resizeEvent(QResizeEvent* event)
{
    QTableView::resizeEvent(event);
    fit();
}

void DataRowsTable::changeEvent(QEvent* event)
{
    QTableView::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        fit();
}

} // namespace octet::widgets
