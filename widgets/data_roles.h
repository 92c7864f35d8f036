// SPDX-License-Identifier: GPL-3.0-or-later
// Which file plays which role, with row counts: a small painted table. Internal to DataPage.
#pragma once

#include "widgets/data_page.h"

namespace octet::widgets {

class DataRoles : public QWidget
{
    Q_OBJECT
public:
    explicit DataRoles(QWidget* parent = nullptr);
    void setContent(const DataPageContent& content);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    int heightFor(int width) const;
    int rowHeight() const;
    int noteHeight(int width) const;
    struct Line
    {
        QString file, rows, role;
    };
    QVector<Line> m_lines;
    QString m_note;
};

} // namespace octet::widgets
