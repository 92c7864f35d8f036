// SPDX-License-Identifier: GPL-3.0-or-later
// The groups of a trial beside those of the fp32 baseline -> what the profile page shows.
#pragma once

#include "widgets/profile_view.h"

namespace octet::desktop {

class Document;

/// Of the selected trial, else of the chosen one, else of fp32 itself.
widgets::ProfileContent presentProfile(const Document& document);

} // namespace octet::desktop
