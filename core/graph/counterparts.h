// SPDX-License-Identifier: GPL-3.0-or-later
// "The same op in all layers": what stands at a node's place in the other members of its series.
#pragma once

#include "core/graph/structure.h"

#include <vector>

namespace octet::graph {

/// `nodes` and their counterparts, ascending, each once. Layers are sibling boxes whose names differ in a number only
/// ("layer.0", "layer.1"); of nested series the outermost counts, so blocks of one stage find those of all stages only
/// when the stages are alike. A counterpart has the same path below its layer, or, where names are numbered through the
/// whole model, the same rank among equally many ops of its type. A layer that lacks the op gives none; a node in no
/// series stands for itself. Indices outside the model are left out.
std::vector<int> counterparts(const Model& model, const Structure& structure, const std::vector<int>& nodes);

} // namespace octet::graph
