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

struct GivenAnswer
{
    QString answer;
    bool right = false;
    double sure = -1;
};

/// In a column of answers; no answer in the others.
GivenAnswer answerIn(const CompareContent::Answer& answer, int column)
{
    switch (column) {
    case CompareAnswersModel::Today:
        return {answer.today, answer.todayRight, answer.todaySure};
    case CompareAnswersModel::A:
        return {answer.a, answer.aRight, answer.aSure};
    case CompareAnswersModel::B:
        return {answer.b, answer.bRight, answer.bSure};
    default:
        return {};
    }
}

QVariant alignment(bool right)
{
    return int((right ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
}

bool isNumber(int column)
{
    return column >= CompareOpsModel::MsA && column <= CompareOpsModel::OwnError;
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
        return alignment(isNumber(column));
    case ShareRole:
        return column == OwnError && op.ownError ? std::clamp(std::pow(10, -*op.ownError / 20), 0.0, 1.0) : 0.0;
    case Qt::AccessibleTextRole:
        return column == Product ? op.node : data(index, Qt::DisplayRole);
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
        case OwnError:
            return -op.ownError.value_or(1000); // the loudest is the largest
        default:
            break;
        }
        [[fallthrough]];
    case Qt::DisplayRole:
        switch (column) {
        case Product:
            return shortOp(op.node);
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
        case OwnError:
            return op.ownError ? decibels(*op.ownError) : QString();
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
        return alignment(isNumber(section));
    const QString titles[] = {tr("Product"), tr("A"), tr("B"), tr("A, ms"), tr("B, ms"), tr("Difference"),
        tr("Own error, int8"), tr("Settings")};
    if (role == Qt::DisplayRole)
        return titles[section];
    if (role == Qt::ToolTipRole && (section == MsA || section == MsB))
        return tr("Time of the group that ran it; never divided among its ops");
    if (role == Qt::ToolTipRole && section == OwnError)
        return tr("Signal to noise of its own output, int8 on fp32 inputs, and as a bar noise over signal: above 30 dB "
                  "nothing is to fear");
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

bool CompareAnswersModel::knowsToday() const
{
    return std::any_of(m_answers.begin(), m_answers.end(), [](const auto& answer) { return !answer.today.isEmpty(); });
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
    const GivenAnswer given = answerIn(answer, column);
    switch (role) {
    case ChangeRole:
        return changeOf(answer);
    case RightRole:
        return given.answer.isEmpty() ? QVariant() : QVariant(given.right);
    case Qt::TextAlignmentRole:
        return alignment(column == Row || column == Change);
    case Qt::ToolTipRole:
        return column == Text ? answer.text : data(index, Qt::AccessibleTextRole);
    case Qt::DecorationRole:
        return column == Text && !answer.image.isNull() ? QVariant(answer.image) : QVariant();
    case Qt::AccessibleTextRole:
        if (!given.answer.isEmpty())
            return tr("%1, %2").arg(data(index, Qt::DisplayRole).toString(), given.right ? tr("right") : tr("wrong"));
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
        case Today:
        case A:
        case B:
            return withSureness(given.answer, given.sure);
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
        return section == Today ? tr("The answer of fp32, and the probability that it gave it")
            : section == A || section == B ? tr("The answer, and the probability that the model gave it")
            : section == Change ? tr("Probability that went from A's answer to B's, of more than two classes at least")
                                : QVariant();
    if (role != Qt::DisplayRole)
        return {};
    const QString text = m_noun.isEmpty() ? tr("Sample") : m_noun.left(1).toUpper() + m_noun.mid(1);
    const QString titles[] = {tr("Row"), text, tr("Label"), tr("Today"), tr("A"), tr("B"), tr("Change")};
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
    const QString text = index.data(Qt::AccessibleTextRole).toString();
    return std::all_of(m_words.begin(), m_words.end(),
        [&](const QString& word) { return text.contains(word, Qt::CaseInsensitive); });
}

} // namespace octet::widgets
