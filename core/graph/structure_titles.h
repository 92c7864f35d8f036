// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <utility>

namespace octet::graph {

/// "layer.3", "layer_3", "h.3" -> ("layer", 3); nothing for names without a number at their end.
std::optional<std::pair<std::string, int>> seriesName(const std::string& name);

/// A scope's name for people: "layer.3" -> "Layer 3", "blocks.0" -> "Block 0", "patch_embed" -> "Patch embedding".
std::string scopeTitle(const std::string& name);

} // namespace octet::graph
