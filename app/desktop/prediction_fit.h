// SPDX-License-Identifier: GPL-3.0-or-later
// The predictor of a document, fitted in the background: a fit goes through every trial and every sample.
#pragma once

#include "core/tune/predictor.h"
#include "core/values/trial.h"

#include <QObject>
#include <QTimer>

#include <optional>
#include <string>

namespace octet::desktop {

class Document;

class PredictionFit : public QObject
{
    Q_OBJECT
public:
    explicit PredictionFit(Document* document);
    /// Of this workload, data and metric, perhaps without the last trials; null = too little is known, or not yet.
    const tune::Predictor* predictor() const;

signals:
    void changed();

private:
    struct Basis
    {
        const void* model = nullptr;
        std::string dataHash, metric;
        Workload workload;
        bool operator==(const Basis&) const = default;
    };
    Basis basis() const;
    void start();

    Document* m_document;
    QTimer m_timer{this}; // several signals of one change make one fit
    bool m_running = false, m_again = false;
    std::optional<tune::Predictor> m_predictor;
    Basis m_basis; // of m_predictor
};

} // namespace octet::desktop
