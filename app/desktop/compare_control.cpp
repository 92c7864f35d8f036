// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/compare_control.h"

#include "app/desktop/document.h"
#include "app/desktop/words.h"
#include "core/data/dataset.h"
#include "core/tune/frontier.h"
#include "widgets/background.h"
#include "widgets/compare_page.h"

#include <QEvent>
#include <QImage>

#include <algorithm>
#include <exception>

namespace octet::desktop {

namespace {

constexpr int thumbnailSide = 128; // px at most: shown in a row, and larger below the table
constexpr qsizetype mostBytes = 64 << 20; // of all thumbnails together

QImage thumbnail(const data::Picture& picture)
{
    const bool grey = picture.channels == 1;
    const QImage image(picture.pixels.data(), picture.width, picture.height, picture.width * picture.channels,
        grey ? QImage::Format_Grayscale8 : QImage::Format_RGB888);
    return std::max(picture.width, picture.height) <= thumbnailSide
        ? image.copy()
        : image.scaled(thumbnailSide, thumbnailSide, Qt::KeepAspectRatio, Qt::SmoothTransformation);
}

std::shared_ptr<SampleTexts> readSamples(const DataSpec& spec, const graph::Model& model)
{
    auto texts = std::make_shared<SampleTexts>();
    qsizetype bytes = 0;
    try {
        const auto dataset = data::open(spec, model);
        texts->dataHash = dataset->hash();
        for (const Split split : {Split::Tuning, Split::HeldOut})
            for (const data::PreviewRow& row : dataset->preview(split, dataset->size(split))) {
                auto& samples = texts->splits[split];
                samples.push_back({row.row, words::q(row.text), row.label, {}});
                const auto picture = bytes < mostBytes ? dataset->picture(split, samples.size() - 1) : std::nullopt;
                if (!picture)
                    continue;
                samples.back().image = thumbnail(*picture);
                bytes += samples.back().image.sizeInBytes();
            }
    } catch (const std::exception&) {
        // The data page says what is wrong with it.
        texts->splits.clear();
    }
    return texts;
}

} // namespace

CompareControl::CompareControl(Document* document, widgets::ComparePage* page)
    : QObject(page)
    , m_document(document)
    , m_page(page)
{
    m_timer.setSingleShot(true);
    m_timer.setInterval(0);
    connect(&m_timer, &QTimer::timeout, this, &CompareControl::refresh);
    const auto later = [this] {
        if (m_page->isVisible())
            m_timer.start();
    };
    connect(document, &Document::opened, this, [this, later] {
        m_a = m_b = 0;
        m_texts.reset();
        m_reading.clear();
        later();
    });
    connect(document, &Document::draftChanged, this, later);
    connect(document, &Document::goalChanged, this, later);
    connect(document, &Document::trialsChanged, this, later);
    connect(document, &Document::workloadChanged, this, later);
    connect(document->data(), &DataSource::changed, this, later);
    connect(page, &widgets::ComparePage::sidesChosen, this, &CompareControl::setSides);
    connect(page, &widgets::ComparePage::nodeSelected, document->selection(),
        [document](const QString& node) { document->selection()->setNodes({node}); });
    page->installEventFilter(this);
}

bool CompareControl::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::Show)
        m_timer.start();
    return QObject::eventFilter(watched, event);
}

QString CompareControl::whyNot(const Document& document)
{
    if (!document.isOpen())
        return tr("open a model first");
    const auto& trials = document.shownTrials();
    return std::any_of(trials.begin(), trials.end(), [](const Trial& t) { return t.state == TrialState::Done; })
        ? QString()
        : tr("measure the baseline first");
}

void CompareControl::setSides(int a, int b)
{
    m_a = a;
    m_b = b;
    m_timer.start();
}

void CompareControl::setFromSelection(const QVector<int>& selected)
{
    const auto& trials = m_document->shownTrials();
    const auto today = std::find_if(trials.begin(), trials.end(),
        [](const Trial& t) { return t.origin == "baseline:fp32" && !t.accuracy.empty(); });
    const int first = today != trials.end() ? today->id : trials.empty() ? 0 : trials.front().id;
    if (selected.size() >= 2) {
        const auto [low, high] = std::minmax(selected[0], selected[1]);
        setSides(low, high);
    } else if (selected.size() == 1 && selected.front() != first) {
        setSides(first, selected.front());
    } else if (m_document->chosenTrial() && m_document->chosenTrial()->id != first) {
        setSides(first, m_document->chosenTrial()->id);
    } else {
        const int best = tune::bestTrial(trials, m_document->goal()); // 0 = none: the draft
        setSides(first, best != first ? best : 0);
    }
}

void CompareControl::refresh()
{
    m_timer.stop();
    if (!m_document->isOpen())
        return;
    if (m_a == 0 && m_b == 0)
        setFromSelection({});
    m_timer.stop();
    readTexts();
    m_page->setContent(presentCompare(*m_document, m_a, m_b, m_texts.get()));
}

void CompareControl::readTexts()
{
    const std::string hash = m_document->data()->hash();
    if (hash.empty() || hash == m_reading)
        return;
    m_reading = hash;
    m_texts.reset();
    const auto model = m_document->loaded().model;
    widgets::background::run(
        this, [spec = m_document->data()->spec(), model] { return readSamples(spec, *model); },
        [this, hash](const std::shared_ptr<SampleTexts>& texts) {
            if (hash != m_reading)
                return;
            m_texts = texts;
            m_timer.start();
        });
}

} // namespace octet::desktop
