// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/trials_table.h"

#include "widgets/flat_header.h"
#include "widgets/mark_look.h"
#include "widgets/theme.h"
#include "widgets/trials_rows.h"
#include "widgets/trials_view.h"
#include "widgets/verdict_chip.h"
#include "widgets/words.h"

#include <QHeaderView>
#include <QKeyEvent>
#include <QLineEdit>
#include <QMouseEvent>
#include <QPainter>

namespace octet::widgets {

namespace {

constexpr int rowHeight = 24;
constexpr int padding = 8;

TrialState stateOf(const QModelIndex& index)
{
    return TrialState(index.data(TrialsModel::StateRole).toInt());
}

bool saysAcross(const QModelIndex& index)
{
    return !hasNumbers(stateOf(index));
}

void paintName(QPainter& painter, const QRect& cell, const QModelIndex& index, const QFont& font, const Theme& t)
{
    QString text = index.data().toString();
    QRect rect = cell;
    painter.setPen(t.text);
    if (index.data(TrialsModel::RoleOfMark).toInt() != int(Mark::Role::Other)) {
        const qsizetype colon = text.indexOf(QLatin1Char(':'));
        const QString head = colon < 0 ? text : text.left(colon);
        const QFont strong = strongFont(font);
        painter.setFont(strong);
        painter.drawText(rect, Qt::AlignLeft | Qt::AlignVCenter, head);
        rect.setLeft(rect.left() + QFontMetrics(strong).horizontalAdvance(head));
        text = text.mid(head.size());
    }
    painter.setFont(font);
    painter.drawText(
        rect, Qt::AlignLeft | Qt::AlignVCenter, QFontMetrics(font).elidedText(text, Qt::ElideRight, rect.width()));
}

void paintRowMark(QPainter& painter, const QRect& cell, const QModelIndex& index, const Theme& t, const QColor& ground)
{
    const QPointF centre = QRectF(cell).center();
    switch (stateOf(index)) {
    case TrialState::Running:
    case TrialState::Timed:
        paintMark(painter, MarkShape::Dotted, centre, 11, t.secondary, ground);
        return;
    case TrialState::Done:
        break;
    default:
        paintMark(painter, MarkShape::Cross, centre, 11, t.misses, ground);
        return;
    }
    MarkLook look = markLook(Mark::Kind(index.data(TrialsModel::KindOfMark).toInt()),
        Mark::Role(index.data(TrialsModel::RoleOfMark).toInt()), t);
    look.size = look.size > 20 ? 15 : look.size > 10 ? 10 : 9;
    paintMark(painter, look.shape, centre, look.size, look.colour, ground);
}

} // namespace

QSize TrialsDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const
{
    return {40, std::max(rowHeight, QFontMetrics(option.font).height() + 6)};
}

QWidget* TrialsDelegate::createEditor(
    QWidget* parent, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    QWidget* editor = QStyledItemDelegate::createEditor(parent, option, index);
    editor->setAccessibleName(
        QStringLiteral("Name of trial %1").arg(index.data(TrialsModel::TrialIdRole).toInt()));
    editor->setFont(option.font);
    if (auto* line = qobject_cast<QLineEdit*>(editor))
        line->setFrame(true); // a name that is edited must not look like one that is shown
    return editor;
}

void TrialsDelegate::setEditorData(QWidget* editor, const QModelIndex& index) const
{
    // A search goes on and refreshes the rows: what is being typed stays.
    const auto* line = qobject_cast<QLineEdit*>(editor);
    if (!line || !line->isModified())
        QStyledItemDelegate::setEditorData(editor, index);
}

void TrialsDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const Theme& t = Theme::of(option.palette);
    const int column = index.column();
    if (saysAcross(index) && column >= TrialsModel::Right && column <= TrialsModel::GoalVerdict
        && !(column == TrialsModel::GoalVerdict && stateOf(index) == TrialState::Running))
        return;
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const QColor ground = option.state.testFlag(QStyle::State_Selected) ? t.selectedRow : t.panel;
    const QRect cell = option.rect.adjusted(padding, 0, -padding, 0);
    switch (column) {
    case TrialsModel::Pin:
        if (index.data(TrialsModel::PinnedRole).toBool())
            paintIcon(*painter, QStringLiteral("pin"),
                QRectF(option.rect.center().x() - 6.5, option.rect.center().y() - 6.5, 14, 14), t.secondary);
        break;
    case TrialsModel::Mark:
        paintRowMark(*painter, option.rect, index, t, ground);
        break;
    case TrialsModel::Name:
        paintName(*painter, cell, index, option.font, t);
        break;
    case TrialsModel::GoalVerdict:
        if (const QString verdict = index.data(TrialsModel::VerdictRole).toString(); !verdict.isEmpty()) {
            paintVerdictChip(*painter, cell.adjusted(0, 2, 0, -3), index.data().toString(), verdict, option.font, t);
            break;
        }
        [[fallthrough]];
    case TrialsModel::Note:
        painter->setFont(option.font);
        painter->setPen(t.secondary);
        painter->drawText(cell, Qt::AlignLeft | Qt::AlignVCenter,
            QFontMetrics(option.font).elidedText(index.data().toString(), Qt::ElideRight, cell.width()));
        break;
    default: {
        const bool aside = column == TrialsModel::Difference || column == TrialsModel::WorseBetter
            || column == TrialsModel::Speed;
        painter->setFont(option.font);
        painter->setPen(aside ? t.secondary : t.text);
        if (!index.data(TrialsModel::DoubtRole).toString().isEmpty()) {
            const QString text = index.data().toString();
            const int side = QFontMetrics(option.font).ascent() + 2;
            painter->setPen(t.tooClose);
            paintIcon(*painter, QStringLiteral("warning"),
                QRectF(std::max(option.rect.left(), cell.right() - QFontMetrics(option.font).horizontalAdvance(text) - side - 2),
                    cell.center().y() - side / 2.0, side, side),
                t.tooClose);
        }
        painter->drawText(cell, index.data(Qt::TextAlignmentRole).toInt(), index.data().toString());
    }
    }
    painter->restore();
}

