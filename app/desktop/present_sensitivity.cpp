// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/present_sensitivity.h"

#include "app/desktop/document.h"
#include "app/desktop/words.h"
#include "core/tune/frontier.h"
#include "core/tune/predictor.h"

namespace octet::desktop {

using words::q;

QVector<widgets::SensitivityRow> presentSensitivity(const Document& document)
{
    QVector<widgets::SensitivityRow> rows;
    for (const OpSensitivity& op : document.sensitivity().ops) {
        const quantize::ResolvedOp* resolved = document.resolution().find(op.node);
        widgets::SensitivityRow row;
        row.node = q(op.node);
        row.kl = op.kl;
        row.flips = op.flips;
        row.ownError = op.ownError;
        row.gainMs = op.fp32Ms - op.int8Ms;
        row.precision = resolved ? q(toString(resolved->settings.precision)) : QString();
        row.outlierChannels = int(op.outlierChannels.size());
        rows << row;
    }
    return rows;
}

std::optional<widgets::Ghost> presentGhost(const Document& document)
{
    const tune::Predictor* predictor = document.predictor();
    const Trial* fp32 = tune::fp32Baseline(document.trials());
    if (!predictor || !fp32 || !fp32->tuning())
        return {};
    for (const Trial& trial : document.trials())
        if (trial.state == TrialState::Done && trial.config == document.draft())
            return {};
    const tune::Prediction p = predictor->predict(document.resolution());
    if (!(p.p50 > 0))
        return {};
    const auto n = double(fp32->tuning()->samples);
    widgets::Ghost ghost;
    ghost.ms = p.p50, ghost.msLow = p.p50Low, ghost.msHigh = p.p50High;
    ghost.right = p.accuracy * n, ghost.rightLow = p.accuracyLow * n, ghost.rightHigh = p.accuracyHigh * n;
    ghost.tooltip = QObject::tr("Draft, not measured\nabout %1 (%2 ms)\nabout %3 right, %4 to %5%6")
                        .arg(words::speed(fp32->latency.p50, p.p50), words::ms(p.p50))
                        .arg(std::lround(ghost.right))
                        .arg(std::lround(ghost.rightLow))
                        .arg(std::lround(ghost.rightHigh))
                        .arg(p.fewTrials ? QObject::tr("\nfew trials yet: the interval is a guess") : QString());
    return ghost;
}

} // namespace octet::desktop
