// SPDX-License-Identifier: GPL-3.0-or-later
// A titled panel: 30 px header in the header colour with a title, a note and room for controls; content below.
#pragma once

#include <QWidget>

class QHBoxLayout;
class QLabel;
class QVBoxLayout;

namespace octet::desktop {

class Panel : public QWidget
{
    Q_OBJECT
public:
    explicit Panel(const QString& title, QWidget* parent = nullptr);
    void setNote(const QString& note);
    QHBoxLayout* header() { return m_header; } // after title and note
    QVBoxLayout* body() { return m_body; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QLabel* m_note;
    QWidget* m_headerBar;
    QHBoxLayout* m_header;
    QVBoxLayout* m_body;
};

} // namespace octet::desktop
