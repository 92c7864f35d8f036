// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/mapped_file.h"

#include "core/values/error.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <map>
#include <mutex>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace octet::graph {

namespace {

class Descriptor
{
public:
    // O_NONBLOCK: a named pipe must not hang the open; it is refused below.
    explicit Descriptor(const std::string& path)
        : m_fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK))
    {
    }
    ~Descriptor()
    {
        if (m_fd >= 0)
            ::close(m_fd);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return m_fd; }

private:
    int m_fd;
};

/// What is mapped now, by address: given back, pages of any other memory would lose what they hold.
class Mappings
{
public:
    void add(std::span<const std::byte> bytes)
    {
        const std::lock_guard lock(m_mutex);
        m_ends[bytes.data()] = bytes.data() + bytes.size();
    }
    void remove(std::span<const std::byte> bytes)
    {
        const std::lock_guard lock(m_mutex);
        m_ends.erase(bytes.data());
    }
    bool hold(std::span<const std::byte> bytes)
    {
        const std::lock_guard lock(m_mutex);
        const auto next = m_ends.upper_bound(bytes.data());
        return next != m_ends.begin() && bytes.data() + bytes.size() <= std::prev(next)->second;
    }

private:
    std::mutex m_mutex;
    std::map<const std::byte*, const std::byte*, std::less<>> m_ends;
};

Mappings& mappings()
{
    static Mappings all;
    return all;
}

[[noreturn]] void fail(const std::string& path, const std::string& why)
{
    throw Error(ErrorKind::File, fmt::format("Cannot read {}: {}.", path, why), {.file = path});
}

} // namespace

MappedFile::MappedFile(const std::string& path)
{
    const Descriptor file(path);
    if (file.get() < 0)
        fail(path, std::strerror(errno));
    struct stat status
    {
    };
    if (::fstat(file.get(), &status) != 0)
        fail(path, std::strerror(errno));
    if (!S_ISREG(status.st_mode))
        fail(path, "it is not a regular file");
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size == 0)
        return;
    void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
    if (address == MAP_FAILED)
        fail(path, std::strerror(errno));
    m_bytes = {static_cast<const std::byte*>(address), size};
    mappings().add(m_bytes);
}

MappedFile::~MappedFile()
{
    if (m_bytes.empty())
        return;
    mappings().remove(m_bytes);
    ::munmap(const_cast<std::byte*>(m_bytes.data()), m_bytes.size());
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : m_bytes(std::exchange(other.m_bytes, {}))
{
}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept
{
    std::swap(m_bytes, other.m_bytes);
    return *this;
}

void releasePages(std::span<const std::byte> data)
{
    if (!mappings().hold(data))
        return;
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    const auto begin = reinterpret_cast<std::uintptr_t>(data.data());
    const std::uintptr_t first = (begin + page - 1) / page * page;
    const std::uintptr_t last = (begin + data.size()) / page * page;
    if (first < last)
        ::madvise(reinterpret_cast<void*>(first), last - first, MADV_DONTNEED);
}

} // namespace octet::graph
