// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/shortcut_sheet.h"

#include "app/desktop/style.h"

#include <QDialog>
#include <QGridLayout>
#include <QLabel>

namespace octet::desktop {

void showShortcuts(const QList<QAction*>& actions, QWidget* parent)
{
    auto* sheet = new QDialog(parent);
    sheet->setAttribute(Qt::WA_DeleteOnClose);
    sheet->setWindowTitle(QObject::tr("Keyboard shortcuts"));
    QList<QPair<QString, QString>> rows;
    for (const QAction* action : actions)
        if (!action->shortcut().isEmpty())
            rows << qMakePair(action->text().remove(QStringLiteral("...")).section(QStringLiteral(": "), 0, 0),
                action->shortcut().toString(QKeySequence::NativeText));
    rows << qMakePair(QObject::tr("Open or close a box"), QObject::tr("double click, Enter"))
         << qMakePair(QObject::tr("Up to the enclosing box"), QObject::tr("Backspace"))
         << qMakePair(QObject::tr("Zoom at the cursor"), QObject::tr("Ctrl+wheel"));
    auto* grid = new QGridLayout(sheet);
    grid->setContentsMargins(16, 16, 16, 16);
    grid->setHorizontalSpacing(16);
    grid->setVerticalSpacing(6);
    const int half = int(rows.size() + 1) / 2;
    for (int i = 0; i < rows.size(); ++i) {
        const int column = i < half ? 0 : 3;
        auto* keys = new QLabel(rows[i].second);
        keys->setFont(style::titleFont());
        grid->addWidget(new QLabel(rows[i].first), i % half, column);
        grid->addWidget(keys, i % half, column + 1);
    }
    grid->setColumnMinimumWidth(2, 24);
    sheet->open();
}

} // namespace octet::desktop
