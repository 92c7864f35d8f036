// SPDX-License-Identifier: GPL-3.0-or-later
// A latency is never taken while another job of ours computes, whatever process it is in.
#pragma once

#include <functional>
#include <memory>

namespace octet::measure {

/// Computing holds the machine-wide lock file shared, timing holds it exclusively (flock on a file in
/// $XDG_RUNTIME_DIR or /tmp). Waiting ends with Error(Cancelled) when `cancelled` says so. Released by destruction.
class MachineLock
{
public:
    enum class Mode { Computing, Timing };
    MachineLock(Mode mode, const std::function<bool()>& cancelled);
    ~MachineLock();
    MachineLock(const MachineLock&) = delete;
    MachineLock& operator=(const MachineLock&) = delete;

    /// Lets go of all locks of the calling thread while `wait` runs, then takes them again; an end of that waiting by
    /// `cancelled` leaves them open, and is no error here: whoever asks next learns of it.
    static void letGo(const std::function<void()>& wait, const std::function<bool()>& cancelled);
    /// How often the calling thread let go: what is timed right after it finds cold caches.
    static long timesLetGo();

private:
    int m_fd = -1;
};

} // namespace octet::measure
