// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

namespace octet::data {

/// The name with the smallest edit distance to `wanted`, "" when none comes near (half of its letters).
std::string nearestName(const std::vector<std::string>& names, const std::string& wanted);
/// ", did you mean label?" or "".
std::string nearestHint(const std::vector<std::string>& names, const std::string& wanted);
/// "sentence, label", cut after twenty names.
std::string listed(const std::vector<std::string>& names);

} // namespace octet::data
