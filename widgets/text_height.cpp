// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/text_height.h"

#include <QEvent>
#include <QFontMetrics>
#include <QWidget>

#include <algorithm>

namespace octet::widgets {

namespace {

constexpr int usualTextHeight = 19; // of 10 pt at 96 dpi

class HeightOfText : public QObject
{
public:
    /// `lines` 0 = fixed, for one line.
    HeightOfText(QWidget* widget, int usual, int lines)
        : QObject(widget)
        , m_widget(widget)
        , m_usual(usual)
        , m_lines(lines)
    {
        widget->installEventFilter(this);
        apply();
    }
    bool eventFilter(QObject* watched, QEvent* event) override
    {
        if (watched == m_widget && event->type() == QEvent::FontChange)
            apply();
        return false;
    }

private:
    void apply()
    {
        if (m_lines == 0)
            m_widget->setFixedHeight(grownHeight(m_usual, m_widget->font()));
        else
            m_widget->setMinimumHeight(m_usual + m_lines * grownHeight(0, m_widget->font()));
    }
    QWidget* m_widget;
    int m_usual, m_lines;
};

} // namespace

int grownHeight(int usual, const QFont& font)
{
    return usual + std::max(0, QFontMetrics(font).height() - usualTextHeight);
}

void setTextHeight(QWidget* widget, int usual)
{
    new HeightOfText(widget, usual, 0);
}

void setLeastTextHeight(QWidget* widget, int usual, int lines)
{
    new HeightOfText(widget, usual, lines);
}

} // namespace octet::widgets
