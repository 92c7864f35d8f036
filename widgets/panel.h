// SPDX-License-Identifier: GPL-3.0-or-later
// A flat card: a 30 px title line in the header colour with a quiet note and room for controls; content below.
#pragma once

#include <QWidget>

class QHBoxLayout;
class QVBoxLayout;

namespace octet::widgets {

class ElidedLabel;

class Panel : public QWidget
{
    Q_OBJECT
public:
    explicit Panel(const QString& title, QWidget* parent = nullptr);
    void setTitle(const QString& title);
    void setNote(const QString& note); // gives way to the controls; whole in its tooltip
    QHBoxLayout* header() const { return m_header; } // after title and note
    QVBoxLayout* body() const { return m_body; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void applyFonts();

    QWidget* m_headerBar;
    QHBoxLayout* m_header;
    ElidedLabel* m_title;
    ElidedLabel* m_note;
    QVBoxLayout* m_body;
};

} // namespace octet::widgets
