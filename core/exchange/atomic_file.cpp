// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exchange/atomic_file.h"

#include "core/values/error.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace octet::exchange {

namespace {

[[noreturn]] void fail(const std::string& path, int code)
{
    const bool full = code == ENOSPC || code == EDQUOT || code == EFBIG;
    const std::string advice = full ? "; free some space or choose another folder" : "";
    throw Error(full ? ErrorKind::Resource : ErrorKind::File,
        fmt::format("Cannot write {}: {}{}.", path, std::strerror(code), advice), Location{path, 0, 0, 0, {}});
}

/// Closes and, unless it was renamed, removes the temporary file.
struct Temporary
{
    int descriptor = -1;
    std::string path; // empty: nothing to remove
    ~Temporary()
    {
        if (descriptor >= 0)
            ::close(descriptor);
        if (!path.empty())
            ::unlink(path.c_str());
    }
};

/// Like umask(2) without changing it: mkstemp's 0600 would surprise people who share a folder.
mode_t permissions(const std::string& path)
{
    struct stat status
    {
    };
    if (::stat(path.c_str(), &status) == 0)
        return status.st_mode & 0777;
    const mode_t mask = ::umask(0);
    ::umask(mask);
    return 0666 & ~mask;
}

} // namespace

void writeAtomically(const std::string& path, const std::function<int(int)>& write)
{
    std::error_code code;
    // A link stays a link: what it points to is replaced.
    const std::filesystem::path resolved = std::filesystem::weakly_canonical(path, code);
    const std::string target = code || resolved.empty() ? path : resolved.string();
    struct stat status
    {
    };
    const bool exists = ::stat(target.c_str(), &status) == 0;
    if (exists && S_ISDIR(status.st_mode))
        throw Error(ErrorKind::File, fmt::format("Cannot write {}: it is a folder; add a file name.", path),
            Location{path, 0, 0, 0, {}});
    const bool direct = exists && !S_ISREG(status.st_mode);

    Temporary file;
    std::string pattern = target + ".XXXXXX";
    file.descriptor = direct ? ::open(target.c_str(), O_WRONLY | O_CLOEXEC) : ::mkostemp(pattern.data(), O_CLOEXEC);
    if (file.descriptor < 0)
        fail(path, errno);
    if (!direct)
        file.path = pattern;
    if (const int failure = write(file.descriptor))
        fail(path, failure);
    if (direct)
        return;
    if (::fchmod(file.descriptor, permissions(target)) != 0 || ::fsync(file.descriptor) != 0)
        fail(path, errno);
    const int descriptor = file.descriptor;
    file.descriptor = -1;
    if (::close(descriptor) != 0)
        fail(path, errno);
    if (::rename(pattern.c_str(), target.c_str()) != 0)
        fail(path, errno);
    file.path.clear();
}

void writeAtomically(const std::string& path, const std::string& content)
{
    writeAtomically(path, [&content](int descriptor) {
        std::size_t done = 0;
        while (done < content.size()) {
            const ssize_t count = ::write(descriptor, content.data() + done, content.size() - done);
            if (count < 0 && errno == EINTR)
                continue;
            if (count < 0)
                return errno;
            done += static_cast<std::size_t>(count);
        }
        return 0;
    });
}

} // namespace octet::exchange
