// SPDX-License-Identifier: GPL-3.0-or-later
// What to do next: a sentence each with a button that does it. One is shown, the others on request.
#pragma once

#include <QString>
#include <QVector>
#include <QWidget>

class QPushButton;
class QVBoxLayout;

namespace octet::widgets {

struct AdviceRow
{
    QString sentence;
    QString button; // empty: nothing to press
    bool operator==(const AdviceRow&) const = default;
};

class AdviceList : public QWidget
{
    Q_OBJECT
public:
    explicit AdviceList(QWidget* parent = nullptr);
    /// Hidden without rows. Buttons are disabled where `whyNot` says why.
    void setRows(const QVector<AdviceRow>& rows, const QString& whyNot = {});
    const QVector<AdviceRow>& rows() const { return m_rows; }

    QSize minimumSizeHint() const override;

signals:
    void pressed(int row);
    void dismissed(int row);

protected:
    void changeEvent(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void build();

    QVector<AdviceRow> m_rows;
    QString m_whyNot;
    QVBoxLayout* m_layout;
    bool m_all = false; // else the first only
};

} // namespace octet::widgets
