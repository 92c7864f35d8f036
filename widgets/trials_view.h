// SPDX-License-Identifier: GPL-3.0-or-later
// The trials table: model (tested with QAbstractItemModelTester), sorting, filter line, verdict chips.
#pragma once

#include "core/values/trial.h"

#include <QAbstractTableModel>
#include <QVector>
#include <QWidget>

#include <memory>
#include <vector>

class QAction;

namespace octet::widgets {

/// What is said of a trial beside what it measured.
struct TrialJudgement
{
    QString verdict; // "meets", "too close to call", "misses"; empty = not judged
    QString broken; // the rule that it breaks, so that it may not be chosen, whatever it reaches; empty = none
    bool onFrontier = false;
    bool best = false; // so far: shown until one is chosen
    QString timingDoubt = {}; // why its milliseconds are not to be trusted; empty = they are
    bool ratioHolds = true; // the speed is to be trusted even so
    bool operator==(const TrialJudgement&) const = default;
};

class TrialsModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column {
        Pin,
        Id,
        Mark,
        Name,
        Right,
        Difference,
        WorseBetter,
        P50,
        P99,
        Speed,
        Int8,
        Weights,
        Memory,
        GoalVerdict,
        Note,
        ColumnCount
    };
    enum Role {
        SortRole = Qt::UserRole + 1, // number or text; NaN = not known, last in either order
        TrialIdRole,
        StateRole, // int(TrialState)
        ProgressRole, // 0..1 of a running row
        ErrorRole, // one sentence of a failed row
        OnFrontierRole,
        RoleOfMark, // int(Mark::Role)
        KindOfMark, // int(Mark::Kind)
        PinnedRole, // pinned or chosen: stays on top
        ProgressTextRole,
        DoubtRole, // why this number is not to be trusted; empty = it is
        VerdictRole, // "meets", "too close to call", "misses", "not allowed" or ""
    };
    explicit TrialsModel(QObject* parent = nullptr);
    ~TrialsModel() override;

    /// `judgements` by trial; those that are missing are empty.
    void setTrials(const std::vector<const Trial*>& trials, const std::vector<TrialJudgement>& judgements);
    void setProgress(int trial, double share, const QString& text); // of a running row
    void setEditable(bool editable); // names
    int rowOf(int trial) const; // -1 = none
    int trialAt(int row) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    /// Changes nothing here: renameRequested() asks, and the next setTrials() answers.
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
signals:
    void renameRequested(int trial, const QString& name);

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

class TrialsView : public QWidget
{
    Q_OBJECT
public:
    explicit TrialsView(TrialsModel* model, QWidget* parent = nullptr);
    ~TrialsView() override;
    /// A button for what is done with the selected trials: enabled and explained as the action is.
    void addTool(QAction* action, const QString& text);
    void setSelectedTrial(int trial); // emits nothing
    QVector<int> selectedTrials() const; // in shown order
    /// Opens the editor in its row; a filter that hides the row is taken away.
    void editName(int trial);
    QStringList shownColumns() const; // keys, for settings
    void setShownColumns(const QStringList& keys); // unknown ones are ignored; none = as at first

    enum class CopyFormat { Tsv, Csv, Markdown };
    /// Header and the selected rows (all shown rows when none is) of the shown columns; numbers in C locale.
    QString asText(CopyFormat format) const;
signals:
    void trialSelected(int trial);
    void trialActivated(int trial);
    void trialHovered(int trial);
    void pinRequested(int trial, bool pinned);
    void contextMenuRequested(int trial, const QPoint& globalPos);
    void shownColumnsChanged(); // by the user

protected:
    void changeEvent(QEvent* event) override;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace octet::widgets
