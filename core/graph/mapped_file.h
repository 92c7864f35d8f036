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

private:
    std::span<const std::byte> m_bytes;
};

/// Tells the kernel that the pages of a part of a mapped file are not needed now; they stay valid. Memory that no
/// MappedFile holds is left alone. Thread safe.
void releasePages(std::span<const std::byte> data);

} // namespace octet::graph
