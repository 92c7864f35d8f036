// SPDX-License-Identifier: GPL-3.0-or-later
// A flat card with a title line, as pages are made of.
#pragma once

#include <QWidget>

class QHBoxLayout;
class QLabel;
class QVBoxLayout;

namespace octet::widgets {

class Panel : public QWidget
{
    Q_OBJECT
public:
    explicit Panel(const QString& title, QWidget* parent = nullptr);
    void setSubtitle(const QString& subtitle);
    void addHeaderWidget(QWidget* widget); // at the right of the title line
    QVBoxLayout* body() const { return m_body; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void applyFonts();
    QWidget* m_header;
    QHBoxLayout* m_headerLayout;
    QLabel* m_title;
    QLabel* m_subtitle;
    QVBoxLayout* m_body;
};

} // namespace octet::widgets
