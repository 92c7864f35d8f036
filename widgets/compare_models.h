// SPDX-License-Identifier: GPL-3.0-or-later
// What differs between two trials: the content of the compare page and the models of its two tables.
#pragma once

#include "core/values/config.h"

#include <QAbstractTableModel>
#include <QImage>
#include <QSortFilterProxyModel>
#include <QStringList>
#include <QVector>

#include <optional>

namespace octet::widgets {

struct CompareContent
{
    struct Choice
    {
        int trial = 0; // 0 = the draft
        QString name; // "14, static, 6 products in fp32"
    };
    struct Fact
    {
        QString title; // "Right answers"
        QString value; // "673 of 872"
        QString detail; // "between +19 and +45"; may be empty
        int tone = 0; // > 0 good, < 0 bad
        QString doubt = {}; // why a timing is not to be trusted; empty = it is
    };
    struct Op
    {
        QString node;
        Precision a = Precision::Fp32, b = Precision::Fp32;
        double aMs = -1, bMs = -1; // of the group that ran it; < 0 = not measured
        QString settings; // "ranges minmax -> kl; weights sym -> asym"; empty = the same
        QString note; // tooltip: reason of a refusal and the like
        QString part = {}; // the box of the whole model that it is in: one of `parts`
        std::optional<double> ownError = {}; // dB, in int8 on fp32 inputs; not set = not measured
        bool differs() const { return a != b || !settings.isEmpty(); }
    };
    struct Setting
    {
        QString title, a, b;
    };
    struct Answer
    {
        qint64 row = 0; // in its file, from 1
        QString text, label, a, b; // words; `label` may be empty
        bool aRight = false, bRight = false;
        QImage image; // instead of the text; null = none
        double aSure = -1, bSure = -1; // probability of each answer, 0 to 1; < 0 = not recorded
        QString today = {}; // fp32's answer; empty = not known, or A or B is fp32
        bool todayRight = false;
        double todaySure = -1;
        bool sure() const { return aSure >= 0 && bSure >= 0; }
        /// Probability that went from A's answer to B's: at least this, and exactly this of two classes.
        double moved() const { return aSure + bSure > 1 ? aSure + bSure - 1 : 0; }
    };

    QVector<Choice> choices;
    int a = 0, b = 0; // trials; 0 = the draft
    QVector<Fact> factsA, factsB;
    QString verdictA, verdictB; // "meets", "too close to call", "misses", ""
    QVector<Fact> difference; // B instead of A
    QString samplesNote; // "both halves, 872 texts"
    QVector<Op> ops; // all products
    QStringList parts; // boxes of the whole model, in its order: "Embeddings", "Layer 0"
    QVector<Setting> settings; // those that differ
    QString sameSettings; // "ranges, weights, workload, machine"
    QVector<Answer> answers; // those that changed
    int classes = 0; // that there are labels for
    qint64 samples = 0; // compared
    QString noAnswers; // why there are none to show
    QString noun = QStringLiteral("samples");
};

class CompareOpsModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { Product, A, B, MsA, MsB, Difference, OwnError, Settings, ColumnCount };
    enum Role {
        SortRole = Qt::UserRole + 1,
        PrecisionRole,
        DiffersRole,
        NodeRole,
        ShareRole // of the own error: 0..1 for a bar, error over signal
    };
    using QAbstractTableModel::QAbstractTableModel;
    void setOps(const QVector<CompareContent::Op>& ops);
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QVector<CompareContent::Op> m_ops;
};

class CompareAnswersModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { Row, Text, Label, Today, A, B, Change, ColumnCount };
    /// ChangeRole: "repaired" (right in B only), "broken" (right in A only), "other" (wrong in both, differently).
    enum Role { SortRole = Qt::UserRole + 1, ChangeRole, RightRole };
    using QAbstractTableModel::QAbstractTableModel;
    void setAnswers(const QVector<CompareContent::Answer>& answers, const QString& noun);
    bool knowsChange() const; // how sure each answer was is recorded for some
    bool knowsToday() const;
    int count(const QString& change) const;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QVector<CompareContent::Answer> m_answers;
    QString m_noun;
};

/// Rows whose `role` has the wanted value (invalid: all) and whose first column, as it is spoken, holds all words.
class CompareFilter : public QSortFilterProxyModel
{
    Q_OBJECT
public:
    CompareFilter(int role, QObject* parent);
    void setWanted(const QVariant& wanted);
    void setWords(const QString& words);

protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;

private:
    int m_role;
    QVariant m_wanted;
    QStringList m_words;
};

} // namespace octet::widgets
