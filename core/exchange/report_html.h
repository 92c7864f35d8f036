// SPDX-License-Identifier: GPL-3.0-or-later
// A report as one HTML file that needs nothing beside it, on a screen and on paper.
#pragma once

#include "core/values/report.h"

#include <string>

namespace octet::exchange {

std::string reportHtml(const Report& report);

} // namespace octet::exchange
