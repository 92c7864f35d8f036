// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"

#include "core/worker/serve.h"

#include <csignal>

namespace octet::cli {

int serve(const Arguments& arguments, Console&)
{
    // A worker is told to stop by its protocol; a signal ends it, and its peer sees that.
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
    return worker::serve(arguments.isa);
}

} // namespace octet::cli
