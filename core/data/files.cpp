// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/files.h"

#include "core/values/error.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include <unistd.h>

namespace octet::data {

namespace fs = std::filesystem;

namespace {

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

[[noreturn]] void failWriting(const std::string& path, const std::string& temporary, int code)
{
    ::unlink(temporary.c_str());
    const bool full = code == ENOSPC || code == EDQUOT || code == EFBIG;
    throw Error(full ? ErrorKind::Resource : ErrorKind::File,
        full ? fmt::format("Cannot write {}: the disk is full; free some space and try again.", path)
             : fmt::format("Cannot write {}: {}.", path, std::strerror(code)),
        {.file = path});
}

} // namespace

std::uint64_t fileSize(const std::string& path)
{
    std::error_code code;
    const fs::file_status status = fs::status(path, code);
    if (!fs::exists(status))
        throw Error(ErrorKind::File, fmt::format("Cannot read {}: there is no such file.", path), {.file = path});
    if (!fs::is_regular_file(status))
        throw Error(ErrorKind::File, fmt::format("Cannot read {}: it is not a file.", path), {.file = path});
    const std::uintmax_t size = fs::file_size(path, code);
    if (code)
        throw Error(ErrorKind::File, fmt::format("Cannot read {}: {}.", path, code.message()), {.file = path});
    return size;
}

std::string readFile(const std::string& path, std::uint64_t maxBytes)
{
    const std::uint64_t size = fileSize(path);
    if (size > maxBytes)
        throw Error(ErrorKind::Resource, fmt::format("{} has {} bytes; at most {} can be read.", path, size, maxBytes),
            {.file = path});
    const File file(std::fopen(path.c_str(), "rb"), &std::fclose);
    if (!file)
        throw Error(ErrorKind::File, fmt::format("Cannot read {}: {}.", path, std::strerror(errno)), {.file = path});
    std::string content(size, '\0');
    if (std::fread(content.data(), 1, size, file.get()) != size)
        throw Error(ErrorKind::File, fmt::format("Cannot read {} to its end.", path), {.file = path});
    return content;
}

void writeFileAtomically(const std::string& path, const std::vector<std::string_view>& parts)
{
    const std::string temporary = fmt::format("{}.{}.part", path, ::getpid());
    File file(std::fopen(temporary.c_str(), "wb"), &std::fclose);
    if (!file)
        failWriting(path, temporary, errno);
    for (const std::string_view part : parts) {
        errno = 0;
        if (!part.empty() && std::fwrite(part.data(), 1, part.size(), file.get()) != part.size())
            failWriting(path, temporary, errno);
    }
    // A delayed "disk full" shows up only here; a rename before it would replace a good file by half a one.
    if (std::fflush(file.get()) != 0 || ::fsync(::fileno(file.get())) != 0)
        failWriting(path, temporary, errno);
    if (std::fclose(file.release()) != 0)
        failWriting(path, temporary, errno);
    if (std::rename(temporary.c_str(), path.c_str()) != 0)
        failWriting(path, temporary, errno);
}

bool isRegularFile(const std::string& path)
{
    std::error_code code;
    return fs::is_regular_file(path, code);
}

std::string fileName(const std::string& path)
{
    return fs::path(path).filename().string();
}

std::string joinPath(const std::string& folder, const std::string& name)
{
    return (fs::path(folder) / name).string();
}

} // namespace octet::data
