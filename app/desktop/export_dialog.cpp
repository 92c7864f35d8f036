// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/export_dialog.h"

#include "app/desktop/document.h"
#include "app/desktop/file_dialogs.h"
#include "app/desktop/style.h"
#include "app/desktop/words.h"
#include "widgets/background.h"
#include "widgets/theme.h"

#include <QComboBox>
#include <QFileInfo>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

namespace octet::desktop {

ExportDialog::ExportDialog(Document* document, ExportFormat format, QWidget* parent)
    : QDialog(parent)
    , m_document(document)
    , m_format(format)
    , m_source(new QComboBox)
    , m_path(new QLineEdit)
    , m_losses(new QLabel)
    , m_error(new QLabel)
    , m_write(new QPushButton(tr("Export")))
{
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Export"));
    auto* title = new QLabel(exportFormatName(format));
    title->setFont(style::titleFont());
    auto* browseButton = new QPushButton(tr("Choose..."));
    auto* cancel = new QPushButton(tr("Cancel"));
    m_write->setDefault(true);
    m_source->setAccessibleName(tr("What"));
    m_path->setAccessibleName(tr("File"));
    m_path->setMinimumWidth(380);
    m_losses->setWordWrap(true);
    m_losses->setTextFormat(Qt::PlainText);
    m_error->setWordWrap(true);
    m_error->setTextFormat(Qt::PlainText);
    QPalette red = palette();
    red.setColor(QPalette::WindowText, widgets::Theme::of(palette()).misses);
    m_error->setPalette(red);
    m_error->hide();
    auto* lossTitle = new QLabel(tr("What this format cannot say"));
    lossTitle->setFont(style::titleFont());

    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(8);
    buttons->addStretch();
    buttons->addWidget(cancel);
    buttons->addWidget(m_write);
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(14, 14, 14, 14);
    grid->setVerticalSpacing(10);
    grid->addWidget(title, 0, 0, 1, 3);
    grid->addWidget(new QLabel(tr("What")), 1, 0);
    grid->addWidget(m_source, 1, 1, 1, 2);
    grid->addWidget(new QLabel(tr("File")), 2, 0);
    grid->addWidget(m_path, 2, 1);
    grid->addWidget(browseButton, 2, 2);
    grid->addWidget(lossTitle, 3, 0, 1, 3);
    grid->addWidget(m_losses, 4, 0, 1, 3);
    grid->addWidget(m_error, 5, 0, 1, 3);
    grid->addLayout(buttons, 6, 0, 1, 3);
    grid->setColumnStretch(1, 1);

    fillSources();
    const QFileInfo model(document->modelPath());
    const QString folder = QFileInfo(model.absolutePath()).isWritable()
        ? model.absolutePath()
        : QFileInfo(document->projectPath()).absolutePath();
    m_path->setText(folder + QLatin1Char('/') + exportFileName(format, document->modelPath()));
    connect(m_source, &QComboBox::currentIndexChanged, this, &ExportDialog::refreshLosses);
    connect(
        m_path, &QLineEdit::textChanged, this, [this](const QString& text) { m_write->setEnabled(!text.isEmpty()); });
    connect(browseButton, &QPushButton::clicked, this, &ExportDialog::browse);
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_write, &QPushButton::clicked, this, &ExportDialog::write);
    refreshLosses();
}

void ExportDialog::fillSources()
{
    const auto add = [this](const QString& prefix, const Trial& trial) {
        m_sources.push_back({tr("%1 %2: %3").arg(prefix).arg(trial.id).arg(words::q(trial.name)), trial, true});
    };
    // The chosen one is what a project stands for; then what the person looks at; then the draft.
    const Trial* chosen = m_document->chosenTrial();
    const Trial* selected = m_document->trial(m_document->selection()->trial());
    if (chosen)
        add(tr("Chosen trial"), *chosen);
    if (selected && (!chosen || selected->id != chosen->id) && selected->state == TrialState::Done)
        add(tr("Trial"), *selected);
    if (m_format == ExportFormat::Report && m_sources.empty())
        for (const Trial& trial : m_document->trials())
            if (trial.state == TrialState::Done && trial.tuning())
                add(tr("Trial"), trial);
    for (const ExportSource& source : m_sources)
        m_source->addItem(source.name);
    if (m_format == ExportFormat::Report) // a draft has nothing to report
        return;
    ExportSource draft;
    draft.name = tr("Draft, not measured");
    draft.trial.name = "Draft";
    draft.trial.config = m_document->draft();
    draft.trial.ranges = m_document->ranges();
    draft.trial.workload = m_document->workload();
    draft.trial.counts = m_document->resolution().counts();
    draft.trial.manifest.modelPath = words::s(m_document->modelPath());
    draft.trial.manifest.modelHash = m_document->modelHash();
    draft.trial.manifest.dataHash = m_document->data()->hash();
    m_sources.push_back(draft);
    m_source->addItem(draft.name);
    if (!chosen && m_document->selection()->showsDraft())
        m_source->setCurrentIndex(int(m_sources.size()) - 1);
}

ExportInput ExportDialog::input() const
{
    ExportInput input;
    input.format = m_format;
    input.model = m_document->loaded().model;
    input.products = m_document->loaded().products;
    input.source = m_sources[std::size_t(std::max(0, m_source->currentIndex()))];
    input.data = m_document->data()->spec();
    input.goal = m_document->goal();
    input.calibrationSamples = m_document->data()->calibrationSamples();
    input.path = m_path->text();
    if (m_format == ExportFormat::Report) {
        input.trials = m_document->trials();
        input.sensitivity = m_document->sensitivity();
        input.project = words::s(QFileInfo(m_document->projectPath()).completeBaseName());
        input.modelPath = words::s(m_document->modelPath());
    }
    return input;
}

void ExportDialog::refreshLosses()
{
    widgets::background::run(
        this, [input = input()] { return expectedLosses(input); },
        [this, generation = ++m_generation](const QStringList& losses) {
            if (generation != m_generation)
                return;
            const QString bullet = QStringLiteral("\u2022 ");
            m_losses->setText(losses.isEmpty() ? tr("Nothing: it says all of it.")
                                               : bullet + losses.join(QLatin1Char('\n') + bullet));
            adjustSize();
        });
}

void ExportDialog::setPath(const QString& path)
{
    m_path->setText(path);
}

void ExportDialog::browse()
{
    dialogs::saveFile(this, tr("Export to"), m_path->text(), [this](const QString& path) { m_path->setText(path); });
}

void ExportDialog::write()
{
    m_write->setEnabled(false);
    m_error->hide();
    widgets::background::run(
        this, [input = input()] { return writeExport(input); },
        [this, path = m_path->text()](const ExportResult& result) {
            m_write->setEnabled(true);
            if (!result.error.isEmpty()) {
                m_error->setText(result.error);
                m_error->show();
                adjustSize();
                return;
            }
            emit written(path, result.losses);
            accept();
        });
}

} // namespace octet::desktop
