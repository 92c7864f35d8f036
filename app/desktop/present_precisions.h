// SPDX-License-Identifier: GPL-3.0-or-later
// What the graph shows (the draft as planned, or a trial as it ran) -> the precision summary.
#pragma once

#include "widgets/precision_summary.h"

namespace octet::desktop {

class Document;

widgets::PrecisionContent presentPrecisions(const Document& document);

} // namespace octet::desktop
