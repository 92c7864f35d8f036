// SPDX-License-Identifier: GPL-3.0-or-later
// What this machine can run: its CPU beside a table of kernels under an ISA cap that is chosen here, as a what-if.
#pragma once

#include "core/values/capability.h"

#include <QWidget>

class QGridLayout;
class QLabel;
class QPushButton;
class QStackedWidget;
class QStandardItemModel;
class QTreeView;

namespace octet::widgets {

class Panel;
class Segmented;

class CapabilityView : public QWidget
{
    Q_OBJECT
public:
    explicit CapabilityView(QWidget* parent = nullptr);
    void setCapability(const Capability& capability);
    /// Instead of it: still being asked, or why there is none; `action` is the text of a button, empty = none.
    void setEmpty(const QString& text, const QString& action);
    bool hasCapability() const { return !m_capability.caps.empty(); }
    /// The cap of the workload, marked and chosen at first; empty = none, all that the CPU has.
    void setWorkloadCap(const QString& cap);
    QString shownCap() const;
    QTreeView* table() { return m_table; }

signals:
    void actionRequested();

private:
    QWidget* makeMachine();
    QWidget* makeKernels();
    void fillMachine();
    void showCap();

    Capability m_capability;
    QString m_workloadCap;
    QStackedWidget* m_stack;
    Panel *m_machine = nullptr, *m_kernels = nullptr;
    QGridLayout* m_facts = nullptr;
    Segmented* m_cap = nullptr;
    QStandardItemModel* m_model;
    QTreeView* m_table = nullptr;
    QLabel *m_sentence = nullptr, *m_empty = nullptr;
    QPushButton* m_action = nullptr;
};

} // namespace octet::widgets
