// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/yaml_page.h"

#include "app/desktop/document.h"
#include "app/desktop/draft_text.h"
#include "app/desktop/edit_commands.h"
#include "app/desktop/words.h"
#include "widgets/background.h"
#include "widgets/main_part.h"
#include "widgets/yaml_view.h"

#include <QVBoxLayout>

#include <algorithm>

namespace octet::desktop {

using words::q;

YamlPage::YamlPage(Document* document, QWidget* parent)
    : QWidget(parent)
    , m_document(document)
    , m_view(new widgets::YamlView)
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_view);
    widgets::setMainPart(this, m_view);
    m_timer.setSingleShot(true);
    m_timer.setInterval(0);
    connect(&m_timer, &QTimer::timeout, this, &YamlPage::refresh);
    const auto later = [this] {
        if (isVisible())
            m_timer.start();
    };
    connect(document, &Document::opened, this, &YamlPage::opened);
    connect(document, &Document::opened, this, later);
    connect(document, &Document::draftChanged, this, later);
    connect(document, &Document::editableChanged, this, later);
    connect(document, &Document::goalChanged, this, later);
    connect(document, &Document::trialsChanged, this, later);
    connect(document->selection(), &Selection::trialChanged, this, later);
    connect(m_view, &widgets::YamlView::textEdited, this, &YamlPage::read);
    connect(m_view, &widgets::YamlView::formatChosen, this, &YamlPage::chooseFormat);
    connect(m_view, &widgets::YamlView::otherChosen, this, [this](int id) {
        m_otherChosen = id;
        showOther();
    });
    connect(m_view, &widgets::YamlView::revertRequested, this, [this] {
        m_said.reset();
        m_view->setText({});
        refresh();
    });
}

void YamlPage::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    refresh();
}

void YamlPage::opened()
{
    m_atOpening = m_document->draft();
    m_said.reset();
    m_otherChosen.reset();
    m_view->setText({});
}

void YamlPage::refresh()
{
    m_timer.stop();
    if (!m_document->isOpen())
        return;
    showDraft();
    showOther();
}

QString YamlPage::textOf(const Config& config, QString* note) const
{
    if (m_inc && !m_document->hasModel()) {
        if (note)
            *note = m_document->reviewReason();
        return {};
    }
    const ConfigWritten written = m_inc
        ? incText(m_document->model(), config, m_document->goal(), m_document->data()->calibrationSamples())
        : ConfigWritten{configText(config), {}};
    if (note)
        *note = written.note;
    return written.text;
}

void YamlPage::showDraft()
{
    const Config& draft = m_document->draft();
    if (m_inc) {
        QString losses;
        m_view->setText(textOf(draft, &losses));
        const QString difference = losses.isEmpty() ? tr("Neural Compressor's schema says all of it.")
                                                    : tr("What Neural Compressor would not do alike: %1.").arg(losses);
        m_view->setReadOnly(tr("To be edited as Octet YAML.") + QLatin1Char(' ') + difference);
        return;
    }
    m_view->setReadOnly(m_document->editable() ? QString() : m_document->reviewReason());
    // What is being typed stays; when it makes sense the draft follows it.
    if (!m_view->settled())
        return;
    if (m_said != draft) {
        const QString text = textOf(draft);
        m_view->setText(text);
        m_said = draft;
        const ConfigRead own = readConfigText(text);
        m_places = own.text ? own.text->places : std::map<std::string, Location>();
    }
    m_view->setProblems(problemsInText(m_document->resolution().problems, m_places), true);
}

void YamlPage::showOther()
{
    QVector<widgets::YamlChoice> choices{{0, tr("Draft when it was opened")}};
    for (const Trial& trial : m_document->trials())
        choices << widgets::YamlChoice{trial.id,
            tr("Trial %1, %2").arg(trial.id).arg(q(trial.name)) + (trial.chosen ? tr(", chosen") : QString())};
    const Trial* other = m_document->trial(m_otherChosen.value_or(m_document->selection()->trial()));
    if (!other && !m_otherChosen)
        other = m_document->chosenTrial();
    m_view->setOther(choices, other ? other->id : 0, textOf(other ? other->config : m_atOpening));
}

void YamlPage::chooseFormat(const QString& format)
{
    m_inc = format == QLatin1String("inc");
    m_said.reset();
    m_view->setText({});
    refresh();
}

void YamlPage::read(const QString& text)
{
    m_said.reset();
    widgets::background::run(
        this, [text] { return readConfigText(text); },
        [this, serial = ++m_reading](const ConfigRead& read) {
            if (serial != m_reading || m_inc || !m_document->editable())
                return;
            if (!read.text) {
                m_view->setProblems(read.problems, false);
                return;
            }
            m_said = read.text->config;
            m_places = read.text->places;
            if (*m_said != m_document->draft())
                m_document->undoStack()->push(
                    new SetDraft(m_document, *m_said, tr("Edit the draft as YAML"), true));
            // The graph shows what was typed, not a trial.
            m_document->selection()->setShowsDraft(true);
            m_view->setProblems(problemsInText(m_document->resolution().problems, m_places), true);
        });
}

} // namespace octet::desktop
