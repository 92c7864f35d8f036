// SPDX-License-Identifier: GPL-3.0-or-later
// The graph's find line: matches as you type, count, Enter and Shift+Enter walk, "Select all".
#pragma once

#include <QStringList>
#include <QWidget>

#include <functional>

class QLabel;
class QLineEdit;
class QPushButton;

namespace octet::desktop {

class FindBar : public QWidget
{
    Q_OBJECT
public:
    explicit FindBar(QWidget* parent = nullptr);
    void setSearch(std::function<QStringList(const QString&)> search);
    void focusLine();
    void walk(int step); // to the next or previous match, around the end
    void clear();
    QLineEdit* line() { return m_line; }
    const QStringList& matches() const { return m_matches; }

signals:
    void matchesChanged(const QStringList& nodes); // empty = no search
    void selectRequested(const QStringList& nodes);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void update();

    std::function<QStringList(const QString&)> m_search;
    QLineEdit* m_line;
    QLabel* m_count;
    QPushButton* m_all;
    QStringList m_matches;
    int m_at = -1;
};

} // namespace octet::desktop
