// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/machine_lock.h"

#include "core/values/error.h"

#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/file.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace octet::measure {

namespace {

std::string lockFolder()
{
    const char* folder = std::getenv("XDG_RUNTIME_DIR");
    return folder && folder[0] == '/' && access(folder, W_OK) == 0 ? folder : "/tmp";
}

int openLock(const char* role)
{
    const std::string path = fmt::format("{}/octet-{}.{}", lockFolder(), getuid(), role);
    const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        throw Error(ErrorKind::File,
            fmt::format(
                "The lock file {} that keeps timings undisturbed cannot be opened: {}.", path, std::strerror(errno)));
    return fd;
}

struct Held
{
    int fd;
    int operation;
    bool isGate;
};
thread_local std::vector<Held> held; // in the order in which they were taken
thread_local long lettings = 0;

/// Polls, since a blocked flock could not be cancelled.
void take(int fd, int operation, const std::function<bool()>& cancelled)
{
    while (flock(fd, operation | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            throw Error(
                ErrorKind::File, fmt::format("The lock on this machine cannot be taken: {}.", std::strerror(errno)));
        if (cancelled && cancelled())
            throw Error(ErrorKind::Cancelled, "Cancelled while waiting for another job on this machine.");
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
}

class Fd
{
public:
    explicit Fd(int fd)
        : m_fd(fd)
    {
    }
    ~Fd()
    {
        close();
    }
    void close()
    {
        if (m_fd < 0)
            return;
        std::erase_if(held, [this](const Held& one) { return one.fd == m_fd; });
        ::close(std::exchange(m_fd, -1));
    }
    Fd(const Fd&) = delete;
    Fd& operator=(const Fd&) = delete;
    int get() const { return m_fd; }
    int release() { return std::exchange(m_fd, -1); }

private:
    int m_fd;
};

} // namespace

MachineLock::MachineLock(Mode mode, const std::function<bool()>& cancelled)
{
    // Whoever waits holds the gate, so that jobs that compute one step after the other cannot starve one that times.
    const Fd gate(openLock("gate"));
    Fd lock(openLock("lock"));
    const int operation = mode == Mode::Timing ? LOCK_EX : LOCK_SH;
    take(gate.get(), LOCK_EX, cancelled);
    held.push_back({gate.get(), LOCK_EX, true});
    take(lock.get(), operation, cancelled);
    held.push_back({lock.get(), operation, false});
    m_fd = lock.release();
}

MachineLock::~MachineLock()
{
    Fd(std::exchange(m_fd, -1)).close();
}

void MachineLock::letGo(const std::function<void()>& wait, const std::function<bool()>& cancelled)
{
    ++lettings;
    for (const Held& one : held)
        flock(one.fd, LOCK_UN);
    wait();
    try {
        const Fd gate(held.empty() || held.front().isGate ? -1 : openLock("gate"));
        if (gate.get() >= 0)
            take(gate.get(), LOCK_EX, cancelled);
        for (const Held& one : held)
            take(one.fd, one.operation, cancelled);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::Cancelled)
            throw;
    }
}

long MachineLock::timesLetGo()
{
    return lettings;
}

} // namespace octet::measure
