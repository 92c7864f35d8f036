// SPDX-License-Identifier: GPL-3.0-or-later
// Sensitivity and draft -> ranking rows; draft and predictor -> the ghost point.
#pragma once

#include "widgets/frontier_plot.h"
#include "widgets/sensitivity_view.h"

namespace octet::desktop {

class Document;

QVector<widgets::SensitivityRow> presentSensitivity(const Document& document);
/// Where the draft would land; nothing while too little is known, or when it was measured already.
std::optional<widgets::Ghost> presentGhost(const Document& document);

} // namespace octet::desktop
