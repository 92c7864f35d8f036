// SPDX-License-Identifier: GPL-3.0-or-later
// The project in three marks, for a room: today, everything int8, and the chosen trial or else the best so far.
#pragma once

#include "widgets/presentation.h"

namespace octet::desktop {

class Document;

widgets::PresentationContent presentStory(const Document& document);
/// Why there is nothing to present; empty = there is.
QString whyNoStory(const Document& document);

} // namespace octet::desktop
