// SPDX-License-Identifier: GPL-3.0-or-later
// Sensitivity and draft -> ranking rows.
#pragma once

#include "widgets/sensitivity_view.h"

namespace octet::desktop {

class Document;

QVector<widgets::SensitivityRow> presentSensitivity(const Document& document);

} // namespace octet::desktop
