// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/find_bar.h"

#include "app/desktop/style.h"
#include "widgets/icons.h"
#include "widgets/text_height.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

namespace octet::desktop {

FindBar::FindBar(QWidget* parent)
    : QWidget(parent)
    , m_line(new QLineEdit)
    , m_count(new QLabel)
    , m_all(new QPushButton(tr("Select all")))
{
    m_line->setPlaceholderText(tr("Find, Ctrl+F"));
    m_line->setToolTip(tr("Words of a name, type:MatMul, prec:bf16, time>0.1 (ms), sens>0.01, own>0.05, state:locked, state:out,\n"
                          "state:differs, state:refused; a minus before a term takes it out. F3 goes to the next match."));
    m_line->setAccessibleName(tr("Find in graph"));
    m_line->setClearButtonEnabled(true);
    m_line->setMinimumWidth(110);
    widgets::setTextHeight(m_line, 24);
    m_line->installEventFilter(this);
    style::keepFont(m_count, style::smallFont);
    style::setSecondary(m_count);
    widgets::setTextHeight(m_all, 24);
    m_all->setToolTip(tr("Select all matches (Ctrl+Enter)"));
    m_all->setFocusPolicy(Qt::TabFocus);
    m_count->hide();
    m_all->hide();
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(6);
    row->addWidget(m_count);
    row->addWidget(m_all);
    row->addWidget(m_line, 1);
    setTabOrder(m_line, m_all);
    connect(m_line, &QLineEdit::textChanged, this, &FindBar::update);
    connect(m_all, &QPushButton::clicked, this, [this] { emit selectRequested(m_matches); });
}

void FindBar::setSearch(std::function<QStringList(const QString&)> search)
{
    m_search = std::move(search);
    update();
}

void FindBar::focusLine()
{
    m_line->setFocus(Qt::ShortcutFocusReason);
    m_line->selectAll();
}

void FindBar::clear()
{
    m_line->clear();
}

void FindBar::update()
{
    const QString query = m_line->text().trimmed();
    m_matches = m_search && !query.isEmpty() ? m_search(query) : QStringList();
    m_at = -1;
    m_count->setVisible(!query.isEmpty());
    m_count->setText(m_matches.isEmpty() ? tr("no match")
            : m_matches.size() == 1            ? tr("1 match")
                                               : tr("%1 matches").arg(m_matches.size()));
    m_all->setVisible(!m_matches.isEmpty());
    emit matchesChanged(m_matches);
}

void FindBar::walk(int step)
{
    if (m_matches.isEmpty())
        return;
    const int n = int(m_matches.size());
    m_at = m_at < 0 ? (step > 0 ? 0 : n - 1) : (m_at + step + n) % n;
    m_count->setText(tr("%1 of %2").arg(m_at + 1).arg(n));
    emit selectRequested({m_matches[m_at]});
}

bool FindBar::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::KeyPress) {
        const auto* key = static_cast<QKeyEvent*>(event);
        if (key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter) {
            if (key->modifiers() & Qt::ControlModifier)
                m_all->click();
            else
                walk(key->modifiers() & Qt::ShiftModifier ? -1 : 1);
            return true;
        }
        if (key->key() == Qt::Key_Escape) {
            m_line->clear();
            m_line->clearFocus();
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace octet::desktop
