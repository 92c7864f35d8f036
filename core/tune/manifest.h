// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"
#include "core/graph/model.h"
#include "core/values/job.h"

namespace octet::tune {

/// Everything of a manifest that is known before the trial runs; `seconds` comes after it.
Manifest manifestFor(
    const graph::Model& model, const data::Dataset* data, const JobRequest& request, const Config& config);

} // namespace octet::tune
