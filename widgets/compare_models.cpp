// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/compare_models.h"

#include "widgets/precision_badge.h"
#include "widgets/words.h"

#include <algorithm>
#include <cmath>

namespace octet::widgets {

namespace {

QString milliseconds(double ms)
{
    return ms < 0 ? QString() : QString::number(ms, 'f', 3);
}

QString signedMilliseconds(double ms)
{
    if (std::abs(ms) < 0.0005)
        return QStringLiteral("\u00b10");
    return (ms > 0 ? QLatin1Char('+') : QChar(0x2212)) + QString::number(std::abs(ms), 'f', 3);
}

QString changeOf(const CompareContent::Answer& answer)
{
    return answer.bRight && !answer.aRight ? QStringLiteral("repaired")
        : answer.aRight && !answer.bRight  ? QStringLiteral("broken")
                                           : QStringLiteral("other");
}

/// "positive 0.93": the answer and how sure the model was of it.
QString withSureness(const QString& answer, double sure)
{
    return sure < 0 ? answer : QStringLiteral("%1 %2").arg(answer, QString::number(sure, 'f', 2));
}

QVariant alignment(bool right)
{
    return int((right ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
}

} // namespace

void CompareOpsModel::setOps(const QVector<CompareContent::Op>& ops)
{
    beginResetModel();
    m_ops = ops;
    endResetModel();
}

int CompareOpsModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_ops.size());
}

int CompareOpsModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant CompareOpsModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const CompareContent::Op& op = m_ops[index.row()];
    const int column = index.column();
    const bool timed = op.aMs >= 0 && op.bMs >= 0;
    switch (role) {
    case DiffersRole:
        return op.differs();
    case NodeRole:
        return op.node;
    case PrecisionRole:
        return column == A ? QVariant(int(op.a)) : column == B ? QVariant(int(op.b)) : QVariant();
    case Qt::TextAlignmentRole:
        return alignment(column == MsA || column == MsB || column == Difference);
    case Qt::ToolTipRole:
        return op.note.isEmpty() ? op.node : op.node + QLatin1Char('\n') + op.note;
    case SortRole:
        switch (column) {
        case MsA:
            return op.aMs;
        case MsB:
            return op.bMs;
        case Difference:
            return timed ? op.bMs - op.aMs : 0.0;
        default:
            break;
        }
        [[fallthrough]];
    case Qt::DisplayRole:
        switch (column) {
        case Product:
            return op.node;
        case A:
            return badgeName(op.a);
        case B:
            return badgeName(op.b);
        case MsA:
            return milliseconds(op.aMs);
        case MsB:
            return milliseconds(op.bMs);
        case Difference:
            return timed ? signedMilliseconds(op.bMs - op.aMs) : QString();
        default:
            return op.settings;
        }
    default:
        return {};
    }
}

QVariant CompareOpsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount)
        return {};
    if (role == Qt::TextAlignmentRole)
        return alignment(section == MsA || section == MsB || section == Difference);
    const QString titles[] = {
        tr("Product"), tr("A"), tr("B"), tr("A, ms"), tr("B, ms"), tr("Difference"), tr("Settings")};
    if (role == Qt::DisplayRole)
        return titles[section];
    if (role == Qt::ToolTipRole && (section == MsA || section == MsB))
        return tr("Time of the group that ran it; never divided among its ops");
    return {};
}

void CompareAnswersModel::setAnswers(const QVector<CompareContent::Answer>& answers, const QString& noun)
{
    beginResetModel();
    m_answers = answers;
    m_noun = singular(noun);
    endResetModel();
}

bool CompareAnswersModel::knowsChange() const
{
    return std::any_of(m_answers.begin(), m_answers.end(), [](const auto& answer) { return answer.sure(); });
}

int CompareAnswersModel::count(const QString& change) const
{
    return int(std::count_if(m_answers.begin(), m_answers.end(), [&](const auto& a) { return changeOf(a) == change; }));
}

int CompareAnswersModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_answers.size());
}

int CompareAnswersModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant CompareAnswersModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const CompareContent::Answer& answer = m_answers[index.row()];
    const int column = index.column();
    switch (role) {
    case ChangeRole:
        return changeOf(answer);
    case RightRole:
        return column == A ? QVariant(answer.aRight) : column == B ? QVariant(answer.bRight) : QVariant();
    case Qt::TextAlignmentRole:
        return alignment(column == Row || column == Change);
    case Qt::ToolTipRole:
        return column == Text ? answer.text : data(index, Qt::AccessibleTextRole);
    case Qt::DecorationRole:
        return column == Text && !answer.image.isNull() ? QVariant(answer.image) : QVariant();
    case Qt::AccessibleTextRole:
        if (column == A || column == B) {
            const bool right = column == A ? answer.aRight : answer.bRight;
            return tr("%1, %2").arg(data(index, Qt::DisplayRole).toString(), right ? tr("right") : tr("wrong"));
        }
        [[fallthrough]];
    case SortRole:
    case Qt::DisplayRole:
        switch (column) {
        case Row:
            return role == SortRole ? QVariant(answer.row) : QVariant(grouped(long(answer.row)));
        case Text:
            return answer.text;
        case Label:
            return answer.label;
        case A:
            return withSureness(answer.a, answer.aSure);
        case B:
            return withSureness(answer.b, answer.bSure);
        default:
            return role == SortRole ? QVariant(answer.sure() ? answer.moved() : -1.0)
                : answer.sure()     ? QVariant(QString::number(answer.moved(), 'f', 2))
                                    : QVariant(QString());
        }
    default:
        return {};
    }
}

QVariant CompareAnswersModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount)
        return {};
    if (role == Qt::TextAlignmentRole)
        return alignment(section == Row || section == Change);
    if (role == Qt::ToolTipRole)
        return section == A || section == B ? tr("The answer, and the probability that the model gave it")
            : section == Change ? tr("Probability that went from A's answer to B's, of more than two classes at least")
                                : QVariant();
    if (role != Qt::DisplayRole)
        return {};
    const QString text = m_noun.isEmpty() ? tr("Sample") : m_noun.left(1).toUpper() + m_noun.mid(1);
    const QString titles[] = {tr("Row"), text, tr("Label"), tr("A"), tr("B"), tr("Change")};
    return titles[section];
}

CompareFilter::CompareFilter(int role, QObject* parent)
    : QSortFilterProxyModel(parent)
    , m_role(role)
{
    setSortCaseSensitivity(Qt::CaseInsensitive);
}

void CompareFilter::setWanted(const QVariant& wanted)
{
    m_wanted = wanted;
    invalidateFilter();
}

void CompareFilter::setWords(const QString& words)
{
    m_words = words.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    invalidateFilter();
}

bool CompareFilter::filterAcceptsRow(int row, const QModelIndex& parent) const
{
    const QModelIndex index = sourceModel()->index(row, 0, parent);
    if (m_wanted.isValid() && index.data(m_role) != m_wanted)
        return false;
    const QString text = index.data().toString();
    return std::all_of(m_words.begin(), m_words.end(),
        [&](const QString& word) { return text.contains(word, Qt::CaseInsensitive); });
}

} // namespace octet::widgets
