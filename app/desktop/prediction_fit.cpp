// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/prediction_fit.h"

#include "app/desktop/document.h"
#include "widgets/background.h"

namespace octet::desktop {

namespace {

/// What a fit reads of a trial: profiles, ranges and answers stay where they are.
Trial slim(const Trial& trial)
{
    Trial part;
    part.id = trial.id;
    part.origin = trial.origin;
    part.state = trial.state;
    part.config = trial.config;
    part.latency = trial.latency;
    Accuracy& accuracy = part.accuracy[Split::Tuning];
    const Accuracy& all = *trial.tuning();
    accuracy.metric = all.metric;
    accuracy.value = all.value;
    accuracy.correct = all.correct;
    accuracy.samples = all.samples;
    accuracy.flips = all.flips;
    return part;
}

} // namespace

PredictionFit::PredictionFit(Document* document)
    : QObject(document)
    , m_document(document)
{
    m_timer.setSingleShot(true);
    m_timer.setInterval(0);
    connect(&m_timer, &QTimer::timeout, this, &PredictionFit::start);
    const auto later = [this] { m_timer.start(); };
    connect(document, &Document::trialsChanged, this, later);
    connect(document, &Document::sensitivityChanged, this, later);
    connect(document, &Document::workloadChanged, this, later);
    connect(document, &Document::goalChanged, this, later);
    connect(document, &Document::opened, this, later);
}

PredictionFit::Basis PredictionFit::basis() const
{
    return {m_document->loaded().model.get(), m_document->data()->hash(), m_document->goal().metric,
        m_document->workload()};
}

const tune::Predictor* PredictionFit::predictor() const
{
    return m_predictor && !m_document->sensitivity().empty() && m_basis == basis() ? &*m_predictor : nullptr;
}

void PredictionFit::start()
{
    m_again = m_running;
    if (m_running)
        return;
    const Basis of = basis();
    std::vector<Trial> trials;
    for (const Trial& trial : m_document->trials())
        if (trial.state == TrialState::Done && trial.tuning() && trial.tuning()->metric == of.metric
            && trial.workload == of.workload && trial.manifest.dataHash == of.dataHash)
            trials.push_back(slim(trial));
    const auto model = m_document->loaded().model;
    if (m_document->sensitivity().empty() || trials.empty() || !model) {
        if (std::exchange(m_predictor, std::nullopt))
            emit changed();
        return;
    }
    m_running = true;
    widgets::background::run(
        this,
        [sensitivity = m_document->sensitivity(), trials = std::move(trials), model,
            products = m_document->loaded().products] {
            std::vector<const Trial*> pointers;
            for (const Trial& trial : trials)
                pointers.push_back(&trial);
            return tune::predictorFrom(sensitivity, pointers,
                [&](const Config& config) { return quantize::resolve(*model, products, config); });
        },
        [this, of](std::optional<tune::Predictor> fitted) {
            m_running = false;
            m_predictor = std::move(fitted);
            m_basis = of;
            if (m_again)
                m_timer.start();
            emit changed();
        });
}

} // namespace octet::desktop
