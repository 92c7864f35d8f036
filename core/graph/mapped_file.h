// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace octet::graph {

/// A regular file mapped read-only and private; empty files have an empty span. Throws Error(File).
class MappedFile
{
public:
    explicit MappedFile(const std::string& path);
    ~MappedFile();
    MappedFile(MappedFile&& other) noexcept;
    MappedFile& operator=(MappedFile&& other) noexcept;
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    std::span<const std::byte> bytes() const { return m_bytes; }
    /// Tells the kernel that the pages read so far are not needed in this process; they stay valid.
    void release() const;

private:
    std::span<const std::byte> m_bytes;
};

} // namespace octet::graph
