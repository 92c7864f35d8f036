// SPDX-License-Identifier: GPL-3.0-or-later
// Keeps the compare page up to date: which two, and the texts of the data, read once in the background.
#pragma once

#include "app/desktop/present_compare.h"

#include <QObject>
#include <QTimer>
#include <QVector>

#include <memory>

namespace octet::widgets {
class ComparePage;
}

namespace octet::desktop {

class Document;

class CompareControl : public QObject
{
    Q_OBJECT
public:
    CompareControl(Document* document, widgets::ComparePage* page);
    /// Two trials, 0 = the draft.
    void setSides(int a, int b);
    /// From rows selected in the table: two of them; or one against today; or today against the chosen one or the
    /// draft.
    void setFromSelection(const QVector<int>& selected);
    int sideA() const { return m_a; }
    int sideB() const { return m_b; }
    /// Why there is nothing to compare; empty = there is.
    static QString whyNot(const Document& document);

private:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void refresh();
    void readTexts();

    Document* m_document;
    widgets::ComparePage* m_page;
    int m_a = 0, m_b = 0;
    std::shared_ptr<const SampleTexts> m_texts;
    std::string m_reading; // hash of the data being read; also when that failed
    QTimer m_timer{this}; // several signals of one change make one repaint, and none while the page is hidden
};

} // namespace octet::desktop
