// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/owner.h"

#include "core/project/sqlite.h"
#include "core/values/error.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <fstream>
#include <mutex>
#include <set>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace octet::project {

namespace {

using Key = std::pair<unsigned long long, unsigned long long>;

std::mutex ownedMutex;

std::set<Key>& owned()
{
    static std::set<Key> files;
    return files;
}

bool keyOf(const std::string& path, Key& key)
{
    struct stat status
    {
    };
    if (::stat(path.c_str(), &status) != 0)
        return false;
    key = {static_cast<unsigned long long>(status.st_dev), static_cast<unsigned long long>(status.st_ino)};
    return true;
}

std::string programName(long pid)
{
    std::ifstream file(fmt::format("/proc/{}/comm", pid));
    std::string name;
    std::getline(file, name);
    return name.empty() ? "another program" : name;
}

} // namespace

OwnedHere::OwnedHere(const std::string& path)
{
    Key key;
    if (!keyOf(path, key))
        return;
    std::tie(m_device, m_inode) = key;
    const std::lock_guard guard(ownedMutex);
    owned().insert(key);
}

OwnedHere::~OwnedHere()
{
    const std::lock_guard guard(ownedMutex);
    owned().erase({m_device, m_inode});
}

void refuseIfOwned(const std::string& path)
{
    const std::string name = shortName(path);
    Key key;
    if (!keyOf(path, key))
        return;
    const std::lock_guard guard(ownedMutex);
    if (owned().contains(key))
        throw Error(ErrorKind::Busy, fmt::format("{} is already open in this program.", name), {.file = path});
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    // SQLite's lock bytes: https://www.sqlite.org/src/file/src/os.h (PENDING_BYTE and the 511 that follow it)
    struct flock lock
    {
    };
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = 0x40000000;
    lock.l_len = 512;
    const int answer = ::fcntl(fd, F_GETLK, &lock);
    ::close(fd);
    if (answer != 0 || lock.l_type == F_UNLCK)
        return;
    if (lock.l_pid <= 0)
        throw Error(ErrorKind::Busy,
            fmt::format("{} is open in another program, perhaps on another machine; close it there first.", name),
            {.file = path});
    throw Error(ErrorKind::Busy,
        fmt::format("{} is open in {} (process {}); close it there first.", name, programName(lock.l_pid), lock.l_pid),
        {.file = path});
}

} // namespace octet::project
