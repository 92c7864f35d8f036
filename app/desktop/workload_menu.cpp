// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/workload_menu.h"

#include "app/desktop/document.h"
#include "app/desktop/edit_commands.h"

#include <QActionGroup>
#include <QMenu>
#include <QThread>

#include <functional>

namespace octet::desktop {

namespace {

template <typename Value>
void addChoices(QMenu* menu, Document* document, const QString& title, Value Workload::*field,
    const std::vector<std::pair<Value, QString>>& choices)
{
    menu->addSection(title);
    auto* group = new QActionGroup(menu);
    for (const auto& [value, text] : choices) {
        QAction* action = menu->addAction(text);
        group->addAction(action);
        action->setCheckable(true);
        action->setChecked(document->workload().*field == value);
        action->setEnabled(document->editable());
        QObject::connect(action, &QAction::triggered, document, [=, value = value] {
            Workload workload = document->workload();
            workload.*field = value;
            if (workload != document->workload())
                document->undoStack()->push(new SetWorkload(document, workload));
        });
    }
}

} // namespace

void fillWorkloadMenu(QMenu* menu, Document* document)
{
    menu->clear();
    addChoices<int>(menu, document, QObject::tr("Batch"), &Workload::batch,
        {{1, QObject::tr("One at a time")}, {8, QObject::tr("8 at a time")}, {32, QObject::tr("32 at a time")}});
    if (document->data()->spec().kind == DataKind::Text)
        addChoices<int>(menu, document, QObject::tr("Length"), &Workload::length,
            {{0, QObject::tr("Real lengths of the data")}, {64, QObject::tr("64 tokens")},
                {128, QObject::tr("128 tokens")}});
    std::vector<std::pair<int, QString>> threads;
    for (int n = 1; n <= QThread::idealThreadCount(); n *= 2)
        threads.emplace_back(n, n == 1 ? QObject::tr("1 thread") : QObject::tr("%1 threads").arg(n));
    addChoices<int>(menu, document, QObject::tr("Threads"), &Workload::threads, threads);
    addChoices<std::string>(menu, document, QObject::tr("Instructions"), &Workload::isa,
        {{"", QObject::tr("What this CPU has")}, {"avx2", QStringLiteral("AVX2")},
            {"avx512", QStringLiteral("AVX-512")}, {"vnni", QStringLiteral("AVX-512 VNNI")},
            {"amx", QStringLiteral("AMX")}});
}

} // namespace octet::desktop
