// SPDX-License-Identifier: GPL-3.0-or-later
// The whole model as a column of boxes, as the graph has it closed, with what differs between two trials in each.
#pragma once

#include "widgets/compare_models.h"

#include <QListView>

class QStandardItemModel;

namespace octet::widgets {

class CompareWhere : public QListView
{
    Q_OBJECT
public:
    explicit CompareWhere(QWidget* parent = nullptr);
    void setContent(const CompareContent& content);
signals:
    void nodeSelected(const QString& node); // the first that differs in the box that was chosen

protected:
    void changeEvent(QEvent* event) override;

private:
    QStandardItemModel* m_model;
};

} // namespace octet::widgets
