// SPDX-License-Identifier: GPL-3.0-or-later
// A model with other nodes over the same file: what a recognised form becomes.
#pragma once

#include "core/graph/model.h"

#include <memory>
#include <vector>

namespace octet::graph {

/// A constant made anew. Large ones of floats and bytes are made whenever they are wanted, and kept by nobody.
struct NewWeight
{
    std::string name;
    DType type = DType::Undefined;
    Shape shape;
    Fill fill; // what it reads must live as long as the base of the model
    std::vector<float> scales; // see Weight::quantizationScales
};

/// `nodes` in topological order; indices are given here. Constants of `base` stay, and live as long as the result; path,
/// hash, inputs and outputs are those of `base`.
std::shared_ptr<const Model> rewritten(
    std::shared_ptr<const Model> base, std::vector<Node> nodes, const std::vector<NewWeight>& weights);

} // namespace octet::graph
