// SPDX-License-Identifier: GPL-3.0-or-later
// Where the time of a trial goes: its fused groups beside those of fp32, and sums by kind. Rows and the graph's
// selection are one.
#pragma once

#include "widgets/profile_model.h"

#include <QWidget>

class QLabel;
class QSortFilterProxyModel;
class QStackedWidget;
class QStandardItemModel;
class QTreeView;

namespace octet::widgets {

class Panel;

struct ProfileSum
{
    QString kind;
    bool overhead = false;
    double fp32Ms = 0, ms = 0;
};

struct ProfileContent
{
    QString title; // "Trial 14, beside fp32"
    QVector<ProfileRow> rows;
    QVector<ProfileSum> sums;
    QString coverage; // sentences under the sums
    QString emptyText; // shown when there are no rows
};

class ProfileView : public QWidget
{
    Q_OBJECT
public:
    explicit ProfileView(QWidget* parent = nullptr);
    void setContent(const ProfileContent& content);
    void setSelectedNodes(const QStringList& nodes); // emits nothing
    ProfileModel* model() { return m_model; }
    QTreeView* table() { return m_table; }

signals:
    void selectionChanged(const QStringList& nodes);
    void showInGraphRequested(); // a row was activated: double click, Enter

private:
    QTreeView* makeTable(const QString& objectName, const QString& accessibleName);
    void makeSums();
    void rowsSelected();
    void kindsSelected();
    void fillSums(const QVector<ProfileSum>& sums);

    ProfileModel* m_model;
    QSortFilterProxyModel* m_sorted;
    QStandardItemModel* m_sumsModel;
    Panel *m_panel, *m_sumsPanel;
    QTreeView *m_table, *m_sums;
    QStackedWidget* m_stack;
    QLabel *m_empty, *m_coverage;
    bool m_selecting = false;
};

} // namespace octet::widgets
