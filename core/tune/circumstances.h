// SPDX-License-Identifier: GPL-3.0-or-later
// Which trials of before count beside those of now.
#pragma once

#include "core/data/dataset.h"
#include "core/graph/model.h"
#include "core/values/job.h"

namespace octet::tune {

/// A trial of before may stand beside those of this request: one model, data, metric, workload and machine.
bool sameCircumstances(
    const Trial& trial, const JobRequest& request, const graph::Model& model, const data::Dataset& data);

} // namespace octet::tune
