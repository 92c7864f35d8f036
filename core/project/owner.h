// SPDX-License-Identifier: GPL-3.0-or-later
// Who has a project open: there is one writer, and a second opener is told which process it is.
#pragma once

#include <string>

namespace octet::project {

/// Throws Error(Busy) naming the program and process that hold SQLite's lock on `path`, be it this one. It returns when
/// nobody does. A holder on another machine is only known to exist.
void refuseIfOwned(const std::string& path);

/// Marks `path` as open for writing in this process, as long as it lives. POSIX drops every lock of a process on a
/// file when the process closes any descriptor of that file, so such a file must not be probed, hashed or copied here.
class OwnedHere
{
public:
    explicit OwnedHere(const std::string& path);
    ~OwnedHere();
    OwnedHere(const OwnedHere&) = delete;
    OwnedHere& operator=(const OwnedHere&) = delete;

private:
    unsigned long long m_device = 0, m_inode = 0;
};

} // namespace octet::project
