// SPDX-License-Identifier: GPL-3.0-or-later
// The plot of a report: accuracy against latency as one SVG element.
#pragma once

#include "core/values/report.h"

#include <string>

namespace octet::exchange {

/// The mark of a role, 12 units wide around (x, y).
std::string markSvg(MarkRole role, double x, double y, double size = 6);
std::string plotSvg(const ReportPlot& plot);

} // namespace octet::exchange
