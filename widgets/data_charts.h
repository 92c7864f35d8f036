// SPDX-License-Identifier: GPL-3.0-or-later
// The small pictures of the Data page: checks, label counts, lengths, padding. Own painting, theme colours only.
#pragma once

#include "widgets/data_page.h"

namespace octet::widgets {

/// Share of computed tokens that are padding when every length is padded up by `padded`.
double paddingShare(const QVector<int>& lengths, int step, int maxLength); // in steps, as the engine pads
double paddingShareFixed(const QVector<int>& lengths, int length); // longer ones are cut

/// Median and longest; 0 when empty.
int medianLength(QVector<int> lengths);

class CheckCards : public QWidget
{
    Q_OBJECT
public:
    explicit CheckCards(QWidget* parent = nullptr);
    void setChecks(const QVector<DataPageContent::Check>& checks, bool checking);

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void fitHeight();

    QVector<DataPageContent::Check> m_checks;
    bool m_checking = false;
};

class LabelBars : public QWidget
{
    Q_OBJECT
public:
    explicit LabelBars(QWidget* parent = nullptr);
    void setContent(const QVector<DataPageContent::SplitCount>& splits, const QStringList& names, const QString& note);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void paintStacked(QPainter& painter, const QRectF& area);
    void paintColumns(QPainter& painter, const QRectF& area);
    QVector<DataPageContent::SplitCount> m_splits;
    QStringList m_names;
    QString m_note;
    double m_legendEnd = 0; // what is left below is the note's
};

class LengthHistogram : public QWidget
{
    Q_OBJECT
public:
    explicit LengthHistogram(QWidget* parent = nullptr);
    void setLengths(const QVector<int>& lengths);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QVector<int> m_lengths;
};

class PaddingBars : public QWidget
{
    Q_OBJECT
public:
    explicit PaddingBars(QWidget* parent = nullptr);
    void setLengths(const QVector<int>& lengths, int maxLength);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    struct Bar
    {
        QString title, note;
        double share = 0;
    };
    QVector<Bar> m_bars;
};

} // namespace octet::widgets
