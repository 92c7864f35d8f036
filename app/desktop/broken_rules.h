// SPDX-License-Identifier: GPL-3.0-or-later
// Trials that ran before somebody locked an op or kept the weights: measured rightly, and not to be chosen.
#pragma once

#include "core/values/trial.h"

#include <QString>

namespace octet::desktop {

class Document;

/// "it smooths weights that the goal keeps", "dense is locked to FP32 and ran in INT8"; empty = it breaks none. What the
/// draft merely excludes is no rule here: loading one trial into it would condemn all others.
QString brokenRules(const Document& document, const Trial& trial);

} // namespace octet::desktop