TrialsTable::TrialsTable(QWidget* parent)
    : QTreeView(parent)
{
    setRootIsDecorated(false);
    setItemsExpandable(false);
    setUniformRowHeights(true);
    setAllColumnsShowFocus(true);
    setSelectionMode(ExtendedSelection);
    setSelectionBehavior(SelectRows);
    setEditTriggers(NoEditTriggers);
    setFrameShape(QFrame::NoFrame);
    setMouseTracking(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAsNeeded);
    setContextMenuPolicy(Qt::CustomContextMenu);
    setHeader(new FlatHeader(this));
    setItemDelegate(new TrialsDelegate(this));
    connect(header(), &QHeaderView::sectionResized, this, [this](int section) {
        if (section != m_nameColumn)
            fitNameColumn();
    });
}

void TrialsTable::setEmptyText(const QString& text)
{
    m_emptyText = text;
    viewport()->update();
}

void TrialsTable::setNameColumn(int column, int minimum)
{
    m_nameColumn = column;
    m_nameMinimum = minimum;
    fitNameColumn();
}

void TrialsTable::setYielding(const QVector<int>& columns)
{
    m_yielding = columns;
    fitNameColumn();
}

void TrialsTable::setWanted(int column, bool wanted)
{
    if (wanted)
        m_unwanted.remove(column);
    else
        m_unwanted.insert(column);
    fitNameColumn();
}

void TrialsTable::fitNameColumn()
{
    if (m_nameColumn < 0 || !model() || m_fitting)
        return;
    m_fitting = true;
    int others = 0;
    for (int column = 0; column < model()->columnCount(); ++column) {
        setColumnHidden(column, !isWanted(column));
        if (column != m_nameColumn && isWanted(column))
            others += columnWidth(column);
    }
    for (const int column : m_yielding) {
        if (others + m_nameMinimum <= viewport()->width())
            break;
        if (!isWanted(column))
            continue;
        others -= columnWidth(column);
        setColumnHidden(column, true);
    }
    const int before = header()->length();
    header()->resizeSection(m_nameColumn, std::max(m_nameMinimum, viewport()->width() - others));
    m_fitting = false;
    // The view would notice only after a timer, and show a scroll bar until then.
    if (header()->length() != before)
        updateGeometries();
}

void TrialsTable::resizeEvent(QResizeEvent* event)
{
    QTreeView::resizeEvent(event);
    fitNameColumn();
}

