// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/graph/model.h"

namespace octet::graph {

/// Puts `nodes` into a topological order, keeping the given order where it is one already (Kahn's algorithm, smallest
/// position first), and sets their indices. `path` is for messages. Throws Error(Format) that names a node of a cycle,
/// or a value with two producers.
void sortNodes(std::vector<Node>& nodes, const std::string& path);

/// Gives nameless nodes and repeated names "OpType_<index>" (with another number where that is taken).
void nameNodes(std::vector<Node>& nodes);

} // namespace octet::graph
