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

private:
    int m_fd = -1;
};

} // namespace octet::measure
