// SPDX-License-Identifier: GPL-3.0-or-later
// The worker's loop apart from what it runs, so that the protocol is tested without a model.
#pragma once

#include "core/values/capability.h"
#include "core/values/job.h"

#include <functional>
#include <string>

namespace octet::worker {

struct OpenedModel
{
    std::string hash;
    long nodes = 0;
    long products = 0;
};

struct Handlers
{
    std::function<JobResult(const JobRequest&, JobObserver&)> run;
    /// `hash`: what the caller expects, empty = anything; throws Error(Data) when the file has another.
    std::function<OpenedModel(const std::string& path, const std::string& hash)> open;
    /// Quick, and called on the reading thread, so that it is answered while a job runs.
    std::function<Capability()> capability{};
};

/// Serves the methods of rpc.h on two descriptors until "shutdown" or the end of input; a job that runs then is
/// cancelled first. The other handlers run on the calling thread, reading and cancelling on one of its own. Returns 0, or 1 when
/// the input was no JSON-RPC or nobody reads the output any more. The caller ignores SIGPIPE.
int serveLoop(int in, int out, const Handlers& handlers);

} // namespace octet::worker
