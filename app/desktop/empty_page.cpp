// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/empty_page.h"

#include "app/desktop/settings.h"
#include "app/desktop/style.h"

#include <QAction>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QVBoxLayout>

namespace octet::desktop {

EmptyPage::EmptyPage(QAction* open, QAction* openFolder, QAction* sample, QWidget* parent)
    : QWidget(parent)
    , m_state(new QLabel)
    , m_recentTitle(new QLabel(tr("Recent")))
    , m_recent(new QListWidget)
{
    auto* title = new QLabel(tr("Open a Transformer to see what can run in int8."));
    style::keepFont(title, [] {
        QFont font = style::titleFont();
        font.setPointSizeF(font.pointSizeF() + 4);
        return font;
    });
    m_state->setText(
        tr("An .onnx file, a model folder with its tokenizer, or an .octet project. You can also drop it here."));
    style::setSecondary(m_state);

    auto* openButton = new QPushButton(tr("Open..."));
    openButton->setDefault(true);
    connect(openButton, &QPushButton::clicked, open, &QAction::trigger);
    auto* folderButton = new QPushButton(tr("Open folder..."));
    folderButton->setObjectName(QStringLiteral("openFolder"));
    connect(folderButton, &QPushButton::clicked, openFolder, &QAction::trigger);
    auto* sampleButton = new QPushButton(tr("Open sample"));
    sampleButton->setToolTip(sample->toolTip());
    sampleButton->setEnabled(sample->isEnabled());
    connect(sample, &QAction::changed, sampleButton, [=] {
        sampleButton->setEnabled(sample->isEnabled());
        sampleButton->setToolTip(sample->toolTip());
    });
    connect(sampleButton, &QPushButton::clicked, sample, &QAction::trigger);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(openButton);
    buttons->addWidget(folderButton);
    buttons->addWidget(sampleButton);
    buttons->addStretch();
    auto* aboutSample = new QLabel(
        tr("The sample is a small Vision Transformer on 2,000 images, with trials that were recorded to look at."));
    aboutSample->setFont(style::smallFont());
    style::setSecondary(aboutSample);

    style::keepFont(m_recentTitle, style::titleFont);
    m_recent->setFrameShape(QFrame::NoFrame);
    m_recent->setAccessibleName(tr("Recent"));
    m_recent->viewport()->setAutoFillBackground(false);
    connect(m_recent, &QListWidget::itemActivated, this,
        [this](QListWidgetItem* item) { emit openRequested(item->data(Qt::UserRole).toString()); });
    connect(m_recent, &QListWidget::itemClicked, this,
        [this](QListWidgetItem* item) { emit openRequested(item->data(Qt::UserRole).toString()); });

    auto* column = new QVBoxLayout;
    column->setSpacing(12);
    column->addStretch(2);
    column->addWidget(title);
    column->addWidget(m_state);
    column->addLayout(buttons);
    column->addWidget(aboutSample);
    column->addSpacing(16);
    column->addWidget(m_recentTitle);
    column->addWidget(m_recent, 5);
    column->addStretch(1);
    auto* row = new QHBoxLayout(this);
    row->addStretch(1);
    row->addLayout(column, 2);
    row->addStretch(1);
    refreshRecent();
}

void EmptyPage::refreshRecent()
{
    m_recent->clear();
    for (const QString& path : settings::recent()) {
        const bool there = QFileInfo::exists(path);
        auto* item = new QListWidgetItem(there ? path : tr("%1 (not there)").arg(path));
        item->setData(Qt::UserRole, path);
        if (!there)
            item->setFlags(item->flags() & ~Qt::ItemIsEnabled);
        m_recent->addItem(item);
    }
    m_recentTitle->setVisible(m_recent->count() > 0);
    m_recent->setVisible(m_recent->count() > 0);
}

void EmptyPage::setOpening(const QString& path)
{
    if (!path.isEmpty())
        m_state->setText(tr("Opening %1 ...").arg(path));
    else
        m_state->setText(
            tr("An .onnx file, a model folder with its tokenizer, or an .octet project. You can also drop it here."));
}

} // namespace octet::desktop
