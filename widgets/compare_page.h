// SPDX-License-Identifier: GPL-3.0-or-later
// Two trials side by side: what differs in numbers, products, settings and answers. Shows content, computes nothing.
#pragma once

#include "widgets/compare_models.h"

#include <QWidget>

#include <memory>

namespace octet::widgets {

class ComparePage : public QWidget
{
    Q_OBJECT
public:
    explicit ComparePage(QWidget* parent = nullptr);
    ~ComparePage() override;
    void setContent(const CompareContent& content);
    CompareOpsModel* opsModel() const;
    CompareAnswersModel* answersModel() const;

signals:
    void sidesChosen(int a, int b); // trials; 0 = the draft
    void nodeSelected(const QString& node);

protected:
    void changeEvent(QEvent* event) override;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace octet::widgets
