// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace octet::measure {

/// ms that the threads of this process were ready to run but waited for a processor, since they began, all together: what
/// other programs on this machine take from a timing. 0 where the kernel does not say (/proc/self/task/*/schedstat).
double processorWaitMs();

} // namespace octet::measure
