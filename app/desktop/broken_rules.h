// SPDX-License-Identifier: GPL-3.0-or-later
// Trials that ran before somebody locked an op or kept the weights: measured rightly, and not to be chosen.
#pragma once

#include "core/quantize/resolve.h"
#include "core/values/trial.h"

#include <QString>

#include <map>
#include <string>

namespace octet::desktop {

class BrokenRules
{
public:
    BrokenRules(const Goal& goal, const quantize::Resolution& draft);
    /// "it smooths weights that the goal keeps", "dense is locked to FP32 and ran in INT8"; empty = it breaks none.
    QString of(const Trial& trial) const;

private:
    bool m_keepWeights;
    std::map<std::string, Precision, std::less<>> m_locked; // by op
};

} // namespace octet::desktop
