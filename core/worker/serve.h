// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace octet::worker {

/// The worker loop on fds 0 and 1 until "shutdown" or end of input. Keeps a duplicate of fd 1 for the protocol and
/// points fd 1 at stderr. One thread reads and cancels, one computes. `isa`: cap for life, empty = what the CPU has.
int serve(const std::string& isa);

} // namespace octet::worker
