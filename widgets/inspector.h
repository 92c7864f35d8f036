// SPDX-License-Identifier: GPL-3.0-or-later
// Everything about the selected op or ops; the place where one op's leaves are set.
#pragma once

#include "core/values/config.h"

#include <QPair>
#include <QString>
#include <QVector>
#include <QWidget>

#include <memory>
#include <optional>

namespace octet::widgets {

struct InspectorContent
{
    QString title; // "attention.output.dense", or "6 ops"
    QString subtitle; // "MatMul in layer 3, 384 x 384"
    bool editable = false; // a product (or several) and the project can be edited
    QString notEditableReason; // shown instead of the buttons
    std::optional<Precision> precision; // of the draft; empty = mixed
    bool inherited = false; // nothing is set on the op itself: "Inherit" has nothing to take back
    bool locked = false;
    QString sourceText; // "from rule "attention.output.dense", 6 ops"
    QString refusal; // why it cannot be int8
    struct Section
    {
        QString title; // "Ran in trial 14", "Shapes"; what follows a tab is aside: "If int8\trank 3 of 38"
        QVector<QPair<QString, QString>> rows;
    };
    QVector<Section> sections;
    QVector<Section> details; // below the range: shapes, attributes
};

class RangeView;

class Inspector : public QWidget
{
    Q_OBJECT
public:
    explicit Inspector(QWidget* parent = nullptr);
    ~Inspector() override;
    void setContent(const InspectorContent& content);
    RangeView* rangeView(); // between sections and details; hidden while it has no value
signals:
    void precisionRequested(octet::Precision precision);
    void inheritRequested();
    void lockRequested(bool locked);

protected:
    void changeEvent(QEvent* event) override;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace octet::widgets
