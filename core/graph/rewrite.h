// SPDX-License-Identifier: GPL-3.0-or-later
// A model with other nodes over the same file: what a recognised form becomes.
#pragma once

#include "core/graph/model.h"

#include <memory>
#include <variant>
#include <vector>

namespace octet::graph {

/// A constant made anew.
struct NewWeight
{
    std::string name;
    Shape shape;
    std::variant<std::vector<float>, std::vector<std::int64_t>, std::vector<std::int8_t>, std::vector<std::uint8_t>>
        values;
    std::vector<float> scales; // see Weight::quantizationScales
};

/// `nodes` in topological order; indices are given here. Constants of `base` stay, and live as long as the result; path,
/// hash, inputs and outputs are those of `base`.
std::shared_ptr<const Model> rewritten(
    std::shared_ptr<const Model> base, std::vector<Node> nodes, const std::vector<NewWeight>& weights);

} // namespace octet::graph
