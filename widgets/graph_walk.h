// SPDX-License-Identifier: GPL-3.0-or-later
// Where an arrow key leads from a box: down to a consumer, up to a producer, sideways to the neighbour in the row.
#pragma once

#include "widgets/graph_scene.h"

namespace octet::widgets {

enum class Step { Up, Down, Left, Right };

/// Down from an open frame enters it, up from its first box leads to the frame, up into a frame to its last box.
/// The next box, or -1 when there is none that way. `from` -1 starts at the first box.
int walk(const GraphScene& scene, const graph::Structure& structure, int from, Step step);

} // namespace octet::widgets
