// SPDX-License-Identifier: GPL-3.0-or-later
// Profiles of several configs side by side: which fused group of one is which of another.
#pragma once

#include "core/values/trial.h"

#include <vector>

namespace octet {

/// Groups that do the same work, one a config in the order given; null where a config has none.
using GroupLine = std::vector<const GroupProfile*>;

/// Every group of every config is in exactly one line; groups of the first config come first, in its order.
/// Two groups are partners when each shares more ONNX nodes with the other than with any other group (of equals the
/// one of the same name, then of the same kind, then the earlier); groups without nodes (quantizing, reordering a
/// value) when kind and name are the same. Pointers go into `configs`; null entries count as empty.
std::vector<GroupLine> matchGroups(const std::vector<const std::vector<GroupProfile>*>& configs);

/// Sum of the groups, ms a run.
double groupsMs(const std::vector<GroupProfile>& groups);

/// "layernorm"; "overhead: quantize" for work that only exists because values change their form.
std::string kindOf(const GroupProfile& group);

/// Sums of one kind, ms a run, one a config.
struct KindSums
{
    std::string kind; // as kindOf says it
    bool overhead = false;
    std::vector<double> ms;
};
/// Overhead last; else by falling time of the first config.
std::vector<KindSums> sumsByKind(const std::vector<const std::vector<GroupProfile>*>& configs);

} // namespace octet
