// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/circumstances.h"

#include "core/engine/cpu.h"

namespace octet::tune {

bool sameCircumstances(
    const Trial& trial, const JobRequest& request, const graph::Model& model, const data::Dataset& data)
{
    return trial.workload == request.workload && (!trial.tuning() || trial.tuning()->metric == request.goal.metric)
        && trial.manifest.modelHash == model.hash() && trial.manifest.dataHash == data.hash()
        && trial.manifest.machine == engine::machine(engine::effectiveIsa());
}

} // namespace octet::tune
