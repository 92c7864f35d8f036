// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/present_sensitivity.h"

#include "app/desktop/document.h"
#include "app/desktop/words.h"

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

} // namespace octet::desktop
