// SPDX-License-Identifier: GPL-3.0-or-later
// A bar for marking by regular expression: the pattern, its live count, and the precision.
#pragma once

#include <QWidget>

class QLabel;
class QLineEdit;
class QPushButton;

namespace octet::widgets {
class Segmented;
}

namespace octet::desktop {

class Document;

class MarkByPattern : public QWidget
{
    Q_OBJECT
public:
    explicit MarkByPattern(Document* document, QWidget* parent = nullptr);
    void open();
    QLineEdit* line() { return m_line; }
    QLabel* count() { return m_count; }

signals:
    void matchesChanged(const QStringList& nodes);

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    void update();
    void apply();

    Document* m_document;
    QLineEdit* m_line;
    QLabel* m_count;
    widgets::Segmented* m_precision;
    QPushButton* m_apply;
};

} // namespace octet::desktop