void TrialsTable::drawRow(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const Theme& t = Theme::of(palette());
    const QRect row(0, option.rect.top(), viewport()->width(), option.rect.height());
    const bool selected = selectionModel()->isSelected(index);
    painter->fillRect(row, selected ? t.selectedRow : t.panel);
    QStyleOptionViewItem cell(option);
    cell.state.setFlag(QStyle::State_Selected, selected);
    for (int column = 0; column < model()->columnCount(); ++column) {
        if (isColumnHidden(column))
            continue;
        cell.rect = QRect(columnViewportPosition(column), option.rect.top(), columnWidth(column), option.rect.height());
        cell.font = font();
        itemDelegate()->paint(painter, cell, index.sibling(index.row(), column));
    }
    if (saysAcross(index))
        drawAcross(painter, row, index);
    painter->setPen(t.line);
    painter->drawLine(row.bottomLeft(), row.bottomRight());
    if (hasFocus() && index.row() == currentIndex().row()) {
        painter->setPen(t.accent);
        painter->setBrush(Qt::NoBrush);
        painter->drawRect(row.adjusted(0, 0, -1, -1));
    }
}

void TrialsTable::drawAcross(QPainter* painter, const QRect& row, const QModelIndex& index) const
{
    const Theme& t = Theme::of(palette());
    int left = viewport()->width(), right = 0;
    for (int column = TrialsModel::Right; column <= TrialsModel::GoalVerdict; ++column) {
        if (isColumnHidden(column))
            continue;
        left = std::min(left, columnViewportPosition(column));
        if (stateOf(index) != TrialState::Running || column != TrialsModel::GoalVerdict)
            right = std::max(right, columnViewportPosition(column) + columnWidth(column));
    }
    QRect rect(left + padding, row.top(), right - left - 2 * padding, row.height());
    if (rect.width() < 20)
        return;
    painter->save();
    painter->setFont(font());
    if (stateOf(index) == TrialState::Running) {
        const QRectF bar(rect.left(), rect.center().y() - 2, std::min(150, rect.width() / 2), 5);
        painter->fillRect(bar, t.line);
        painter->fillRect(
            QRectF(bar.topLeft(), QSizeF(bar.width() * index.data(TrialsModel::ProgressRole).toDouble(), 5)), t.accent);
        rect.setLeft(int(bar.right()) + padding);
        painter->setPen(t.secondary);
        painter->drawText(rect, Qt::AlignLeft | Qt::AlignVCenter,
            fontMetrics().elidedText(
                index.data(TrialsModel::ProgressTextRole).toString(), Qt::ElideRight, rect.width()));
    } else {
        painter->setPen(stateOf(index) == TrialState::Cancelled ? t.secondary : t.misses);
        painter->drawText(rect, Qt::AlignLeft | Qt::AlignVCenter,
            fontMetrics().elidedText(index.data(TrialsModel::ErrorRole).toString(), Qt::ElideRight, rect.width()));
    }
    painter->restore();
}

void TrialsTable::paintEvent(QPaintEvent* event)
{
    QTreeView::paintEvent(event);
    if (model() && model()->rowCount() > 0)
        return;
    QPainter painter(viewport());
    painter.setPen(Theme::of(palette()).secondary);
    painter.drawText(
        viewport()->rect().adjusted(12, 12, -12, -12), Qt::AlignHCenter | Qt::AlignTop | Qt::TextWordWrap, m_emptyText);
}

void TrialsTable::keyPressEvent(QKeyEvent* event)
{
    if (event->matches(QKeySequence::Copy)) {
        emit copyRequested();
        return;
    }
    if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) && currentIndex().isValid()) {
        emit enterPressed(currentIndex());
        return;
    }
    if (event->key() == Qt::Key_P && event->modifiers() == Qt::NoModifier && currentIndex().isValid()) {
        emit pinToggled(currentIndex());
        return;
    }
    if (event->key() == Qt::Key_F2 && state() != EditingState) {
        editName();
        return;
    }
    QTreeView::keyPressEvent(event);
}

void TrialsTable::editName()
{
    const QModelIndex index = currentIndex().siblingAtColumn(TrialsModel::Name);
    if (index.isValid() && index.flags().testFlag(Qt::ItemIsEditable))
        edit(index);
}

void TrialsTable::mouseReleaseEvent(QMouseEvent* event)
{
    QTreeView::mouseReleaseEvent(event);
    const QModelIndex index = indexAt(event->pos());
    if (event->button() == Qt::LeftButton && index.isValid() && index.column() == TrialsModel::Pin)
        emit pinToggled(index);
}

void TrialsTable::leaveEvent(QEvent* event)
{
    QTreeView::leaveEvent(event);
    emit left();
}

} // namespace octet::widgets
