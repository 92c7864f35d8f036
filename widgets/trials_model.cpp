// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/frontier_plot.h"
#include "widgets/trials_view.h"
#include "widgets/words.h"

#include <QHash>
#include <QSet>

#include <algorithm>
#include <cmath>
#include <limits>

namespace octet::widgets {

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// What the table needs of a trial: predictions and profiles stay with their owner.
struct Row
{
    int id = 0;
    QString name, state, error, verdict;
    TrialState trialState = TrialState::Running;
    Mark::Role role = Mark::Role::Other;
    Mark::Kind kind = Mark::Kind::Static;
    bool pinned = false, frontier = false, measured = false, today = false;
    double right = unknown, difference = unknown, p50 = unknown, speed = unknown, int8 = unknown;
    long worse = -1, better = -1;
    bool operator==(const Row&) const = default;
};

Mark::Kind kindOf(const Trial& trial)
{
    if (trial.counts.int8 == 0)
        return trial.counts.bf16 > 0 ? Mark::Kind::Bf16 : Mark::Kind::Fp32;
    const bool dynamic = trial.config.model.approach == Approach::Dynamic || trial.origin == "baseline:dynamic";
    return dynamic ? Mark::Kind::Dynamic : Mark::Kind::Static;
}

QString roleName(Mark::Role role, const QString& name)
{
    QString word;
    switch (role) {
    case Mark::Role::Today:
        word = QStringLiteral("Today");
        break;
    case Mark::Role::EverythingInt8:
        word = QStringLiteral("Everything int8");
        break;
    case Mark::Role::Chosen:
        word = QStringLiteral("Chosen");
        break;
    case Mark::Role::BestSoFar:
        word = QStringLiteral("Best so far");
        break;
    case Mark::Role::Other:
        return name;
    }
    if (name.isEmpty())
        return word;
    QString rest = name;
    if (rest.size() > 1 && rest.at(1).isLower())
        rest[0] = rest.at(0).toLower();
    return word + QStringLiteral(": ") + rest;
}

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

QString failureText(const Trial& trial)
{
    const QString error = QString::fromStdString(trial.error);
    const QString word = trial.state == TrialState::Crashed ? QStringLiteral("Crashed")
        : trial.state == TrialState::Cancelled              ? QStringLiteral("Cancelled")
                                                            : QStringLiteral("Failed");
    return error.isEmpty() ? word : word + QStringLiteral(": ") + error;
}

const Trial* baselineOf(const std::vector<Trial>& trials)
{
    const auto it = std::find_if(trials.begin(), trials.end(),
        [](const Trial& trial) { return trial.origin == "baseline:fp32" && trial.state == TrialState::Done; });
    return it == trials.end() ? nullptr : &*it;
}

Row makeRow(const Trial& trial, const QString& verdict, const Trial* baseline)
{
    Row row;
    row.id = trial.id;
    row.state = QString::fromStdString(toString(trial.state));
    row.trialState = trial.state;
    row.pinned = trial.pinned || trial.chosen;
    row.kind = kindOf(trial);
    row.today = trial.origin == "baseline:fp32";
    row.name = QString::fromStdString(trial.name);
    if (trial.chosen)
        row.role = Mark::Role::Chosen;
    else if (row.today)
        row.role = Mark::Role::Today;
    else if (trial.origin == "baseline:static")
        row.role = Mark::Role::EverythingInt8;
    if (trial.state != TrialState::Done) {
        row.error = trial.state == TrialState::Running ? QString() : failureText(trial);
        return row;
    }
    row.verdict = verdict;
    row.int8 = trial.counts.int8;
    if (const Accuracy* accuracy = trial.tuning()) {
        row.right = double(accuracy->correct);
        const Accuracy* reference = baseline ? baseline->tuning() : nullptr;
        if (!row.today && reference && reference->samples == accuracy->samples) {
            row.difference = double(accuracy->correct - reference->correct);
            row.worse = accuracy->worse;
            row.better = accuracy->better;
        }
    }
    if (trial.latency.p50 > 0) {
        row.p50 = trial.latency.p50;
        if (row.today)
            row.speed = 1;
        else if (trial.latency.ratioToFp32 > 0)
            row.speed = 1 / trial.latency.ratioToFp32;
        else if (baseline && baseline->latency.p50 > 0)
            row.speed = baseline->latency.p50 / trial.latency.p50;
    }
    return row;
}

/// Without a choice the fastest trial that meets the goal is the best so far, as on the plot.
void nameBestSoFar(std::vector<Row>& rows)
{
    Row* best = nullptr;
    for (Row& row : rows) {
        if (row.role == Mark::Role::Chosen)
            return;
        if (row.verdict == QLatin1String("meets") && !row.today && row.p50 > 0 && (!best || row.p50 < best->p50))
            best = &row;
    }
    if (best)
        best->role = Mark::Role::BestSoFar;
}

QString verdictText(const QString& verdict)
{
    if (verdict == QLatin1String("meets"))
        return QStringLiteral("Meets");
    if (verdict == QLatin1String("misses"))
        return QStringLiteral("Misses");
    return verdict.isEmpty() ? QString() : QStringLiteral("Too close");
}

bool isText(int column)
{
    return column == TrialsModel::Name || column == TrialsModel::GoalVerdict || column == TrialsModel::Pin
        || column == TrialsModel::Mark;
}

} // namespace

