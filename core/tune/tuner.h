// SPDX-License-Identifier: GPL-3.0-or-later
// Jobs: baseline, calibrate, measure the draft, tune. What the worker and the CLI run.
#pragma once

#include "core/values/job.h"

namespace octet::tune {

/// Runs the job to its end on the calling thread; every finished trial is reported as it finishes. A trial that fails
/// is reported as Failed and is not the end. Throws Error(Cancelled) after `observer.cancelled()` (trials so far were
/// reported), and other errors when nothing can be done at all.
JobResult run(const JobRequest& request, JobObserver& observer);

} // namespace octet::tune
