// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/compare_where.h"

#include "widgets/precision_badge.h"
#include "widgets/theme.h"
#include "widgets/words.h"

#include <QEvent>
#include <QPainter>
#include <QStandardItemModel>
#include <QStyledItemDelegate>

#include <algorithm>

namespace octet::widgets {

namespace {

enum Role { ChangeRole = Qt::UserRole + 1, DetailRole, NodeRole }; // ChangeRole: {from, to}; else none or several

const QString arrow = QStringLiteral(" \u2192 ");

/// "attention/output/dense" of an op in "layer.3": the box says which layer.
QString withinPart(const QString& node)
{
    const QString name = shortOp(node);
    return name.contains(QLatin1Char('/')) ? name.section(QLatin1Char('/'), 1) : name;
}

class BoxDelegate : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const override
    {
        return {200, std::max(34, 2 * option.fontMetrics.height())};
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        const Theme& theme = Theme::of(option.palette);
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        const QRectF row = option.rect;
        const bool differs = !index.data(NodeRole).toString().isEmpty();
        const qreal gap = row.height() / 7;
        const QRectF box(row.left() + 12.5, row.top() + gap, std::min(260.0, 0.55 * row.width()), row.height() - 2 * gap);
        painter->setPen(QPen(theme.border, 1.25));
        if (index.row() > 0)
            painter->drawLine(QPointF(box.center().x(), row.top()), QPointF(box.center().x(), box.top()));
        if (index.row() + 1 < index.model()->rowCount())
            painter->drawLine(QPointF(box.center().x(), box.bottom()), QPointF(box.center().x(), row.bottom() + 1));
        painter->setBrush(option.state.testFlag(QStyle::State_Selected) ? theme.selectedRow : theme.nestedBox);
        painter->setPen(differs ? QPen(theme.text, 1.5) : QPen(theme.line, 1));
        painter->drawRoundedRect(box, 4, 4);
        const qreal right = paintChange(*painter, box.adjusted(8, 0, -8, 0), index, option.font, theme);
        const QRectF name(box.left() + 8, box.top(), right - box.left() - 12, box.height());
        paintText(*painter, name, index.data().toString(), differs ? strongFont(option.font) : option.font,
            differs ? theme.text : theme.secondary);
        paintText(*painter, QRectF(box.right() + 12, row.top(), row.right() - box.right() - 20, row.height()),
            index.data(DetailRole).toString(), option.font, theme.secondary);
        if (option.state.testFlag(QStyle::State_HasFocus)) {
            painter->setBrush(Qt::NoBrush);
            painter->setPen(QPen(theme.accent, 1));
            painter->drawRoundedRect(box.adjusted(-2, -2, 2, 2), 5, 5);
        }
        painter->restore();
    }

private:
    static void paintText(QPainter& painter, const QRectF& rect, const QString& text, const QFont& font, const QColor& ink)
    {
        painter.setFont(font);
        painter.setPen(ink);
        painter.drawText(rect, Qt::AlignLeft | Qt::AlignVCenter,
            QFontMetrics(font).elidedText(text, Qt::ElideRight, int(rect.width())));
    }

    /// "I8 -> F32" at the right edge, each in its colour; the left edge of it.
    static qreal paintChange(
        QPainter& painter, const QRectF& rect, const QModelIndex& index, const QFont& base, const Theme& theme)
    {
        const QVariantList change = index.data(ChangeRole).toList();
        if (change.size() != 2)
            return rect.right();
        const QFont font = strongFont(smallFont(base));
        const QFontMetricsF metrics(font);
        const auto from = Precision(change[0].toInt()), to = Precision(change[1].toInt());
        qreal x = rect.right();
        const auto put = [&](const QString& text, const QColor& ink) {
            x -= metrics.horizontalAdvance(text);
            painter.setFont(font);
            painter.setPen(ink);
            painter.drawText(
                QRectF(x, rect.top(), metrics.horizontalAdvance(text) + 2, rect.height()), Qt::AlignVCenter, text);
        };
        put(badgeName(to), precisionColour(theme, to));
        put(arrow, theme.text);
        put(badgeName(from), precisionColour(theme, from));
        return x;
    }
};

} // namespace

CompareWhere::CompareWhere(QWidget* parent)
    : QListView(parent)
    , m_model(new QStandardItemModel(this))
{
    setObjectName(QStringLiteral("where"));
    setAccessibleName(tr("Where they differ"));
    setModel(m_model);
    setItemDelegate(new BoxDelegate(this));
    setFrameShape(QFrame::NoFrame);
    setEditTriggers(NoEditTriggers);
    setVerticalScrollMode(ScrollPerPixel);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setResizeMode(Adjust);
    connect(selectionModel(), &QItemSelectionModel::currentChanged, this, [this](const QModelIndex& index) {
        if (const QString node = index.data(NodeRole).toString(); !node.isEmpty())
            emit nodeSelected(node);
    });
}

void CompareWhere::setContent(const CompareContent& content)
{
    m_model->clear();
    for (const QString& part : content.parts) {
        QVector<const CompareContent::Op*> differing;
        for (const CompareContent::Op& op : content.ops)
            if (op.part == part && op.differs())
                differing << &op;
        auto* item = new QStandardItem(part);
        QStringList names, nodes;
        for (const CompareContent::Op* op : differing) {
            names << withinPart(op->node);
            nodes << op->node;
        }
        const bool alike = std::all_of(differing.begin(), differing.end(),
            [&](const auto* op) { return op->a == differing.front()->a && op->b == differing.front()->b; });
        QString change;
        if (!differing.isEmpty() && alike && differing.front()->a != differing.front()->b) {
            item->setData(QVariantList{int(differing.front()->a), int(differing.front()->b)}, ChangeRole);
            change = badgeName(differing.front()->a) + arrow + badgeName(differing.front()->b) + QStringLiteral(", ");
        }
        const QString detail = differing.isEmpty() ? tr("the same")
            : differing.size() == 1                ? names.front()
                                    : tr("%1 products: %2").arg(differing.size()).arg(names.join(QStringLiteral(", ")));
        item->setData(detail, DetailRole);
        item->setData(nodes.value(0), NodeRole);
        item->setData(part + QStringLiteral(": ") + change + detail, Qt::AccessibleTextRole);
        item->setToolTip(nodes.isEmpty() ? detail : nodes.join(QLatin1Char('\n')));
        m_model->appendRow(item);
    }
}

void CompareWhere::changeEvent(QEvent* event)
{
    QListView::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        scheduleDelayedItemsLayout();
}

} // namespace octet::widgets
