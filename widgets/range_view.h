// SPDX-License-Identifier: GPL-3.0-or-later
// What calibration saw of one value: histogram with its range, what that range loses, and whether more samples would
// change it. The place where a range is set by hand.
#pragma once

#include "widgets/range_histogram.h"

#include <QPair>
#include <QString>
#include <QStringList>
#include <QVector>
#include <QWidget>

#include <memory>
#include <vector>

namespace octet::widgets {

struct RangeViewContent
{
    QString value; // ONNX name; empty = nothing is known and nothing shown
    QString title; // "Input values"
    QString note; // "256 texts", "64 texts so far"
    QVector<QPair<QString, QString>> values; // where there are several to choose from: ONNX name and "Query"
    std::vector<HistogramBin> histogram;
    Scheme scheme = Scheme::Asym;
    Interval range; // in force
    QVector<RangeHistogram::Cut> cuts; // of the range methods
    int own = -1; // which of them the config takes without a hand
    bool manual = false; // the range in force was set by hand
    QString notEditable; // why it cannot be; empty = it can
    QString hint; // "In fp32 now: ..."
    std::vector<RangeStep> steps;
    QString sentence; // whether the samples are enough; empty = not known
    bool enough = false;
    QStringList warnings;
};

class RangeView : public QWidget
{
    Q_OBJECT
public:
    explicit RangeView(QWidget* parent = nullptr);
    ~RangeView() override;
    void setContent(const RangeViewContent& content);
    RangeHistogram* histogram();

signals:
    void valueChosen(const QString& value); // of several
    void rangeEdited(const QString& value, double min, double max);
    void ownRangeRequested(const QString& value); // what the config takes without a hand

protected:
    void changeEvent(QEvent* event) override;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace octet::widgets
