// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/goal_words.h"
#include "widgets/trials_columns.h"
#include "widgets/trials_rows.h"
#include "widgets/trials_view.h"
#include "widgets/verdict_chip.h"
#include "widgets/words.h"

#include <QHash>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace octet::widgets {

namespace {

QString kindName(Mark::Kind kind)
{
    switch (kind) {
    case Mark::Kind::Static:
        return QStringLiteral("static");
    case Mark::Kind::Dynamic:
        return QStringLiteral("dynamic");
    case Mark::Kind::Bf16:
        return QStringLiteral("bf16");
    case Mark::Kind::Fp32:
        return QStringLiteral("fp32");
    }
    return {};
}

QString verdictOf(const TrialRow& row)
{
    return row.judgement.broken.isEmpty() ? row.judgement.verdict : QStringLiteral("not allowed");
}

QString doubtOf(const TrialRow& row, int column)
{
    using Column = TrialsModel::Column;
    const bool timed = column == Column::P50 || column == Column::P99
        || (column == Column::Speed && !row.judgement.ratioHolds && !row.today);
    return timed ? row.judgement.timingDoubt : QString();
}

} // namespace

struct TrialsModel::Impl
{
    QString display(const TrialRow& row, int column) const;
    QVariant sortKey(const TrialRow& row, int column) const;
    QString wholeName(const TrialRow& row) const;

    std::vector<TrialRow> rows;
    QHash<int, std::pair<double, QString>> progress;
    int msDecimals = 2;
    std::string metric = Accuracy{}.metric;
    bool editable = false;
};

QString TrialsModel::Impl::display(const TrialRow& row, int column) const
{
    const auto number = [](double value, int decimals) {
        return std::isnan(value) ? QString() : QString::number(value, 'f', decimals);
    };
    switch (column) {
    case Id:
        return QString::number(row.id);
    case Name:
        return shownName(row);
    case Right:
        return number(row.right, decimalsOf(metric));
    case Difference:
        return std::isnan(row.difference)    ? QString()
            : decimalsOf(metric) == 0 ? signedCount(std::lround(row.difference))
                                      : signedNumber(row.difference, decimalsOf(metric));
    case WorseBetter:
        return row.worse < 0 ? QString() : QStringLiteral("%1 / %2").arg(row.worse).arg(row.better);
    case P50:
        return number(row.p50, msDecimals);
    case P99:
        return number(row.p99, msDecimals);
    case Speed:
        return std::isnan(row.speed) ? QString() : number(row.speed, 1) + QLatin1Char('x');
    case Int8:
        return number(row.int8, 0);
    case Weights:
        return number(row.weights, 1);
    case Memory:
        return number(row.memory, 1);
    case Note:
        return row.note;
    case GoalVerdict:
        return row.trialState == TrialState::Running ? QStringLiteral("running")
            : row.trialState == TrialState::Timed    ? QStringLiteral("only timed")
                                                     : verdictWord(verdictOf(row));
    default:
        return {};
    }
}

QVariant TrialsModel::Impl::sortKey(const TrialRow& row, int column) const
{
    switch (column) {
    case Pin:
        return row.pinned ? 1.0 : 0.0;
    case Id:
        return double(row.id);
    case Mark:
        return double(int(row.kind));
    case Name:
        return row.name;
    case Right:
        return row.right;
    case Difference:
        return row.difference;
    case WorseBetter:
        return row.worse < 0 ? unknownNumber : double(row.worse);
    case P50:
        return row.p50;
    case P99:
        return row.p99;
    case Speed:
        return row.speed;
    case Int8:
        return row.int8;
    case Weights:
        return row.weights;
    case Memory:
        return row.memory;
    case Note:
        return row.note;
    default:
        return !row.judgement.broken.isEmpty()                     ? 3.0
            : row.judgement.verdict.isEmpty()                      ? unknownNumber
            : row.judgement.verdict == QLatin1String("meets")      ? 0.0
            : row.judgement.verdict == QLatin1String("misses")     ? 2.0
                                                                   : 1.0;
    }
}

