// SPDX-License-Identifier: GPL-3.0-or-later
// What a thread hands to another through Qt's queues. Debian's Qt is not built for the thread sanitizer, which therefore
// does not see the order that they keep; a build for it is told here. In any other build these do nothing.
#pragma once

#ifdef __SANITIZE_THREAD__
#include <sanitizer/tsan_interface.h>
#endif

namespace octet::desktop::handover {

#ifdef __SANITIZE_THREAD__
inline char everything;
/// Before it is handed over: all that this thread has written.
inline void give()
{
    __tsan_release(&everything);
}
/// First thing in what was handed over.
inline void take()
{
    __tsan_acquire(&everything);
}
#else
inline void give() { }
inline void take() { }
#endif

} // namespace octet::desktop::handover
