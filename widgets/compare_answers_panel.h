// SPDX-License-Identifier: GPL-3.0-or-later
// The answers that changed between two trials: a table of texts or thumbnails, and the selected one whole below it.
#pragma once

#include "widgets/compare_models.h"
#include "widgets/panel.h"

class QLabel;
class QTreeView;

namespace octet::widgets {

class CompareFilter;
class Segmented;

class CompareAnswersPanel : public Panel
{
    Q_OBJECT
public:
    explicit CompareAnswersPanel(QWidget* parent = nullptr);
    void setContent(const CompareContent& content);
    CompareAnswersModel* model() const { return m_model; }

private:
    void showWhole(const QModelIndex& index);

    CompareAnswersModel* m_model;
    CompareFilter* m_filter;
    QTreeView* m_table;
    Segmented* m_which;
    QLabel *m_note, *m_picture, *m_text;
};

/// A line of secondary text in a panel.
QLabel* quietNote(const QString& name);

} // namespace octet::widgets