struct TrialsModel::Impl
{
    QString display(const Row& row, int column) const;
    QVariant sortKey(const Row& row, int column) const;

    std::vector<Row> rows;
    QHash<int, std::pair<double, QString>> progress;
    int msDecimals = 2;
};

QString TrialsModel::Impl::display(const Row& row, int column) const
{
    const auto number = [](double value, int decimals) {
        return std::isnan(value) ? QString() : QString::number(value, 'f', decimals);
    };
    switch (column) {
    case Id:
        return QString::number(row.id);
    case Name:
        return roleName(row.role, row.name);
    case Right:
        return number(row.right, 0);
    case Difference:
        return std::isnan(row.difference) ? QString() : signedCount(std::lround(row.difference));
    case WorseBetter:
        return row.worse < 0 ? QString() : QStringLiteral("%1 / %2").arg(row.worse).arg(row.better);
    case P50:
        return number(row.p50, msDecimals);
    case Speed:
        return std::isnan(row.speed) ? QString() : number(row.speed, 1) + QLatin1Char('x');
    case Int8:
        return number(row.int8, 0);
    case GoalVerdict:
        return row.trialState == TrialState::Running ? QStringLiteral("running") : verdictText(row.verdict);
    default:
        return {};
    }
}

QVariant TrialsModel::Impl::sortKey(const Row& row, int column) const
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
        return row.worse < 0 ? unknown : double(row.worse);
    case P50:
        return row.p50;
    case Speed:
        return row.speed;
    case Int8:
        return row.int8;
    default:
        return row.verdict.isEmpty()                 ? unknown
            : row.verdict == QLatin1String("meets")  ? 0.0
            : row.verdict == QLatin1String("misses") ? 2.0
                                                     : 1.0;
    }
}

TrialsModel::TrialsModel(QObject* parent)
    : QAbstractTableModel(parent)
    , m_impl(std::make_unique<Impl>())
{
}

TrialsModel::~TrialsModel() = default;

