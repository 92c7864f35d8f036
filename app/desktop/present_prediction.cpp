// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/present_prediction.h"

#include "app/desktop/document.h"
#include "app/desktop/present_trials.h"
#include "app/desktop/words.h"
#include "core/tune/frontier.h"
#include "core/values/metric.h"
#include "widgets/words.h"

#include <QObject>
#include <QSet>

#include <algorithm>
#include <cmath>

namespace octet::desktop {

namespace {

using words::q;

/// The predictor speaks of right answers and of flips: of no other metric.
double scoreOf(const tune::Prediction& p, const Accuracy& fp32)
{
    const auto n = double(fp32.samples);
    return fp32.metric == "agreement" ? (1 - p.flips) * n : p.accuracy * n;
}

bool predictable(const tune::Prediction& p, const Accuracy& fp32)
{
    return p.p50 > 0 && countsAnswers(fp32.metric);
}

QString scoreWords(double score, const Accuracy& fp32)
{
    return (fp32.metric == "agreement" ? QObject::tr("%1 as in fp32") : QObject::tr("%1 right")).arg(std::lround(score));
}

const Trial* measuredDraft(const Document& document, const Trial& fp32)
{
    for (const Trial& trial : document.trials())
        if (trial.state == TrialState::Done && trial.config == document.draft() && trial.workload == fp32.workload
            && trial.tuning() && trial.tuning()->metric == fp32.tuning()->metric && trial.latency.p50 > 0
            && trial.manifest.dataHash == fp32.manifest.dataHash)
            return &trial;
    return nullptr;
}

/// "dense of layer.3" of "layer.3/output/dense": beside a line there is no room for all of it.
QString briefly(const QString& name)
{
    const QString first = name.section(QLatin1Char('/'), 0, 0), last = name.section(QLatin1Char('/'), -1);
    return first == last ? name : QObject::tr("%1 of %2").arg(last, first);
}

/// "0.06 ms slower", "2 more right": in the order of what a person looks for.
QString msChange(double ms)
{
    if (std::abs(ms) < 0.0005)
        return QObject::tr("as fast");
    return (ms > 0 ? QObject::tr("%1 ms slower") : QObject::tr("%1 ms faster")).arg(words::ms(std::abs(ms)));
}

QString scoreChange(double change)
{
    if (std::abs(change) < 0.05)
        return QObject::tr("as many right");
    return (change > 0 ? QObject::tr("%1 more right") : QObject::tr("%1 fewer right"))
        .arg(std::abs(change), 0, 'f', 1);
}

struct Candidate
{
    WhatIfChange change;
    double ms = 0, score = 0;
    double worth = 0; // the higher the sooner shown
};

std::vector<WhatIfChange> changesOf(
    const quantize::Resolution& resolution, const graph::Model& model, const QStringList& nodes)
{
    const QSet<QString> wanted(nodes.begin(), nodes.end());
    std::vector<WhatIfChange> changes;
    for (const quantize::ResolvedOp& op : resolution.ops) {
        const std::string partner =
            op.product.partner >= 0 ? model.nodes()[std::size_t(op.product.partner)].name : std::string();
        if (!nodes.isEmpty() && !wanted.contains(q(op.name)))
            continue;
        if (!partner.empty() && (op.product.partner < op.product.node) && (nodes.isEmpty() || wanted.contains(q(partner))))
            continue; // its partner has said it
        if (op.asked.locked)
            continue;
        WhatIfChange change;
        change.nodes << q(op.name);
        if (!partner.empty())
            change.nodes << q(partner);
        change.precision = op.settings.precision == Precision::Int8 ? Precision::Fp32 : Precision::Int8;
        if (change.precision != Precision::Int8 || op.product.int8Refusal.empty())
            changes.push_back(std::move(change));
    }
    return changes;
}

/// Below the floor what counts is what each ms buys back; above it, what is gained while staying there.
double worthOf(const Candidate& c, double ms, double score, double floor)
{
    const double gained = c.score - score, saved = ms - c.ms;
    if (score < floor)
        return gained / (std::max(0.0, -saved) + 0.001 * ms);
    return c.score >= floor ? saved : saved - 1e6;
}

} // namespace

std::optional<widgets::Ghost> presentGhost(const Document& document, const Trial& fp32)
{
    const tune::Predictor* predictor = document.predictor();
    if (!predictor || measuredDraft(document, fp32))
        return {};
    const tune::Prediction p = predictor->predict(document.resolution());
    const Accuracy& today = *fp32.tuning();
    if (!predictable(p, today))
        return {};
    const auto n = double(today.samples);
    widgets::Ghost ghost;
    ghost.ms = p.p50, ghost.msLow = p.p50Low, ghost.msHigh = p.p50High;
    ghost.right = scoreOf(p, today);
    ghost.rightLow = ghost.right - (p.accuracy - p.accuracyLow) * n;
    ghost.rightHigh = std::min(n, ghost.right + (p.accuracyHigh - p.accuracy) * n);
    ghost.label = QObject::tr("%1 ms, %2").arg(words::ms(p.p50), scoreWords(ghost.right, today));
    ghost.tooltip = QObject::tr("Draft, not measured\nabout %1 (%2 ms)\nabout %3, %4 to %5%6")
                        .arg(words::speed(fp32.latency.p50, p.p50), words::ms(p.p50), scoreWords(ghost.right, today))
                        .arg(std::lround(ghost.rightLow))
                        .arg(std::lround(ghost.rightHigh))
                        .arg(p.fewTrials ? QObject::tr("\nfew trials yet: the interval is a guess") : QString());
    return ghost;
}

std::optional<WhatIfQuestion> whatIfQuestion(const Document& document, const QStringList& nodes)
{
    const tune::Predictor* predictor = document.predictor();
    if (!predictor || !document.hasModel())
        return {};
    const Trial* fp32 = tune::fp32Baseline(shownTrials(document));
    if (!fp32 || !fp32->tuning() || fp32->latency.p50 <= 0)
        return {};
    WhatIfQuestion question{document.loaded().model, document.loaded().products, document.draft(), *predictor,
        *fp32->tuning(), fp32->latency.p50, 0, {}, nodes};
    question.fp32.predictions.clear();
    question.fp32.confidences.clear();
    question.floor = document.goal().floor(question.fp32.value) * double(question.fp32.samples);
    if (const Trial* measured = measuredDraft(document, *fp32))
        question.measured = {tune::pairedMs(*measured, fp32), double(measured->tuning()->correct)};
    return question;
}

WhatIfAnswer whatIf(const WhatIfQuestion& question, int most, const std::function<bool()>& cancelled)
{
    const auto resolve = [&](const Config& config) {
        return quantize::resolve(*question.model, question.products, config);
    };
    const quantize::Resolution now = resolve(question.draft);
    const tune::Prediction here = question.predictor.predict(now);
    if (!predictable(here, question.fp32))
        return {};
    const double ms = here.p50, score = scoreOf(here, question.fp32);
    std::vector<Candidate> candidates;
    for (WhatIfChange& change : changesOf(now, *question.model, question.nodes)) {
        if (cancelled())
            return {};
        Config changed = question.draft;
        for (const QString& node : change.nodes)
            changed.ops[words::s(node)].precision = change.precision;
        const tune::Prediction there = question.predictor.predict(resolve(changed));
        Candidate c{std::move(change), there.p50, scoreOf(there, question.fp32)};
        c.worth = worthOf(c, ms, score, question.floor);
        // Nobody asked, and it would only cost time.
        if (question.nodes.isEmpty() && score >= question.floor && c.ms >= ms)
            continue;
        if (std::abs(c.ms - ms) > 1e-9 || std::abs(c.score - score) > 1e-9)
            candidates.push_back(std::move(c));
    }
    std::stable_sort(candidates.begin(), candidates.end(),
        [](const Candidate& a, const Candidate& b) { return a.worth > b.worth; });
    candidates.resize(std::min(candidates.size(), std::size_t(most)));

    WhatIfAnswer answer;
    // A measured draft stands where it was measured: the prediction says only how far one op would move it.
    const auto [fromMs, fromScore] = question.measured.value_or(std::pair(ms, score));
    answer.shown.ms = fromMs;
    answer.shown.right = fromScore;
    for (Candidate& c : candidates) {
        widgets::WhatIf line;
        line.ms = fromMs + c.ms - ms;
        line.right = fromScore + c.score - score;
        const QString name = widgets::shortOp(c.change.nodes.front());
        line.label = QObject::tr("%1 to %2").arg(briefly(name), words::precision(c.change.precision));
        line.tooltip = QObject::tr("What if, %1 ran in %2\nabout %3, %4\n%5 ms, %6; by prediction\nclick to mark it")
                           .arg(name, words::precision(c.change.precision), msChange(c.ms - ms),
                               scoreChange(c.score - score), words::ms(line.ms), scoreWords(line.right, question.fp32));
        answer.shown.lines << line;
        answer.changes.push_back(std::move(c.change));
    }
    return answer;
}

} // namespace octet::desktop
