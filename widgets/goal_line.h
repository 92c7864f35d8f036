// SPDX-License-Identifier: GPL-3.0-or-later
// The goal as one sentence, editable in place; the only place where it is set.
#pragma once

#include "core/values/goal.h"
#include "core/values/label_kind.h"

#include <QWidget>

#include <memory>

namespace octet::widgets {

class GoalLine : public QWidget
{
    Q_OBJECT
public:
    explicit GoalLine(QWidget* parent = nullptr);
    ~GoalLine() override;
    /// `samples` and `fp32Correct` (of the test data; < 0 = not measured) make "about 7 of 872 texts".
    void setGoal(const Goal& goal, long samples, long fp32Correct, const QString& sampleNoun);
    /// Something that is wrong with the goal, at the end of the sentence; `whole` is its tool tip. Empty: nothing is.
    void setWarning(const QString& words, const QString& whole);
    void setLabels(LabelKind labels); // of the data: what the goal may be stated in
    void setReadOnly(bool readOnly);
    /// The whole sentence as plain text, also when the line is too narrow to show all of it.
    QString sentence() const;
signals:
    void goalEdited(const octet::Goal& goal);

protected:
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace octet::widgets
