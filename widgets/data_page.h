// SPDX-License-Identifier: GPL-3.0-or-later
// The Data page: source, columns, label names, splits, first rows as the model will read them. Nothing runs before it
// is green. Shows plain data that the document made (opening data happens off the UI thread, not here).
#pragma once

#include "core/values/data_spec.h"

#include <QString>
#include <QStringList>
#include <QVector>
#include <QWidget>

#include <memory>
#include <numeric>

namespace octet::widgets {

struct DataPageContent
{
    QString folder; // where the model is
    QStringList modelFiles; // candidates
    QString modelFile;
    QString modelNote; // "60.8 MB, 563 nodes"
    DataSpec spec;
    bool checking = false; // being opened in the background
    QString problem; // one sentence; empty = none
    QString problemFile;
    long problemRow = 0;
    struct Fix
    {
        QString text; // of its button
        DataSpec spec;
    };
    QVector<Fix> fixes; // ways out of the problem, the recommended one first
    struct Check
    {
        QString title, detail; // "Columns", "sentence, label"
        int state = 0; // 0 open, 1 good, 2 needs a decision, 3 wrong
    };
    QVector<Check> checks; // Model, Columns, Label names, Splits, Rows
    struct Row
    {
        long row = 0;
        QString text;
        QStringList tokens;
        QVector<qint64> ids;
        int length = 0;
        QString label;
    };
    QVector<Row> calibRows, testRows;
    struct SplitCount
    {
        QString name; // "Calibration"
        QVector<long> perLabel;
        long unlabelled = 0; // calibration data needs no labels
        long rows() const { return std::accumulate(perLabel.begin(), perLabel.end(), unlabelled); }
    };
    QVector<SplitCount> splits;
    QVector<int> lengths; // tokens a test sample; empty for arrays
    QString majorityNote; // "Always answering "positive" gets 444 of 872 right."
    QStringList textColumns; // offered
    bool accepted = false;
};

class DataPage : public QWidget
{
    Q_OBJECT
public:
    explicit DataPage(QWidget* parent = nullptr);
    ~DataPage() override;
    void setContent(const DataPageContent& content);
signals:
    void specEdited(const octet::DataSpec& spec); // check it again
    void modelFileChosen(const QString& file);
    void browseRequested();
    void accepted();
    void copyCommandRequested();

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace octet::widgets