/// What a narrow column may have cut off.
QString TrialsModel::Impl::wholeName(const TrialRow& row) const
{
    QStringList lines{shownName(row)};
    if (!row.error.isEmpty())
        lines << row.error;
    if (!row.note.isEmpty())
        lines << (row.role == Mark::Role::Chosen ? QStringLiteral("Why: ") : QStringLiteral("Note: ")) + row.note;
    return lines.join(QLatin1Char('\n'));
}

TrialsModel::TrialsModel(QObject* parent)
    : QAbstractTableModel(parent)
    , m_impl(std::make_unique<Impl>())
{
}

TrialsModel::~TrialsModel() = default;

void TrialsModel::setTrials(
    const std::vector<const Trial*>& trials, const std::vector<TrialJudgement>& judgements)
{
    std::vector<TrialRow> rows = trialRows(trials, judgements);
    double smallest = std::numeric_limits<double>::infinity();
    for (const TrialRow& row : rows) {
        if (row.p50 > 0)
            smallest = std::min(smallest, row.p50);
        if (row.trialState != TrialState::Running)
            m_impl->progress.remove(row.id);
    }
    const int decimals = smallest < 0.1 ? 4 : smallest < 1 ? 3 : 2;
    const bool reworded = std::exchange(m_impl->msDecimals, decimals) != decimals;

    const auto scored = std::find_if(trials.begin(), trials.end(), [](const Trial* t) { return t->tuning() != nullptr; });
    const std::string metric = scored == trials.end() ? Accuracy{}.metric : (*scored)->tuning()->metric;
    if (std::exchange(m_impl->metric, metric) != metric)
        emit headerDataChanged(Qt::Horizontal, Right, Right);

    auto& old = m_impl->rows;
    const bool grown = rows.size() >= old.size()
        && std::equal(old.begin(), old.end(), rows.begin(), [](const TrialRow& a, const TrialRow& b) { return a.id == b.id; });
    if (!grown) {
        beginResetModel();
        old = std::move(rows);
        endResetModel();
        return;
    }
    // Selection and scroll place live on while a search adds rows.
    const auto known = int(old.size());
    const bool more = rows.size() > old.size();
    for (int row = 0; row < known; ++row) {
        // Of thousands few change: the view need not sort them all anew.
        const int first = row;
        while (row < known && (reworded || !(old[std::size_t(row)] == rows[std::size_t(row)]))) {
            old[std::size_t(row)] = rows[std::size_t(row)];
            ++row;
        }
        if (row > first)
            emit dataChanged(index(first, 0), index(row - 1, ColumnCount - 1));
    }
    if (more) {
        beginInsertRows({}, known, int(rows.size()) - 1);
        old = std::move(rows);
        endInsertRows();
    }
}

void TrialsModel::setProgress(int trial, double share, const QString& text)
{
    m_impl->progress[trial] = {std::clamp(share, 0.0, 1.0), text};
    const int row = rowOf(trial);
    if (row >= 0)
        emit dataChanged(index(row, 0), index(row, ColumnCount - 1), {ProgressRole, ProgressTextRole});
}

int TrialsModel::rowOf(int trial) const
{
    const auto it =
        std::find_if(m_impl->rows.begin(), m_impl->rows.end(), [&](const TrialRow& row) { return row.id == trial; });
    return it == m_impl->rows.end() ? -1 : int(it - m_impl->rows.begin());
}

int TrialsModel::trialAt(int row) const
{
    return row >= 0 && row < int(m_impl->rows.size()) ? m_impl->rows[std::size_t(row)].id : 0;
}

int TrialsModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_impl->rows.size());
}

int TrialsModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant TrialsModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const TrialRow& row = m_impl->rows[std::size_t(index.row())];
    const int column = index.column();
    switch (role) {
    case Qt::DisplayRole:
        return m_impl->display(row, column);
    case Qt::EditRole:
        return column == Name ? row.name : m_impl->display(row, column);
    case Qt::TextAlignmentRole:
        return QVariant::fromValue((trialsColumn(column).text ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    case Qt::AccessibleTextRole:
        if (column == Pin)
            return row.pinned ? QStringLiteral("pinned") : QStringLiteral("not pinned");
        if (column == Mark)
            return kindName(row.kind) + (row.judgement.onFrontier ? QStringLiteral(", on the frontier") : QString());
        if (column == GoalVerdict && !row.judgement.broken.isEmpty())
            return verdictWord(verdictOf(row)) + QStringLiteral(": ") + capitalised(row.judgement.broken);
        if (const QString doubt = doubtOf(row, column); !doubt.isEmpty())
            return m_impl->display(row, column) + QStringLiteral(", not to be trusted: ") + doubt;
        return column == Name && !row.error.isEmpty() ? row.name + QStringLiteral(". ") + row.error
                                                      : m_impl->display(row, column);
    case Qt::ToolTipRole:
        if (column == Pin)
            return row.pinned ? QStringLiteral("Pinned: stays on top") : QStringLiteral("Pin to the top");
        return column == Name || column == Note ? QVariant(m_impl->wholeName(row))
            : column != GoalVerdict ? QVariant(doubtOf(row, column))
            : row.trialState == TrialState::Timed
            ? QVariant(QStringLiteral("Its accuracy was not measured: another trial holds the goal and takes less."))
            : QVariant(capitalised(row.judgement.broken));
    case DoubtRole:
        return doubtOf(row, column);
    case SortRole:
        return m_impl->sortKey(row, column);
    case TrialIdRole:
        return row.id;
    case StateRole:
        return int(row.trialState);
    case ProgressRole:
        return m_impl->progress.value(row.id).first;
    case ProgressTextRole:
        return m_impl->progress.value(row.id).second;
    case ErrorRole:
        return row.error;
    case OnFrontierRole:
        return row.judgement.onFrontier;
    case RoleOfMark:
        return int(row.role);
    case KindOfMark:
        return int(row.kind);
    case PinnedRole:
        return row.pinned;
    case VerdictRole:
        return verdictOf(row);
    default:
        return {};
    }
}

QVariant TrialsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount)
        return QAbstractTableModel::headerData(section, orientation, role);
    if (section == Right && m_impl->metric != Accuracy{}.metric && role != Qt::TextAlignmentRole) {
        const QString words = capitalised(metricWords(m_impl->metric));
        return role == Qt::DisplayRole ? QVariant(words.section(QLatin1Char(' '), 0, 1))
            : role == Qt::ToolTipRole || role == Qt::AccessibleTextRole
            ? QVariant(words + QStringLiteral(", on the tuning half"))
            : QVariant();
    }
    switch (role) {
    case Qt::DisplayRole:
        return trialsColumn(section).title;
    case Qt::ToolTipRole:
    case Qt::AccessibleTextRole:
        return trialsColumn(section).explained;
    case Qt::TextAlignmentRole:
        // Also of an empty table, so not from a cell.
        return QVariant::fromValue((trialsColumn(section).text ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    default:
        return {};
    }
}

void TrialsModel::setEditable(bool editable)
{
    m_impl->editable = editable;
}

Qt::ItemFlags TrialsModel::flags(const QModelIndex& index) const
{
    const Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    return index.isValid() && index.column() == Name && m_impl->editable ? flags | Qt::ItemIsEditable : flags;
}

bool TrialsModel::setData(const QModelIndex& index, const QVariant& value, int role)
{
    if (role != Qt::EditRole || !flags(index).testFlag(Qt::ItemIsEditable))
        return false;
    const TrialRow& row = m_impl->rows[std::size_t(index.row())];
    const QString name = value.toString().simplified();
    if (name.isEmpty() || name == row.name)
        return false;
    emit renameRequested(row.id, name);
    return true;
}

} // namespace octet::widgets