void TrialsModel::setTrials(
    const std::vector<Trial>& trials, const std::vector<QString>& verdicts, const std::vector<int>& frontierIds)
{
    const Trial* baseline = baselineOf(trials);
    const QSet<int> frontier(frontierIds.begin(), frontierIds.end());
    std::vector<Row> rows;
    double smallest = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < trials.size(); ++i) {
        rows.push_back(makeRow(trials[i], i < verdicts.size() ? verdicts[i] : QString(), baseline));
        rows.back().frontier = frontier.contains(trials[i].id);
        if (rows.back().p50 > 0)
            smallest = std::min(smallest, rows.back().p50);
        if (trials[i].state != TrialState::Running)
            m_impl->progress.remove(trials[i].id);
    }
    nameBestSoFar(rows);
    m_impl->msDecimals = smallest < 0.1 ? 4 : smallest < 1 ? 3 : 2;

    auto& old = m_impl->rows;
    const bool grown = rows.size() >= old.size()
        && std::equal(old.begin(), old.end(), rows.begin(), [](const Row& a, const Row& b) { return a.id == b.id; });
    if (!grown) {
        beginResetModel();
        old = std::move(rows);
        endResetModel();
        return;
    }
    // Selection and scroll place live on while a search adds rows.
    const auto known = int(old.size());
    const bool more = rows.size() > old.size();
    std::copy(rows.begin(), rows.begin() + known, old.begin());
    if (known > 0)
        emit dataChanged(index(0, 0), index(known - 1, ColumnCount - 1));
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
        std::find_if(m_impl->rows.begin(), m_impl->rows.end(), [&](const Row& row) { return row.id == trial; });
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
    const Row& row = m_impl->rows[std::size_t(index.row())];
    const int column = index.column();
    switch (role) {
    case Qt::DisplayRole:
        return m_impl->display(row, column);
    case Qt::TextAlignmentRole:
        return QVariant::fromValue((isText(column) ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    case Qt::AccessibleTextRole:
        if (column == Pin)
            return row.pinned ? QStringLiteral("pinned") : QStringLiteral("not pinned");
        if (column == Mark)
            return kindName(row.kind) + (row.frontier ? QStringLiteral(", on the frontier") : QString());
        return column == Name && !row.error.isEmpty() ? row.name + QStringLiteral(". ") + row.error
                                                      : m_impl->display(row, column);
    case Qt::ToolTipRole:
        if (column == Pin)
            return row.pinned ? QStringLiteral("Pinned: stays on top") : QStringLiteral("Pin to the top");
        return column == Name && !row.error.isEmpty() ? row.error : QVariant();
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
        return row.frontier;
    case RoleOfMark:
        return int(row.role);
    case KindOfMark:
        return int(row.kind);
    case PinnedRole:
        return row.pinned;
    case VerdictRole:
        return row.verdict;
    default:
        return {};
    }
}

QVariant TrialsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount)
        return QAbstractTableModel::headerData(section, orientation, role);
    static const QString titles[] = {{}, QStringLiteral("#"), {}, QStringLiteral("Trial"), QStringLiteral("Right"),
        QStringLiteral("+/\u2212"), QStringLiteral("Worse / better"), QStringLiteral("p50, ms"),
        QStringLiteral("Speed"), QStringLiteral("Int8"), QStringLiteral("Goal")};
    static const QString explained[] = {QStringLiteral("Pinned"), QStringLiteral("Number of the trial"),
        QStringLiteral("Mark on the plot"), QStringLiteral("Name of the trial"),
        QStringLiteral("Right answers on the tuning half"), QStringLiteral("Right answers against Today (fp32)"),
        QStringLiteral("Answers that got worse and better against Today (fp32)"),
        QStringLiteral("Median time of one sample, in milliseconds"), QStringLiteral("Times faster than Today (fp32)"),
        QStringLiteral("Weight products that ran in int8"),
        QStringLiteral("Does it meet the goal, by the paired interval against Today (fp32)")};
    switch (role) {
    case Qt::DisplayRole:
        return titles[section];
    case Qt::ToolTipRole:
    case Qt::AccessibleTextRole:
        return explained[section];
    case Qt::TextAlignmentRole:
        // Also of an empty table, so not from a cell.
        return QVariant::fromValue((isText(section) ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    default:
        return {};
    }
}

} // namespace octet::widgets
