// SPDX-License-Identifier: GPL-3.0-or-later
// What the graph, the tree and the inspector show about ops: the draft as planned, or a trial as it ran.
#pragma once

#include "core/quantize/resolve.h"
#include "widgets/inspector.h"
#include "widgets/op_view.h"

namespace octet::desktop {

class Document;

struct OpsContent
{
    widgets::OpViews ops;
    double totalMs = -1; // of all groups; < 0 = not measured
    PrecisionCounts counts;
    int compared = 0, differing = 0; // products known in the trial compared with, and those that differ
    int other = 0; // that trial; 0 = none
};

OpsContent plannedOps(const quantize::Resolution& resolution);
OpsContent executedOps(
    const Trial& trial, const std::vector<quantize::Product>& products, const QStringList& nodeNames);
/// What is shown now, with the ops in which the hovered trial differs, or without one the compared trial.
OpsContent shownOps(const Document& document);

widgets::InspectorContent inspect(const Document& document);

} // namespace octet::desktop
